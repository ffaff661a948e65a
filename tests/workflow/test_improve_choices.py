"""A run asks what only people know, on its branch, and the next run does what they answered."""

from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.improvement.learning import Policy, Record
from geoflow.openspec import validate
from geoflow.ports import ChatModel
from geoflow.questions.question import Reply
from geoflow.workflow.desk import Desk
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.past_cases import Learning
from geoflow.workflow.workshop import Workshop
from tests.builders import git, make_repo, requirement, spec
from tests.fakes import QueueModel, SilentProgress

PATH = "openspec/specs/example/spec.md"
COMPOUND = """### Requirement: Full disk
The store SHALL refuse new files within 3 s and SHALL additionally warn the owner.

#### Scenario: Refused
- **WHEN** new files come
- **THEN** it SHALL refuse the files within 3 s

#### Scenario: Warned
- **WHEN** the disk is full
- **THEN** it SHALL warn the owner
"""
TIDY = requirement("Closing", "The writer SHALL close the file.")
LOWER = requirement("Writing", "The writer SHALL keep the file. A reader must wait.")


def run(
    root: Path,
    model: ChatModel | None = None,
    people: tuple[str, ...] = (),
    learning: Learning | None = None,
    **options: Any,
) -> ImproveResult:
    store = QuestionFiles(root, root / ".git" / "locks")
    workshop = Workshop(
        open_repository(root),
        model,
        JinjaTemplates(),
        SystemClock(),
        SilentProgress(),
        questions=store,
        desk=Desk("geoflow improve", lambda _: people),
        learn=lambda name: learning or Learning(name),
    )
    return improve(workshop, ImproveOptions(**options))


def answer(root: Path, question: str, text: str) -> None:
    """Merge the branch of the last run, answer a question and commit that."""
    store = QuestionFiles(root, root / ".git" / "locks")
    reply = Reply("r1", text, "person", "Ada", "2026-11-27T10:00:00Z")
    store.change(
        question, lambda one: one.__class__(**{**{n: getattr(one, n) for n in one.__slots__}, "replies": (reply,)})
    )
    git(root, "add", "-A")
    git(root, "commit", "-m", "answer")


def asked(root: Path, *blocks: str, **more: Any) -> ImproveResult:
    make_repo(root, {PATH: spec(*blocks)})
    result = run(root, **more)
    if result.branch:
        git(root, "merge", result.branch)
    return result


def test_a_question_lies_on_the_branch_and_the_work_tree_is_only_read(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(COMPOUND, TIDY)})
    result = run(root)
    assert [one.options[-1] for one in result.questions] == ["Leave it as it is"]
    assert git(root, "status", "--porcelain") == ""
    assert result.questions[0].path in git(root, "ls-tree", "-r", "--name-only", result.branch)
    assert result.worked
    assert result.document()["questions"][0]["requirement"] == "Full disk"


def test_a_dry_run_shows_the_question_and_writes_nothing(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(COMPOUND, TIDY)})
    result = run(root, dry_run=True)
    assert len(result.questions) == 1
    assert (result.branch, git(root, "branch", "--list", "geoflow/*")) == ("", "")


def test_an_answer_by_number_splits_the_requirement_in_the_next_run(tmp_path: Path) -> None:
    root = tmp_path / "r"
    first = asked(root, COMPOUND, LOWER)
    answer(root, first.questions[0].id, "1")
    result = run(root)
    assert [(edit.strategy, edit.requirement) for edit in result.edits] == [("split", "Full disk")]
    text = git(root, "show", f"{result.branch}:{PATH}")
    assert "The store SHALL refuse new files within 3 s.\n" in text
    assert "### Requirement: Warn the owner\nThe store SHALL additionally warn the owner.\n" in text
    assert all(report.valid(strict=True) for report in validate({PATH: text}))
    trailers = git(root, "show", "-s", "--format=%(trailers)", result.edits[0].commit)
    assert "Geoflow-Strategy: split" in trailers
    assert f"Geoflow-Licence: answer {first.questions[0].path}" in trailers
    git(root, "merge", result.branch)
    again = run(root)
    assert again.questions == ()
    assert [one.document()["why_left"] for one in again.insights] == ["the specs say it already"]


def test_leave_it_is_heard_and_nobody_is_asked_again(tmp_path: Path) -> None:
    root = tmp_path / "r"
    first = asked(root, COMPOUND, TIDY)
    answer(root, first.questions[0].id, "Leave it as it is")
    result = run(root)
    assert (result.edits, result.questions, result.branch) == ((), (), "")
    assert {left.why for left in result.left} == {"a person wants it left as it is"}


def test_what_is_asked_already_is_not_asked_again(tmp_path: Path) -> None:
    root = tmp_path / "r"
    asked(root, COMPOUND, TIDY)
    result = run(root)
    assert result.questions == ()
    assert "is asked in openspec/questions/" in result.left[0].why


def test_an_agents_answer_splits_nothing(tmp_path: Path) -> None:
    root = tmp_path / "r"
    first = asked(root, COMPOUND, TIDY)
    file = root / first.questions[0].path
    said = "answers:\n  - text: '1'\n    by: robot\n    kind: agent\n    at: 2026-11-20\n"
    file.write_text(file.read_text("utf-8") + said, "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-m", "answer")
    result = run(root)
    assert result.edits == ()
    assert "no person has confirmed" in result.insights[0].document()["why_left"]


