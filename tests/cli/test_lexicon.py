"""The words of a project: `openspec/workflow/lexicon.yaml`."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree

GATE, LEXICON = "openspec/specs/gate/spec.md", "openspec/workflow/lexicon.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> dict[str, Any]:
    result = CliRunner(env={"GEOFLOW_LLM__BASE_URL": "none"}).invoke(app, [*arguments, "--json"])
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def found(root: Path, lexicon: str, body: str, scenario: str = "") -> list[tuple[str, str]]:
    block = requirement("Open", body, scenario) if scenario else requirement("Open", body)
    write_tree(root, {GATE: spec(block), LEXICON: lexicon})
    return [(one["code"], one["quote"]) for one in run("review", "--rules-only")["findings"]]


def test_a_word_that_is_ruled_out_is_found_with_its_reason(root: Path) -> None:
    lexicon = "judging:\n  - zesty\n  - {word: at the latest state, reason: nobody knew which}\n"
    body = "The gate SHALL be Zesty, never `zesty` or zesty-ish, at the\nlatest state."
    assert found(root, lexicon, body) == [("GF219", "Zesty"), ("GF219", "at the\nlatest state")]
    messages = [one["message"] for one in run("review", "--rules-only")["findings"]]
    assert messages[1] == "“at the latest state” is ruled out in this project: nobody knew which"


def test_words_are_taken_to_the_letter_and_are_no_patterns(root: Path) -> None:
    assert found(root, 'judging: ["z.sty", "(a+)+b"]\n', "The gate SHALL be zesty aaaaab.") == []
    assert found(root, 'judging: ["(a+)+b"]\n', "The gate SHALL be (A+)+b now.") == [("GF219", "(A+)+b")]


def test_a_condition_may_hold_a_word_that_judges(root: Path) -> None:
    scenario = "#### Scenario: It\n- **WHEN** a zesty push comes\n- **THEN** a zesty lamp shines\n"
    assert found(root, "judging: [zesty]\n", "The gate SHALL open.", scenario) == [("GF219", "zesty")]


def test_an_allowed_word_silences_the_rule_for_that_word_alone(root: Path) -> None:
    body = "The gate SHALL gracefully open and quickly shut."
    assert found(root, "judging: []\n", body) == [("GF201", "gracefully"), ("GF210", "quickly")]
    allowed = "allowed:\n  - {word: Gracefully, reason: the name of a mode in the manual}\n"
    assert found(root, allowed, body) == [("GF210", "quickly")]


def test_a_synonym_in_the_place_of_a_term_is_found_and_the_term_named(root: Path) -> None:
    lexicon = "terms:\n  user account: [account, login]\n"
    scenario = "#### Scenario: It\n- **WHEN** a Login is made\n- **THEN** the user account is there\n"
    assert found(root, lexicon, "The gate SHALL ask for the account.", scenario) == [
        ("GF313", "account"),
        ("GF313", "Login"),
    ]
    [first, _] = run("review", "--rules-only")["findings"]
    assert first["fix"] == "write “user account”"


@pytest.mark.parametrize("lexicon", ["", "\n# nothing yet\n", "judging:\nallowed:\nterms:\n"])
def test_an_empty_lexicon_is_none(lexicon: str, root: Path) -> None:
    assert found(root, lexicon, "The gate SHALL open.") == []


@pytest.mark.parametrize(
    ("lexicon", "line", "told"),
    [
        ("judging: [a\n", 2, "is not YAML"),
        ("- judging\n", 0, "is no list of sections"),
        ("judging: []\njuging: [a]\n", 2, "unknown section"),
        ("judging: zesty\n", 1, "needs a list"),
        ("judging:\n  - ok\n  - 12\n", 3, "no word or phrase"),
        ("judging:\n  - {word: ok, why: so}\n", 2, "does not exist"),
        ("allowed:\n  - gracefully\n", 2, "does not say why"),
        ("terms: [a]\n", 1, "needs terms"),
        ("terms:\n  a: [b]\n  c: [B]\n", 3, 'gives "B"'),
        ("terms:\n  a: [A]\n", 2, 'gives "A"'),
        ("terms:\n  a: [b]\n  b: [c]\n", 1, "as a term and as a synonym"),
        ("judging: [ok]\nallowed:\n  - {word: OK, reason: x}\n", 2, "allows and rules out"),
        ("judging: ['']\n", 1, "no word or phrase"),
    ],
)
def test_a_lexicon_that_cannot_be_read_stops_with_line_and_fix(lexicon: str, line: int, told: str, root: Path) -> None:
    write_tree(root, {GATE: spec(requirement("Open", "The gate SHALL open.")), LEXICON: lexicon})
    error = run("review", "--rules-only")
    assert (error["code"], told in error["message"], bool(error["fix"])) == ("lexicon-invalid", True, True)
    assert error["message"].startswith(f"{LEXICON}:{line} " if line else f"{LEXICON} ")


def test_a_staged_review_takes_the_staged_lexicon(root: Path) -> None:
    make_repo(root, {GATE: spec(requirement("Shut", "The gate SHALL shut."))})
    write_tree(root, {GATE: spec(requirement("Open", "The gate SHALL be zesty.")), LEXICON: "judging: [zesty]\n"})
    git(root, "add", "-A")
    write_tree(root, {LEXICON: "judging: []\n"})
    assert [one["code"] for one in run("review", "--rules-only", "--staged")["findings"]] == ["GF219"]


def test_improve_takes_the_lexicon_of_the_base_commit(root: Path) -> None:
    allowed = "allowed:\n  - {word: be able to, reason: the wording of the law}\n"
    make_repo(root, {GATE: spec(requirement("Open", "The gate SHALL be able to open.")), LEXICON: allowed})
    write_tree(root, {LEXICON: "allowed: []\n"})
    assert run("improve")["edits"] == []
