"""Learning killed at any moment leaves nothing of the user's changed, and the next one delivers the same."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from geoflow.cli.learn import open_desk
from geoflow.workflow.learn_delivery import Gathered
from geoflow.workflow.learn_record import Offer
from geoflow.workflow.limits import Limits
from tests.builders import git
from tests.cli.improving import improved as document
from tests.cli.test_learn import dropped, tree
from tests.cli.test_learn import make as make_root
from tests.cli.verbs import state_of

KILLS = 5


def test_killed_at_any_moment_it_has_delivered_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_root(tmp_path / "r", monkeypatch, tree("The {} part simply SHALL work. A reader must wait."))
    dropped(root)
    before = state_of(root)
    for number in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "geoflow", "improve", "--learn", "--json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ,
        )
        try:
            process.wait(random.Random(number).uniform(0.2, 2.0))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        after = state_of(root)
        assert (after.files, after.index, after.head) == (before.files, before.index, before.head)
        for branch in git(root, "branch", "--list", "geoflow/learn/*", "--format=%(refname:short)").split():
            assert git(root, "diff", "--name-only", "main", branch) == "openspec/workflow/lexicon.yaml"
            git(root, "branch", "-q", "-D", branch)
        for ref in git(root, "for-each-ref", "--format=%(refname)", "refs/geoflow/runs/learn-*").split():
            git(root, "update-ref", "-d", ref)
    assert [one["word"] for one in document("--learn")["offered"]] == ["simply"]


@pytest.mark.parametrize(
    "path",
    [
        "openspec/specs/door/spec.md",
        "openspec/geoflow.yaml",
        "openspec/changes/x/tasks.md",
        "geoflow/improvement/gate.py",
        "openspec/workflow/../specs/door/spec.md",
    ],
)
def test_nothing_but_what_is_learnt_can_be_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    make_root(tmp_path / "r", monkeypatch, tree("The {} part SHALL work."))
    with open_desk(None, with_model=False) as desk:
        gathered = Gathered(desk, Limits())
        with pytest.raises(ValueError, match="nothing that is learnt"):
            gathered.add(Offer("k", "word", "s", "r", (), path, "text", {}))
        assert gathered.offers == []
