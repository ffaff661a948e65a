"""Words that a team has ruled out: they go by the model, or a person says what is meant."""

from dataclasses import replace
from pathlib import Path

import pytest

from geoflow.improvement.contract import contract_of
from geoflow.ports import ChatModel
from geoflow.quality.findings import find_in
from geoflow.quality.project_lexicon import ProjectLexicon, Word, stands_for_amount
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from tests.builders import git, make_repo, requirement, spec
from tests.fakes import QueueModel
from tests.improvement.builders import document
from tests.workflow.asking import asking_workshop
from tests.workflow.test_improve_choices import answer

PATH = "openspec/specs/example/spec.md"
TIDY = requirement("Closing", "The writer SHALL close the file.")
LEXICON = ProjectLexicon(
    (Word("zesty", "nobody could test it"), Word("in due course"), Word("quickly"), Word("soonish time"))
)


def run(root: Path, model: ChatModel | None = None) -> ImproveResult:
    return improve(replace(asking_workshop(root, model), words=lambda _: LEXICON), ImproveOptions())


def repository(root: Path, body: str) -> Path:
    return make_repo(root / "r", {PATH: spec(requirement("Reading", body), TIDY)})


def text_of(root: Path, result: ImproveResult) -> str:
    return git(root, "show", f"{result.branch}:{PATH}")


def test_the_model_takes_a_word_out_that_the_team_has_ruled_out(tmp_path: Path) -> None:
    root = repository(tmp_path, "The reader SHALL show a zesty lamp within 10 s.")
    model = QueueModel({"old_span": "a zesty lamp", "new_span": "a lamp"})
    result = run(root, model)
    assert [(edit.finding.code, edit.strategy) for edit in result.edits] == [("GF219", "minimal-span")]
    assert "The reader SHALL show a lamp within 10 s." in text_of(root, result)
    assert "Take out the word “zesty”." in model.prompts[0]


@pytest.mark.parametrize(
    ("new", "check"),
    [("a red lamp", "words-licensed"), ("zesty", "words-kept"), ("a lamp within 5 s", "numbers-kept")],
)
def test_the_gate_lets_nothing_else_go_or_come(tmp_path: Path, new: str, check: str) -> None:
    root = repository(tmp_path, "The reader SHALL show a zesty lamp.")
    result = run(root, QueueModel({"old_span": "a zesty lamp", "new_span": new}, {"sentence": ""}))
    assert result.edits == ()
    assert result.refused[0].check == check


def test_a_word_that_stands_for_a_time_is_asked_about_and_the_answer_takes_its_place(tmp_path: Path) -> None:
    root = repository(tmp_path, "The reader SHALL stop soonish time.")
    first = run(root, QueueModel())
    (question,) = first.questions
    assert question.text.startswith("What is meant by “soonish time” in “Reading”? “soonish time” is ruled out")
    git(root, "merge", first.branch)
    answer(root, question.id, "within 2 s")
    second = run(root)
    assert [(edit.finding.code, edit.strategy) for edit in second.edits] == [("GF219", "answer")]
    assert "The reader SHALL stop within 2 s." in text_of(root, second)


def test_a_word_that_the_rules_know_as_well_is_asked_about_once(tmp_path: Path) -> None:
    root = repository(tmp_path, "The reader SHALL stop quickly.")
    first = run(root)
    assert [one.about.quote for one in first.questions if one.about] == ["quickly"]
    assert sorted(left.finding.code for left in first.left) == ["GF210", "GF219"]
    assert len({left.why for left in first.left}) == 1
    git(root, "merge", first.branch)
    assert run(root).questions == ()


@pytest.mark.parametrize(
    "quote", ["quickly", "several", "a short while", "as soon as possible", "99.9-ish", "real-time"]
)
def test_what_stands_for_a_number_needs_an_answer(quote: str) -> None:
    base = document(f"The reader SHALL {quote} stop.")
    found = find_in(base, [], lexicon=ProjectLexicon((Word(quote),)))
    assert [contract_of(one).maker for one in found if one.code == "GF219"] == ["none"]


@pytest.mark.parametrize("quote", ["zesty", "simply", "best of breed", "state of the art", "blazing", "leverage"])
def test_what_judges_stands_for_no_number(quote: str) -> None:
    assert not stands_for_amount(quote)
