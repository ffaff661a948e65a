"""Scenarios that do not say when they happen or what comes out: asked once a requirement, answered, and mended."""

from pathlib import Path
from typing import Any

import pytest

from geoflow.improvement.adopt_doubts import about_triggers
from geoflow.improvement.adopt_page import Place, Scenario, Step
from geoflow.openspec import validate
from geoflow.questions.question import Question
from geoflow.workflow.improve_result import ImproveResult
from tests.builders import git, make_repo, spec
from tests.workflow.test_improve_choices import PATH, TIDY, answer, asked, run

NO_WHEN = """### Requirement: Gate
The gate SHALL open for members.

#### Scenario: Opened
- **THEN** the gate opens
- **AND** the lamp is on
"""
NO_THEN = """### Requirement: Lamp
The lamp SHALL show the state.

#### Scenario: Dark
* **GIVEN** the lamp is on
* **WHEN** power fails
"""
TWO = """### Requirement: Doors
The house SHALL keep its doors.

#### Scenario: Front
- **THEN** the front door is shut

#### Scenario: Back
- **THEN** the back door is shut

#### Scenario: Side
- **WHEN** it rains
- **THEN** the side door is shut
"""


def merged(root: Path, *blocks: str, **more: Any) -> Question:
    (question,) = asked(root, *blocks, **more).questions
    return question


def answered(root: Path, blocks: tuple[str, ...], said: str) -> ImproveResult:
    question = merged(root, *blocks)
    answer(root, question.id, said)
    return run(root)


def text_of(root: Path, result: ImproveResult) -> str:
    return git(root, "show", f"{result.branch}:{PATH}")


def test_one_question_about_a_scenario_that_does_not_say_when(tmp_path: Path) -> None:
    question = merged(tmp_path / "r", NO_WHEN, TIDY)
    assert question.text == (
        "What brings about “the gate opens” in the scenario “Opened” of “Gate”? "
        "The answer becomes the WHEN of the scenario, such as: a file is missing."
    )
    assert question.options == ("It holds at all times",)
    assert question.about is not None
    assert question.about.quote == "#### Scenario: Opened"


def test_the_answer_becomes_the_when_before_the_first_then(tmp_path: Path) -> None:
    root = tmp_path / "r"
    result = answered(root, (NO_WHEN, TIDY), "When a member shows a card.")
    assert [(edit.strategy, edit.finding.code) for edit in result.edits] == [("add-step", "GF114")]
    assert "Opened\n- **WHEN** a member shows a card\n- **THEN** the gate opens\n- **AND**" in text_of(root, result)
    assert result.left == ()
    assert all(report.valid(strict=True) for report in validate({PATH: text_of(root, result)}))
    trailers = git(root, "show", "-s", "--format=%(trailers)", result.edits[0].commit)
    assert "Geoflow-Strategy: add-step" in trailers
    assert "Geoflow-Licence: answer openspec/questions/" in trailers
    git(root, "merge", result.branch)
    again = run(root)
    assert (again.edits, again.questions, again.left) == ((), (), ())
    assert [one.document()["why_left"] for one in again.insights] == ["the specs say it already"]


def test_the_answer_becomes_the_then_behind_the_last_step_in_the_form_of_its_neighbours(tmp_path: Path) -> None:
    root = tmp_path / "r"
    question = merged(root, NO_THEN, TIDY)
    assert question.text.startswith("What comes out of “power fails” in the scenario “Dark” of “Lamp”?")
    answer(root, question.id, "The lamp is red.")
    text = text_of(root, run(root))
    assert "* **WHEN** power fails\n* **THEN** the lamp is red\n\n### Requirement: Closing" in text


def test_scenarios_of_one_requirement_that_lack_the_same_are_one_question(tmp_path: Path) -> None:
    root = tmp_path / "r"
    question = merged(root, TWO, TIDY)
    assert "the 2 scenarios “Front” and “Back” of “Doors”" in question.text
    assert question.options == ("They hold at all times", "Each has its own, ask for each")
    answer(root, question.id, "night falls")
    result = run(root)
    text = text_of(root, result)
    assert len(result.edits) == 1
    assert text.count("- **WHEN** night falls\n") == 2
    assert "- **WHEN** it rains\n- **THEN** the side door" in text
    assert result.left == ()


