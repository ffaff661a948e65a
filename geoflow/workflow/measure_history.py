"""Measure commits one after the other, each by what it changed, as far as that costs next to nothing."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from geoflow.metrics.history_order import Move, moves
from geoflow.metrics.ledger import Ledger, counts
from geoflow.ports import CommitChange, Commits
from geoflow.quality.kept import Kept

_AT_A_TIME = 4_000
_MOST_TEXTS = 60_000_000


class MeasuredCommit(NamedTuple):
    """A commit, the tree id of `openspec/` at it, and its values by the names of measures."""

    commit: str
    inputs: str
    values: dict[str, float]


def measure_history(
    commits: Commits, wanted: Sequence[tuple[str, str]], kept: Kept | None = None
) -> Iterator[MeasuredCommit]:
    """Measure these commits, given with their first parents, parents first; those without `openspec/` are left out.

    What was read once is not read again, so that a commit costs what it changed, however large the tree is; with `kept`
    not even by the next one who measures.
    """
    texts = _Texts(commits)
    ledger = Ledger(texts.get, kept, texts.fetch)
    cut_off = commits.cut_off()
    known: dict[str, CommitChange] = {}
    inputs: dict[str, str] = {}
    order = moves(wanted)
    parents = dict(wanted)
    for start in range(0, len(order), _AT_A_TIME):
        part = order[start : start + _AT_A_TIME]
        _look_at(part, commits, parents, known, texts)
        for move in part:
            if move.way == "start":
                files = commits.files(move.commit) if move.commit else {}
                # Without anything kept all of it is asked for, and one reading costs least.
                texts.fetch(
                    content
                    for path, content in files.items()
                    if counts(path) and (kept is None or ledger.needs(path, content))
                )
                ledger.start(files)
                if move.commit:
                    inputs[move.commit] = commits.inputs([move.commit])[0]
                continue
            change = known[move.commit]
            if move.way == "back":
                ledger.undo(change.files)
                continue
            ledger.apply(change.files)
            tree = inputs.get(change.parent, "") if change.inputs is None else change.inputs
            inputs[move.commit] = tree
            if tree:
                # A shallow clone cannot know what its first commits changed: unknown is not zero.
                churn = {} if move.commit in cut_off else ledger.churn(change.files)
                yield MeasuredCommit(move.commit, tree, ledger.values() | churn)


def _look_at(
    part: Iterable[Move],
    commits: Commits,
    parents: dict[str, str],
    known: dict[str, CommitChange],
    texts: "_Texts",
) -> None:
    ahead = [(move.commit, parents[move.commit]) for move in part if move.way == "forward"]
    changes = list(commits.changes(ahead))
    known.update((change.commit, change) for change in changes)
    texts.fetch(one.new for change in changes for one in change.files if one.new and counts(one.path))


class _Texts:
    """The texts of contents, read in bulk ahead of time; those that are asked for later are read again."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._texts: dict[str, str] = {}
        self._size = 0

    def fetch(self, ids: Iterable[str]) -> None:
        """Read what is not there."""
        wanted = [content for content in dict.fromkeys(ids) if content not in self._texts]
        if self._size > _MOST_TEXTS:
            self._texts.clear()
            self._size = 0
        for content, text in self._commits.contents(wanted).items():
            self._texts[content] = text.decode("utf-8", "surrogateescape")
            self._size += len(text)

    def get(self, content: str) -> str:
        if content not in self._texts:
            self.fetch([content])
        return self._texts[content]
