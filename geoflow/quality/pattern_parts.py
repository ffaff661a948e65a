"""The parts of a pattern, as far as words can be read off it: of regular expressions what `grammar` writes.

Whoever reads them need not know how a pattern is spelt: `crash(?:es)?` and `fool-?proof` are lists of words here.
"""

import re
from collections.abc import Sequence
from itertools import product
from typing import Literal, NamedTuple

_MOST_SPELLINGS = 64
_BEGINNING = 30  # letters by which groups are told apart

Kind = Literal["word", "gap", "any", "edge", "look", "flat", "group"]


class Part(NamedTuple):
    """A word or a list of them (`flat`, with strokes between), what can be no letter or may be one, an edge, a group.

    `marked` tells that it begins with a whole word, `once` that it is not repeated.
    """

    kind: Kind
    text: str = ""
    choices: Sequence[Sequence["Part"]] = ()
    optional: bool = False
    marked: bool = False
    once: bool = True


_EDGES = r"\(\?<?!(?:\[\\w-\]|\\w)\)|\\b"
_TOKEN = re.compile(
    rf"(?P<edge>{_EDGES})|«(?P<marked>(?:[A-Za-z|]|-|\\-|\\s\+)+)»|(?P<look>\(\?<?[=!])"
    r"|\(\?:(?P<flat>(?:[A-Za-z|]|\\-|\\s\+)+)\)|(?P<open>«|\((?:\?(?:-i:|:|P<\w+>))?)"
    r"|(?P<end>[|)»])|(?P<word>[A-Za-z](?:[A-Za-z]|\?(?![?+])|\[[A-Za-z]+\](?![*+{]))*)"
    r"|(?P<any>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wWSD1-9]|\.)|(?P<gap>\\[sdnrtfvAZ]|\\[^A-Za-z1-9]|[^A-Za-z\\])"
)
_TIMES = re.compile(r"(?:([?*])|\+|\{(\d*)(?:,\d*)?\})[?+]?")
_EITHER = re.compile(r"\[([a-z]+)\](\??)|([a-z])\?")
_HIDDEN = "(?P<hidden>"
_HOLDS_NO_LETTER = re.compile(r"\[(?:\\[sd.\-]|[^A-Za-z\\^])*\]")


def parts_of(source: str) -> list[list[Part]]:
    """Read the alternatives of a pattern; ValueError where it holds what is not known here."""
    choices, _ = _choices(source, 0)
    return choices


def _choices(source: str, at: int) -> tuple[list[list[Part]], int]:
    """Read alternatives up to the end or a closing bracket; give the offset behind it."""
    choices: list[list[Part]] = [[]]
    while at < len(source):
        token = _TOKEN.match(source, at)
        if token is None or (token.group() == "(" and source.startswith("?", token.end())):
            raise ValueError(source[at:])
        kind, at = token.lastgroup, token.end()
        if kind == "end":
            if token.group() != "|":
                return _all_glued(choices), at
            choices.append([])
            continue
        part, at = _part(source, token, at)
        times = _TIMES.match(source, at) if part.kind not in ("edge", "look") else None
        if times:
            at = times.end()
            # Of a word only the last letter is repeated, so that it may be any.
            part = Part("any") if part.kind == "word" else part
            none = times[1] is not None or times[2] in ("", "0")
            part = part._replace(optional=none, once=times[1] == "?")
        choices[-1].append(part)
    return _all_glued(choices), at


def _part(source: str, token: re.Match[str], at: int) -> tuple[Part, int]:
    kind, text = token.lastgroup, token.group()
    if kind in ("open", "look"):
        inner, at = _group(source, at)
        if kind == "look":
            return Part("look"), at
        return Part("any") if text == _HIDDEN else Part("group", choices=inner, marked=text == "«"), at
    return _plain(kind or "", token), at


_GROUPS: dict[str, list[tuple[str, list[list[Part]]]]] = {}
"""Groups that were read before, by how they begin: patterns share many, and long ones."""


def _group(source: str, at: int) -> tuple[list[list[Part]], int]:
    same = _GROUPS.setdefault(source[at : at + _BEGINNING], [])
    for text, read in same:
        if source.startswith(text, at):
            return read, at + len(text)
    inner, end = _choices(source, at)
    same.append((source[at:end], inner))
    return inner, end


def _plain(kind: str, token: re.Match[str]) -> Part:
    text = token.group()
    if kind in ("flat", "marked"):
        listed = token[kind].lower().replace("\\s+", " ").replace("\\-", "-")
        return Part("flat", listed, marked=kind == "marked")
    if kind == "word":
        return Part("word", text.lower())
    if kind == "any":
        return Part("gap" if _HOLDS_NO_LETTER.fullmatch(text) else "any")
    if kind == "edge":
        return Part("edge")
    return Part("look" if text in (r"\A", r"\Z", "^", "$") else "gap", text.removeprefix("\\"))


def _all_glued(choices: list[list[Part]]) -> list[list[Part]]:
    return [_glued(parts) if len(parts) > 1 else parts for parts in choices]


def _glued(parts: list[Part]) -> list[Part]:
    """Put together what may be one word: `crash(?:es)?`, `fool-?proof`."""
    made: list[Part] = []
    for part in parts:
        made.append(part)
        gap = "" if len(made) < 3 or made[-2].kind != "gap" or not made[-2].optional else " "
        first = made[-3] if gap else made[-2] if len(made) > 1 else part
        if first is part or first.optional or (gap and part.optional) or not (heads := spellings(first)):
            continue
        tails = spellings(part)
        if tails and len(heads) * len(tails) <= _MOST_SPELLINGS:
            joined = [
                head + between + tail for head in heads for tail in tails for between in ("", gap)[: len(gap) + 1]
            ]
            alone = heads if part.optional else ()
            made[-3 if gap else -2 :] = [Part("flat", "|".join((*joined, *alone)))]
    return made


def spellings(part: Part) -> tuple[str, ...]:
    """List what a word, or a list of words, may be; nothing where it is more than that."""
    if part.kind == "word":
        return _spelt(part.text)
    if part.kind == "group" and part.once and all(len(one) == 1 and one[0].once for one in part.choices):
        spelt = [() if one.optional else spellings(one) for (one,) in part.choices]
        return tuple(word for words in spelt for word in words) if all(spelt) else ()
    return tuple(part.text.split("|")) if part.kind == "flat" and part.once else ()


def _spelt(text: str) -> tuple[str, ...]:
    """Spell out `finali[sz]e` and `standards?`; nothing where that is too much."""
    pieces: list[tuple[str, ...]] = []
    start = 0
    for match in _EITHER.finditer(text):
        pieces.append((text[start : match.start()],))
        letters = match[1] or match[3]
        pieces.append((*letters, "") if match[2] or match[3] else tuple(letters))
        start = match.end()
    if not pieces:
        return (text,)
    spelt = tuple("".join(one) for one in product(*pieces, (text[start:],)))
    return spelt if len(spelt) <= _MOST_SPELLINGS else ()
