"""Many mutants in one scratch copy of a tree, so that a review of the whole tree serves them all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geoflow.openspec.writer import splice
from geoflow.quality.mutation.mutant import Mutant, Setting

Files = Mapping[str, str]
_Slot = tuple[str, str]
_DANGLING, _SHORT_FORMS = frozenset({"GF215"}), frozenset({"R37"})
_MOST = 6  # mutants of one operator in one copy


@dataclass(frozen=True, slots=True)
class Round:
    """Mutants that stand side by side in one copy without touching each other.

    `good` are the files as they would be right, `bad` the same files with every mutant in them. `changed` are the
    paths of both that the tree itself has otherwise.
    """

    setting: Setting
    mutants: tuple[Mutant, ...]
    good: Files
    bad: Files

    @property
    def is_plain(self) -> bool:
        """Tell whether `good` is the tree as it stands."""
        return self.setting != "change" and not any(mutant.operator.undone for mutant in self.mutants)


def rounds(files: Files, mutants: Iterable[Mutant], *, one_a_document: bool = False) -> list[Round]:
    """Put mutants together, at most one a requirement (or a document) in each copy, in the order given."""
    groups: list[tuple[tuple[Setting, bool], set[_Slot], list[Mutant]]] = []
    open_from: dict[tuple[Setting, bool], int] = {}
    for mutant in mutants:
        kind, slots = (mutant.operator.setting, mutant.operator.undone), _slots(mutant, one_a_document=one_a_document)
        for group_kind, taken, members in groups[open_from.setdefault(kind, len(groups)) :]:
            if group_kind == kind and not slots & taken and not _is_habit(members, mutant):
                taken.update(slots)
                members.append(mutant)
                break
        else:
            groups.append((kind, slots, [mutant]))
    return [_round(files, kind[0], members, undone=kind[1]) for kind, _, members in groups]


def _slots(mutant: Mutant, *, one_a_document: bool) -> set[_Slot]:
    places = {(mutant.home, mutant.requirement)}
    if mutant.path != mutant.home and not mutant.edit.prefixes:
        places.add((mutant.path, "the end"))
    places = {(path, "") for path, _ in places} if one_a_document else places
    if mutant.operator.codes & _DANGLING or mutant.operator.incose & _SHORT_FORMS:
        places.add(("", mutant.injected))  # what a second one names is no longer nowhere, or used once
    return places


def _is_habit(members: Sequence[Mutant], mutant: Mutant) -> bool:
    """Tell whether one more slip of a kind would look like what the tree does as a rule."""
    return sum(one.operator is mutant.operator for one in members) >= _MOST


def _round(files: Files, setting: Setting, members: Sequence[Mutant], *, undone: bool) -> Round:
    good = dict(files)
    for mutant in members:
        good |= mutant.companions
        if mutant.before:
            good[mutant.path] = mutant.before
    bad = good | _mutated(members)
    return Round(setting, tuple(members), *((bad, good) if undone else (good, bad)))


def _mutated(members: Sequence[Mutant]) -> dict[str, str]:
    texts: dict[str, str] = {}
    # From the end to the beginning, so that the offsets of those before hold.
    for mutant in sorted(members, key=lambda one: (-one.edit.start, -one.edit.end)):
        text = texts.get(mutant.path, mutant.before)
        texts[mutant.path] = splice(text, mutant.edit.start, mutant.edit.end, mutant.edit.new)
    return texts
