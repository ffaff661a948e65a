"""A run that is killed while it writes objects, branches and notes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from geoflow.adapters.git import open_repository
from tests.adapters.test_git_repository import SPEC, everything, make_project
from tests.builders import git, write_tree

WORK = """
import sys
from pathlib import Path
from geoflow.adapters.git import open_repository

repository = open_repository(Path(sys.argv[1]))
head = repository.head().commit
print("ready", flush=True)
number = 0
while True:
    number += 1
    commit = head
    for part in range(3):
        commit = repository.commit(commit, {f"openspec/specs/s{part}/spec.md": f"{number}\\n".encode()}, "part")
    name = f"{sys.argv[2]}-{number}"
    repository.runs.publish(name, f"geoflow/improve/{name}", commit, b"{}")
    repository.append_note(head, f"{sys.argv[2]}-{number}")
"""


def test_a_killed_run_leaves_the_user_s_things_alone_and_the_next_run_works(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    write_tree(project, {SPEC: "dirty\n", "openspec/untracked.md": "x"})
    before = everything(project)
    chance = random.Random(7)
    for attempt in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", WORK, str(project), str(attempt)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.25))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert everything(project) == before
        for lock in (project / ".git" / "refs").rglob("*.lock"):
            # what git leaves when it is killed itself counts as left behind after ten seconds
            os.utime(lock, (1, 1))
    # branches are whole or absent, notes are whole lines, and nothing is broken
    for branch in git(project, "for-each-ref", "--format=%(refname)", "refs/heads/geoflow").splitlines():
        assert git(project, "rev-list", "--count", f"main..{branch}") == "3"
    repository = open_repository(project)
    branches = [f"geoflow/improve/{name}" for name in repository.runs.records()]
    assert branches
    assert repository.runs.branches_there(branches) == set(branches)
    head = repository.head().commit
    repository.append_note(head, "after")
    assert all(line == "after" or line.count("-") == 1 for line in repository.notes([head])[head].splitlines())
    repository.create_branch("after", repository.commit(head, {SPEC: b"after\n"}, "m"))
    assert everything(project) == before
    broken = subprocess.run(["git", "fsck", "--strict"], cwd=project, capture_output=True, text=True, check=True)
    assert "error" not in broken.stdout + broken.stderr
