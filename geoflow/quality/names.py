"""What an OpenSpec tree is known to hold: the names that a reference may mean, and habits that rules go by."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from math import nextafter
from typing import Any

from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.quality.kept import Kept, key_of
from geoflow.quality.lazily import whole
from geoflow.quality.prose import without_comments

ACRONYM = re.compile(r"[A-Z](?<![\w/.<>{}$+-].)[A-Z]{1,4}(?=s?(?![\w/<>{}=-]))")
_OBLIGATION = re.compile(whole("SHALL", "MUST"))
_IN_PASSIVE = re.compile(
    r"\A(?:(?!\b(?:SHALL|MUST)\b).)*\b(?:SHALL|MUST)(?:\s+NOT)?\s+be\s+\w+(?:ed|en|wn|t)\b", re.DOTALL
)
_ENOUGH = 20  # requirements, before a habit is one
_OFTEN = 3  # times that a habit of wording is seen
_LEVELS: dict[str, tuple[float, ...]] = {
    "stroke": (0.05,),
    "it": (0.05,),
    "passive": (0.025, 0.05),
    # One more is a slip where few have several obligations, and a habit where many; from 1 on nothing is known.
    "several": (0.15, nextafter(0.3, 1), 1.0),
}
"""The shares of requirements from which on a habit has another level."""


class Names:
    """What a tree holds, each thing worked out when it is first asked for. Names are `folded`."""

    def __init__(self, tree: Tree, kept: Kept | None = None) -> None:
        self.kept = kept or Kept()
        self._tree = tree
        self._documents: list[Spec | Delta] = [
            *tree.specs,
            *(delta for change in tree.changes for delta in change.deltas),
        ]
        self._told: dict[str, list[tuple[str, str, dict[str, int]]]] = {}
        self.answers: dict[tuple[Any, ...], Any] = {}
        """Questions that `Around` put, with their answers."""

    @cached_property
    def known(self) -> frozenset[str]:
        """Give the capabilities, changes, requirements, scenarios and headings."""
        ids = (
            *(document.id for document in self._documents),
            *(change.id for change in (*self._tree.changes, *self._tree.archived)),
        )
        return frozenset(map(folded, ids)).union(*map(self._named_in, self._documents))

    def knows(self, name: str) -> bool:
        """Tell whether a folded text is a name."""
        return name in self.known

    def tells_of(self, *words: str) -> bool:
        """Tell whether some name has words that begin with each of these."""
        return any(all(f" {word}" in f" {known}" for word in words) for known in self.known)

    def is_lone(self, acronym: str) -> bool:
        """Tell whether an acronym stands in one requirement alone."""
        return self._uses[acronym] == 1

    def is_word(self, word: str) -> bool:
        """Tell whether a word stands somewhere as it is written here, and is no part of a longer one."""
        texts = [document.text for document in self._documents]
        return any(self._of_texts(texts, "words", word, _is_word))

    def habit(self, name: str) -> int:
        """Tell how usual something is in the tree's requirements: 0 rare, and the higher the more usual.

        `passive`: all obligations are in it (up to 2); `several` obligations (up to 2; 3: too few requirements to
        tell); `stroke`: two words with one between them (up to 1); `it` SHALL do something (up to 1).
        """
        return bisect_right(_LEVELS[name], self._shares[name])

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Give the documents, proposals and designs as they are."""
        others = (text for change in self._tree.changes for text in (change.proposal, change.design) if text)
        return (*(document.text for document in self._documents), *others)

    def has(self, part: str) -> bool:
        """Tell whether a folded text is a name, or part of one."""
        return part in self._all_known

    def stands_more(self, literal: str, times: int) -> bool:
        """Tell whether a text stands in the documents, proposals and designs more often than so many times."""
        return sum(self._of_texts(self.texts, "counts", literal, str.count)) > times

    def repeats(self, phrase: str) -> bool:
        """Tell whether one of these has a phrase more than once, in any case of letters and any spacing."""
        return any(self._of_texts(self.texts, "repeats", phrase, _repeats))

    def _of_texts(self, texts: Sequence[str], what: str, about: str, work: Callable[[str, str], int]) -> Iterator[int]:
        """Answer a question about each of some texts, from what is kept of it where it was asked before."""
        if what not in self._told:
            keys = [self.kept.of_text(None, text) for text in texts]
            told = (self.kept.worked_out(key, what, dict[str, int]) for key in keys)
            self._told[what] = list(zip(keys, texts, told, strict=True))
        for key, text, answers in self._told[what]:
            if about not in answers:
                answers[about] = int(work(text, about))
                self.kept.keep(key, what, answers)
            yield answers[about]

    def _habits_in(self, text: str) -> tuple[int, int, int]:
        """Count the requirements of a text, and those that have a stroke and that say what "it" SHALL do."""
        bodies = _BODY.findall(text)
        kept = [self.kept.worked_out(key_of("body", one), "habits", partial(_habits_of, one)) for one in bodies]
        return len(bodies), sum(one[0] for one in kept), sum(one[1] for one in kept)

    def _named_in(self, document: Spec | Delta) -> list[str]:
        """List the names that a document gives: of requirements, scenarios and headings."""
        # No name holds a line feed.
        return self.kept.worked_out(
            self.kept.of_document(document), "names", lambda: "\n".join(_named_in(document))
        ).split("\n")

    @cached_property
    def _uses(self) -> Counter[str]:
        """In how many requirements each acronym stands."""
        return Counter(acronym for acronyms, _, _ in self._facts for acronym in acronyms)

    @cached_property
    def _facts(self) -> list[tuple[list[str], bool, bool]]:
        return [
            fact
            for document in self._documents
            for fact in self.kept.of_each(document, _requirements(document), "facts", partial(_facts, document))
        ]

    @cached_property
    def _shares(self) -> dict[str, float]:
        counted = [
            self.kept.worked_out(self.kept.of_text(None, text), "habits", partial(self._habits_in, text))
            for text in self.texts
        ]
        bodies, strokes, its = (sum(one[index] for one in counted) for index in range(3))
        passive, several = sum(one for _, one, _ in self._facts), sum(one for _, _, one in self._facts)
        requirements = len(self._facts)
        known = requirements >= _ENOUGH
        return {
            "stroke": strokes / bodies if bodies >= _ENOUGH and strokes >= _OFTEN else 0.0,
            "it": its / bodies if bodies >= _ENOUGH and its >= _OFTEN else 0.0,
            "passive": passive / requirements if known else 0.0,
            "several": several / requirements if known else 1.0,
        }

    @cached_property
    def _all_known(self) -> str:
        return _BETWEEN.join(self.known)


