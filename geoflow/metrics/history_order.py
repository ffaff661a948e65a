"""In which order the commits of a history are measured: from each to the next by what changed, never from scratch."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Way = Literal["start", "forward", "back"]


class Move(NamedTuple):
    """A step through the history: begin at a commit (none where it is empty), go on to one, or back from one."""

    way: Way
    commit: str


def moves(commits: Sequence[tuple[str, str]]) -> list[Move]:
    """Visit each commit once, coming from its first parent; of several children the one with most descendants last.

    So a history with branches is walked back over its branches alone, and hardly ever over its main line.

    Args:
        commits: Each commit with its first parent, empty where it has none; parents stand before their children. A
            parent that is not among the commits is where a walk starts.
    """
    children, starts = _children(commits)
    found: list[Move] = []
    for parent, roots in starts.items():
        for root in roots:
            found.append(Move("start", parent))
            found += _below(root, children)
    return found


def _children(commits: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Give the children of each commit, those with most descendants last, and the roots by what they start from."""
    sizes = {commit: 1 for commit, _ in commits}
    for commit, parent in reversed(commits):
        if parent in sizes:
            sizes[parent] += sizes[commit]
    children: dict[str, list[str]] = {}
    starts: dict[str, list[str]] = {}
    for commit, parent in commits:
        (children if parent in sizes else starts).setdefault(parent, []).append(commit)
    for several in children.values():
        several.sort(key=sizes.__getitem__)
    return children, starts


def _below(root: str, children: dict[str, list[str]]) -> list[Move]:
    found: list[Move] = []
    waiting = [Move("back", root), Move("forward", root)]
    while waiting:
        move = waiting.pop()
        found.append(move)
        if move.way == "forward":
            for child in reversed(children.get(move.commit, ())):
                waiting += (Move("back", child), Move("forward", child))
    while found[-1].way == "back":  # where nothing comes any more, nobody needs to go
        found.pop()
    return found