def test_no_person_gets_more_than_five_questions(tmp_path: Path) -> None:
    many = [requirement(f"Speed {n}", f"The reader SHALL stop part {n} quickly.") for n in range(8)]
    root = make_repo(tmp_path / "r", {PATH: spec(*many)})
    result = run(root, people=("ada@example.org",))
    assert len(result.questions) == 5
    assert {one.audience for one in result.questions} == {("ada@example.org",)}
    assert sum("5 open questions" in left.why for left in result.left) == 3


def test_a_copy_is_asked_about_and_dropped_as_answered(tmp_path: Path) -> None:
    said = "The store SHALL keep 3 copies of each file for 5 days."
    root = tmp_path / "r"
    first = asked(root, requirement("First", said), requirement("Second", said), TIDY)
    question = next(one for one in first.questions if one.about and one.about.code == "GF311")
    answer(root, question.id, "2")
    result = run(root)
    assert [edit.strategy for edit in result.edits] == ["drop"]
    text = git(root, "show", f"{result.branch}:{PATH}")
    assert "Requirement: First" not in text
    assert "Requirement: Second" in text


def test_a_copy_in_other_words_is_asked_about_with_both_texts_and_dropped_as_answered(tmp_path: Path) -> None:
    texts = (
        "When the disk is full, the store SHALL delete the 3 oldest files of `tmp` and tell the owner.",
        "If the disk is full, the store SHALL remove the 3 oldest files of `tmp` and tell the owner.",
    )
    root = tmp_path / "r"
    first = asked(root, requirement("First", texts[0]), requirement("Second", texts[1]), TIDY)
    question = next(one for one in first.questions if one.about and one.about.code == "GF315")
    assert all(text in question.text for text in texts)
    answer(root, question.id, "1")
    result = run(root)
    assert [(edit.strategy, edit.finding.code) for edit in result.edits] == [("drop", "GF315")]
    text = git(root, "show", f"{result.branch}:{PATH}")
    assert "Requirement: First" in text
    assert "Requirement: Second" not in text


def test_a_requirement_without_a_scenario_gets_one_of_its_own_words(tmp_path: Path) -> None:
    bare = "### Requirement: Reading\nIf the file is broken, the reader SHALL report `E42`.\n"
    result = asked(tmp_path / "r", bare, TIDY)
    assert [edit.strategy for edit in result.edits] == ["add-scenario"]
    assert (
        "- **WHEN** the file is broken\n- **THEN** the reader SHALL report `E42`\n"
        in (tmp_path / "r" / PATH).read_text()
    )


def test_without_a_condition_a_person_is_asked_for_the_scenario(tmp_path: Path) -> None:
    root = tmp_path / "r"
    first = asked(root, "### Requirement: Reading\nThe reader SHALL report `E42`.\n", TIDY)
    assert first.edits == ()
    answer(root, first.questions[0].id, "WHEN a file is missing, THEN the reader reports `E42`")
    result = run(root)
    assert [edit.strategy for edit in result.edits] == ["add-scenario"]
    assert "- **WHEN** a file is missing" in git(root, "show", f"{result.branch}:{PATH}")


def test_the_model_may_choose_the_pieces_of_a_scenario(tmp_path: Path) -> None:
    body = "Readers read. Should that fail: if a file is locked, the reader SHALL report `E42`."
    root = make_repo(tmp_path / "r", {PATH: spec(f"### Requirement: Reading\n{body}\n", TIDY)})
    model = QueueModel({"when": "a file is locked", "then": "the reader SHALL report `E42`"})
    result = run(root, model)
    assert [edit.strategy for edit in result.edits] == ["add-scenario-pieces"]


def test_the_policy_chooses_among_all_strategies_that_fit(tmp_path: Path) -> None:
    body = "The lift should stay put while its doors are open."
    root = make_repo(tmp_path / "r", {PATH: spec(requirement("Waiting", body))})
    known = [
        Record("OS-S15", name, won, lost)
        for name, won, lost in (
            ("minimal-span", 0, 90),
            ("reword", 0, 90),
            ("ears", 0, 90),
            ("ears-pieces", 90, 0),
            ("template:normative-word", 0, 90),
        )
    ]
    pieces = {"condition": "while its doors are open", "subject": "The lift", "response": "should stay put"}
    result = run(root, QueueModel(pieces), learning=Learning("r", policy=Policy(known, "seed")))
    assert [edit.strategy for edit in result.edits] == ["ears-pieces"]
    assert "While its doors are open, the lift SHALL stay put." in git(root, "show", f"{result.branch}:{PATH}")


@pytest.mark.parametrize("body", ["The store SHALL, when the disk is full, refuse new files."])
def test_a_condition_in_the_middle_goes_first_without_a_model(tmp_path: Path, body: str) -> None:
    result = asked(tmp_path / "r", requirement("Full", body), TIDY)
    assert [(edit.finding.code, edit.strategy) for edit in result.edits] == [("GF220", "ears")]
