"""The capabilities of a tree, parted: what learners see, and what they never see."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import read_tree

FEWEST = 3
_TRAIN, _VALIDATION = 1 / 3, 2 / 9  # as 12 and 8 of 36; the rest is sealed


@dataclass(frozen=True, slots=True)
class Split:
    """Main specs as {path: text}: two parts that learners may see, and one that they never see."""

    train: Mapping[str, str]
    validation: Mapping[str, str]
    sealed: Mapping[str, str]

    @property
    def seen(self) -> dict[str, str]:
        """Give what the learning repository is made of."""
        return {**self.train, **self.validation}


def split_by_capability(files: Mapping[str, str], seed: int) -> Split:
    """Part the main specs that have requirements, whole documents at a time; changes and archives are left out.

    Raises:
        GeoflowError: `too-few-specs`.
    """
    paths = sorted(spec.path for spec in read_tree(files).specs if spec.requirements)
    if len(paths) < FEWEST:
        raise GeoflowError(
            f"The experiment needs at least {FEWEST} main specs with requirements, and here {_are(len(paths))}.",
            fix="Run it where there are more, or on another tree: geoflow bench improve --tree FOLDER",
            code="too-few-specs",
            exit_code=ExitCode.USAGE,
        )
    Random(f"split:{seed}").shuffle(paths)  # noqa: S311 - to repeat a run, not to hide anything
    first = max(1, round(len(paths) * _TRAIN))
    second = max(first + 1, round(len(paths) * (_TRAIN + _VALIDATION)))
    parts = (paths[:first], paths[first:second], paths[second:])
    return Split(*({path: files[path] for path in sorted(part)} for part in parts))


def _are(count: int) -> str:
    return "there is 1" if count == 1 else f"there are {count}"
