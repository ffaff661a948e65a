"""Requirements that say what another one says already, or its opposite, under another name."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.kept import Kept, short
from geoflow.quality.place import Place, finding_at

_SHORTEST = 6  # words: below that two requirements may agree by chance
_WORD = re.compile(r"`[^`\n]+`|[^\W_]+(?:[.'’-][^\W_]+)*|[<>=%]+")
_NUMBER = re.compile(r"\d[\d.,]*")
_NOT = frozenset({"not", "never", "no"})
_CONTRACTED = {"cannot": "can", "can't": "can", "won't": "will", "mustn't": "must", "shan't": "shall"}
_NEGATED = {**_CONTRACTED, **{f"{word}n't": word for word in ("does", "do", "is", "are", "should", "would")}}


class _Said(NamedTuple):
    """A requirement with its document, and digests of its words as they are compared; none where they are few."""

    document: Spec | Delta
    requirement: Requirement
    digests: Sequence[str]


def find_copies(tree: Tree, within: Collection[str] | None = None, kept: Kept | None = None) -> list[Finding]:
    """Find requirements of main specs and added ones that repeat another's text (GF311) or turn it round (GF312).

    Two say the opposite where their words are the same but for a negation or a number. Of each pair the second is
    named; what an active change adds comes after the main specs. With `within` only those in these files are named.
    """
    found: list[Finding] = []
    first: dict[str, _Said] = {}
    skeletons: dict[str, _Said] = {}
    for said in _all(tree, kept or Kept()):
        if not said.digests:
            continue
        same = first.setdefault(said.digests[0], said)
        other = skeletons.setdefault(said.digests[1], said)
        if within is not None and said.document.path not in within:
            continue
        if same is not said:
            found += _told(said, same, "GF311", "says the same as")
        elif other is not said:
            found += _told(said, other, "GF312", "says the opposite of, or another number than,")
    return found


def _all(tree: Tree, kept: Kept) -> Iterator[_Said]:
    documents: list[Spec | Delta] = [*tree.specs, *(delta for change in tree.changes for delta in change.deltas)]
    for document in documents:
        requirements = document.requirements if isinstance(document, Spec) else document.added
        for one, digests in zip(requirements, kept.of_each(document, requirements, "copy", _digests), strict=True):
            yield _Said(document, one, digests)


def says_the_same(one: Requirement, other: Requirement) -> bool:
    """Tell whether two requirements have the same words in their texts, whatever their names and scenarios."""
    return _words(one) == _words(other)


def _digests(requirement: Requirement) -> list[str]:
    words = _words(requirement)
    return [short(words), short(_skeleton(words))] if len(words) >= _SHORTEST else []


def _words(requirement: Requirement) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(requirement.text.casefold())]


def _skeleton(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word not in _NOT:
            yield _bare(word)


@lru_cache(maxsize=65536)
def _bare(word: str) -> str:
    return _NUMBER.sub("#", _NEGATED.get(word, word)) if word[0] != "`" else word


def _told(said: _Said, other: _Said, code: str, how: str) -> Iterator[Finding]:
    if said.document.path == other.document.path and said.requirement.name == other.requirement.name:
        return  # validation finds a name that stands twice
    if _is_moved(said, other):
        return
    text, requirement = said.document.text, said.requirement
    end = text.find("\n", requirement.start)
    place = Place(said.document.path, text, requirement.start, end if end >= 0 else len(text), requirement.name)
    where = f"{other.document.path}:{other.requirement.span.line}"
    message = f"“{requirement.name}” {how} “{other.requirement.name}” ({where})"
    fix = "keep one of them" if code == "GF311" else "decide which one holds, or write when each does"
    # Two documents may say the same of two things that each calls by the same word.
    severity: Severity = "info" if code == "GF311" and said.document.id != other.document.id else "warning"
    yield finding_at(place, code, severity, message, fix)


def _is_moved(said: _Said, other: _Said) -> bool:
    """Tell whether the second is the first in a delta: added where it is there already, which another rule finds."""
    return said.document.id == other.document.id and said.requirement.name == other.requirement.name