def names_of(tree: Tree, kept: Kept | None = None) -> Names:
    """Gather the names of a tree: of its main specs, its active changes, and the names of its archived ones."""
    return Names(tree, kept)


_BODY = re.compile(r"^### Requirement:[^\n]*\n((?:(?!#{1,4} )[^\n]*\n)*(?:(?!#{1,4} )[^\n]+)?)", re.MULTILINE)
_BETWEEN = "\n\0\n"
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]+)", re.MULTILINE)
_IN_A_WORD = re.compile(r"[\w-]")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def folded(name: str) -> str:
    """Fold a name for comparison: lower case, words alone, one blank between them."""
    return _NO_WORD.sub(" ", name.lower()).strip()


def _requirements(document: Spec | Delta) -> tuple[Requirement, ...]:
    return document.requirements if isinstance(document, Spec) else document.added + document.modified


@lru_cache(maxsize=8192)
def acronyms_in(text: str) -> frozenset[str]:
    """Find what has the form of an acronym."""
    return frozenset(ACRONYM.findall(text))


def _habits_of(body: str) -> tuple[bool, bool]:
    from geoflow.quality.habits import habits_of  # with all that is known of phrases, for which there is no need else

    return habits_of(body)


def _is_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        behind = at + len(word)
        if not (_IN_A_WORD.match(text[max(at - 1, 0) : at]) or _IN_A_WORD.match(text[behind : behind + 1])):
            return True
        at = text.find(word, at + 1)
    return False


def _repeats(text: str, phrase: str) -> bool:
    lower = text.lower()
    longest = max(phrase.split(), key=len, default="")
    return lower.count(longest) > 1 and " ".join(lower.split()).count(phrase) > 1


def _named_in(document: Spec | Delta) -> list[str]:
    requirements = _requirements(document)
    named = [
        *(one.name for one in requirements),
        *(scenario.name for one in requirements for scenario in one.scenarios),
        *_HEADING.findall(document.text),
    ]
    return list(dict.fromkeys(map(folded, named)))


def _facts(document: Spec | Delta, requirement: Requirement) -> tuple[list[str], bool, bool]:
    """Give the acronyms of a requirement, and whether its obligations are all in the passive, and are several."""
    acronyms = acronyms_in(without_comments(document.text[requirement.start : requirement.end]))
    text = requirement.text
    return sorted(acronyms), bool(_IN_PASSIVE.search(text)), len(_OBLIGATION.findall(text)) > 1
