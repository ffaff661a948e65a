import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from geoflow.cli.mcp_cycle import Changing
from geoflow.openspec import validate
from geoflow.openspec.disk import load
from tests.builders import git, make_repo, requirement, spec
from tests.servers import html, model_server

RUNNER = CliRunner()
TREE = {"openspec/specs/kiln/spec.md": spec(requirement("Pause", "The kiln controller SHALL pause a firing."))}
IDEA = "Let potters resume a paused firing of the kiln"
CHANGE = "potters-resume-paused-firing-kiln"
REPLIES = (
    {"relation": "adds"},
    *[{"name": "Resume a firing", "subject": "kiln controller", "does": "continue a paused firing within 45 seconds"}]
    * 3,
    {"name": "Firing is resumed", "when": "a potter resumes a paused firing", "then": "the temperature rises"},
    {"name": "Nothing is paused", "when": "no firing is paused", "then": "the kiln controller says so"},
    *[{"then": "the kiln controller says so"}] * 2,
    {"problem": "A paused firing is lost today."},
)


@pytest.fixture
def kiln(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "kiln", TREE)
    git(folder, "config", "user.name", "Ada Example")
    git(folder, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(folder)
    return folder


def test_a_change_is_written_and_what_to_type_next_is_said(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(*REPLIES, model="qwen3-8b") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["propose", IDEA])
    assert result.exit_code == 0
    assert f"geoflow validate {CHANGE} --strict" in result.stdout
    assert "Q1: Which value belongs at" in result.stdout
    assert "model: qwen3-8b" in result.stderr
    report = next(report for report in validate(load(str(kiln))) if report.id == CHANGE)
    assert report.valid(strict=True)
    assert RUNNER.invoke(app, ["validate", CHANGE, "--strict"]).exit_code == 0
    assert git(kiln, "status", "--porcelain") == "?? openspec/changes/\n?? openspec/questions/"


def test_a_change_as_json(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(*REPLIES) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["propose", "-", "--json", "--name", "resume"], input=IDEA)
    document = json.loads(result.stdout)
    assert document["schema"] == "geoflow.propose/1"
    assert (document["change"], document["capability"], document["written"]) == ("resume", "kiln", True)
    for file in document["files"]:
        assert (kiln / file["path"]).read_text() == file["text"]


def test_a_dry_run_shows_the_files_and_writes_nothing(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(*REPLIES) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["propose", IDEA, "--dry-run"])
    assert f"==> openspec/changes/{CHANGE}/proposal.md\n# Proposal\n" in result.stdout
    assert git(kiln, "status", "--porcelain") == ""


def test_an_existing_change_is_never_overwritten(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = kiln / "openspec" / "changes" / CHANGE / "proposal.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with model_server(*REPLIES) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        named = RUNNER.invoke(app, ["propose", IDEA, "--name", CHANGE, "--json"])
        free = RUNNER.invoke(app, ["propose", IDEA, "--json"])
    assert (json.loads(named.stdout)["code"], named.exit_code) == ("exists", 2)
    assert json.loads(free.stdout)["change"] == f"{CHANGE}-2"
    assert mine.read_text() == "mine"


def test_without_a_model_it_ends_with_three_and_a_fix(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    result = RUNNER.invoke(app, ["propose", IDEA, "--json"])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["fix"]
    assert git(kiln, "status", "--porcelain") == ""


@pytest.mark.parametrize("garbage", ["no object {", html(), {"name": 3}])
def test_a_server_that_answers_garbage_leaves_nothing_behind(
    kiln: Path, monkeypatch: pytest.MonkeyPatch, garbage: object
) -> None:
    with model_server(REPLIES[0], always=garbage) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["propose", IDEA, "--json"])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["schema"] == "geoflow.error/1"
    assert git(kiln, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("idea", "code"), [("", "idea-empty"), ("#\n-", "idea-empty"), ("x" * 1_200_000, "idea-too-long")]
)
def test_what_is_no_idea_is_told_before_a_model_is_looked_for(kiln: Path, idea: str, code: str) -> None:
    result = RUNNER.invoke(app, ["propose", "-", "--json"], input=idea)
    assert (json.loads(result.stdout)["code"], result.exit_code) == (code, 2)


def test_without_openspec_there_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    result = RUNNER.invoke(app, ["propose", IDEA, "--json"])
    assert (json.loads(result.stdout)["code"], result.exit_code) == ("no-openspec", 3)


def test_who_proposed_it_lies_with_the_change_and_its_gap_is_a_question(
    kiln: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(*REPLIES) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = json.loads(RUNNER.invoke(app, ["propose", IDEA, "--json"]).stdout)
    [row] = Changing(kiln).change(CHANGE)["changes"]
    assert [(one["event"], one["by"], one["kind"]) for one in row["rounds"]] == [
        ("proposed", "Ada Example <ada@example.org>", "agent")
    ]
    [question] = document["stored_questions"]
    assert (kiln / question["path"]).is_file()
    assert (row["state"], [one["id"] for one in row["questions"]]) == ("waiting for answers", [question["id"]])


def test_an_idea_is_read_from_a_file(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (kiln.parent / "issue.md").write_text(f"# Issue\n\n{IDEA}\n")
    with model_server(*REPLIES) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["propose", "--from", "../issue.md", "--json", "--name", "resume"])
    assert json.loads(result.stdout)["capability"] == "kiln"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--from", "none.md"], "idea-unreadable"),
        (["--from", "."], "idea-unreadable"),
        (["--from", "bytes.md"], "idea-unreadable"),
        (["--from", "long.md"], "idea-too-long"),
        ([IDEA, "--from", "bytes.md"], "usage"),
        ([IDEA, "--revise", "x"], "usage"),
        (["--revise", "x", "--name", "y"], "usage"),
        (["--revise", "x"], "unknown-change"),
        (["--revise", "../x"], "unknown-change"),
        ([], "idea-empty"),
    ],
)
def test_what_is_typed_wrong_says_so_and_writes_nothing(kiln: Path, arguments: list[str], code: str) -> None:
    (kiln / "bytes.md").write_bytes(b"\xff\xfe")
    (kiln / "long.md").write_text("x " * 40_000)
    before = git(kiln, "status", "--porcelain")
    result = RUNNER.invoke(app, ["propose", *arguments, "--json"])
    assert (json.loads(result.stdout)["code"], result.exit_code) == (code, 2)
    assert git(kiln, "status", "--porcelain") == before


def test_help_ends_with_an_example() -> None:
    assert "Example: geoflow propose" in RUNNER.invoke(app, ["propose", "--help"]).stdout
