"""Plans for trees in tests, what a tree should be after one, and runs that are disturbed at a chosen moment.

Run as a module it carries one plan out again and again, each time in a child of its own that is killed, or in which
somebody else edits a file, just before the n-th thing that Python asks of the system; one JSON line a moment.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geoflow.adapters.tree_plan import DRAFT_PREFIX
from geoflow.adapters.tree_swap import carry_out
from geoflow.errors import GeoflowError
from geoflow.openspec.model import WritePlan
from tests.builders import write_tree

Files = dict[str, bytes]
CLAIM = "openspec/changes/archive/.openspec-archive.lock"
PROJECT = Path(__file__).parents[2]


def files_of(root: Path) -> Files:
    """Read every file below `openspec/`, links as where they point."""
    top = (root / "openspec").resolve()
    found: Files = {}
    for path in top.rglob("*"):
        name = f"openspec/{path.relative_to(top).as_posix()}"
        if path.is_symlink():
            found[name] = os.fsencode(f"-> {path.readlink()}")
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def texts(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}


def after(files: Mapping[str, bytes], plan: WritePlan) -> Files:
    """Say what a plan makes of these files."""
    result: Files = {}
    for path, content in files.items():
        place = path
        for source, target in plan.moves:
            if path.startswith(f"{source}/"):
                place = target + path.removeprefix(source)
        if path not in plan.deletes:
            result[place] = content
    return result | {path: text.encode("utf-8", "surrogateescape") for path, text in plan.writes}


def go(root: Path, plan: WritePlan, *, scratch: Path | None = None, expected: Files | None = None) -> None:
    if expected is None:
        expected = {path: content for path, content in files_of(root).items() if not content.startswith(b"-> ")}
    carry_out(root, plan, scratch=scratch, expected=texts(expected))


def made_from(files: Files) -> Files:
    """Give what PLAN was made from: the specs that it replaces and deletes, and the delta."""
    own = (*dict(PLAN.writes), *PLAN.deletes, "openspec/changes/add-x/specs/alpha/spec.md")
    return {path: content for path, content in files.items() if path in own}


BEFORE: dict[str, str | bytes] = {
    "openspec/config.yaml": "schema: spec-driven\n",
    "openspec/specs/alpha/spec.md": "alpha\n",
    "openspec/specs/beta/spec.md": b"b\xff\r\n",
    "openspec/specs/gone/deep/spec.md": "gone\n",
    "openspec/specs/other/spec.md": "other\n",
    "openspec/changes/add-x/proposal.md": "why\n",
    "openspec/changes/add-x/specs/alpha/spec.md": "delta\n",
    "openspec/changes/add-y/proposal.md": "why not\n",
    "openspec/changes/archive/2026-01-01-old/proposal.md": "old\n",
}
PLAN = WritePlan(
    (("openspec/specs/alpha/spec.md", "ALPHA\n"), ("openspec/specs/new/spec.md", "new\n")),
    ("openspec/specs/gone/deep/spec.md",),
    (("openspec/changes/add-x", "openspec/changes/archive/2026-11-22-add-x"),),
)


def remaining(files: Files) -> WritePlan:
    """Plan anew what of PLAN is still to be done, as a second archive would."""
    return WritePlan(
        tuple((path, text) for path, text in PLAN.writes if files.get(path) != text.encode()),
        tuple(path for path in PLAN.deletes if path in files),
        tuple(move for move in PLAN.moves if f"{move[0]}/proposal.md" in files),
    )


EDITS: dict[str, Callable[[Path], None]] = {
    "add": lambda root: _put(root, "openspec/specs/added/spec.md", "added"),
    "add to the moved": lambda root: _put(root, "openspec/changes/add-x/added.md", "added"),
    "replace": lambda root: _replace(root, "openspec/specs/other/spec.md", "edited"),
    "replace the written": lambda root: _replace(root, "openspec/specs/alpha/spec.md", "edited"),
    "replace the deleted": lambda root: _replace(root, "openspec/specs/gone/deep/spec.md", "edited"),
    "append": lambda root: _append(root, "openspec/specs/other/spec.md", "more"),
    "append to the written": lambda root: _append(root, "openspec/specs/alpha/spec.md", "more"),
    "remove": lambda root: (root / "openspec/specs/other/spec.md").unlink(),
    "occupy": lambda root: _put(root, "openspec/changes/archive/2026-11-22-add-x/mine.md", "mine"),
}


def _put(root: Path, path: str, text: str) -> None:
    write_tree(root, {path: text})


def _replace(root: Path, path: str, text: str) -> None:
    write_tree(root, {path + "~": text})
    (root / (path + "~")).rename(root / path)


def _append(root: Path, path: str, text: str) -> None:
    with (root / path).open("a") as file:
        file.write(text)


def at_moment(number: int, act: Callable[[], object]) -> list[int]:
    """Act just before the n-th thing that Python asks of the system from now on; how many are left to it, kept up."""
    left = [number]

    def hook(event: str, _arguments: object) -> None:
        if event.startswith(("os.", "open", "ctypes.dl", "fcntl", "shutil")):
            left[0] -= 1
            if left[0] == -1:
                act()

    sys.addaudithook(hook)
    return left


def disturbed(root: Path, number: int, act: Callable[[], None], *, inside: bool) -> str:
    """Carry PLAN out in a child that is disturbed at this moment: `done`, `killed`, or the code of the refusal."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        if inside:
            os.chdir(root / "openspec" / "specs")
        answer, files = "done", made_from(files_of(root))
        at_moment(number, act)
        try:
            go(root, PLAN, scratch=root / ".git" / "geoflow", expected=files)
        except GeoflowError as error:
            answer = error.code
        except BaseException as error:  # noqa: BLE001 - the parent shall hear of it
            answer = repr(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else answer


def fresh(root: Path) -> Path:
    shutil.rmtree(root, ignore_errors=True)
    (root / ".git").mkdir(parents=True)
    return write_tree(root, BEFORE)


def try_moments(root: Path, edit: str, *, inside: bool) -> None:
    """Print what came of it for every moment of a run; ends with the first run that was over before its moment."""
    mark = root / "acted"

    def act() -> None:
        mark.touch()
        if edit == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        with contextlib.suppress(FileNotFoundError):
            EDITS[edit](root)

    number, over = 0, False
    while not over:
        before = files_of(fresh(root))
        answer = disturbed(root, number, act, inside=inside)
        over = not mark.exists()
        found = files_of(root)
        line: dict[str, Any] = {"answer": answer, "claimed": found.pop(CLAIM, None) is not None, "over": over}
        trees = {"before": before, "after": after(before, PLAN)}
        if edit == "kill":
            line["whole"] = all(content in _versions(path, trees) for path, content in found.items())
            go(root, remaining(found), scratch=root / ".git" / "geoflow")
            line["completed"] = files_of(root) == trees["after"]
        line["tree"] = _name(found, trees if edit == "kill" or over else _edited(root, edit, before))
        line["litter"] = [
            *names(root / ".git" / "geoflow"),
            *set(names(root)) - {".git", "openspec", "acted"},
        ]
        sys.stdout.write(json.dumps(line) + "\n")
        number += 1


def _versions(path: str, trees: Mapping[str, Files]) -> list[bytes | None]:
    """List what may stand at a path of a run that was killed; a draft may hold anything."""
    draft = f"/{DRAFT_PREFIX}" in path
    return [files.get(path) for files in trees.values()] if not draft else [b"", *trees["after"].values()]


def _edited(root: Path, edit: str, before: Files) -> dict[str, Files]:
    """Say what the trees are on which somebody made this edit: before the plan, after it, or before all of it."""
    result = {}
    for name, files in (("before", before), ("after", after(before, PLAN))):
        copy = write_tree(root / "acted.tree", files)
        with contextlib.suppress(FileNotFoundError):
            EDITS[edit](copy)
        result[name] = files_of(copy)
        shutil.rmtree(copy)
    return result | {"first": after(result["before"], PLAN)}


def _name(found: Files, trees: Mapping[str, Files]) -> str:
    return next((name for name, files in trees.items() if files == found), f"between: {sorted(found)}")


def moments(root: Path, edit: str, *, inside: bool = False) -> list[dict[str, Any]]:
    """Run this module in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.adapters.swapping", str(root), edit, str(int(inside))],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


CHILD = """
import os, sys
from pathlib import Path
from tests.adapters.swapping import at_moment, files_of, go, plan_for

root, number = Path(sys.argv[1]), int(sys.argv[3])
files = files_of(root)
plan = plan_for(files, sys.argv[2])
left = at_moment(number, lambda: os.write(1, b"reached\\n"))
go(root, plan, scratch=root / ".git" / "geoflow", expected=files)
print(number - left[0], flush=True)
"""
NEVER = 10**9


def plan_for(files: Files, change: str) -> WritePlan:
    """Plan an archive of a change that writes four specs and makes one."""
    specs = [path for path in sorted(files) if path.startswith("openspec/specs/") and path.endswith("/spec.md")]
    chance = random.Random(change)
    written = chance.sample(specs, 4)
    gone = next((path for path in specs if path not in written and path.count("/") > 3), None)
    return WritePlan(
        (
            *((path, files[path].decode("utf-8", "surrogateescape") + f"by {change}\n") for path in written),
            (f"openspec/specs/of-{change}/part/spec.md", f"new by {change}\n" * 50),
        ),
        (gone,) if gone else (),
        ((f"openspec/changes/{change}", f"openspec/changes/archive/2026-11-22-{change}"),),
    )


def run_child(root: Path, change: str, *, number: int = NEVER, pause: float = 0) -> int:
    """Archive a change in a process that is killed so long after it reached its n-th call of the system.

    Returns:
        How many calls it made; 0 where it was killed.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root), change, str(number)], stdout=subprocess.PIPE, cwd=PROJECT
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    if line == b"reached\n":
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
    child.stdout.close()
    status = child.wait()
    if line == b"reached\n":
        return 0
    assert status == 0
    return int(line)


