"""Bare `geoflow`: how far each active change is, who acts next, and the command that helps on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import make_repo, requirement, spec, write_tree
from tests.cli.changes import at_terminal

PROPOSAL = (
    "# Proposal\n\n## Why\n\nClerks copy the list of parcels by hand today, and make mistakes with long numbers.\n\n"
    "## What Changes\n\n- An export\n"
)
SPEC = {"openspec/specs/depot/spec.md": spec(requirement("Door", "The depot SHALL open its door at 8."))}


def change(name: str, delta: str = "") -> dict[str, str]:
    folder = f"openspec/changes/{name}"
    text = delta or f"## ADDED Requirements\n\n{requirement(f'Of {name}', f'The depot SHALL do {name}.')}"
    return {
        f"{folder}/proposal.md": PROPOSAL,
        f"{folder}/tasks.md": "- [ ] 1.1 Do it\n",
        f"{folder}/specs/depot/spec.md": text,
    }


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_repo(tmp_path / "depot", {**SPEC, **change("add-export")})
    monkeypatch.chdir(made)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return made


def shown(*arguments: str) -> str:
    """Type it as people do; the short way and Typer's give the same."""
    quick = subprocess.run([sys.executable, "-m", "geoflow", *arguments], capture_output=True, text=True, check=True)
    result = CliRunner().invoke(app, list(arguments))
    assert (result.exit_code, result.stdout) == (0, quick.stdout)
    return quick.stdout


def test_each_change_with_its_state_and_the_next_command(root: Path) -> None:
    assert shown() == "add-export  in review; next: role\nnext: geoflow review add-export\n"
    at_terminal("review", "add-export", "--comment", "Which file?")
    assert shown().endswith("next: geoflow propose --revise add-export\n")
    at_terminal("review", "add-export", "--verdict", "approve")
    assert shown().splitlines()[0].startswith("add-export  approved; next: author")


def test_what_holds_up_comes_first_and_the_rest_is_counted(root: Path) -> None:
    for number in range(12):
        write_tree(root, change(f"more-{number:02}"))
    write_tree(root, change("unfinished", "## ADDED Requirements\n\n### Requirement: X\nNothing.\n"))
    lines = shown().splitlines()
    assert lines[0].split() == ["unfinished", "draft;", "next:", "author"]
    assert lines[-2:] == ["and 4 more: geoflow list", "next: geoflow validate unfinished"]
    assert len(lines) == 12


def test_scripts_get_all_of_them(root: Path) -> None:
    document = json.loads(shown("--json"))
    assert document == {
        "schema": "geoflow.state/1",
        "changes": [
            {"id": "add-export", "state": "in review", "next": {"kind": "role", "name": ""}, "open_findings": 0}
        ],
        "unfinished": [],
        "command": "geoflow review add-export",
    }


def test_without_a_change_there_is_one_to_propose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "calm", SPEC))
    assert shown() == 'There is no active change.\nnext: geoflow propose "IDEA"\n'


def test_without_a_tree_there_is_the_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [])
    assert (result.exit_code, "Usage:" in result.stdout) == (0, True)
    failed = CliRunner().invoke(app, ["--json"])
    assert (failed.exit_code, json.loads(failed.stdout)["code"]) == (3, "no-openspec")


def test_a_name_cannot_write_to_the_terminal(root: Path) -> None:
    write_tree(root, change("evil\x1b[2J\n::error::x"))
    assert "\x1b" not in shown()
    assert not any(line.startswith("::error") for line in shown().splitlines())


def test_show_tells_the_state_beside_the_text(root: Path) -> None:
    result = CliRunner().invoke(app, ["show", "add-export"])
    assert (result.stdout, result.stderr) == (PROPOSAL, "geoflow: add-export: in review; next: role\n")
    document = json.loads(CliRunner().invoke(app, ["show", "add-export", "--json"]).stdout)
    assert (document["state"], document["next"]) == ("in review", {"kind": "role", "name": ""})


def test_settings_that_are_wrong_do_not_take_the_list_away(root: Path) -> None:
    write_tree(root, {"openspec/geoflow.yaml": "rules: [\n"})
    result = CliRunner().invoke(app, ["list", "--json"])
    [row] = json.loads(result.stdout)["changes"]
    assert (result.exit_code, row["name"], "state" in row) == (0, "add-export", False)
    assert "no state is given" in result.stderr
