"""An agent with every command at hand, but no person: nothing of what it says reaches a document."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec

PATH = "openspec/specs/kiln/spec.md"
TREE = {PATH: spec(requirement("Alarm", "The siren SHALL quickly sound when smoke is detected."))}
QUESTION = "How fast must the siren sound?"
RUNNER = CliRunner()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "kiln", TREE)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return folder


def test_an_agent_that_asks_answers_itself_and_starts_improve_gets_nothing_into_a_document(root: Path) -> None:
    asked = json.loads(RUNNER.invoke(app, ["ask", QUESTION, "--open", "--about", f"{PATH}:8", "--json"]).stdout)
    assert asked["state"] == "open"
    answered = RUNNER.invoke(app, ["ask", "--answer", asked["id"], "within 1 s"])
    assert "an agent's answer until a person confirms it" in answered.stdout
    confirmed = RUNNER.invoke(app, ["ask", "--confirm", asked["id"], "--json"])
    assert (confirmed.exit_code, json.loads(confirmed.stdout)["code"]) == (2, "needs-person")
    taken = RUNNER.invoke(app, ["ask", QUESTION, "--accept", "--json"])
    assert (taken.exit_code, json.loads(taken.stdout)["code"]) == (2, "needs-person")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "what an agent would do next")
    run = json.loads(RUNNER.invoke(app, ["improve", "--json"]).stdout)
    assert (run["edits"], run["branch"]) == ([], "")
    assert "within 1 s" not in (root / PATH).read_text()
    assert git(root, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
