"""`geoflow review --rules-only` answers before Typer is imported, and looks only at what was asked for."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.__main__ import answer_quickly
from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, write_tree
from tests.openspec.deltas import delta, tree

GATE = "openspec/specs/gate/spec.md"
OPEN = "The gate SHALL gracefully open within 2 seconds of the first push."
FILES = tree(
    {
        "gate": [requirement("Open", OPEN), requirement("Shut", "The gate SHALL shut.")],
        "bell": [requirement("Ring", "The bell SHALL quickly ring.")],
    },
    {
        "one": {"gate": delta(modified=[requirement("Open", OPEN.replace("2", "9"))], removed=["Nothing"])},
        "two": {"gate": delta(modified=[requirement("Open", OPEN.replace("2", "5"))]), "bell": delta(removed=["Ring"])},
        "three": {"horn": delta(added=[requirement("Blow", OPEN.replace("SHALL", "SHALL NOT"))])},
    },
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_repo(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--json"],
        ["gate"],
        ["one", "bell", "--format", "github"],
        ["--format=markdown", "--fail-on=never"],
        ["--format", "sarif", "--fail-on", "warning"],
        ["--staged"],
        ["--since", "HEAD", "--json"],
        ["--since=nowhere", "--json"],
        ["unknown", "--json"],
    ],
)
def test_both_ways_answer_alike(arguments: list[str], root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(root, {GATE: FILES[GATE].replace("shut", "softly shut")})
    code = answer_quickly(["review", "--rules-only", *arguments])
    quick = capsys.readouterr()
    usual = CliRunner().invoke(app, ["review", "--rules-only", *arguments])
    assert (code, quick.out, quick.err) == (usual.exit_code, usual.stdout, usual.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--rules-only", "--help"],
        ["--rules-only", "--since"],
        ["--rules-only", "--format", "xml"],
        ["--rules-only", "--staged", "--since", "HEAD"],
        ["--rules-only", "--roles", "all"],
        ["--rules-only", "--nonsense"],
    ],
)
def test_what_typer_has_to_read_is_left_to_it(arguments: list[str]) -> None:
    assert answer_quickly(["review", *arguments]) is None


def findings(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["review", "--rules-only", "--json", *arguments])
    found: list[dict[str, Any]] = json.loads(result.stdout)["findings"]
    return found


@pytest.mark.parametrize(
    ("target", "below"), [("gate", GATE), ("one", "openspec/changes/one/"), ("three", "openspec/changes/three/")]
)
def test_an_item_alone_has_the_findings_that_it_has_among_all(target: str, below: str, root: Path) -> None:
    among_all = [finding for finding in findings() if finding["path"].startswith(below)]
    assert among_all
    assert findings(target) == among_all


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.endswith("spec.md")))
def test_a_new_document_has_the_findings_that_it_has_among_all(path: str, root: Path) -> None:
    git(root, "rm", "-q", "--cached", path)
    git(root, "commit", "-qm", "without it")
    git(root, "add", path)
    among_all = [finding for finding in findings() if finding["path"] == path]
    assert findings("--staged") == among_all


def quickly(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    answer_quickly(["review", "--rules-only", "--json", *arguments])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize(("item", "notes"), [("gate", 0), ("three", 0), ("one", 1)])
def test_git_is_asked_only_where_a_delta_stands_on_a_main_spec(
    item: str, notes: int, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_git = quickly([item], capsys)
    monkeypatch.setenv("PATH", "")
    without = quickly([item], capsys)
    assert with_git["notes"] == []
    assert len(without["notes"]) == notes
    assert without["findings"] == with_git["findings"]


def test_outside_a_repository_it_is_said_what_was_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "plain", FILES))
    (note,) = quickly([], capsys)["notes"]
    assert note.endswith("(this is no git repository)")


def test_files_are_named_by_their_paths_in_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_repo(tmp_path, {f"below/{path}": text for path, text in FILES.items()})
    monkeypatch.chdir(tmp_path / "below")
    answer_quickly(["review", "--rules-only", "--format", "github", "bell"])
    assert "file=below/openspec/specs/bell/spec.md" in capsys.readouterr().out


@pytest.mark.parametrize(
    "waiver", ["", "<!-- geoflow: allow GF201 it may -->\n", "<!-- geoflow: allow GF204 idle -->\n"]
)
def test_what_changed_has_the_findings_that_it_has_among_all(waiver: str, root: Path) -> None:
    before = FILES[GATE].replace("### Requirement: Open", f"{waiver}### Requirement: Open", 1)
    write_tree(root, {GATE: before})
    git(root, "commit", "--allow-empty", "-qam", "waived")
    write_tree(root, {GATE: before.replace("SHALL shut", "SHALL elegantly close")})
    git(root, "add", "-A")
    among_all = [one for one in findings() if one["path"] == GATE and one["requirement"] != "Open"]
    assert "GF201" in {one["code"] for one in among_all} or "GF201" in waiver
    assert findings("--staged") == findings("--since", "HEAD") == among_all
