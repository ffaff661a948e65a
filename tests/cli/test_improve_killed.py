"""Improve, its delivery and its triage, killed at random moments: the user's things stay, and the next one works.

`make long` kills 200 times; elsewhere it is about 20 times.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.improvement.adopting import CHANGE, SPEC, coded, hand_written
from tests.servers import ModelServer, model_server

PATH = "openspec/specs/depot/spec.md"
MODEL_EDITS, FORM_EDITS = 5, 3
LID = "# Lid Proposal\n\n## Success Criteria\n\n- [ ] The lid closes\n"
FILES = {
    PATH: spec(
        *(
            requirement(f"Shelf {n}", f"The depot SHALL gracefully count shelf {n} within {n + 2} seconds.")
            for n in range(MODEL_EDITS)
        ),
        *(requirement(f"Door {n}", f"The door will open for truck {n} within 9 seconds.") for n in range(FORM_EDITS)),
    ),
    SPEC: hand_written(coded("KLN-001", "Heater", "The lamp glows when the door opens")),  # asks nothing
}


def good(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer as a model does that always drops the vague word, and takes its time."""
    time.sleep(0.03)
    return {"old_span": "gracefully count", "new_span": "count"}


def users_things(root: Path) -> dict[str, object]:
    """Read what belongs to the user, byte for byte: files, index, HEAD, configuration, and refs but geoflow's own."""
    folder = root / ".git"
    refs = git(root, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {
        "files": {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.relative_to(root).parts[0] != ".git" and "openspec/feedback" not in str(path)
        },
        "git": {name: (folder / name).read_bytes() for name in ("HEAD", "index", "config")},
        "refs": [ref for ref in refs if not ref.startswith(("refs/geoflow/", "refs/heads/geoflow/"))],
    }


def start(root: Path, base_url: str, *words: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": base_url}
    command = [sys.executable, "-m", "geoflow", "improve", "--json", *words]
    return subprocess.Popen(command, cwd=root, env=environment, stdout=-1, stderr=-1, text=True, start_new_session=True)


def finished(root: Path, base_url: str, *words: str) -> dict[str, Any]:
    out, err = start(root, base_url, *words).communicate(timeout=120)
    assert "Traceback" not in err, err
    document = json.loads(out)
    assert isinstance(document, dict)
    return document


def kill(root: Path, base_url: str, seconds: float, *words: str) -> bool:
    """Run it and kill it and all that it started after so long; whether it was still at work."""
    child = start(root, base_url, *words)
    try:
        child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    return child.returncode == -signal.SIGKILL


def kill_in_call(root: Path, server: ModelServer, number: int) -> bool:
    """Run it and kill it once the model got this many calls of it; whether it was still at work."""
    child, calls = start(root, server.base_url), len(server.requests) + number
    while child.poll() is None and len(server.requests) < calls:
        time.sleep(0.001)
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def own_branches(root: Path) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/geoflow/").splitlines()


def age_locks(root: Path) -> None:
    """Remove what git itself leaves when it is killed inside a write of a ref; a person would."""
    for lock in (root / ".git" / "refs").rglob("*.lock"):
        lock.unlink()


def project(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Make the repository, with an uncommitted edit, an untracked file and a staged one."""
    root = make_repo(folder, files)
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    write_tree(root, {"notes.txt": "untracked\n", "staged.txt": "staged\n"})
    git(root, "add", "staged.txt")
    return root


def kill_runs(tmp_path: Path, server: ModelServer, kills: int) -> Counter[str]:
    """Kill runs, each on top of what the one before left, and let one end now and then."""
    chance, counts = random.Random(11), Counter[str]()
    root, whole = project(tmp_path / "killed"), project(tmp_path / "whole")
    before = users_things(root)
    begun = time.monotonic()
    undisturbed = finished(whole, server.base_url)
    length = time.monotonic() - begun
    tree = git(whole, "rev-parse", f"{undisturbed['branch']}^{{tree}}")
    asked_of_one = len(server.requests)
    published = 0
    while counts["killed"] < kills:
        # At any moment; and among the calls, however small a part of the run they are.
        if chance.random() < 0.3:
            was_killed = kill_in_call(root, server, chance.randint(1, asked_of_one))
        else:
            was_killed = kill(root, server.base_url, chance.uniform(0.05, length * 1.1))
        age_locks(root)
        counts["killed" if was_killed else "too late"] += 1
        assert users_things(root) == before
        if was_killed and chance.random() < 0.6:
            continue
        if own_branches(root):  # killed when everything was published: the requirements wait with their edits
            published += check_published(root, tree)
        document = finished(root, server.base_url)
        assert git(root, "rev-parse", f"{document['branch']}^{{tree}}") == tree
        assert len(document["edits"]) == MODEL_EDITS + FORM_EDITS
        assert [one["item"] for one in document["adopted"] if one["commit"]] == ["spec/kiln"]
        counts["gone on with"] += document["resumed"] is not None
        counts["finished"] += 1
        assert users_things(root) == before
        assert list((root / ".git/geoflow/improve").glob("*")) == []
        published += check_published(root, tree)
        # Calls that were cut off are asked once more each, and none is that was answered.
        assert len(server.requests) <= asked_of_one * (1 + published) + counts["killed"]
    broken = subprocess.run(["git", "fsck", "--strict"], cwd=root, capture_output=True, text=True, check=True)
    assert "error" not in broken.stdout + broken.stderr
    return counts


def check_published(root: Path, tree: str) -> int:
    """Check that every branch is whole and has its record, take them away, and count them."""
    branches = own_branches(root)
    kept = git(root, "for-each-ref", "--format=%(refname:lstrip=3)", "refs/geoflow/runs/").splitlines()
    assert {f"geoflow/improve/{name}" for name in kept} == set(branches)
    for name in kept:
        json.loads(git(root, "show", f"refs/geoflow/runs/{name}:run.json"))
        assert git(root, "rev-parse", f"geoflow/improve/{name}^{{tree}}") == tree
        git(root, "branch", "-qD", f"geoflow/improve/{name}")
        git(root, "update-ref", "-d", f"refs/geoflow/runs/{name}")
    return len(branches)


def kill_triages(tmp_path: Path, kills: int) -> Counter[str]:
    """Kill triages that take one edit and one adopted item, reject one of each and leave the rest."""
    chance, counts = random.Random(12), Counter[str]()
    root = project(tmp_path / "triaged", FILES | {f"{CHANGE}proposal.md": LID})
    run = finished(root, "none")
    first, second, _ = (edit["finding"]["id"] for edit in run["edits"])
    edits = ("--accept", first, "--reject", f"{second}:too short")
    items = ("--accept", "spec/kiln", "--reject", "change/add-kiln:we write it anew")
    decide = ("--triage", run["run"], *edits, *items)
    before, feedback = users_things(root), root / "openspec/feedback"
    begun = time.monotonic()
    tree = git(root, "rev-parse", f"{finished(root, 'none', *decide)['branch']}^{{tree}}")
    length = time.monotonic() - begun
    while counts["killed"] < kills:
        for branch in own_branches(root):
            if "triaged" in branch and chance.random() < 0.5:
                git(root, "branch", "-qD", branch)
        for file in feedback.glob("*.yaml"):
            if chance.random() < 0.7:
                file.unlink()
        counts["killed" if kill(root, "none", chance.uniform(0.05, length * 1.1), *decide) else "too late"] += 1
        age_locks(root)
        assert users_things(root) == before
        if chance.random() < 0.6:
            continue
        document = finished(root, "none", *decide)
        counts["finished"] += 1
        assert git(root, "rev-parse", f"{document['branch']}^{{tree}}") == tree
        for branch in own_branches(root):
            if "triaged" in branch:
                assert git(root, "rev-parse", f"{branch}^{{tree}}") == tree
        said = sorted(file.read_text() for file in feedback.glob("*.yaml"))
        assert len(said) == 4  # one of each decision, however often it was typed
        outcomes = finished(root, "none", "--outcomes")
        assert outcomes["unreadable"] == []
        assert users_things(root) == before
    return counts


def test_runs_killed_at_random_moments_go_on_and_leave_the_users_things_alone(tmp_path: Path) -> None:
    with model_server(always=good) as server:
        counts = kill_runs(tmp_path, server, 12)
    assert counts["gone on with"]


def test_triages_killed_at_random_moments_are_typed_again(tmp_path: Path) -> None:
    assert kill_triages(tmp_path, 8)["finished"]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_200_runs_and_100_triages_killed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with model_server(always=good) as server:
        runs = kill_runs(tmp_path, server, 200)
    triages = kill_triages(tmp_path, 100)
    with capsys.disabled():
        sys.stdout.write(f"\nruns of improve: {dict(runs)}\ntriages: {dict(triages)}\n")
    assert runs["gone on with"] >= 20
