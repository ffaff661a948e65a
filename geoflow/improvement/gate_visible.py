"""What a reader is shown otherwise than it is written: marks and characters that hide words, add or disguise some."""

import re
import unicodedata
from collections import Counter

from geoflow.quality.prose import without_code

_RENDERED = (
    ("a character reference", re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")),
    ("struck-out text", re.compile(r"(?<!~)~{1,2}(?!~)(?=\S)|(?<=\S)(?<!~)~{1,2}(?!~)")),
    ("a footnote", re.compile(r"\[\^[^\]\n]{1,80}\]")),
    ("a definition of a reference", re.compile(r"^[ \t>]*\[[^\]\n]+\]:", re.MULTILINE)),
    ("a rule or an underlined heading", re.compile(r"^[ \t]*(?:={1,}|-{2,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE)),
    ("a task box", re.compile(r"\[[ xX]\]")),
    ("an escape", re.compile(r"\\(?=[!-/:-@\[-`{-~\n])")),
    ("an indented block", re.compile(r"^(?: {4,}|\t)(?=\S)", re.MULTILINE)),
)
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and signs that are drawn as nothing."""
_UNDRAWN = frozenset("Cf Cc Co Cn Cs Zl Zp Zs Mn Me".split())
"""Unicode categories of the same kind: formats, controls, blanks, and marks that are drawn over a letter."""
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL")


def shown_otherwise(old: str, new: str) -> str:
    """Name what an edit brings in or takes away that is rendered otherwise than it is written; empty where nothing.

    In code such marks are shown as they stand, so they are looked for in prose alone.
    """
    before, after = without_code(old), without_code(new)
    for noun, pattern in _RENDERED:
        had, has = (Counter(pattern.findall(text)) for text in (before, after))
        if had != has:
            return f"{'brings in' if has - had else 'takes away'} {noun}"
    if odd := _odd(new) - _odd(old):
        return f"brings in the character U+{ord(min(odd)):04X}"
    if disguised := {*_mixed(new)} - {*_mixed(old)}:
        return f"brings in letters of several scripts in the word “{min(disguised)}”"
    return ""


def _odd(text: str) -> Counter[str]:
    """Count characters that are drawn as nothing, as another blank, or over the letter before them."""
    return Counter(
        character
        for character in text
        if not character.isascii() and (character in _BLANKS or unicodedata.category(character) in _UNDRAWN)
    )


def _mixed(text: str) -> list[str]:
    """List the words with letters of more than one script."""
    return [word for word in _WORD.findall(text) if not word.isascii() and len(set(map(_script, word))) > 1]


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), "other")
