"""Validation of a tree, of which most was validated before."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from geoflow.openspec.items import Item, items
from geoflow.openspec.layout import layout
from geoflow.openspec.model import Issue, Report, Span
from geoflow.openspec.validity import check_item, open_tree
from geoflow.openspec.verdict_keys import VerdictKeys
from geoflow.quality.kept import Kept


class _Watched(Mapping[str, str]):
    """Files, and which of them were asked for, there or not."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.asked: set[str] = set()

    def __getitem__(self, path: str) -> str:
        self.asked.add(path)
        return self._files[path]

    def __contains__(self, path: object) -> bool:
        self.asked.add(str(path))
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def validate_again(files: Mapping[str, str], within: Collection[str] | None, kept: Kept) -> tuple[Report, ...]:
    """Validate as `openspec.validate` does; an item whose files are as they were has the issues that it had.

    Args:
        files: The files of the tree.
        within: Paths of files; only the items that one of them belongs to are validated. None: all.
        kept: What was worked out before.
    """
    found, watched = layout(files), _Watched(files)
    tree = open_tree(watched, found)
    keys = VerdictKeys(found, files, lambda path: kept.of_text(None, files[path]).encode(), b"")

    def judged(item: Item) -> Report:
        key = keys.of(item)
        issues = kept.entry(key).get("issues")
        if issues is not None:
            return Report(item.id, item.type, tuple(_issue(*one) for one in issues))
        watched.asked.clear()
        report = check_item(item, tree)
        if keys.cover(item, watched.asked):
            kept.keep(key, "issues", [[*one[:-1], *one.span] for one in report.issues])
        return report

    def asked(item: Item) -> bool:
        own = (found.specs[item.id],) if item.type == "spec" else found.changes[item.id].values()
        return within is None or any(path in within for path in own)

    return tuple(judged(item) for item in items(found) if asked(item))


def _issue(*written: Any) -> Issue:
    *about, line, column, end_line, end_column = written
    level, rule, path, message, fix, document, requirement = about
    span = Span(line, column, end_line, end_column)
    return Issue(level, rule, path, message, fix, document, requirement, span)
