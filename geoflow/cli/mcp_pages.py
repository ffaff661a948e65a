"""The desk behind the prompts, completions and lists of `geoflow mcp`."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Hashable

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
        paths = self._files()
        if kind == "spec":
            found = {path[len(_SPECS) : -len("/spec.md")] for path in paths if _is(path, _SPECS, "/spec.md")}
        elif kind == "question":
            found = {path[len(_QUESTIONS) : -len(".yaml")] for path in paths if _is(path, _QUESTIONS, ".yaml")}
        else:
            found = {
                path[len(_CHANGES) :].partition("/")[0] for path in paths if path.count("/") > 2 and _is(path, _CHANGES)
            }
        return sorted(found)

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
        """Tell the state of each spec's and question's file by its number, size and time."""
        found: dict[str, Hashable] = {}
        for folder, kind, end in ((_SPECS, "spec", "/spec.md"), (_QUESTIONS, "question", ".yaml")):
            top = self._root / folder
            for place, _, names in os.walk(top):
                for name in names:
                    path = f"{folder}{(Path(place) / name).relative_to(top).as_posix()}"
                    if _is(path, folder, end):
                        with suppress(OSError):
                            state = (self._root / path).lstat()
                            key = f"{kind}/{path[len(folder) : -len(end)]}"
                            found[key] = (state.st_ino, state.st_size, state.st_mtime_ns)
        return found

    def _files(self) -> dict[str, bytes]:
        from geoflow.adapters.documents import WorkTreeDocuments

        return WorkTreeDocuments(self._root).read("live")


def _is(path: str, beginning: str, end: str = "") -> bool:
    return path.startswith(beginning) and path.endswith(end) and len(path) > len(beginning) + len(end)


def _cut(files: dict[str, bytes]) -> "list[Row]":
    shown: list[Row] = []
    left = LONGEST_TOGETHER
    for path, content in sorted(files.items()):
        text = content.decode("utf-8", "replace")
        limit = min(LONGEST_DOCUMENT, left)
        shown.append({"path": path, "text": text[:limit], "is_cut": len(text) > limit})
        left -= min(len(text), limit)
    return shown
