"""Read requirement prose: what a reader sees, its literals, sentences and words, all with their offsets."""

import re
from functools import lru_cache

HIDDEN = "\0"
"""Stands for a character that is no prose: inside code, a quotation, a comment or an address."""

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(`(?<!``)`?)(?!`)([^`\n]+(?:\n[^`\n]+)?)\1(?!`)")
_QUOTED = re.compile(r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”")
_ADDRESS = re.compile(r"\b(?:https?|ftp|file|ssh)://[^\s<>()`\"]+|(?<![\w/.])(?:\.{1,2})?/[\w.@-][\w./@*-]*")
_NAME = re.compile(r"(?<![\w`])(?:\w+_\w+|[A-Za-z]+\d\w*|\w+[a-z][A-Z]\w*|--?[a-z][\w-]+|[A-Za-z]\w+(?:\.\w+)+)(?!\w)")
LITERALS = (FENCE, _CODE, _QUOTED, _ADDRESS, _NAME)
"""What is kept to the letter: fenced and inline code, quotations, addresses, identifiers; in this order."""

_SIGNS = ((FENCE, ("```", "~~~")), (_CODE, ("`",)), (_QUOTED, ('"', "“")))
"""Literals with what stands in a text wherever they do, and is looked for much faster."""
_SIGN_WITHIN = re.compile(r"/|_|[A-Za-z]\d|[a-z][A-Z]|-[a-z]|\w\.\w")
"""The same for addresses and identifiers."""
_SENTENCE_END = re.compile(
    r"^#{1,6}[ \t][^\n]*\n|[.!?](?=[\s)\"'*]|$)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d+[.)])[ \t])", re.MULTILINE
)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|no)|\b[A-Z])\.$", re.IGNORECASE)


def without_comments(text: str) -> str:
    """Blank out HTML comments, keeping every offset; a comment that never closes hides the rest."""
    if "<!--" not in text:
        return text
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def without_code(text: str) -> str:
    """Hide code, fenced and inline, keeping every offset; comments stay."""
    return _CODE.sub(hide, FENCE.sub(hide, text)) if "`" in text or "~~~" in text else text


def masked(text: str) -> str:
    """Hide everything that is not prose (comments, code, quotations, addresses, identifiers), keeping offsets."""
    text = without_comments(text)
    for pattern, signs in _SIGNS:
        for sign in signs:
            if sign in text:
                text = pattern.sub(hide, text)
                break
    return _without_names(text)


def _without_names(text: str) -> str:
    """Hide addresses and identifiers.

    None holds white space, so that each part of a text is read by itself; most stand in a tree hundreds of times.
    """
    pieces: list[str] = []
    done = 0
    for part in [one for one in text.split() if one not in _PLAIN]:
        shown = _SHOWN.get(part) or _show(part)
        if shown:
            # Where it stands first is its own place: what holds it has the sign as well, and was passed before.
            start = text.index(part, done)
            pieces += text[done:start], shown
            done = start + len(part)
    return "".join((*pieces, text[done:])) if pieces else text


_PLAIN: set[str] = set()
_SHOWN: dict[str, str] = {}
_MOST_PARTS = 100_000


def _show(part: str) -> str:
    """Hide what is literal in a part of a text; empty where there is no sign of it."""
    if len(_PLAIN) + len(_SHOWN) > _MOST_PARTS:
        _PLAIN.clear()
        _SHOWN.clear()
    if not _SIGN_WITHIN.search(part):
        _PLAIN.add(part)
        return ""
    shown = _SHOWN[part] = _NAME.sub(hide, _ADDRESS.sub(hide, part))
    return shown


def hide(match: re.Match[str]) -> str:
    """Replace a match by as many hidden characters; line ends stay."""
    literal = match.group()
    return re.sub(r"[^\n]", HIDDEN, literal) if "\n" in literal else HIDDEN * len(literal)


def sentences(text: str) -> list[tuple[int, int]]:
    """Split text into sentences: offsets of each, without the white space around it."""
    return list(_sentences(text))


@lru_cache(maxsize=64)
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(sentences_of(masked(text)))


def sentences_of(prose: str) -> list[tuple[int, int]]:
    """Split text whose literals are hidden already into sentences."""
    bounds, start = [], 0
    for match in _SENTENCE_END.finditer(prose):
        if match.group() == "." and _ABBREVIATION.search(prose[max(0, match.start() - 6) : match.end()]):
            continue
        bounds.append((start, match.end()))
        start = match.end()
    bounds.append((start, len(prose)))
    trimmed = [_trim(prose, begin, end) for begin, end in bounds]
    return [(begin, end) for begin, end in trimmed if begin < end]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - (len(part) - len(part.rstrip()))


def sentence_around(text: str, position: int) -> tuple[int, int]:
    """Find the sentence that holds an offset; the whole text where none does."""
    for start, end in _sentences(text):
        if start <= position < end:
            return start, end
    return _trim(text, 0, len(text))
