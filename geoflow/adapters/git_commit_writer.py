"""Commits written one on top of the other, from objects alone, with a handful of processes for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from geoflow.adapters.git_new_objects import NewObjects
from geoflow.adapters.git_process import GitProcess
from geoflow.adapters.git_trees import TreeWriter
from geoflow.ports import NewCommit


class _Series(NamedTuple):
    """Commits that are written one on top of the other: the last one, its tree, and what need not be asked again."""

    commit: str
    tree: str
    trees: TreeWriter
    signing: bool


class CommitWriter:
    """Writes commits. No ref moves, and nothing of the user is touched.

    Args:
        git: Runs git in the repository.
    """

    def __init__(self, git: GitProcess) -> None:
        self._git = git
        self._last: _Series | None = None

    def write(self, parent: str, commits: Sequence[NewCommit]) -> list[str]:
        """Write commits, the first on top of `parent` and each on the one before; their ids.

        Paths are those in the repository.

        Raises:
            GeoflowError: `no-identity`, `signing-failed`, `not-a-file`, `bad-object`, `git-not-writable`.
        """
        series, self._last = self._series(parent, commits), None  # what fails halfway is not gone on with
        new = NewObjects(self._git, len(series.commit))
        trees = [series.tree]
        for one in commits:
            trees.append(series.trees.make(trees[-1], _blobs(one.changes, new), new))
        told = [(tree, _text(one.message)) for tree, one in zip(trees[1:], commits, strict=True)]
        made = self._committed(series, told, new)
        self._last = series._replace(commit=[series.commit, *made][-1], tree=trees[-1])
        return made

    def _series(self, parent: str, commits: Iterable[NewCommit]) -> _Series:
        paths = [path for one in commits for path in one.changes]
        if self._last is not None and self._last.commit == parent:
            if not self._last.trees.knows(paths):
                self._last.trees.look(parent, paths)
            return self._last
        signing = self._git.attempt("config", "--type=bool", "--get", "commit.gpgsign").output.strip() == b"true"
        trees = TreeWriter(self._git)
        return _Series(*trees.look(parent, paths), trees, signing)

    def _committed(self, series: _Series, told: Sequence[tuple[str, bytes]], new: NewObjects) -> list[str]:
        parent, made = series.commit, list[str]()
        names = () if series.signing or len(told) < 2 else self._names()
        if names and all(map(_is_text, (*names, *(text for _, text in told)))):
            for tree, text in told:
                parent = new.add("commit", _content(tree, parent, names, text))
                made.append(parent)
            new.write()
            return made
        new.write()
        for tree, text in told:
            parent = self._by_git(tree, parent, text, signing=series.signing)
            made.append(parent)
        return made

    def _names(self) -> tuple[bytes, ...]:
        """Ask for author and committer with the time, as git puts them into a commit."""
        whose = ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
        return tuple(self._git.run("var", who).removesuffix(b"\n") for who in whose)

    def _by_git(self, tree: str, parent: str, text: bytes, *, signing: bool) -> str:
        return self._git.line(
            *("-c", "i18n.commitEncoding=UTF-8", "commit-tree", tree, "-p", parent, "-F", "-"),
            *(("-S",) if signing else ()),
            stdin=text,
        )


def _blobs(changes: Mapping[str, bytes | None], new: NewObjects) -> dict[str, str]:
    return {path: "" if content is None else new.add("blob", content) for path, content in changes.items()}


def _text(message: str) -> bytes:
    return (message.replace("\0", "\N{REPLACEMENT CHARACTER}").rstrip("\n") + "\n").encode("utf-8", "replace")


def _content(tree: str, parent: str, names: Sequence[bytes], text: bytes) -> bytes:
    author, committer = names
    head = f"tree {tree}\nparent {parent}\n".encode()
    return head + b"author " + author + b"\ncommitter " + committer + b"\n\n" + text


def _is_text(content: bytes) -> bool:
    """Tell whether git takes this for UTF-8: in what it does not, `commit-tree` puts other bytes in their place."""
    try:
        signs = content.decode()
    except UnicodeDecodeError:
        return False
    return signs.isascii() or not any(_is_no_character(ord(sign)) for sign in signs)


def _is_no_character(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
