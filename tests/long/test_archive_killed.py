"""`geoflow archive` on the active changes of the real trees, killed 200 times from the start of the process to its end."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.adapters.swapping import CLAIM, files_of, names
from tests.builders import git
from tests.conftest import CORPUS
from tests.openspec.test_corpus import unpack

pytestmark = [pytest.mark.long, pytest.mark.corpus]
KILLS = 200
KILLS_A_CHANGE = 10
CHANGES_A_TREE = 6


def archive(root: Path, change: str, *, seconds: float | None = None) -> tuple[int, float]:
    """Archive a change in a process that is killed so many seconds after it was started; its status, and how long it took."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "geoflow", "archive", change, "--yes"],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if seconds is not None:
        time.sleep(seconds)
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait(), time.perf_counter() - start


def kill(root: Path, change: str, reference: Path, chance: random.Random, counts: Counter[str]) -> None:
    """Kill archives of one change until it is archived or was killed often enough; then archive it for good."""
    shutil.copytree(root, reference, symlinks=True)
    status, seconds = archive(reference, change)
    before, after = files_of(root), files_of(reference)
    shutil.rmtree(reference)
    if status:
        counts["refused changes"] += 1
        return
    counts["changes"] += 1
    found = before
    for _ in range(KILLS_A_CHANGE):
        if counts["kills"] == KILLS or found == after:
            break
        status, _ = archive(root, change, seconds=chance.uniform(0, seconds * 1.1))
        counts["kills"] += status == -signal.SIGKILL
        found = files_of(root)
        counts["claim left"] += found.pop(CLAIM, None) is not None
        counts["before" if found == before else "after" if found == after else "between"] += 1
    if found == before:
        assert archive(root, change)[0] == 0
        assert files_of(root) == after


@pytest.mark.timeout(3600)
def test_an_archive_killed_at_any_moment_leaves_the_tree_before_or_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, counts = random.Random(3), Counter[str]()
    archives = sorted(CORPUS.glob("*.tar.gz"))
    while counts["kills"] < KILLS:
        for packed in archives:
            folder = tmp_path / "tree"
            root = unpack(packed, folder)
            git(root, "init", "-q", "-b", "main")
            changes = [name for name in names(root / "openspec" / "changes") if name != "archive"]
            chance.shuffle(changes)
            for change in changes[:CHANGES_A_TREE]:
                kill(root, change, tmp_path / "reference", chance, counts)
            shutil.rmtree(folder)
        assert counts["changes"], "no real change can be archived"
    with capsys.disabled():
        sys.stdout.write(f"\n{KILLS} kills of geoflow archive: {dict(counts)}\n")
    assert counts["between"] == 0
    assert min(counts["before"], counts["after"]) >= KILLS / 20