@pytest.mark.parametrize("said", ["1", "It always holds."])
def test_what_holds_at_all_times_is_left_and_not_asked_again(tmp_path: Path, said: str) -> None:
    root = tmp_path / "r"
    result = answered(root, (TWO, TIDY), said)
    assert (result.edits, result.questions, result.branch) == ((), (), "")
    assert {left.why for left in result.left} == {"a person wants it left as it is"}


def test_a_scenario_that_comes_later_is_asked_about_by_itself(tmp_path: Path) -> None:
    root = tmp_path / "r"
    result = answered(root, (TWO, TIDY), "night falls")
    git(root, "merge", result.branch)
    path = root / PATH
    path.write_text(
        path.read_text().replace(
            "#### Scenario: Side", "#### Scenario: Gate\n- **THEN** it is shut\n\n#### Scenario: Side"
        )
    )
    git(root, "commit", "-am", "one more")
    again = run(root)
    assert again.edits == ()
    assert [one.about.quote for one in again.questions if one.about] == ["#### Scenario: Gate"]


def test_each_scenario_is_asked_about_where_a_person_wants_it(tmp_path: Path) -> None:
    root = tmp_path / "r"
    result = answered(root, (TWO, TIDY), "2")
    assert [one.about.quote for one in result.questions if one.about] == [
        "#### Scenario: Front",
        "#### Scenario: Back",
    ]
    git(root, "merge", result.branch)
    answer(root, result.questions[1].id, "night falls")
    text = text_of(root, run(root))
    assert "Front\n- **THEN**" in text
    assert "Back\n- **WHEN** night falls\n- **THEN**" in text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("unclear", "the answer is no text of a step"),
        ("A card is shown. The lamp is on.", "the answer says more than one step"),
        ("a card is shown\n\n### Requirement: Other\nIt SHALL burn.", "the answer has markup"),
    ],
)
def test_an_answer_that_is_no_step_is_told_and_nothing_is_edited(tmp_path: Path, said: str, why: str) -> None:
    root = tmp_path / "r"
    result = answered(root, (NO_WHEN, TIDY), said)
    assert result.edits == ()
    assert [one.document()["why_left"] for one in result.insights] == [why]
    assert [left.why for left in result.left] == ["has an answer that no edit could be made of"]


def test_an_answer_with_a_vague_word_is_refused_by_the_gate(tmp_path: Path) -> None:
    root = tmp_path / "r"
    result = answered(root, (NO_THEN, TIDY), "the lamp shows an appropriate colour")
    assert result.edits == ()
    assert [one.check for one in result.refused] == ["no-new-finding"]


def test_many_bare_requirements_are_asked_about_five_at_a_time_those_of_most_scenarios_first(tmp_path: Path) -> None:
    names = ("Gate", "Roof", "Mast", "Pump", "Valve", "Bell", "Horn")
    bare = [NO_WHEN.replace("Gate", name).replace("gate", name.lower()) for name in names]
    root = make_repo(tmp_path / "r", {PATH: spec(*bare, TWO)})
    result = run(root)
    assert len(result.questions) == 5
    assert result.questions[0].about is not None
    assert result.questions[0].about.requirement == "Doors"
    assert sum("5 open questions" in left.why for left in result.left) == 3


@pytest.mark.parametrize(
    ("said", "why", "asked"),
    [
        ("", "is asked in openspec/questions/", 0),
        ("They hold at all times", "a person wants it left as it is", 0),
        ("2", "a person mends it by hand", 0),
        ("a card is shown", "is asked in openspec/questions/", 1),
    ],
)
def test_what_an_adoption_asks_of_all_scenarios_is_not_asked_of_each(
    tmp_path: Path, said: str, why: str, asked: int
) -> None:
    scenario = Scenario("Opened", (Place(PATH, 3),), (Step("THEN", "the gate opens", Place(PATH, 4)),))
    (made,) = about_triggers("example", [scenario])
    options = "".join(f"  - {one}\n" for one in made.options)
    told = f"answers:\n  - text: {said}\n    by: Ada\n    kind: person\n    at: 2026-11-20\n" if said else ""
    question = f"question: {made.text}\nabout:\n  path: {PATH}\noptions:\n{options}{told}"
    root = make_repo(tmp_path / "r", {PATH: spec(NO_WHEN, TIDY), "openspec/questions/all.yaml": question})
    result = run(root)
    assert len(result.questions) == asked
    assert [left.why.startswith(why) for left in result.left] == [True]
