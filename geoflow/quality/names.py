"""What an OpenSpec tree is known to hold: the names that a reference may mean, and habits that rules go by."""

import re
from collections import Counter
from functools import cached_property, lru_cache
from itertools import islice

from geoflow.openspec.model import Delta, Requirement, Spec, Tree
from geoflow.quality.prose import without_comments

ACRONYM = re.compile(r"(?<![\w/.<>{}$+-])[A-Z]{2,5}(?=s?(?![\w/<>{}=-]))")
_OBLIGATION = re.compile(r"\b(?:SHALL|MUST)\b")
_IN_PASSIVE = re.compile(
    r"\A(?:(?!\b(?:SHALL|MUST)\b).)*\b(?:SHALL|MUST)(?:\s+NOT)?\s+be\s+\w+(?:ed|en|wn|t)\b", re.DOTALL
)
_FEW = 20
_ENOUGH = 20  # requirements, before a habit is one


class Names:
    """What a tree holds, each thing worked out when it is first asked for. Names are `folded`."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._documents: list[Spec | Delta] = [
            *tree.specs,
            *(delta for change in tree.changes for delta in change.deltas),
        ]
        self._lone: dict[str, bool] = {}
        self._counted: dict[str, int] = {}

    @cached_property
    def known(self) -> frozenset[str]:
        """Give the capabilities, changes, requirements, scenarios and headings."""
        requirements = self._requirements
        named = [
            *(document.id for document in self._documents),
            *(change.id for change in (*self._tree.changes, *self._tree.archived)),
            *(one.name for one in requirements),
            *(scenario.name for one in requirements for scenario in one.scenarios),
            *(heading for document in self._documents for heading in _HEADING.findall(document.text)),
        ]
        return frozenset(map(folded, named))

    def is_lone(self, acronym: str) -> bool:
        """Tell whether an acronym stands in one requirement alone."""
        if acronym not in self._lone and len(self._lone) > _FEW:
            return self._uses[acronym] == 1
        if acronym not in self._lone:
            using = (block for block in self._blocks if acronym in block and acronym in acronyms_in(block))
            self._lone[acronym] = sum(1 for _ in islice(using, 2)) == 1
        return self._lone[acronym]

    def is_word(self, word: str) -> bool:
        """Tell whether a word stands somewhere as it is written here, and is no part of a longer one."""
        text, at = self._statements, self._statements.find(word)
        while at >= 0:
            if not (_IN_A_WORD.match(text[at - 1 : at]) or _IN_A_WORD.match(text[at + len(word) : at + len(word) + 1])):
                return True
            at = text.find(word, at + 1)
        return False

    @property
    def passive(self) -> float:
        """Give the share of requirements whose obligations are all in the passive; 0 where they are too few to tell."""
        return self._habits[0]

    @property
    def several(self) -> float:
        """Give the share of requirements with more than one obligation; 1 where they are too few to tell."""
        return self._habits[1]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Give the documents, proposals and designs as they are."""
        others = (text for change in self._tree.changes for text in (change.proposal, change.design) if text)
        return (*(document.text for document in self._documents), *others)

    def has(self, part: str) -> bool:
        """Tell whether a folded text is a name, or part of one."""
        return part in self._all_known

    def count(self, literal: str) -> int:
        """Count how often a text stands in the documents, proposals and designs, to the letter."""
        if literal not in self._counted:
            self._counted[literal] = self._all_texts.count(literal)
        return self._counted[literal]

    def repeats(self, phrase: str) -> bool:
        """Tell whether one of these has a phrase more than once, in any case of letters and any spacing."""
        return any(text.count(phrase) > 1 for text in self._squeezed)

    @cached_property
    def _requirements(self) -> list[Requirement]:
        return [one for document in self._documents for one in _requirements(document)]

    @cached_property
    def _uses(self) -> Counter[str]:
        """In how many requirements each acronym stands: dear, but less than to look for many of them one by one."""
        return Counter(acronym for block in self._blocks for acronym in acronyms_in(block))

    @cached_property
    def _blocks(self) -> list[str]:
        return [
            without_comments(document.text[one.start : one.end])
            for document in self._documents
            for one in _requirements(document)
        ]

    @cached_property
    def _all_texts(self) -> str:
        return _BETWEEN.join(self.texts)

    @cached_property
    def _statements(self) -> str:
        return _BETWEEN.join(document.text for document in self._documents)

    @cached_property
    def _all_known(self) -> str:
        return _BETWEEN.join(self.known)

    @cached_property
    def _squeezed(self) -> list[str]:
        return [" ".join(text.lower().split()) for text in self.texts]

    @cached_property
    def _habits(self) -> tuple[float, float]:
        return _habits(self._requirements)


def names_of(tree: Tree) -> Names:
    """Gather the names of a tree: of its main specs, its active changes, and the names of its archived ones."""
    return Names(tree)


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


def _habits(requirements: list[Requirement]) -> tuple[float, float]:
    if len(requirements) < _ENOUGH:
        return 0.0, 1.0
    passive = sum(bool(_IN_PASSIVE.search(one.text)) for one in requirements)
    several = sum(len(_OBLIGATION.findall(one.text)) > 1 for one in requirements)
    return passive / len(requirements), several / len(requirements)
