"""Verdicts on the items of a tree: from the git folder where they were given before, from the rules where not."""

from typing import TYPE_CHECKING

from geoflow.adapters.verdict_file import verdict_file
from geoflow.errors import GeoflowError
from geoflow.openspec.disk import Files
from geoflow.openspec.items import Item
from geoflow.openspec.layout import Layout
from geoflow.openspec.model import Report
from geoflow.openspec.verdict_keys import VerdictKeys
from geoflow.openspec.verdicts import Verdicts

if TYPE_CHECKING:
    from geoflow.openspec.validity import OpenTree


class Judge:
    """Judges items and remembers the verdicts; outside git it judges each anew."""

    __slots__ = ("_file", "_files", "_found", "_keys", "_tree", "_verdicts")

    def __init__(self, root: str, files: Files, found: Layout) -> None:
        self._files = files
        self._found = found
        self._tree: OpenTree | None = None
        self._file = verdict_file(root)
        self._keys = VerdictKeys(found, files, files.raw, self._file.stamp.encode() if self._file else b"")
        self._verdicts = Verdicts(self._file.read() if self._file else "")

    def judge(self, item: Item) -> Report:
        """Give the issues of an item."""
        key = self._key(item)
        if not key:
            return self._judge_anew(item)
        issues = self._verdicts.find(key)
        if issues is not None:
            return Report(item.id, item.type, issues)
        self._files.asked.clear()
        report = self._judge_anew(item)
        if self._keys.cover(item, self._files.asked):
            self._verdicts.keep(key, report.issues)
        return report

    def remember(self, *, whole: bool) -> None:
        """Keep the verdicts given since the judge was made; `whole` tells that every item was judged."""
        if self._file:
            text = self._verdicts.text(items=len(self._found.specs) + len(self._found.changes), whole=whole)
            if text:
                self._file.write(text)

    def _key(self, item: Item) -> str:
        """Give the key of an item; empty outside git, and where a file of its cannot be read."""
        if not self._file:
            return ""
        try:
            return self._keys.of(item)
        except GeoflowError:
            return ""

    def _judge_anew(self, item: Item) -> Report:
        # The rules are a third of what a run loads, and a tree that has not changed needs none of them.
        from geoflow.openspec.validity import check_item, check_main, open_tree

        if item.type == "spec":
            return check_main(item, self._files, self._found)
        if self._tree is None:
            self._tree = open_tree(self._files, self._found)
        return check_item(item, self._tree)
