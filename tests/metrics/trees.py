"""Trees as a ledger takes them, and what every measure should be, worked out from whole values instead of changes."""

from collections.abc import Mapping
from hashlib import sha1

from geoflow.metrics.ledger import FileChange, Ledger
from geoflow.openspec import read_tree, validate
from geoflow.quality.failure import describes_failure
from geoflow.quality.kept import Kept


def as_ids(files: Mapping[str, str]) -> dict[str, str]:
    """Give each content an id: {path: id}."""
    return {path: id_of(text) for path, text in files.items()}


def id_of(text: str) -> str:
    return sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def ledger_of(*trees: Mapping[str, str], kept: Kept | None = None) -> Ledger:
    """Make a ledger that knows the texts of some trees and starts with the first; `kept` is of earlier ones."""
    texts = {id_of(text): text for tree in trees for text in tree.values()}
    ledger = Ledger(texts.__getitem__, kept)
    ledger.start(as_ids(trees[0]))
    return ledger


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileChange]:
    """Tell what lies between two trees."""
    old, new = as_ids(before), as_ids(after)
    paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return [FileChange(path, old.get(path, ""), new.get(path, "")) for path in paths]


def values_of(files: Mapping[str, str]) -> dict[str, float]:
    return ledger_of(files).values()


def expected(files: Mapping[str, str]) -> dict[str, float]:
    """Work the measures out from the parsed tree and the reports of validation, by their definitions."""
    tree, reports = read_tree(files), validate(files)
    requirements = [one for spec in tree.specs for one in spec.requirements]
    scenarios = sum(len(one.scenarios) for one in requirements)
    failing = sum(any(map(describes_failure, one.scenarios)) for one in requirements)
    words = sum(len(one.text.split()) for one in requirements)
    tasks = [task for change in tree.changes for task in change.tasks]
    levels = [issue.level for report in reports for issue in report.issues]
    done = sum(task.done for task in tasks)
    found = {
        "size.specs": len(tree.specs),
        "size.requirements": len(requirements),
        "size.scenarios": scenarios,
        "size.words": sum(len(spec.text.split()) for spec in tree.specs),
        "structure.requirements_per_spec": _share(len(requirements), len(tree.specs), 1),
        "structure.largest_spec": max((len(spec.requirements) for spec in tree.specs), default=0),
        "structure.words_per_requirement": _share(words, len(requirements), 1),
        "structure.specs_without_purpose": sum(not spec.purpose for spec in tree.specs),
        "coverage.scenarios_per_requirement": _share(scenarios, len(requirements), 1),
        "coverage.with_scenario": _share(sum(bool(one.scenarios) for one in requirements), len(requirements)),
        "coverage.with_failure_scenario": _share(failing, len(requirements)),
        "validity.items": len(reports),
        "validity.valid": _share(sum(report.valid() for report in reports), len(reports)),
        "validity.valid_strict": _share(sum(report.valid(strict=True) for report in reports), len(reports)),
        "validity.errors": levels.count("ERROR"),
        "validity.warnings": levels.count("WARNING"),
        "work.active_changes": len(tree.changes),
        "work.open_tasks": len(tasks) - done,
        "work.done_tasks": _share(done, len(tasks)),
    }
    return {name: value for name, value in found.items() if value is not None}


def _share(part: int, whole: int, times: int = 100) -> float | None:
    return round(times * part / whole, 4) if whole else None
