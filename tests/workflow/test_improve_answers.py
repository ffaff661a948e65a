"""What improve makes of answered questions: an edit, a question to the model, or a reason why not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.limits import Limits
from geoflow.workflow.workshop import Workshop
from tests.builders import git, make_repo, requirement, spec
from tests.fakes import QueueModel, SilentProgress

PATH = "openspec/specs/example/spec.md"
QUICK = requirement("Reading", "The reader SHALL stop quickly.")
VAGUE = requirement("Seeking", "The reader SHALL smoothly seek.")
TIDY = requirement("Closing", "The writer SHALL close the file.")
LONG = "The archive waits for it. We agreed on within 10 s, as in the old system."


def question(answer: str, requirement: str = "Reading", code: str = "GF210", quote: str = "quickly") -> str:
    """Write a question's file that a person has answered."""
    about = f"about:\n  path: {PATH}\n  requirement: {requirement}\n"
    about += f"  code: {code}\n  quote: {quote}\n" if code else ""
    lines = "".join(f"      {line}\n" for line in answer.splitlines())
    return (
        f"question: How soon?\n{about}answers:\n  - text: |\n{lines}    by: Ada\n    kind: person\n    at: 2026-11-20\n"
    )


def repository(root: Path, *questions: str, blocks: tuple[str, ...] = (QUICK, TIDY)) -> Path:
    files = {f"openspec/questions/q{number}.yaml": text for number, text in enumerate(questions)}
    return make_repo(root / "r", {PATH: spec(*blocks), **files})


def run(root: Path, model: ChatModel | None = None, off: frozenset[str] = frozenset(), **options: Any) -> ImproveResult:
    store = QuestionFiles(root, root / ".git" / "locks")
    workshop = Workshop(open_repository(root), model, JinjaTemplates(), SystemClock(), SilentProgress(), off, store)
    return improve(workshop, ImproveOptions(**options))


def whys(result: ImproveResult) -> list[str]:
    return [one.document().get("why_left", "") for one in result.insights]


def piece(text: str) -> Mapping[str, str]:
    return {"piece": text}


def test_an_answer_to_a_finding_becomes_a_commit_that_names_it(tmp_path: Path) -> None:
    root = repository(tmp_path, question("within 2 s"))
    result = run(root)
    (edit,) = result.edits
    assert (edit.finding.code, edit.strategy, edit.prompt) == ("GF210", "answer", "")
    assert "The reader SHALL stop within 2 s." in git(root, "show", f"{result.branch}:{PATH}")
    assert git(root, "show", "-s", "--format=%(trailers)", edit.commit).splitlines() == [
        f"Geoflow-Finding: {edit.finding.id} GF210",
        "Geoflow-Strategy: answer",
        "Geoflow-Licence: answer openspec/questions/q0.yaml:9 2 s",
        "Geoflow-Licence: answer openspec/questions/q0.yaml:9 within",
    ]
    assert (result.left, result.refused, result.worked) == ((), (), True)
    assert edit.document()["question"] == "openspec/questions/q0.yaml"
    (told,) = (one.document() for one in result.insights)
    assert told == {
        "question": "q0",
        "path": "openspec/questions/q0.yaml",
        "line": 9,
        "text": "How soon?",
        "answer": "within 2 s\n",
        "by": "Ada",
        "target": PATH,
        "requirement": "Reading",
        "code": "GF210",
    }


def test_an_answer_without_a_finding_becomes_a_sentence_before_the_scenarios(tmp_path: Path) -> None:
    root = repository(tmp_path, question("The writer MUST NOT keep the lock.", "Closing", ""), blocks=(TIDY,))
    result = run(root)
    (edit,) = result.edits
    assert (edit.finding.code, edit.finding.source, edit.finding.line) == ("GF401", "question", 8)
    assert "file. The writer MUST NOT keep the lock.\n\n#### Scenario" in git(root, "show", f"{result.branch}:{PATH}")
    assert result.before == result.after


def test_two_answers_about_one_requirement_are_one_commit_and_two_findings(tmp_path: Path) -> None:
    asked = [question(f"The writer SHALL {verb}.", "Closing", "") for verb in ("wait for 2 s", "log the date")]
    root = repository(tmp_path, *asked, question("within 2 s"))
    result = run(root)
    assert len({edit.finding.id for edit in result.edits}) == 3
    assert len({edit.commit for edit in result.edits}) == 2
    text = git(root, "show", f"{result.branch}:{PATH}")
    assert "file. The writer SHALL wait for 2 s. The writer SHALL log the date." in text


