"""What people say of geoflow's work: written once, shown again, and what it changes is told at once."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.feedback_text import feedback_text, read_feedback
from geoflow.cli.app import app
from geoflow.questions.feedback import Feedback
from tests.builders import git, make_repo, requirement, spec, write_tree

PATH = "openspec/specs/gate/spec.md"
VAGUE = [requirement(name, f"The {name} SHALL open the gate, etc.") for name in ("Key", "Card", "Code", "Bell")]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_repo(tmp_path / "r", {PATH: spec(*VAGUE)})
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return root


class _Person:
    """A terminal on stdin, for a runner that has none: whoever types there is a person."""

    def __call__(self, *arguments: str) -> Result:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("geoflow.cli.feedback_parts.sys", _SysWithTerminal)
            return CliRunner().invoke(app, ["feedback", *arguments])


class _SysWithTerminal:
    class stdin:  # noqa: N801 - the name of what it stands for
        @staticmethod
        def isatty() -> bool:
            return True


person = _Person()


def agent(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["feedback", *arguments])


def findings(code: str = "GF204") -> list[dict[str, Any]]:
    found = json.loads(CliRunner().invoke(app, ["review", "--rules-only", "--json"]).stdout)["findings"]
    return [one for one in found if one["code"] == code]


def files(root: Path) -> list[str]:
    return sorted(path.read_text() for path in (root / "openspec/feedback").glob("*"))


def listed(*arguments: str) -> list[dict[str, Any]]:
    return json.loads(agent("list", *arguments, "--json").stdout)["said"]  # type: ignore[no-any-return]


def test_a_finding_is_rejected_by_the_beginning_of_its_id(root: Path) -> None:
    found = findings()[0]
    result = person(found["id"][:6], "--reject", "This list\nis meant to be open")
    assert result.exit_code == 0, result.output
    [file] = files(root)
    assert f"target: {found['id']}" in file
    assert "kind: person" in file
    assert "code: GF204" in file
    assert "reason: This list is meant to be open" in file
    assert "1 of 3 rejections before they are left out" in result.stdout


def test_three_rejected_findings_are_left_alone_by_improve_with_the_last_reason(root: Path) -> None:
    one, two, three, fourth = findings()
    assert "1 of 3" in person(one["id"], "--reject", "open on purpose").stdout
    assert "2 of 3" in person(two["id"], "--reject", "open on purpose").stdout
    assert "left out by improve from now on" in person(three["id"], "--reject", "the last word").stdout
    learnt = json.loads(CliRunner().invoke(app, ["improve", "--explain", "--json"]).stdout)
    [left] = learnt["filter"]["left"]
    assert (left["code"], left["rejections"][-1]["reason"]) == ("GF204", "the last word")
    assert learnt["policy"]["records"] == []
    assert "go on trying" not in person(fourth["id"], "--comment", "hm").stdout
    assert "goes on trying them" in person(fourth["id"], "--accept").stdout


def test_an_agents_word_is_kept_and_counts_for_nothing(root: Path) -> None:
    for one in findings()[:3]:
        assert "An agent's word" in agent(one["id"], "--reject", "no").stdout
    learnt = json.loads(CliRunner().invoke(app, ["improve", "--explain", "--json"]).stdout)
    assert learnt["filter"]["left"] == []


def test_the_same_is_not_said_twice_and_another_word_is(root: Path) -> None:
    found = findings()[0]["id"]
    person(found, "--reject", "no")
    assert person(found, "--reject", "no").stdout.startswith("Said before")
    assert len(files(root)) == 1
    assert "were taken as well" in person(found, "--accept").stdout
    assert len(files(root)) == 2


def test_a_dry_run_says_what_would_come_of_it_and_writes_nothing(root: Path) -> None:
    result = person(findings()[0]["id"], "--reject", "no", "--dry-run")
    assert "1 of 3 rejections" in result.stdout
    assert files(root) == []


def test_an_edit_of_a_run_is_judged_and_its_outcome_is_rejected(root: Path) -> None:
    # The rule on “should” is mended without a model.
    write_tree(root, {PATH: spec(requirement("Key", "The key should open the gate."))})
    git(root, "commit", "-qam", "should")
    assert CliRunner().invoke(app, ["improve"]).exit_code == 0
    run = json.loads(CliRunner().invoke(app, ["improve", "--triage", "--json"]).stdout)
    edit = run["edits"][0]
    result = person(f"{run['run']}/{edit['id']}", "--reject", "we write should")
    assert "1 of 3 rejections" in result.stdout
    assert f"strategy {edit['strategy']} with {edit['code']}: 0 of 1 edits taken" in result.stdout
    outcomes = json.loads(CliRunner().invoke(app, ["improve", "--outcomes", "--json"]).stdout)
    assert outcomes["runs"][0]["edits"][0]["outcome"] == "rejected"


def test_a_run_is_rated_and_the_mean_is_shown(root: Path) -> None:
    write_tree(root, {PATH: spec(requirement("Key", "The key should open the gate."))})
    git(root, "commit", "-qam", "should")
    CliRunner().invoke(app, ["improve"])
    run = json.loads(CliRunner().invoke(app, ["improve", "--triage", "--json"]).stdout)["run"]
    refused = person(run, "--rate", "2", "--json")
    assert (refused.exit_code, "reason" in refused.output) == (2, True)
    assert "rated 2.0 of 5 by 1 voice" in person(run, "--rate", "2", "--reason", "too timid").stdout
    [row] = listed()
    assert (row["satisfaction"], row["target"], row["reason"]) == (2, run, "too timid")


def test_an_answer_that_is_rejected_is_not_given_again(root: Path) -> None:
    CliRunner().invoke(app, ["ask", "How long may the bell ring?", "--open"])
    [question] = [path.stem for path in (root / "openspec/questions").glob("*.yaml")]
    CliRunner().invoke(app, ["ask", "--answer", question, "Ten seconds."])
    result = person(question, "--reject", "It is five.")
    assert result.exit_code == 0, result.output
    assert "is not given again" in result.stdout
    assert "It is five." in (root / f"openspec/questions/{question}.yaml").read_text()
    assert files(root) == []
    assert [one["verdict"] for one in listed()] == ["answer", "reject"]


def test_what_was_said_with_other_commands_is_listed_too(root: Path) -> None:
    delta = "## ADDED Requirements\n" + requirement("Lock", "The lock SHALL shut.")
    proposal = "## Why\nThe gate stands open at night, which nobody wants.\n\n## What Changes\n- A lock.\n"
    write_tree(root, {"openspec/changes/lock/specs/gate/spec.md": delta, "openspec/changes/lock/proposal.md": proposal})
    CliRunner().invoke(app, ["review", "lock", "--verdict", "approve", "--comment", "fine with me"])
    person("lock", "--comment", "I like it")
    found = listed()
    assert {(one["verdict"], one["target"], one["reason"]) for one in found} == {
        ("approve", "lock", "fine with me"),
        ("comment", "lock", "I like it"),
    }
    assert len(listed("--json")) == 2
    shown = agent("lock").stdout
    assert "I like it" in shown


def test_a_file_that_is_no_feedback_is_named_and_the_rest_is_listed(root: Path) -> None:
    person(findings()[0]["id"], "--accept")
    write_tree(root, {"openspec/feedback/zz.yaml": "target: a\nverdict: maybe\nby: me\nkind: person\n"})
    result = agent("list", "--json")
    assert len(json.loads(result.stdout)["said"]) == 1
    assert "openspec/feedback/zz.yaml:2" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nothing", "--accept"], "unknown-target"),
        (["", "--accept"], "unknown-target"),
        (["list", "--accept"], "usage"),
        (["x", "--accept", "--reject", "no"], "usage"),
        (["x", "--comment", "a", "--reason", "b"], "usage"),
    ],
)
def test_what_is_typed_wrong_is_refused_with_a_fix(root: Path, arguments: list[str], code: str) -> None:
    result = agent(*arguments, "--json")
    # The document of a failure is chosen by what was typed, which a runner in the same process sees as well.
    found = json.loads(result.stdout)
    assert (result.exit_code, found["code"], bool(found["fix"])) == (2, code, True)
    assert files(root) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--reject", " "], "reason-missing"),
        (["--comment", ""], "reason-missing"),
        (["--rate", "0"], "bad-rating"),
        (["--rate", "6"], "bad-rating"),
        (["--rate", "3"], "reason-missing"),
        (["--reject", "x" * 5000], "reason-too-long"),
    ],
)
def test_what_says_too_little_or_too_much_is_refused(root: Path, arguments: list[str], code: str) -> None:
    result = agent(findings()[0]["id"], *arguments, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, code)
    assert files(root) == []


@pytest.mark.parametrize("satisfaction", [0, 1, 5])
def test_a_judgement_is_read_as_it_was_written(satisfaction: int) -> None:
    made = Feedback(
        "7aee", "reject", "Ada <a@b.c>", "person", "2026-01-01T00:00:00Z", "no: # “x”", satisfaction, "GF204", "a\nb"
    )
    assert read_feedback("f.yaml", feedback_text(made).encode()) == made


def test_outside_a_repository_it_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path / "plain", {PATH: spec(*VAGUE)})
    monkeypatch.chdir(tmp_path / "plain")
    result = person(findings()[0]["id"], "--reject", "no")
    assert (result.exit_code, "1 of 3" in result.stdout) == (0, True), result.output
    assert sys.stdin is not _SysWithTerminal.stdin
