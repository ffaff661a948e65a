"""Pronouns that nothing tells the meaning of: a person says it, and no model guesses."""

from pathlib import Path

from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from tests.builders import git, make_repo, requirement, spec
from tests.fakes import QueueModel
from tests.workflow.asking import asking_workshop
from tests.workflow.test_improve_choices import answer

PATH = "openspec/specs/example/spec.md"
OTHERS = [requirement(name, f"The logger SHALL {name.lower()} the file.") for name in ("Open", "Read", "Close")]


def run(root: Path, model: QueueModel) -> ImproveResult:
    return improve(asking_workshop(root, model), ImproveOptions())


def test_the_usual_subject_that_the_sentence_names_beside_is_asked_about_and_not_guessed(tmp_path: Path) -> None:
    root = make_repo(
        tmp_path / "r", {PATH: spec(requirement("Start", "It SHALL send the file to the logger."), *OTHERS)}
    )
    model = QueueModel()
    first = run(root, model)
    assert model.prompts == []
    assert first.edits == ()
    (asked,) = first.questions
    assert asked.text.startswith("What is meant by “It” in “Start”?")

    git(root, "merge", "-q", first.branch)
    git(root, "branch", "-D", first.branch)
    answer(root, asked.id, "the reader")
    second = run(root, model)
    assert "The reader SHALL send the file to the logger." in git(root, "show", f"{second.branch}:{PATH}")


def test_where_the_sentence_names_it_nowhere_else_the_model_puts_the_usual_subject_in(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(requirement("Start", "It SHALL send the file."), *OTHERS)})
    result = run(root, QueueModel({"old_span": "It", "new_span": "The logger"}))
    assert [edit.finding.code for edit in result.edits] == ["GF207"]
    assert "The logger SHALL send the file." in git(root, "show", f"{result.branch}:{PATH}")
