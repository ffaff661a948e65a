"""The words without which a pattern cannot match, read off the pattern itself.

Of every alternative the rarest words are kept, so that most texts can be told from afar to hold no match. What is not
understood counts as anything, so that nothing is missed; of regular expressions only what `grammar` writes is read.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Literal, NamedTuple

MARKS = ("??", "__", "<", "[", "{", "(", "/", "%", "§", "...")
"""What is no word and may be needed as well."""

_COMMON = (
    "the and when a then is shall with or to an not for that given in as it no must its on from be has of before only "
    "are system without does change by one same at than after any each every all so still both first while other more"
).split()
_WEIGHTS = {word: 10 + 600 // (rank + 1) for rank, word in enumerate(_COMMON)} | {
    "(": 65,
    "/": 30,
    "%": 5,
    "§": 1,
    "-ly": 120,
}
_MOST_ENTRIES = 16
_MOST_SPELLINGS = 64
_BEGINNING = 30  # letters by which groups are told apart


class Need(NamedTuple):
    """One way to match: some word of `either` has to be there, and one of `along` too unless that is empty."""

    either: frozenset[str]
    along: frozenset[str] = frozenset()


Needs = tuple[Need, ...]
"""Ways to match, of which one at least has to be open; none at all says that nothing is known."""

_Kind = Literal["word", "gap", "any", "edge", "look", "flat", "group"]


class _Part(NamedTuple):
    kind: _Kind
    text: str = ""
    choices: Sequence[Sequence["_Part"]] = ()
    optional: bool = False
    marked: bool = False
    once: bool = True


_EDGES = r"\(\?<?!(?:\[\\w-\]|\\w)\)|\\b"
_TOKEN = re.compile(
    rf"(?P<edge>{_EDGES})|«(?P<marked>(?:[A-Za-z|]|-|\\-|\\s\+)+)»|(?P<look>\(\?<?[=!])|\(\?:(?P<flat>(?:[A-Za-z|]|\\-|\\s\+)+)\)|(?P<open>«|\((?:\?(?:-i:|:|P<\w+>))?)"
    r"|(?P<end>[|)»])|(?P<word>[A-Za-z](?:[A-Za-z]|\?(?![?+])|\[[A-Za-z]+\](?![*+{]))*)"
    r"|(?P<any>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wWSD]|\.)|(?P<gap>\\[sd]|\\?[^A-Za-z]|\\[AZ])"
)
_TIMES = re.compile(r"(?:([?*])|\+|\{(\d*)(?:,\d*)?\})[?+]?")
_EITHER = re.compile(r"\[([a-z]+)\](\??)|([a-z])\?")
_LETTERS = re.compile("[a-z]+")
_HIDDEN = "(?P<hidden>"
_HOLDS_NO_LETTER = re.compile(r"\[(?:\\[sd.\-]|[^A-Za-z\\^])*\]")


def needs_of(source: str, cues: frozenset[str] = frozenset()) -> Needs:
    """Read what a pattern needs; `cues` are words or marks of which it needs one beside what can be read."""
    choices, _ = _choices(source, 0)
    read = _of_choices(choices, left=False, right=False)
    return _joined([read, (Need(cues),) if cues else ()])


def weight(words: Iterable[str]) -> int:
    """Tell how common some words are together: about how many of a thousand sentences have one of them."""
    return sum(_WEIGHTS.get(word, 1) for word in words)


def _choices(source: str, at: int) -> tuple[list[list[_Part]], int]:
    """Read alternatives up to the end or a closing bracket; give the offset behind it."""
    choices: list[list[_Part]] = [[]]
    while at < len(source):
        token = _TOKEN.match(source, at)
        if token is None:
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
            part = _Part("any") if part.kind == "word" else part
            none = times[1] is not None or times[2] in ("", "0")
            part = part._replace(optional=none, once=times[1] == "?")
        choices[-1].append(part)
    return _all_glued(choices), at


def _part(source: str, token: re.Match[str], at: int) -> tuple[_Part, int]:
    kind, text = token.lastgroup, token.group()
    if kind in ("open", "look"):
        inner, at = _group(source, at)
        if kind == "look":
            return _Part("look"), at
        return _Part("any") if text == _HIDDEN else _Part("group", choices=inner, marked=text == "«"), at
    return _plain(kind or "", token), at


_GROUPS: dict[str, list[tuple[str, list[list[_Part]]]]] = {}
"""Groups that were read before, by how they begin: patterns share many, and long ones."""


def _group(source: str, at: int) -> tuple[list[list[_Part]], int]:
    same = _GROUPS.setdefault(source[at : at + _BEGINNING], [])
    for text, read in same:
        if source.startswith(text, at):
            return read, at + len(text)
    inner, end = _choices(source, at)
    same.append((source[at:end], inner))
    return inner, end


def _plain(kind: str, token: re.Match[str]) -> _Part:
    text = token.group()
    if kind in ("flat", "marked"):
        listed = token[kind].lower().replace("\\s+", " ").replace("\\-", "-")
        return _Part("flat", listed, marked=kind == "marked")
    if kind == "word":
        return _Part("word", text.lower())
    if kind == "any":
        return _Part("gap" if _HOLDS_NO_LETTER.fullmatch(text) else "any")
    if kind == "edge":
        return _Part("edge")
    return _Part("look" if text in (r"\A", r"\Z", "^", "$") else "gap", text.removeprefix("\\"))


def _all_glued(choices: list[list[_Part]]) -> list[list[_Part]]:
    return [_glued(parts) if len(parts) > 1 else parts for parts in choices]


def _glued(parts: list[_Part]) -> list[_Part]:
    """Put together what may be one word: `crash(?:es)?`, `fool-?proof`."""
    made: list[_Part] = []
    for part in parts:
        made.append(part)
        gap = "" if len(made) < 3 or made[-2].kind != "gap" or not made[-2].optional else " "
        first = made[-3] if gap else made[-2] if len(made) > 1 else part
        if first is part or first.optional or (gap and part.optional) or not (heads := _spellings(first)):
            continue
        tails = _spellings(part)
        if tails and len(heads) * len(tails) <= _MOST_SPELLINGS:
            joined = [
                head + between + tail for head in heads for tail in tails for between in ("", gap)[: len(gap) + 1]
            ]
            alone = heads if part.optional else ()
            made[-3 if gap else -2 :] = [_Part("flat", "|".join((*joined, *alone)))]
    return made


def _spellings(part: _Part) -> tuple[str, ...]:
    """List what a word, or a list of words, may be; nothing where it is more than that."""
    if part.kind == "word":
        return _spelt(part.text)
    if part.kind == "group" and part.once and all(len(one) == 1 and one[0].once for one in part.choices):
        spelt = [() if one.optional else _spellings(one) for (one,) in part.choices]
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


def _of_choices(choices: Sequence[Sequence[_Part]], *, left: bool, right: bool) -> Needs:
    entries: list[Need] = []
    for parts in choices:
        found = _of_sequence(parts, left=left, right=right)
        if not found:
            return ()
        entries += found
    return _merged(entries)


def _of_sequence(parts: Sequence[_Part], *, left: bool, right: bool) -> Needs:
    found: list[Needs] = []
    for index, part in enumerate(parts):
        if part.optional or part.kind in ("any", "edge", "look"):
            continue
        if part.kind == "gap":
            found.append((Need(frozenset({part.text})),) if part.text in MARKS else ())
            continue
        before = part.marked or _is_edge(parts, index - 1, -1, otherwise=left)
        behind = _is_edge(parts, index + 1, 1, otherwise=right)
        if part.kind == "word":
            found.append(_of_word(part.text) if before and behind else ())
        elif part.kind == "flat":
            found.append(_of_list(part.text, left=before, right=behind))
        else:
            found.append(_of_choices(part.choices, left=before, right=behind))
    return _joined(found)


def _is_edge(parts: Sequence[_Part], index: int, step: int, *, otherwise: bool) -> bool:
    """Tell whether no letter can stand beside a part: walk over what may be empty, up to what may not."""
    while 0 <= index < len(parts):
        part = parts[index]
        if part.kind == "edge":
            return True
        if part.kind != "look":
            if _may_touch(part, step):
                return False
            if not part.optional and not _may_be_empty(part):
                return True
        index += step
    return otherwise


def _may_touch(part: _Part, step: int) -> bool:
    """Tell whether a part may begin (step 1) or end (step -1) in a letter."""
    if part.kind == "flat":
        return any(one[::step][:1].isalpha() for one in part.text.split("|"))
    if part.kind == "group":
        return any(_sequence_may_touch(parts, step) for parts in part.choices)
    return part.kind in ("word", "any")


def _sequence_may_touch(parts: Sequence[_Part], step: int) -> bool:
    for part in parts[::step]:
        if part.kind == "edge":
            return False
        if part.kind == "look":
            continue
        if _may_touch(part, step):
            return True
        if not part.optional and not _may_be_empty(part):
            return False
    return False


def _may_be_empty(part: _Part) -> bool:
    if part.kind == "flat":
        return "" in part.text.split("|")
    return part.kind == "group" and any(
        all(one.optional or one.kind in ("edge", "look") or _may_be_empty(one) for one in parts)
        for parts in part.choices
    )


def _of_word(text: str) -> Needs:
    spelt = _spelt(text)
    return (Need(frozenset(spelt)),) if spelt and "" not in spelt else ()


@lru_cache(maxsize=512)
def _of_list(text: str, *, left: bool, right: bool) -> Needs:
    """Read alternatives that are words and phrases alone: the rarest word of each."""
    found: set[str] = set()
    for one in text.split("|"):
        words = _LETTERS.findall(one)
        whole = words[(not left and one[:1].isalpha()) : len(words) - (not right and one[-1:].isalpha())]
        if not whole:
            return ()
        found.add(min(whole, key=lambda word: _WEIGHTS.get(word, 1)) if len(whole) > 1 else whole[0])
    return (Need(frozenset(found)),)


def _merged(entries: list[Need]) -> Needs:
    alone = frozenset(word for one in entries if not one.along for word in one.either)
    others = [one for one in entries if one.along]
    if len(others) > _MOST_ENTRIES:
        return (Need(alone.union(*(one.either for one in others))),)
    return (*([Need(alone)] if alone else []), *others)


def _joined(found: Iterable[Needs]) -> Needs:
    """Join what follows each other: the rarest has to be there, and the rarest of the others along with it."""
    rarest = sorted((needs for needs in found if needs), key=_cost)
    if len(rarest) < 2:
        return rarest[0] if rarest else ()
    along = frozenset(word for need in rarest[1] for word in need.either)
    return tuple(need if need.along else Need(need.either, along) for need in rarest[0])


def _cost(needs: Needs) -> float:
    return sum(weight(need.either) * (0.3 if need.along else 1) for need in needs)