def test_a_longer_answer_is_shown_to_the_model_as_data(tmp_path: Path) -> None:
    root = repository(tmp_path, question(LONG))
    model = QueueModel(piece("within 10 s"))
    result = run(root, model)
    assert [(edit.strategy, edit.prompt) for edit in result.edits] == [("answer", "improve.answer/1")]
    assert "The reader SHALL stop within 10 s." in git(root, "show", f"{result.branch}:{PATH}")
    assert f"```\n{LONG}\n```" in model.prompts[0]
    assert whys(result) == [""]
    git(root, "merge", "-q", result.branch)
    again = run(root)
    assert (again.edits, whys(again), again.worked) == ((), ["the finding that it was about is gone"], True)


@pytest.mark.parametrize(
    "bad", ["within 1 s", "soon", "as in the old reader", "SHALL wait", "in the old system within 10 s"]
)
def test_what_a_model_adds_to_an_answer_is_refused(tmp_path: Path, bad: str) -> None:
    root = repository(tmp_path, question(LONG))
    model = QueueModel(piece(bad), piece("within 10 s"))
    result = run(root, model)
    assert len(result.refused) == 1
    assert len(result.edits) == 1
    assert result.refused[0].reason in model.prompts[1]
    twice = run(root, QueueModel(piece(bad), piece(bad)))
    assert twice.edits == ()
    assert whys(twice)[0].startswith("refused by the gate: ")
    assert [left.why for left in twice.left] == ["has an answer that no edit could be made of"]


def test_a_longer_answer_without_a_model_is_left_with_that_reason(tmp_path: Path) -> None:
    result = run(repository(tmp_path, question(LONG)))
    assert whys(result) == ["needs a model, and none answers"]
    assert (result.edits, result.worked) == ((), False)


def test_a_model_that_fails_costs_no_other_edit(tmp_path: Path) -> None:
    root = repository(tmp_path, question(LONG), question("The writer SHALL wait.", "Closing", ""))
    gone = GeoflowError("The model server does not answer.", code="model-unreachable", fix="Start it.")
    result = run(root, QueueModel(gone))
    assert [edit.finding.code for edit in result.edits] == ["GF401"]
    assert whys(result) == ["", "the model stopped answering"]
    assert result.notes == ("The model server does not answer. Start it.",)


def test_ctrl_c_in_the_middle_of_an_answer_delivers_what_was_kept(tmp_path: Path) -> None:
    asked = (question(LONG), question("The writer SHALL wait.", "Closing", ""))
    root = repository(tmp_path, *asked, blocks=(QUICK, VAGUE, TIDY))
    result = run(root, QueueModel(KeyboardInterrupt()))
    assert result.stopped
    assert [edit.finding.code for edit in result.edits] == ["GF401"]
    assert whys(result) == ["", "the run was stopped by Ctrl-C"]
    assert "the run was stopped by Ctrl-C" in {left.why for left in result.left}


def test_a_replay_that_has_come_to_something_else_ends_the_run(tmp_path: Path) -> None:
    root = repository(tmp_path, question(LONG))
    with pytest.raises(GeoflowError, match="not recorded"):
        run(root, QueueModel(GeoflowError("That was not recorded.", code="not-in-transcript")))


def test_a_spent_budget_leaves_the_longer_answers(tmp_path: Path) -> None:
    root = repository(tmp_path, question(LONG), question("within 2 s"), blocks=(QUICK, TIDY))
    assert whys(run(root, QueueModel(), limits=Limits(calls=0))) == ["", "the finding that it was about is gone"]
    alone = repository(tmp_path / "alone", question(LONG))
    assert whys(run(alone, QueueModel(), limits=Limits(calls=0))) == ["the budget was spent"]
    assert whys(run(alone, QueueModel(), limits=Limits(seconds=0))) == ["the budget was spent"]


def test_a_finding_that_an_answer_mended_is_not_tried_again_and_the_others_are(tmp_path: Path) -> None:
    root = repository(tmp_path, question("within 2 s"), blocks=(QUICK, VAGUE))
    result = run(root, QueueModel({"old_span": "smoothly seek", "new_span": "seek"}))
    assert [edit.finding.code for edit in result.edits] == ["GF210", "GF201"]
    assert result.left == ()


def test_an_answer_mends_a_finding_that_a_model_could_mend(tmp_path: Path) -> None:
    root = repository(tmp_path, question("at 4 Hz", "Seeking", "GF201", "smoothly"), blocks=(VAGUE, TIDY))
    result = run(root, QueueModel())
    assert [(edit.finding.code, edit.strategy) for edit in result.edits] == [("GF201", "answer")]
    assert "The reader SHALL at 4 Hz seek." in git(root, "show", f"{result.branch}:{PATH}")


