"""`geoflow review CHANGE --verdict`: a person's round at a terminal, and what counts as none."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.adapters.mcp_cycle_arguments import check_proposal
from geoflow.cli.app import app
from geoflow.cli.mcp_cycle import Changing
from tests.builders import write_tree
from tests.cli.asking import ADA, kiln
from tests.cli.changes import CHANGE, FOLDER, IDEA, at_terminal, change_of, documents, said_at_terminal, standing
from tests.conftest import NPM_OPENSPEC

CLAUDE = "Claude (over MCP)"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = kiln(tmp_path, monkeypatch)
    Changing(made).propose(check_proposal(IDEA, CHANGE, "", documents()), CLAUDE)
    return made


def test_a_person_objects_and_then_agrees(root: Path) -> None:
    shown = at_terminal("review", CHANGE, "--verdict", "blocked", "--comment", "Ask the inspector.")
    assert shown == f"{CHANGE}: to be revised; next: author {CLAUDE}\n"
    [finding] = change_of(root)["findings"]
    assert (finding["message"], finding["severity"]) == ("Ask the inspector.", "warning")
    agreed = said_at_terminal("review", CHANGE, "--verdict", "approve", "--comment", "Fine by me.")
    assert agreed["schema"] == "geoflow.review-round/1"
    assert (standing(agreed), agreed["kind"], agreed["open_findings"]) == (("approved", "author", CLAUDE), "person", 0)
    [*_, last] = change_of(root)["rounds"]
    assert (last["by"], last["note"], last["verdict"]) == (ADA, "Fine by me.", "approve")


def test_without_a_terminal_it_counts_as_an_agents(root: Path) -> None:
    done = CliRunner().invoke(app, ["review", CHANGE, "--verdict", "approve"])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{CHANGE}: in review; next: person\n")
    assert "counts as an agent's round" in done.stdout
    assert change_of(root)["rounds"][-1]["kind"] == "agent"


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        ([CHANGE, "--verdict", "revise"], "comment-missing", 2),
        ([CHANGE, "--verdict", "blocked", "--comment", " "], "comment-missing", 2),
        (["--verdict", "approve"], "usage", 2),
        ([CHANGE, "other", "--comment", "No."], "usage", 2),
        (["none", "--verdict", "approve"], "unknown-change", 2),
        (["../kiln", "--verdict", "approve"], "unknown-change", 2),
    ],
)
def test_what_makes_no_round_writes_nothing(root: Path, arguments: list[str], code: str, exit_code: int) -> None:
    before = sorted((root / FOLDER / "reviews").iterdir())
    done = CliRunner().invoke(app, ["review", *arguments, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["code"]) == (exit_code, code)
    assert sorted((root / FOLDER / "reviews").iterdir()) == before


def test_codeowners_say_who_approves(root: Path) -> None:
    (root / ".github").mkdir()
    (root / ".github/CODEOWNERS").write_text("/openspec/changes/ @bob\n")
    done = CliRunner().invoke(app, ["review", CHANGE, "--verdict", "approve", "--json"])
    assert standing(json.loads(done.stdout)) == ("in review", "person", "@bob")


def test_an_archived_change_takes_no_round(root: Path) -> None:
    at_terminal("archive", CHANGE, "--yes")
    done = CliRunner().invoke(app, ["review", CHANGE, "--verdict", "approve", "--json"])
    assert json.loads(done.stdout)["code"] == "change-archived"


def test_the_list_says_how_far_a_change_is_that_somebody_spoke_about(root: Path) -> None:
    write_tree(root, {"openspec/changes/quiet/proposal.md": "x"})
    (line, quiet) = sorted(CliRunner().invoke(app, ["list", "--sort", "name"]).stdout.splitlines(), reverse=True)
    assert line.startswith(f"{CHANGE}  0/1 tasks")
    assert line.endswith(" UTC  in review; next: role")
    assert quiet.endswith(" UTC")
    at_terminal("review", CHANGE, "--comment", "No.")
    assert f"to be revised; next: author {CLAUDE}" in at_terminal("list")
    listed = json.loads(CliRunner().invoke(app, ["list", "--json"]).stdout)
    states = {row["name"]: (row["state"], row["next"]) for row in listed["changes"]}
    assert states == {
        CHANGE: ("to be revised", {"kind": "author", "name": CLAUDE}),
        "quiet": ("draft", {"kind": "author", "name": ""}),
    }


@pytest.mark.npm
def test_the_npm_cli_takes_a_tree_with_rounds_and_archives_them_along(root: Path) -> None:
    at_terminal("review", CHANGE, "--comment", "Say: who?\n# a comment")
    rounds = {path.name: path.read_bytes() for path in (root / FOLDER / "reviews").iterdir()}
    for arguments in (["validate", "--all", "--strict"], ["archive", CHANGE, "--yes"]):
        done = subprocess.run([str(NPM_OPENSPEC), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    [archived] = (root / "openspec/changes/archive").iterdir()
    assert {path.name: path.read_bytes() for path in (archived / "reviews").iterdir()} == rounds
    assert standing(change_of(root)) == ("archived", "nobody", "")
