"""Defects put into clean specs: mutants that `improve` can mend, and slips of words that the house never writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from random import Random

from geoflow.openspec import parse_spec, read_tree
from geoflow.openspec.model import Requirement, Spec, Tree
from geoflow.openspec.writer import splice
from geoflow.quality.findings import documents, find_in
from geoflow.quality.mutation.anatomy import anatomy
from geoflow.quality.mutation.mutant import Mutant, Operator
from geoflow.quality.mutation.operators import OPERATORS, mutants
from geoflow.quality.names import names_of
from geoflow.workflow.proof.house import BANNED

KINDS = ("A1", "A2", "A3", "A4", "A6", "N1", "S5")
"""Operators for whose findings `improve` can make an edit; the others need an answer, or lie between documents."""
_SLIPS = 10  # one requirement in so many


@dataclass(frozen=True, slots=True)
class Sown:
    """A requirement with a defect: its text as it was, as it stands now, and what was put in."""

    path: str
    requirement: str
    operator: str
    original: str
    mutated: str
    injected: str


Key = tuple[str, str]
"""Path and name of a requirement."""


@dataclass(frozen=True, slots=True)
class Field:
    """A tree with defects in it: its files, and what was sown where."""

    files: Mapping[str, str]
    sown: Mapping[Key, Sown]


def sow(files: Mapping[str, str], seed: str, count: int) -> Field:
    """Put up to so many defects into clean specs, at most one a requirement, kinds in turn; the same seed, the same.

    Requirements in which a rule finds something as they are, and those that share a name in a document, are spared.
    """
    tree = read_tree(files)
    chance = Random(f"sow:{seed}")  # noqa: S311 - to repeat a run, not to hide anything
    free, taken = _clean(tree), dict[Key, Mutant]()
    for mutant in _in_turn(tree, chance.getrandbits(32), count):
        key = (mutant.path, mutant.requirement)
        if len(taken) < count and key in free and key not in taken:
            taken[key] = mutant
    changed = _mutated(taken.values())
    slipped = chance.sample(sorted(taken), -(-len(taken) // _SLIPS)) if taken else []
    for path, name in slipped:
        changed[path] = _slip(path, changed[path], name, chance.choice(BANNED))
    sown = [_sown(mutant, files, changed) for _, mutant in sorted(taken.items())]
    return Field({**files, **changed}, {(one.path, one.requirement): one for one in sown if one})


def _clean(tree: Tree) -> set[Key]:
    names, free = names_of(tree), set[Key]()
    for document in documents(tree):
        if not isinstance(document, Spec):
            continue
        every = [one.name for one in document.requirements]
        found = {finding.requirement for finding in find_in(document, (), names)}
        free |= {(document.path, name) for name in every if every.count(name) == 1 and name not in found}
    return free


def _in_turn(tree: Tree, seed: int, count: int) -> Iterator[Mutant]:
    """Give mutants of all kinds and both halves of phrasings in turn, so that no kind crowds out another."""
    rows: list[Sequence[Mutant]] = []
    for name in KINDS:
        operator: Operator = next(one for one in OPERATORS if one.id == name)
        found = list(mutants(tree, seed, count, [operator]))
        halves = [[one for one in found if one.half == half] for half in operator.halves]
        rows.append([one for pair in zip_longest(*halves) for one in pair if one])
    for row in zip_longest(*rows):
        yield from (one for one in row if one and one.path == one.home)


def _mutated(members: Iterable[Mutant]) -> dict[str, str]:
    texts: dict[str, str] = {}
    # From the end to the beginning, so that the offsets of those before hold.
    for mutant in sorted(members, key=lambda one: (-one.edit.start, -one.edit.end)):
        text = texts.get(mutant.path, mutant.before)
        texts[mutant.path] = splice(text, mutant.edit.start, mutant.edit.end, mutant.edit.new)
    return texts


def _slip(path: str, text: str, name: str, word: str) -> str:
    found = requirement_in(path, text, name)
    place = anatomy(text, found) if found else None
    return text if place is None else splice(text, place.modal[1], place.modal[1], f" {word}")


def _sown(mutant: Mutant, files: Mapping[str, str], changed: Mapping[str, str]) -> Sown | None:
    path, name = mutant.path, mutant.requirement
    before, after = block(path, files[path], name), block(path, changed[path], name)
    if not before or not after:
        return None  # a mutant that took the requirement's form with it
    return Sown(path, name, mutant.operator.id, before, after, mutant.injected)


def requirement_in(path: str, text: str, name: str) -> Requirement | None:
    """Find a requirement of a main spec by its name."""
    spec = parse_spec(path.removeprefix("openspec/specs/").removesuffix("/spec.md"), path, text)
    return next((one for one in spec.requirements if one.name == name), None)


def block(path: str, text: str, name: str) -> str:
    """Give the text of a requirement of a main spec, with its heading and scenarios; empty where there is none."""
    found = requirement_in(path, text, name)
    return text[found.start : found.end] if found else ""
