"""The cases by which texts of a prompt are compared: some to reflect on, some to choose by, some that are sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from geoflow.errors import ExitCode, GeoflowError
from geoflow.workflow.replayed import Instance, from_mutants

FEWEST = 12
SEEDS = (1, 2, 3)
PER_OPERATOR = 12
MOST_TRAIN, MOST_CHOICE, MOST_SEALED = 24, 16, 24
_PARTS = 3
_TRAIN, _CHOICE, _SEALED = range(_PARTS)


@dataclass(frozen=True, slots=True)
class Cases:
    """`train` may be reflected on, `choice` ranks texts, `sealed` decides, a part a seed, and is shown to none."""

    train: tuple[Instance, ...]
    choice: tuple[Instance, ...]
    sealed: tuple[tuple[Instance, ...], ...]


def cases_of(files: Mapping[str, str], past: Sequence[Instance]) -> Cases:
    """Make the cases of main specs; `past` ones are reflected on, unless they are of a sealed part.

    Parts are of whole capabilities, or of requirements where there are fewer than three capabilities.

    Raises:
        GeoflowError: `too-few-mutants`.
    """
    by_seed = [list(from_mutants(files, seed, PER_OPERATOR, frozenset())) for seed in SEEDS]
    every = [*by_seed[0], *past]
    part_of = _Parts([one for made in by_seed for one in made])
    train = [one for one in [*past, *by_seed[0]] if part_of(one) == _TRAIN]
    choice = [one for one in every if part_of(one) == _CHOICE]
    sealed = tuple(tuple(one for one in made if part_of(one) == _SEALED)[:MOST_SEALED] for made in by_seed)
    if len(by_seed[0]) < FEWEST or not (train and choice and all(sealed)):
        raise GeoflowError(
            f"These specs give {len(by_seed[0])} flawed copies that an edit can mend, and that is too few to tell one "
            "text from another.",
            fix=f"Try it on a tree with more requirements: at least {FEWEST} such copies, of three requirements.",
            code="too-few-mutants",
            exit_code=ExitCode.NO,
        )
    return Cases(tuple(train[:MOST_TRAIN]), tuple(choice[:MOST_CHOICE]), sealed)


class _Parts:
    """Puts each case into one part, by its capability or requirement and nothing else."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        paths = {one.finding.path for one in instances}
        self._by_path = len(paths) >= _PARTS
        names = sorted({self._name(one) for one in instances}, key=lambda name: sha256(name.encode()).digest())
        self._part = {name: number % _PARTS for number, name in enumerate(names)}

    def __call__(self, instance: Instance) -> int:
        """Give the part; what is of none of the mutants' places may be reflected on."""
        return self._part.get(self._name(instance), _TRAIN)

    def _name(self, instance: Instance) -> str:
        return instance.finding.path if self._by_path else instance.group