def kill_at_random(root: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill archives of one change after another at moments spread over the run; how often the tree was how.

    Moments are counted in calls and not in seconds, so that they are spread on a busy computer too. The next change is
    taken when one is archived, so that every kill shows that the next run works.
    """
    counts = dict.fromkeys(("before", "after", "between", "claimed", "stage left"), 0)
    chance = random.Random(seed)
    changes = iter(name for name in names(root / "openspec/changes") if name != "archive")
    calls = run_child(root, next(changes))
    change = next(changes)
    for _ in range(kills):
        before = files_of(root)
        before.pop(CLAIM, None)
        # A run after a killed one makes more calls: it removes what that one left.
        run_child(root, change, number=chance.randrange(calls * 3 // 2), pause=chance.uniform(0, 0.002))
        found = files_of(root)
        counts["claimed"] += found.pop(CLAIM, None) is not None
        counts["stage left"] += any(name.startswith("swap-") for name in names(root / ".git" / "geoflow"))
        name = _name(found, {"before": before, "after": after(before, plan_for(before, change))}).partition(":")[0]
        counts[name] += 1
        if name == "after":
            change = next(changes)
    run_child(root, change)
    assert names(root / ".git" / "geoflow") == []
    assert CLAIM not in files_of(root)
    return counts


if __name__ == "__main__":
    try_moments(Path(sys.argv[1]), sys.argv[2], inside=bool(int(sys.argv[3])))
