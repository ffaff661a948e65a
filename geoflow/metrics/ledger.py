"""The measures that every commit has, kept up to date file by file: a commit costs what it changed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from geoflow.metrics.change_figures import ChangeFigures, Contents, change_figures, counts_for_all
from geoflow.metrics.kept_figures import KeptFigures
from geoflow.metrics.measure import HISTORY
from geoflow.metrics.spec_figures import SpecFigures, SpecReader, Texts, Totals
from geoflow.openspec.layout import ARCHIVE, CHANGES, SPECS, capability_of, delta_paths
from geoflow.openspec.mains import Main, open_main
from geoflow.quality.kept import Kept

_MOST_FIGURES = 50_000
_MOST_MAINS = 100
_EMPTY = SpecFigures(Totals(), {})


class FileChange(NamedTuple):
    """A file that a commit changed: the ids of its content before and after, empty where it was or is not there.

    `added` and `removed` count lines.
    """

    path: str
    old: str
    new: str
    added: int = 0
    removed: int = 0


class Ledger:
    """The state of `openspec/` at a commit, as sums.

    Args:
        texts: Gives the text of a content by its id; asked for specs and active changes, of each content seldom twice.
        kept: What is kept of contents; the text of a spec that is known is not asked for.
        ahead: Is told of contents whose texts will be asked for.
    """

    def __init__(
        self, texts: Texts, kept: Kept | None = None, ahead: Callable[[Iterable[str]], None] = lambda _: None
    ) -> None:
        self._texts = texts
        self._kept = KeptFigures(kept)
        self._ahead = ahead
        self._mains: dict[tuple[str, str], Main] = {}
        self._reader = SpecReader()
        self._known: dict[str, SpecFigures] = {}
        self._files: dict[str, str] = {}
        self._totals = [0] * len(Totals._fields)
        self._sizes: Counter[int] = Counter()
        self._common: set[str] = set()
        self._changes: dict[str, dict[str, str]] = {}
        self._figures: dict[str, ChangeFigures] = {}

    def needs(self, path: str, content: str) -> bool:
        """Tell whether the text of a content is asked for as soon as it stands at a path."""
        return is_main_spec(path) and content not in self._known and self._kept.spec(content) is None

    def start(self, files: Mapping[str, str]) -> None:
        """Forget what stands, and begin with these files, {path: id}."""
        self._files, self._changes, self._figures, self._common = {}, {}, {}, set()
        self._totals, self._sizes = [0] * len(Totals._fields), Counter()
        self.apply(FileChange(path, "", content) for path, content in files.items())

    def apply(self, changes: Iterable[FileChange]) -> None:
        """Take what a commit changed."""
        for change in changes:
            self._put(change.path, change.new)

    def undo(self, changes: Iterable[FileChange]) -> None:
        """Take back what a commit changed."""
        for change in changes:
            self._put(change.path, change.old)

    def values(self) -> dict[str, float]:
        """Give the measures but for churn; a share or an average of nothing is left out: unknown is not zero."""
        found = {**self._specs(), **self._validity(), **self._work()}
        return {name: round(value, 4) for name in HISTORY if (value := found.get(name)) is not None}

    def churn(self, changes: Iterable[FileChange]) -> dict[str, float]:
        """Compare main specs before and after a commit."""
        added = modified = removed = lines_added = lines_removed = 0
        for change in changes:
            if not is_main_spec(change.path):
                continue
            old, new = self._spec(change.old).texts, self._spec(change.new).texts
            added += len(new.keys() - old.keys())
            removed += len(old.keys() - new.keys())
            modified += sum(old[name] != text for name, text in new.items() if name in old)
            lines_added += change.added
            lines_removed += change.removed
        counts = (added, modified, removed, lines_added, lines_removed)
        return dict(zip(_CHURN, counts, strict=True))

    def _put(self, path: str, content: str) -> None:
        before = self._files.get(path, "")
        if before == content:
            return
        if content:
            self._files[path] = content
        else:
            del self._files[path]
        if is_main_spec(path):
            self._count(self._spec(before).totals, -1)
            self._count(self._spec(content).totals, 1)
        elif change := _change_of(path):
            self._put_in_change(change, path, there=bool(content))
        if counts_for_all(path):
            self._figures.clear()
            (self._common.add if content else self._common.discard)(path)
        for name in [name for name, figures in self._figures.items() if path in figures.asked]:
            del self._figures[name]

    def _put_in_change(self, change: str, path: str, *, there: bool) -> None:
        inside = path[len(CHANGES) + len(change) + 1 :]
        names = self._changes.setdefault(change, {})
        self._figures.pop(change, None)
        if there:
            names[inside] = path
        else:
            del names[inside]
            if not names:
                del self._changes[change]

    def _count(self, totals: Totals, sign: int) -> None:
        if totals.specs:
            self._totals = [have + sign * one for have, one in zip(self._totals, totals, strict=True)]
            self._sizes[totals.requirements] += sign
            if not self._sizes[totals.requirements]:
                del self._sizes[totals.requirements]

    def _spec(self, content: str) -> SpecFigures:
        if not content:
            return _EMPTY
        found = self._known.get(content)
        if found is None:
            if len(self._known) >= _MOST_FIGURES:
                for old in list(self._known)[: _MOST_FIGURES // 2]:
                    del self._known[old]
            found = self._kept.spec(content)
            if found is None:
                found = self._reader.read(self._texts(content))
                self._kept.keep_spec(content, found)
            self._known[content] = found
        return found

    def _specs(self) -> dict[str, float | None]:
        sums = Totals(*self._totals)
        requirements = sums.requirements
        return {
            "size.specs": sums.specs,
            "size.requirements": requirements,
            "size.scenarios": sums.scenarios,
            "size.words": sums.words,
            "structure.requirements_per_spec": _ratio(requirements, sums.specs),
            "structure.largest_spec": max(self._sizes, default=0),
            "structure.words_per_requirement": _ratio(sums.requirement_words, requirements),
            "structure.specs_without_purpose": sums.bare,
            "coverage.scenarios_per_requirement": _ratio(sums.scenarios, requirements),
            "coverage.with_scenario": _percent(sums.with_scenario, requirements),
            "coverage.with_failure_scenario": _percent(sums.with_failure, requirements),
        }

    def _validity(self) -> dict[str, float | None]:
        sums, changes = Totals(*self._totals), self._looked_at()
        items = sums.specs + len(changes)
        valid = sums.valid + sum(not one.errors for one in changes)
        strict = sums.strict + sum(not one.errors and not one.warnings for one in changes)
        return {
            "validity.items": items,
            "validity.valid": _percent(valid, items),
            "validity.valid_strict": _percent(strict, items),
            "validity.errors": sums.errors + sum(one.errors for one in changes),
            "validity.warnings": sums.warnings + sum(one.warnings for one in changes),
        }

    def _work(self) -> dict[str, float | None]:
        changes = self._looked_at()
        tasks, done = sum(one.tasks for one in changes), sum(one.done for one in changes)
        return {
            "work.active_changes": len(changes),
            "work.open_tasks": tasks - done,
            "work.done_tasks": _percent(done, tasks),
        }

    def _looked_at(self) -> list[ChangeFigures]:
        contents = Contents(self._files, self._common, self._texts, self._main)
        lacking = []
        for name in self._changes.keys() - self._figures.keys():
            found = self._kept.change(name, self._changes[name], contents)
            if found is None:
                lacking.append(name)
            else:
                self._figures[name] = found
        self._ahead(
            self._files[path] for name in lacking for path in _read_for(self._changes[name]) if path in self._files
        )
        for name in lacking:
            figures = self._figures[name] = change_figures(name, self._changes[name], contents)
            self._kept.keep_change(name, self._changes[name], contents, figures)
        return list(self._figures.values())

    def _main(self, path: str, text: str) -> Main:
        """Open a main spec, once for all the changes that ask for it."""
        if (path, text) not in self._mains:
            if len(self._mains) >= _MOST_MAINS:
                self._mains.clear()
            self._mains[path, text] = open_main(path, text)
        return self._mains[path, text]


_CHURN = tuple(name for name in HISTORY if name.startswith("churn."))


def is_main_spec(path: str) -> bool:
    """Tell whether a path is that of a main spec."""
    return path.startswith(SPECS) and bool(capability_of(path[len(SPECS) :]))


def counts(path: str) -> bool:
    """Tell whether the content of a path may count for the measures of a commit."""
    return is_main_spec(path) or bool(_change_of(path)) or counts_for_all(path)


def _change_of(path: str) -> str:
    if not path.startswith(CHANGES) or path.startswith(ARCHIVE):
        return ""
    name, slash, _ = path[len(CHANGES) :].partition("/")
    return name if slash and not name.startswith(".") else ""


def _read_for(names: Mapping[str, str]) -> Iterator[str]:
    """List the files that a change's verdict is likely to rest on, by those that it has."""
    yield from names.values()
    yield from (f"{SPECS}{capability}/spec.md" for capability in delta_paths(names))


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
