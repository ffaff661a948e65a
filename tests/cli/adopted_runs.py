"""Runs of improve on a tree with two items that were written by hand, and what became of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.event_files import EventFiles
from geoflow.cli.app import app
from geoflow.questions.feedback import Feedback, Judgement, edit_id
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.improvement.adopting import CHANGE, SPEC, coded, hand_written

GOOD = "openspec/specs/example/spec.md"
KILN = hand_written(
    coded("KLN-001", "Heater", "The lamp glows when the door opens", "It is quick"),
    coded("KLN-002", "Door", "The lock closes when the load is in"),
)
PROPOSAL = "# Lid Proposal\n\n## Success Criteria\n\n- [ ] The lid closes\n"
FILES = {
    SPEC: KILN,
    f"{CHANGE}proposal.md": PROPOSAL,
    f"{CHANGE}TASKS.md": "- [ ] 1.1 Cut\n",
    GOOD: spec(requirement("Writing", "The writer will keep the file.")),
}


def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository of Ada's with a hand-written spec and change and a spec with an edit to make; work in it."""
    root = make_repo(folder, FILES)
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return root


def improve(*arguments: str) -> Result:
    """Run it; no defect may end it."""
    result = CliRunner().invoke(app, ["improve", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def document(*arguments: str) -> dict[str, Any]:
    """Give its JSON document."""
    found = json.loads(improve(*arguments, "--json").stdout)
    assert isinstance(found, dict)
    return found


def ids(run: dict[str, Any]) -> dict[str, str]:
    """Give the id of each adopted item of a run."""
    return {one["item"]: one["id"] for one in run["adopted"]}


def outcomes() -> dict[str, str]:
    """Give the outcome of each adopted item of the newest run that has some."""
    runs = [run for run in document("--outcomes")["runs"] if run["adopted"]]
    return {one["item"]: one["outcome"] for one in runs[0]["adopted"]}


def why_left() -> dict[str, str]:
    """Say of each hand-written item why a run would not adopt it; empty where it would."""
    return {one["item"]: one["why_not"] for one in document("--dry-run")["adopted"]}


def person_says(root: Path, run: str, item: str, verdict: Judgement, reason: str = "") -> None:
    """Write a person's judgement of an item, as a walk at a terminal does."""
    said = Feedback(edit_id(run, item), verdict, "Ada <ada@example.org>", "person", "2026-11-20T10:00:00Z", reason)
    write_tree(root, dict(EventFiles(root / ".git").feedback_file(said)))
