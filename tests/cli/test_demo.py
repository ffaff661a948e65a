"""The demo: its tree holds every kind of flaw that the rules know, and the command leaves a repository behind."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.adapters.demo_repository import improve_branches, make_demo_repository, word_diff
from geoflow.cli.app import app
from geoflow.errors import GeoflowError
from geoflow.improvement.contract import CONTRACTS, REMARKED, WISHED
from geoflow.openspec import read_tree, validate
from geoflow.openspec.disk import load
from geoflow.quality.findings import find_all
from geoflow.resources import templates_folder
from tests.builders import git, make_repo, write_tree

DEMO = templates_folder() / "demo"
OF_FORM = {"GF111", "GF112"}
ABOUT_MISSING_PARTS = {"OS-S4", "OS-S13"}


def test_every_kind_of_finding_that_geoflow_can_mend_is_in_the_demo() -> None:
    files = load(str(DEMO))
    found = {finding.code for finding in find_all(read_tree(files), validate(files), files)}
    by_itself = {code for code, contract in CONTRACTS.items() if contract.name in {"structure", "reword"}}
    said_by_others = {WISHED, REMARKED}
    rare = {"GF220"}  # three times in eight real trees: in the demo it would be made up
    of_a_team = {"GF219"}  # words that it has ruled out itself, which a new tree has not
    assert found >= (OF_FORM | by_itself | ABOUT_MISSING_PARTS) - said_by_others - rare - of_a_team


def test_most_items_of_the_demo_are_valid_and_two_are_not() -> None:
    verdicts = {report.id: report.valid() for report in validate(load(str(DEMO)))}
    assert [name for name, valid in verdicts.items() if not valid] == ["flood-alarm", "station-clock"]
    assert len(verdicts) == 5


def test_the_demo_leaves_a_repository_with_an_improve_branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    folder = tmp_path / "new" / "demo"
    result = CliRunner().invoke(app, ["demo", str(folder)])
    assert (result.exit_code, result.exception) == (0, None)
    assert git(folder, "rev-list", "--count", "main") == "1"
    assert git(folder, "status", "--porcelain") == ""
    [branch] = improve_branches(folder)
    assert f"git merge {branch}" in result.output
    assert "The logger [-will-]{+SHALL+} set its clock" in word_diff(folder, branch)
    assert git(folder, "notes", "--ref=geoflow", "list") != ""


def test_every_act_of_the_demo_is_a_command_that_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    result = CliRunner().invoke(app, ["demo", str(tmp_path / "demo")])
    shown = re.findall(r"^\$ (\w+ [\w-]+)", result.output, re.MULTILINE)
    assert shown == [
        *("geoflow validate", "geoflow review", "geoflow monitor", "geoflow improve"),
        *("git diff", "geoflow monitor", "geoflow ask"),
    ]
    # The specs of the demo are invalid and have errors, and that is what the first two commands say.
    assert re.findall(r"^\(exit code (\d+)\)", result.output, re.MULTILINE) == ["1", "1"]
    assert "openspec/specs/water-level-sampling/spec.md:25" in result.output.split("$ geoflow ask")[1]


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    write_tree(tmp_path / "mine", {"letter.txt": "mine"})
    result = CliRunner().invoke(app, ["demo", str(tmp_path / "mine")])
    assert result.exit_code == 2
    assert "Name another folder" in result.output
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mine": "mine"})
    with pytest.raises(GeoflowError, match="is there already"):
        make_demo_repository(tmp_path / "mine")


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    make_demo_repository(tmp_path / "empty")
    assert git(tmp_path / "empty", "log", "--format=%an") == "Ada Example"


def test_without_an_identity_the_demo_uses_one_of_its_own_in_this_repository_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name)
    write_tree(tmp_path / "home", {".gitconfig": "[user]\n\tuseConfigOnly = true\n[commit]\n\tgpgsign = true\n"})
    before = (tmp_path / "home" / ".gitconfig").read_text()
    make_demo_repository(tmp_path / "demo")
    assert git(tmp_path / "demo", "log", "--format=%an %ae") == "geoflow demo demo@geoflow.invalid"
    assert (tmp_path / "home" / ".gitconfig").read_text() == before


def test_the_demo_works_inside_another_repository_and_leaves_it_alone(tmp_path: Path) -> None:
    outer = make_repo(tmp_path / "outer", {".gitignore": "build/\n"})
    make_demo_repository(outer / "build" / "demo")
    assert git(outer, "rev-list", "--count", "HEAD") == "1"
    assert git(outer / "build" / "demo", "log", "--format=%s") == "Specify the tide gauge of Port Linnet"
