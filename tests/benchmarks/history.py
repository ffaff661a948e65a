"""A history of any length for measuring and testing, written with one `git fast-import`: specs that people work on.

Of twenty commits fourteen edit a spec, three a change, one adds or archives a change, and two touch nothing below
`openspec/`. With `merges` every fortieth commit is on a side branch that is merged at once, and with `twins` each main
spec has a Python file of the same lines, as comments, for tools that measure code.
"""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.trees import some_specs
from tests.builders import git

_WHO = b"Ada Example <ada@example.org>"
_FIRST_SECOND = 1_600_000_000
_STEP = 600
_PROPOSAL = (
    "# Proposal\n\n## Why\nPeople wait too long for {name}, and nobody tells them why.\n\n## What Changes\n- Reports\n"
)
_DELTA = (
    "## MODIFIED Requirements\n\n### Requirement: Report 1\nThe service SHALL answer within {n} seconds.\n\n"
    "#### Scenario: A member asks\n- **WHEN** a member asks\n- **THEN** the report is {word}\n"
)
_TASKS = "# Tasks\n\n## 1. Reports\n\n{ticks}"


class _Writer:
    """The state of the history so far, and the stream that makes it."""

    def __init__(self, specs: int, seed: int, *, twins: bool = False) -> None:
        self._twins = twins
        self._chance = random.Random(seed)
        self.files = some_specs(specs)
        self._paths = sorted(self.files)
        self._changes: list[str] = []
        self._made = 0
        self.mark = 0

    def stream(self, commits: int, *, merges: bool) -> Iterator[bytes]:
        yield self._commit(dict(self.files.items()), (), "start")
        while self.mark < commits:
            if merges and self.mark % 40 == 20 and self.mark + 2 <= commits:
                base = self.mark
                yield self._commit(self._edit(), (base,), "on a side branch")
                yield self._commit(self._edit(), (base, self.mark), "merge", kept=self._last)
            else:
                yield self._commit(self._edit(), (self.mark,), "work")
        yield b"done\n"

    def _commit(
        self,
        changed: dict[str, str | None],
        parents: tuple[int, ...],
        subject: str,
        kept: dict[str, str | None] | None = None,
    ) -> bytes:
        self.mark += 1
        self._last = changed
        if self._twins:
            main = {path: text for path, text in changed.items() if path in self._paths and text is not None}
            changed = {**changed, **{twin_of(path): _as_comments(text) for path, text in main.items()}}
        lines = [b"commit refs/heads/main\n", b"mark :%d\n" % self.mark]
        lines.append(b"committer %s %d +0000\n" % (_WHO, _FIRST_SECOND + _STEP * self.mark))
        lines.append(b"data %d\n%s\n" % (len(subject), subject.encode()))
        lines += [b"%s :%d\n" % (b"merge" if index else b"from", mark) for index, mark in enumerate(parents)]
        for path, text in {**(kept or {}), **changed}.items():
            if text is None:
                lines.append(b"D %s\n" % path.encode())
            else:
                lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text.encode()), text.encode()))
        return b"".join(lines)

    def _edit(self) -> dict[str, str | None]:
        kind = self._chance.randrange(20)
        if kind < 2:
            return {f"src/part_{self._chance.randrange(50)}.py": f"answer = {self._chance.random()}\n"}
        if kind < 5 and self._changes:
            return self._work_on(self._chance.choice(self._changes))
        if kind < 6:
            return self._archive() if len(self._changes) >= 8 else self._propose()
        return self._edit_spec()

    def _edit_spec(self) -> dict[str, str | None]:
        path = self._chance.choice(self._paths)
        text = self.files[path]
        number = self._chance.randrange(5)
        at = text.index(f"### Requirement: Report {number}")
        end = text.find("### Requirement:", at + 1)
        head, block, tail = text[:at], text[at : end if end > 0 else len(text)], text[end:] if end > 0 else ""
        word = self._chance.choice(("quickly", "in order", "once more", "without an error", "as agreed", "for all"))
        lines = block.split("\n")
        lines[2] = f"It covers every member {word}, up to {self._chance.randrange(10_000)} of them.\r"[:-1]
        if self._chance.randrange(8) == 0 and len(block) < 4_000:
            lines.append(
                f"#### Scenario: Refused {self._chance.randrange(1000)}\n- **WHEN** it fails\n- **THEN** an error is shown\n"
            )
        self.files[path] = head + "\n".join(lines) + tail
        return {path: self.files[path]}

    def _propose(self) -> dict[str, str | None]:
        self._made += 1
        name = f"reports-{self._made}"
        self._changes.append(name)
        target = self._chance.choice(self._paths).removeprefix("openspec/specs/")
        new = {
            "proposal.md": _PROPOSAL.format(name=name),
            "tasks.md": self._tasks(),
            f"specs/{target}": _DELTA.format(n=self._chance.randrange(1, 99), word="shown"),
        }
        return self._set({f"openspec/changes/{name}/{path}": text for path, text in new.items()})

    def _work_on(self, name: str) -> dict[str, str | None]:
        return self._set({f"openspec/changes/{name}/tasks.md": self._tasks()})

    def _archive(self) -> dict[str, str | None]:
        name = self._changes.pop(0)
        prefix = f"openspec/changes/{name}/"
        moved: dict[str, str | None] = {}
        for path in [path for path in self.files if path.startswith(prefix)]:
            moved[f"openspec/changes/archive/2026-01-01-{name}/{path[len(prefix) :]}"] = self.files.pop(path)
            moved[path] = None
        return moved

    def _set(self, new: dict[str, str]) -> dict[str, str | None]:
        self.files |= new
        return dict(new)

    def _tasks(self) -> str:
        done = self._chance.randrange(8)
        return _TASKS.format(ticks="".join(f"- [{'x' if n < done else ' '}] 1.{n} Do part {n}\n" for n in range(8)))


def twin_of(path: str) -> str:
    """Name the Python file that has the lines of a main spec."""
    return f"src/{path.split('/')[-2].replace('-', '_')}.py"


def _as_comments(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.split("\n"))


def make_history(
    folder: Path, commits: int, *, specs: int = 200, merges: bool = False, seed: int = 5, twins: bool = False
) -> Path:
    """Make a repository whose branch `main` has this many commits; nothing is checked out."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    writer = _Writer(specs, seed, twins=twins)
    with subprocess.Popen(["git", "fast-import", "--quiet", "--done"], cwd=folder, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for part in writer.stream(commits, merges=merges):
            process.stdin.write(part)
    assert process.returncode == 0
    return folder
