"""`geoflow list --order`: for people at any width, for pipes and for scripts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import make_repo, write_tree
from tests.conftest import NPM_OPENSPEC
from tests.openspec.deltas import block, delta, tree

MAIN = {"auth": [block("Login"), block("Logout")]}
CHANGES = {
    "one": {"auth": delta(modified=[block("Login", "second")])},
    "two": {"auth": delta(modified=[block("Login", "third")])},
    "zed": {"new": delta(added=[block("Reset")])},
    "early": {"new": delta(modified=[block("Reset", "second")])},
    "lost": {"far": delta(modified=[block("Nothing")])},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_tree(tmp_path / "root", tree(MAIN, CHANGES))
    monkeypatch.chdir(root)
    return root


def test_people_see_conflicts_then_the_order_then_what_is_left(folder: Path) -> None:
    result = CliRunner().invoke(app, ["list", "--order"])
    assert result.exit_code == 0
    assert result.output == (
        "1 requirement in conflict\n"
        "  auth: Login\n"
        "    one (MODIFIED), two (MODIFIED)\n"
        "    the second replaces what the first writes\n"
        "\n"
        "Archive in this order\n"
        "  1  one\n"
        "  2  zed\n"
        "  3  early\n"
        "\n"
        "2 changes cannot be archived then\n"
        "  lost\n"
        "    far: There is no main spec far, so nothing in it can be modified or renamed.\n"
        "    fix: Put the requirements under `## ADDED Requirements`, or mend the name of the delta's folder.\n"
        "  two\n"
        '    auth: It would replace what one writes to "Login".\n'
        "    fix: Take what one says into its delta, or drop one of the two.\n"
    )


def test_scripts_get_the_same_as_one_document(folder: Path) -> None:
    document = json.loads(CliRunner().invoke(app, ["list", "--order", "--json"]).output)
    assert (document["schema"], document["order"]) == ("geoflow.order/1", ["one", "zed", "early"])
    assert [(one["change"], one["code"], one["stopped_by"]) for one in document["left"]] == [
        ("lost", "no-spec", []),
        ("two", "undoes", ["one"]),
    ]
    assert document["conflicts"] == [
        {
            "capability": "auth",
            "requirement": "Login",
            "why": "the second replaces what the first writes",
            "first": [],
            "sides": [
                {
                    "change": name,
                    "operation": "MODIFIED",
                    "path": f"openspec/changes/{name}/specs/auth/spec.md",
                    "line": 2,
                }
                for name in ("one", "two")
            ],
        }
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal")
def test_lines_on_a_terminal_fit_its_width(folder: Path) -> None:
    import pty

    parent, child = pty.openpty()
    environment = {**os.environ, "COLUMNS": "60", "TERM": "xterm"}
    command = [sys.executable, "-m", "geoflow", "list", "--order"]
    process = subprocess.Popen(command, cwd=folder, stdout=child, stderr=child, env=environment)
    os.close(child)
    text = b""
    while True:
        try:
            piece = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        text += piece
    os.close(parent)
    assert process.wait() == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).splitlines()
    assert "Archive in this order" in lines
    assert max(map(len, lines)) <= 60


def test_a_hostile_name_is_shown_with_visible_escapes(folder: Path) -> None:
    hostile = tree(MAIN, {"bad": {"auth": delta(modified=[block("\x1b[31mRed")])}})
    write_tree(folder, hostile)
    output = CliRunner().invoke(app, ["list", "--order"]).output
    assert "\x1b" not in output
    assert "\\x1b[31mRed" in output


def test_without_changes_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "root", tree(MAIN, {})))
    result = CliRunner().invoke(app, ["list", "--order"])
    assert (result.exit_code, result.output) == (0, "There are no changes.\n")


def test_specs_have_no_order(folder: Path) -> None:
    result = CliRunner().invoke(app, ["list", "--specs", "--order"])
    assert result.exit_code == 2
    assert "--order" in result.output


@pytest.mark.npm
def test_the_npm_cli_archives_in_this_order_and_refuses_what_is_left_but_for_what_undoes(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "root", tree(MAIN, CHANGES))
    document = json.loads(
        subprocess.run(
            [sys.executable, "-m", "geoflow", "list", "--order", "--json"], cwd=root, capture_output=True, check=True
        ).stdout
    )

    def archive(change: str) -> int:
        command = [str(NPM_OPENSPEC), "archive", change, "--yes", "--json"]
        return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode

    assert [archive(change) for change in document["order"]] == [0, 0, 0]
    taken = [one["change"] for one in document["left"] if archive(one["change"]) == 0]
    assert taken == ["two"]
