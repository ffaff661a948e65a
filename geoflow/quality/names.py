"""What an OpenSpec tree is known to hold: the names that a reference may mean, and habits that rules go by."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.quality.prose import without_comments

ACRONYM = re.compile(r"(?<![\w/.<>{}$+-])[A-Z]{2,5}(?=s?(?![\w/<>{}=-]))")
_OBLIGATION = re.compile(r"\b(?:SHALL|MUST)\b")
_IN_PASSIVE = re.compile(
    r"\A(?:(?!\b(?:SHALL|MUST)\b).)*\b(?:SHALL|MUST)(?:\s+NOT)?\s+be\s+\w+(?:ed|en|wn|t)\b", re.DOTALL
)
_ENOUGH = 20  # requirements, before a habit is one


class Names(NamedTuple):
    """Names of a tree, folded: lower case, one blank between words, no punctuation.

    Attributes:
        known: Capabilities, changes, requirements, scenarios and headings.
        texts: The documents as they are, for looking up a literal.
        acronyms: In how many requirements each acronym stands.
        short: The words of up to five letters that stand somewhere in lower case.
        passive: The share of requirements whose obligations are all in the passive; 0 where there are too few to tell.
        several: The share of requirements with more than one obligation; 1 where there are too few to tell.
    """

    known: frozenset[str]
    texts: tuple[str, ...]
    acronyms: Mapping[str, int]
    short: frozenset[str]
    passive: float
    several: float


def names_of(tree: Tree) -> Names:
    """Gather the names of a tree: of its main specs, its active changes, and the names of its archived ones."""
    documents: list[Spec | Delta] = [*tree.specs, *(delta for change in tree.changes for delta in change.deltas)]
    requirements = [one for document in documents for one in _requirements(document)]
    changes = [*tree.changes, *tree.archived]
    named = [
        *(document.id for document in documents),
        *(change.id for change in changes),
        *(one.name for one in requirements),
        *(scenario.name for one in requirements for scenario in one.scenarios),
        *(heading for document in documents for heading in _HEADING.findall(document.text)),
    ]
    others = tuple(text for change in tree.changes for text in (change.proposal, change.design) if text)
    texts = tuple(document.text for document in documents) + others
    short = frozenset(word for document in documents for word in _SHORT.findall(document.text))
    return Names(frozenset(map(folded, named)), texts, _acronyms(documents), short, *_habits(requirements))


_SHORT = re.compile(r"(?<![\w-])[a-z]{2,5}(?![\w-])")
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]+)", re.MULTILINE)
_NO_WORD = re.compile(r"[^a-z0-9]+")


def folded(name: str) -> str:
    """Fold a name for comparison: lower case, words alone, one blank between them."""
    return _NO_WORD.sub(" ", name.lower()).strip()


def _requirements(document: Spec | Delta) -> tuple[Requirement, ...]:
    return document.requirements if isinstance(document, Spec) else document.added + document.modified


def _acronyms(documents: Iterable[Spec | Delta]) -> Counter[str]:
    count: Counter[str] = Counter()
    for document in documents:
        for one in _requirements(document):
            count.update(set(ACRONYM.findall(without_comments(document.text[one.start : one.end]))))
    return count


def _habits(requirements: list[Requirement]) -> tuple[float, float]:
    if len(requirements) < _ENOUGH:
        return 0.0, 1.0
    passive = sum(bool(_IN_PASSIVE.search(one.text)) for one in requirements)
    several = sum(len(_OBLIGATION.findall(one.text)) > 1 for one in requirements)
    return passive / len(requirements), several / len(requirements)
