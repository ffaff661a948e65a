"""What active changes contribute to the measures: their tasks and their verdicts, and on which files these rest."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from geoflow.metrics.spec_figures import Texts, counted
from geoflow.openspec.change_rules import check_change
from geoflow.openspec.layout import SCHEMAS
from geoflow.openspec.mains import Main, Mains, open_main
from geoflow.openspec.nesting import Folder
from geoflow.openspec.schemas import Schemas
from geoflow.openspec.tasks import parse_tasks

_CONFIGS = ("openspec/config.yaml", "openspec/config.yml")


class ChangeFigures(NamedTuple):
    """Errors and warnings of a change, its tasks, and the paths, there or not, that its verdict rests on."""

    errors: int
    warnings: int
    tasks: int
    done: int
    asked: frozenset[str]


def counts_for_all(path: str) -> bool:
    """Tell whether every change rests on a path, be it new: the configuration, and schemas of the project's own."""
    return path.startswith(SCHEMAS) or path in _CONFIGS


class Contents(NamedTuple):
    """The files of a tree by the ids of their contents, those among them that count for all, and the texts by id.

    `opener` opens main specs, each once for all changes.
    """

    files: Mapping[str, str]
    common: Collection[str]
    texts: Texts
    opener: Callable[[str, str], Main] = open_main


def change_figures(name: str, names: Mapping[str, str], contents: Contents) -> ChangeFigures:
    """Validate an active change and count its tasks; `names` are its files by their path inside it."""
    seen = _Seen(contents)
    folder = Folder(name, names, seen, Schemas(seen), Mains(seen, contents.opener))
    errors, warnings = counted(check_change(folder))
    tasks = parse_tasks(seen[names["tasks.md"]]) if "tasks.md" in names else ()
    return ChangeFigures(errors, warnings, len(tasks), sum(task.done for task in tasks), frozenset(seen.asked))


class _Seen(Mapping[str, str]):
    """The texts of a tree, which remembers the paths that it was asked for; walked are only those that all rest on."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self.asked: set[str] = set()

    def __getitem__(self, path: str) -> str:
        self.asked.add(path)
        return self._contents.texts(self._contents.files[path])

    def __contains__(self, path: object) -> bool:
        self.asked.add(str(path))
        return path in self._contents.files

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents.common)

    def __len__(self) -> int:
        return len(self._contents.common)
