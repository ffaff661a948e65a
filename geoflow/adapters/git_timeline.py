"""The main line of a history: first parents from HEAD, each with the edits of improve that came in with it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from geoflow.adapters.git_objects import tree_ids
from geoflow.adapters.git_process import GitProcess
from geoflow.ports import LineCommit

_FORMAT = "%H%x1f%P%x1f%ct%x1f%s%x1f%(trailers:key=Geoflow-Finding,valueonly,separator=%x1e)"
_LAST_SECOND = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class _Row(NamedTuple):
    parents: Sequence[str]
    seconds: str
    subject: str
    edits: int


class GitTimeline:
    """The `Timeline` port on a real repository.

    Args:
        git: Runs git in the root.
        openspec: The path of `openspec/` in the repository.
    """

    def __init__(self, git: GitProcess, openspec: str) -> None:
        self._git = git
        self._openspec = openspec

    def line(self, head: str, limit: int) -> list[LineCommit]:
        """List the newest commits of the main line up to `head`, oldest first."""
        names = self._git.run("rev-list", "--first-parent", f"--max-count={limit + 1}", head).decode().split()
        before = [f"^{names[limit]}"] if len(names) > limit else []
        names = names[:limit][::-1]
        rows = self._rows([head, *before])
        edits = _edits(names, rows)
        trees = tree_ids(self._git, (f"{name}:{self._openspec}" for name in names))
        return [
            LineCommit(name, _time(rows[name].seconds), rows[name].subject, tree, edits[name])
            for name, tree in zip(names, trees, strict=True)
        ]

    def state(self) -> str:
        """Give a text that is another one when HEAD, a branch, a record or a run of improve has changed."""
        head = self._git.attempt("rev-parse", "--verify", "--quiet", "HEAD").output
        kinds = ("refs/heads", "refs/remotes", "refs/notes/geoflow", "refs/geoflow")
        refs = self._git.run("for-each-ref", "--format=%(objectname) %(refname)", *kinds)
        return sha256(head + refs).hexdigest()[:16]

    def _rows(self, revisions: Sequence[str]) -> dict[str, _Row]:
        output = self._git.run(
            *("log", "-z", "--no-show-signature", "--no-color", "--encoding=UTF-8", f"--format={_FORMAT}"), *revisions
        )
        rows: dict[str, _Row] = {}
        for record in output.decode("utf-8", "replace").split("\0"):
            if record:
                name, parents, seconds, rest = record.split("\x1f", 3)
                # A subject may hold any sign, the one between the fields too.
                subject, _, trailers = rest.rpartition("\x1f")
                rows[name] = _Row(parents.split(), seconds, subject, len(trailers.split("\x1e")) if trailers else 0)
        return rows


def _edits(names: Sequence[str], rows: Mapping[str, _Row]) -> dict[str, int]:
    """Count what each commit of the line brought in: its own edits, and those of the commits that it merged."""
    seen = set(names)
    found: dict[str, int] = {}
    for name in names:
        count, waiting = rows[name].edits, list(rows[name].parents[1:])
        while waiting:
            other = waiting.pop()
            if other in rows and other not in seen:
                seen.add(other)
                count += rows[other].edits
                waiting += rows[other].parents
        found[name] = count
    return found


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(min(max(int(seconds or 0), 0), _LAST_SECOND), UTC)
