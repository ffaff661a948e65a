"""The desk behind the prompts, completions and lists of `geoflow mcp`."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from geoflow.adapters.mcp_changes import Stamps
    from geoflow.adapters.mcp_prompts import Kind
    from geoflow.adapters.mcp_results import Row

LONGEST_DOCUMENT = 20_000
LONGEST_TOGETHER = 60_000
"""Characters of documents in one prompt."""
_SPECS, _CHANGES, _QUESTIONS = "openspec/specs/", "openspec/changes/", "openspec/questions/"


class Pages:
    """The `PageDesk` of the MCP server on one root; the work tree is read anew each time."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def ids(self, kind: "Kind") -> list[str]:
        """List the ids of specs, active changes or questions."""
        names = {_resource(path) for path in self._files()}
        return sorted(name.partition("/")[2] for name in names if name.startswith(f"{kind}/"))

    def documents(self, item: str, kinds: "tuple[Kind, ...]") -> "list[Row]":
        """Give the documents of a change or a spec; GeoflowError `unknown-item`."""
        files = self._files()
        for kind in ("change", "spec"):
            if kind in kinds and item in self.ids(kind):
                place = f"{_SPECS}{item}/spec.md" if kind == "spec" else f"{_CHANGES}{item}/"
                return _cut({path: content for path, content in files.items() if path.startswith(place)})
        raise GeoflowError(
            f"There is no {' or '.join(kinds)} of this id.",
            fix="Take one that completion or the tool `validate` gives.",
            code="unknown-item",
            exit_code=ExitCode.USAGE,
        )

    def stamps(self) -> "Stamps":
        """Tell the state of the files of each spec, change and question by their numbers, sizes and times."""
        found: dict[str, tuple[Hashable, ...]] = {}
        for path in self._paths():
            if name := _resource(path):
                with suppress(OSError):  # it is gone meanwhile
                    state = (self._root / path).lstat()
                    stamp = (path, state.st_ino, state.st_size, state.st_mtime_ns)
                    found[name] = (*found.get(name, ()), stamp)
        return found

    def _paths(self) -> "Iterator[str]":
        for folder in (_SPECS, _CHANGES, _QUESTIONS):
            for place, folders, names in os.walk(self._root / folder):
                if Path(place) == self._root / _CHANGES and "archive" in folders:
                    folders.remove("archive")
                folders.sort()
                below = Path(place).relative_to(self._root).as_posix()
                yield from (f"{below}/{name}" for name in sorted(names))

    def _files(self) -> dict[str, bytes]:
        from geoflow.adapters.documents import WorkTreeDocuments

        return WorkTreeDocuments(self._root).read("live")


def _resource(path: str) -> str:
    """Name what a file belongs to, such as `spec/ID`; empty where that is nothing that is offered."""
    if path.startswith(_CHANGES):
        key, _, rest = path[len(_CHANGES) :].partition("/")
        return f"change/{key}" if rest else ""
    for folder, kind, end in ((_SPECS, "spec", "/spec.md"), (_QUESTIONS, "question", ".yaml")):
        if path.startswith(folder) and path.endswith(end) and len(path) > len(folder) + len(end):
            return f"{kind}/{path[len(folder) : -len(end)]}"
    return ""


def _cut(files: dict[str, bytes]) -> "list[Row]":
    shown: list[Row] = []
    left = LONGEST_TOGETHER
    for path, content in sorted(files.items()):
        text = content.decode("utf-8", "replace")
        limit = min(LONGEST_DOCUMENT, left)
        shown.append({"path": path, "text": text[:limit], "is_cut": len(text) > limit})
        left -= min(len(text), limit)
    return shown
