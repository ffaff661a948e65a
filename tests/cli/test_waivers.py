"""Findings that somebody lets stand: by a comment in the document, or by an entry in the project's settings."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.openspec.deltas import delta

GATE, BELL = "openspec/specs/gate/spec.md", "openspec/specs/bell/spec.md"
HASTY = "The gate SHALL quickly open."
WAIVER = "<!-- geoflow: allow GF210 measured in the field since 2019 -->"


def run(*arguments: str) -> str:
    return CliRunner().invoke(app, ["review", "--rules-only", "--fail-on", "never", *arguments]).stdout


def review(*arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("--json", *arguments))
    return document


def codes(*arguments: str) -> list[str]:
    return [finding["code"] for finding in review(*arguments)["findings"]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_comment_in_a_requirement_lets_its_finding_stand_and_no_other(root: Path) -> None:
    shut = requirement("Shut", "The gate SHALL quickly shut.")
    write_tree(root, {GATE: spec(requirement("Open", f"{HASTY}\n{WAIVER}"), shut)})
    found = review()
    assert [(one["code"], one["requirement"]) for one in found["findings"]] == [("GF210", "Shut")]
    [waived] = found["waived"]
    assert (waived["code"], waived["requirement"], waived["waived_by"]) == ("GF210", "Open", "comment")
    assert waived["reason"] == "measured in the field since 2019"
    assert "note: 1 finding waived" in run()


def test_above_the_first_requirement_it_holds_for_the_whole_document(root: Path) -> None:
    text = spec(requirement("Open", HASTY), requirement("Shut", "The gate SHALL quickly shut."))
    write_tree(root, {GATE: text.replace("## Requirements\n", f"## Requirements\n{WAIVER}\n\n")})
    found = review()
    assert (found["findings"], len(found["waived"]), found["verdict"]) == ([], 2, "approve")


def test_several_rules_may_be_named_in_any_case_of_letters(root: Path) -> None:
    text = "The gate SHALL quickly and gracefully open.\n<!-- geoflow: allow gf210, gf201\n both are weighed -->"
    write_tree(root, {GATE: spec(requirement("Open", text))})
    assert (codes(), len(review()["waived"])) == ([], 2)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("<!-- geoflow: allow GF210 -->", ["GF210", "GF116"]),
        ("<!-- geoflow: allow -->", ["GF210", "GF118"]),
        ("<!-- geoflow: allow GF201 it is fine -->", ["GF210", "GF117"]),
        ("<!-- geoflow: allow GF299 it is fine -->", ["GF210", "GF118"]),
        ("<!-- geoflow: allow OS-S14 it is fine -->", ["GF210", "GF118"]),
        ("`<!-- geoflow: allow GF210 it is fine -->`", ["GF210"]),
        ("```\n<!-- geoflow: allow GF210 it is fine -->\n```", ["GF210"]),
        ('Nobody writes "<!-- geoflow: allow GF210 it is fine -->" here.', ["GF210"]),
        ("<!-- geoflow: allow GF210 never ends", ["GF210"]),
        ("<!-- geoflow: allow GF501 a model says so now and then -->", ["GF210"]),
    ],
)
def test_a_waiver_that_is_none_is_said_and_waives_nothing(comment: str, expected: list[str], root: Path) -> None:
    write_tree(root, {GATE: spec(requirement("Open", f"{HASTY}\n\n{comment}"))})
    assert [code for code in codes() if code.startswith("GF")] == expected


def test_an_unknown_rule_is_told_with_the_nearest(root: Path) -> None:
    write_tree(root, {GATE: spec(requirement("Open", "The gate SHALL open.\n<!-- geoflow: allow GF40 so it is -->"))})
    [finding] = review()["findings"]
    assert "did you mean GF401?" in finding["message"]


def test_what_validation_says_cannot_be_waived(root: Path) -> None:
    text = spec(requirement("Open", "The gate opens.\n<!-- geoflow: allow OS-S14, OS-S15 nobody minds -->"))
    write_tree(root, {GATE: text})
    assert [code for code in codes() if code.startswith("OS")] != []
    assert review()["waived"] == []


def test_a_comment_goes_with_a_delta_and_holds_between_documents(root: Path) -> None:
    both = [requirement("Open", f"{HASTY}\n<!-- geoflow: allow GF210, GF302 the old one goes next week -->")]
    write_tree(
        root,
        {
            GATE: spec(requirement("Open", "The gate SHALL open.")),
            "openspec/changes/one/specs/gate/spec.md": delta(added=both),
            "openspec/changes/one/proposal.md": "# P\n<!-- geoflow: allow GF305 planned -->\n",
        },
    )
    found = review("one")
    assert {one["code"] for one in found["waived"]} == {"GF210", "GF302"}
    assert [one["path"] for one in found["findings"] if one["code"] == "GF117"] == ["openspec/changes/one/proposal.md"]


SETTINGS = "openspec/geoflow.yaml"


def allow(*entries: str) -> str:
    return "review:\n  allow:\n" + "".join(f"    - {{{entry}}}\n" for entry in entries)


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ("code: GF210, reason: it is fine", []),
        ("code: GF210, item: gate, reason: it is fine", ["bell"]),
        ("code: GF210, item: openspec/specs/*, reason: it is fine", []),
        ("code: GF210, item: openspec/specs/b*, reason: it is fine", ["gate"]),
        ("code: GF210, requirement: Ring, reason: it is fine", ["gate"]),
    ],
)
def test_the_settings_let_stand_by_item_path_or_requirement(entry: str, left: list[str], root: Path) -> None:
    bell = spec(requirement("Ring", "The bell SHALL quickly ring."))
    write_tree(root, {GATE: spec(requirement("Open", HASTY)), BELL: bell, SETTINGS: allow(entry)})
    found = review()
    assert [one["path"].split("/")[2] for one in found["findings"]] == left
    assert {one["waived_by"] for one in found["waived"]} == {"settings"}


def test_an_entry_without_reason_and_an_idle_one_are_found_in_the_settings(root: Path) -> None:
    text = allow("code: GF210", "code: GF204, reason: there was a list once")
    write_tree(root, {GATE: spec(requirement("Open", HASTY)), SETTINGS: text})
    found = [(one["code"], one["line"]) for one in review()["findings"] if one["path"] == SETTINGS]
    assert found == [("GF116", 3), ("GF117", 4)]
    # Of one spec alone nobody knows whether an entry is idle.
    assert codes("gate") == ["GF210"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("review:\n  allow: GF210\n", "a list of"),
        ("review:\n  allow:\n    - {reason: none}\n", "a list of"),
        ("review:\n  allow:\n    - {code: GF210, itme: gate}\n", "did you mean item?"),
        ("review:\n  allow:\n    - {code: GF210, reason: [a]}\n", "no text"),
    ],
)
def test_settings_that_cannot_be_read_stop_with_their_place(text: str, told: str, root: Path) -> None:
    write_tree(root, {GATE: spec(requirement("Open", HASTY)), SETTINGS: text})
    error = json.loads(run("--json"))
    assert (error["code"], told in error["message"]) == ("settings-invalid", True)


def test_sarif_has_what_is_waived_as_a_suppressed_result(root: Path) -> None:
    write_tree(root, {GATE: spec(requirement("Open", f"{HASTY}\n{WAIVER}"))})
    [result] = json.loads(run("--format", "sarif"))["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "measured in the field since 2019"}]


@pytest.mark.parametrize("by_comment", [True, False], ids=["by a comment", "by the settings"])
def test_improve_leaves_what_is_waived_alone(by_comment: bool, root: Path) -> None:  # noqa: FBT001
    text = "The gate SHALL be able to open." + ("\n<!-- geoflow: allow GF205 the wording is the law's -->" * by_comment)
    settings = {} if by_comment else {SETTINGS: allow("code: GF205, reason: the wording is the law's")}
    shut = requirement("Shut", "The horn must blow.")
    repo = make_repo(root / "repo", {GATE: spec(requirement("Open", text), shut), **settings})
    improved = CliRunner(env={"GEOFLOW_LLM__BASE_URL": "none"})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        result = json.loads(improved.invoke(app, ["improve", "--json"]).stdout)
    assert [(one["finding"]["code"], one["requirement"]) for one in result["edits"]] == [("OS-S15", "Shut")]
    assert "be able to" in git(repo, "show", f"{result['branch']}:{GATE}")