def test_a_requirement_under_change_is_left_and_the_change_named(tmp_path: Path) -> None:
    delta = "## MODIFIED Requirements\n\n" + QUICK.replace("quickly", "within 9 s")
    files = {
        PATH: spec(QUICK, TIDY),
        "openspec/changes/other/specs/example/spec.md": delta,
        "openspec/changes/other/tasks.md": "- [ ] 1.1 Do it\n",
        "openspec/questions/q.yaml": question("within 2 s"),
    }
    result = run(make_repo(tmp_path / "r", files))
    assert (result.edits, whys(result)) == ((), ["the active change other touches this requirement"])


def test_a_file_that_may_not_be_edited_is_left(tmp_path: Path) -> None:
    broken = spec(QUICK).encode() + b"\xff\n"
    files: dict[str, str | bytes] = {PATH: broken, "openspec/questions/q.yaml": question("within 2 s")}
    result = run(make_repo(tmp_path / "r", files))
    assert (result.edits, whys(result)) == ((), ["the file is not UTF-8"])


def test_only_questions_about_the_named_targets_are_looked_at(tmp_path: Path) -> None:
    asked = (question("within 2 s"), "question: What else?\n")
    root = repository(tmp_path, *asked)
    (root / "openspec/specs/other").mkdir()
    git(root, "mv", PATH, PATH.replace("example", "other"))
    git(root, "commit", "-qm", "moved")
    assert (run(root, targets=("other",)).insights, run(root, targets=("other",)).edits) == ((), ())
    assert whys(run(root)) == ["the question names no requirement that is there", "nobody has answered yet"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("question: How soon?\n", "nobody has answered yet"),
        (question("within 2 s") + "withdrawn: {by: Ada}\n", "the question was withdrawn"),
        (question("within 2 s") + "    rejected: {by: Bob}\n", "every answer was rejected"),
        (question("within 2 s").replace("    by: Ada\n", ""), "the answer does not say which person stands behind it"),
        (question("close the file", "Closing", ""), "the specs say it already"),
        ("question: How?\nanswers:\n  - {text: The writer closes the file, kind: person, by: Ada}\n", "the specs say it already"),
        ("question: How?\nanswers:\n  - {text: by radio, kind: person, by: Ada}\n", "the question names no requirement that is there"),
        (question("by radio", "Closing", ""), "the answer is no sentence with SHALL and no finding names its place"),
        (question("soon or within 2 s"), "refused by the gate: the finding is still there"),
        (question("not later"), "refused by the gate: adds the negation “not”"),
        (question("within 2 s <b>now</b>"), "the answer has markup"),
    ],
)  # fmt: skip
def test_every_question_without_an_edit_says_why(tmp_path: Path, text: str, why: str) -> None:
    result = run(repository(tmp_path, text))
    assert (result.edits, whys(result)) == ((), [why])


def test_the_rule_behind_sentences_can_be_switched_off(tmp_path: Path) -> None:
    root = repository(tmp_path, question("The writer SHALL wait.", "Closing", ""))
    result = run(root, off=frozenset({"GF401"}))
    assert (result.edits, whys(result)) == ((), ["the rule GF401 is switched off"])


def test_a_broken_question_file_is_a_note_and_stops_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path, question("within 2 s"), "question: x\nanswrs: []\n")
    result = run(root)
    assert len(result.edits) == 1
    assert result.notes == (
        'openspec/questions/q1.yaml:2: unknown field "answrs"; did you mean `answers`?; this question licenses nothing',
    )


def test_an_answer_in_a_delta_of_an_active_change_is_brought_in_there(tmp_path: Path) -> None:
    path = "openspec/changes/other/specs/example/spec.md"
    files = {
        PATH: spec(TIDY),
        path: "## ADDED Requirements\n\n" + QUICK,
        "openspec/changes/other/tasks.md": "- [ ] 1.1 Do it\n",
        "openspec/questions/q.yaml": question("within 2 s").replace(PATH, path),
    }
    root = make_repo(tmp_path / "r", files)
    result = run(root)
    assert git(root, "diff", "--name-only", "main", result.branch) == path


def test_without_a_store_no_answer_counts(tmp_path: Path) -> None:
    root = repository(tmp_path, question("within 2 s"))
    workshop = Workshop(open_repository(root), None, JinjaTemplates(), SystemClock(), SilentProgress())
    assert (improve(workshop, ImproveOptions()).edits, improve(workshop, ImproveOptions()).insights) == ((), ())
