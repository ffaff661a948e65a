from pathlib import Path

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.passage_index import SqlitePassages
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.questions.answer import Near
from geoflow.questions.question import Mark, Question, Reply
from geoflow.workflow.ask import ask
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.reading import Reader
from tests.builders import requirement, spec, write_tree
from tests.fakes import SilentProgress

PATH = "openspec/specs/kiln/spec.md"
OLD = "openspec/changes/archive/2026-01-02-glazes/proposal.md"
TREE = {
    PATH: spec(requirement("Cooling", "The kiln SHALL cool for 6 hours.")),
    OLD: "# Glazes\n\n## Why\nLead glazes were banned since they poison potters.\n",
}
LEAD = "Are lead glazes banned since they poison potters?"
COLOUR = Question(
    "a1b2c3d4e5f6",
    "Which colour has the casing of the kiln?",
    Mark("Ada", "2026-01-01T00:00:00Z"),
    replies=(Reply("1", "Grey", "person", "Ada", "2026-01-02T00:00:00Z"),),
)


def near(folder: Path, question: str, *stored: Question) -> tuple[Near, ...]:
    root = write_tree(folder / "kiln", TREE)
    questions = QuestionFiles(root, folder)
    for one in stored:
        questions.create(one)
    index, history = SqlitePassages(None), SqlitePassages.of_history(folder, root)
    reader = Reader(lambda: None, JinjaTemplates())
    desk = AskDesk(WorkTreeDocuments(root), index, reader, SilentProgress(), history, questions)
    answer = ask([question], desk)[0]
    assert (answer.state, answer.citations) == ("not-specified", ())
    return answer.near


def test_what_only_an_archived_change_says_is_named_as_history_and_is_no_answer(tmp_path: Path) -> None:
    named = near(tmp_path, LEAD)
    assert [(place.path, place.line, place.source) for place in named if place.source == "history"] == [
        (OLD, 3, "history")
    ]


def test_history_that_holds_little_of_the_question_is_not_named(tmp_path: Path) -> None:
    assert [
        place for place in near(tmp_path, "Who may sell glazes to museums abroad?") if place.source == "history"
    ] == []


def test_an_answered_question_that_asks_something_alike_is_named(tmp_path: Path) -> None:
    named = near(tmp_path, "Which colour has the casing of the burner?", COLOUR)
    assert Near(COLOUR.path, 1, COLOUR.text, "answer") in named


def test_another_question_is_not_named(tmp_path: Path) -> None:
    assert all(place.source != "answer" for place in near(tmp_path, "Who pays for broken windows?", COLOUR))
