"""When the files of the checked-out commit were last changed, and how they read then."""

import os
import re
from collections.abc import Collection, Mapping, Sequence

from geoflow.adapters.git_objects import read_blobs
from geoflow.adapters.git_process import GitProcess
from geoflow.ports import EditCommit

_FIRST_LOOK = 200
_MARK = "\x01"


def last_touched(git: GitProcess, head: str, prefix: str, paths: Collection[str]) -> dict[str, str]:
    """Tell for each path the newest commit up to `head` that changed it.

    Walks back over the folder that the paths share: a few hundred commits first, and all of them only where some path
    is older than that. Renames count as changes; merges are passed over, their commits are not.

    Args:
        git: Runs git in the root.
        head: Where to start.
        prefix: The root's path in the repository, empty or with a slash at its end.
        paths: Paths relative to the root.
    """
    if not paths:
        return {}
    shared = os.path.commonpath(paths) if len(paths) > 1 else next(iter(paths))
    found: dict[str, str] = {}
    for limit in (f"--max-count={_FIRST_LOOK}", "--max-count=-1"):
        output = git.run(
            *("log", "-z", limit, "--name-only", "--no-renames", "--diff-filter=AMT", "--no-show-signature"),
            *("--no-color", "--no-ext-diff", f"--format={_MARK}%H", head, "--", shared),
        )
        found = _newest(os.fsdecode(output), {f"{prefix}{path}": path for path in paths})
        if len(found) == len(set(paths)):
            break
    return found


def _newest(output: str, paths: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    commit = ""
    for record in output.split("\0"):
        name = record.removeprefix("\n")
        if name.startswith(_MARK):
            # Without a changed file behind it, git ends the line of a commit with a line feed.
            commit = name[1:].rstrip("\n")
        elif name in paths:
            found.setdefault(paths[name], commit)
    return found


_PROMPT, _EDITED = "Geoflow-Prompt:", "Geoflow-Edited-By:"


def edit_commits(git: GitProcess, head: str, prefix: str, limit: int) -> list[EditCommit]:
    """Read what commits that a model wrote, by their trailers, changed below `openspec/`; see `Repository`.

    A squash keeps the lines of the messages that it joins, so they are looked for anywhere in a message.
    """
    output = git.run(
        *("log", "-z", f"--max-count={limit}", "--name-only", "--no-renames", "--diff-filter=M", "--no-show-signature"),
        *("--no-color", "--no-ext-diff", f"--grep=^{_PROMPT}", f"--format={_MARK}%H%x02%P%x02%B%x02", head),
        *("--", "openspec"),
    )
    places: list[tuple[str, str, str, tuple[str, ...]]] = []
    commit = parent = ""
    prompts: tuple[str, ...] = ()
    for record in os.fsdecode(output).split("\0"):
        name = record.removeprefix("\n")
        if name.startswith(_MARK):
            commit, parents, message, *_ = name[1:].split("\x02")
            parent = parents.split(" ")[0] if _EDITED not in message else ""
            lines = message.splitlines()
            prompts = tuple(line.removeprefix(_PROMPT).strip() for line in lines if line.startswith(_PROMPT))
        elif name.startswith(prefix) and name.endswith(".md") and parent:
            places.append((commit, parent, name.removeprefix(prefix), prompts))
    texts = read_at(git, {(one, f"{prefix}{path}") for commit, parent, path, _ in places for one in (commit, parent)})
    found = []
    for commit, parent, path, named in places:
        before, after = (texts.get((one, f"{prefix}{path}")) for one in (parent, commit))
        if before is not None and after is not None:
            both = (text.decode("utf-8", "surrogateescape") for text in (before, after))
            found.append(EditCommit(path, named, *both))
    return found


_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})", re.MULTILINE)
_FINDING = re.compile(r"^Geoflow-Finding:", re.MULTILINE)


def reverted_edits(git: GitProcess, head: str, within_seconds: int, limit: int = 200) -> int:
    """Count edits of improve that `git revert` took back soon after they were merged, as the messages of commits tell.

    Args:
        git: Runs git in the root.
        head: Where to start.
        within_seconds: How soon.
        limit: How many reverts to look at, the newest first.
    """
    output = git.run(
        *("log", "-z", f"--max-count={limit}", "--grep=^This reverts commit", "--no-show-signature", "--no-color"),
        *("--format=%ct%x02%B", head),
    )
    reverts: dict[str, int] = {}
    for record in filter(None, output.decode("utf-8", "replace").split("\0")):
        time, _, message = record.partition("\x02")
        reverts |= {commit: int(time) for commit in _REVERTS.findall(message)}
    if not reverts:
        return 0
    asked = "".join(f"{commit}\n" for commit in reverts).encode()
    output = git.run(
        *("log", "-z", "--no-walk=unsorted", "--ignore-missing", "--stdin", "--no-show-signature", "--no-color"),
        *("--format=%H%x02%ct%x02%P%x02%B",),
        stdin=asked,
    )
    count = 0
    for record in filter(None, output.decode("utf-8", "replace").split("\0")):
        commit, time, parents, message = record.split("\x02", 3)
        back = next((at for name, at in reverts.items() if commit.startswith(name)), None)
        if back is not None and back - int(time) <= within_seconds:
            count += len(_FINDING.findall(_merged(git, parents.split()) or message))
    return count


def _merged(git: GitProcess, parents: Sequence[str]) -> str:
    """Give the messages of what a merge brought in; empty where it is none."""
    if len(parents) != 2:
        return ""
    into, what = parents
    return git.run("log", "--no-show-signature", "--no-color", "--format=%B", f"{into}..{what}").decode(
        "utf-8", "replace"
    )


def read_at(git: GitProcess, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Read files at commits with two processes: {(commit, path): content}; what is no file there is absent."""
    wanted = [place for place in sorted(places) if "\n" not in place[1]]
    question = "".join(f"{commit}:{path}\n" for commit, path in wanted)
    if not question:
        return {}
    output = git.run(
        *("cat-file", "--batch-check=%(objecttype) %(objectname)", "--buffer"), stdin=os.fsencode(question)
    )
    ids = [line.removeprefix("blob ") if line.startswith("blob ") else "" for line in os.fsdecode(output).splitlines()]
    contents = read_blobs(git, (name for name in ids if name))
    return {place: contents[name] for place, name in zip(wanted, ids, strict=True) if name}
