"""The desk behind the tools of `geoflow mcp` that ask; calls share nothing but what was read of the documents."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from geoflow.cli.mcp_rows import LONGEST_TEXT, bounded, text_of
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.mcp_results import Answered, Passages, QuestionList, Row, StoredQuestion
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.questions.passage import Passage
    from geoflow.workflow.ask_desk import AskDesk

BUDGET = "60s"
"""What the model may take for one call."""


class Questions:
    """The `QuestionDesk` of the MCP server on one root. No agent of the user's is asked: it might ask back."""

    def __init__(self, root: Path) -> None:
        from geoflow.adapters.remembered_documents import RememberedDocuments

        self._root = root
        self._documents = RememberedDocuments(root)
        self._passages: SqlitePassages | None = None

    def ask(self, question: str) -> "Answered":
        """Answer a question; nothing is written down."""
        from geoflow.cli.ask_parts import open_desk
        from geoflow.cli.questions import Words

        desk, _, _ = open_desk(Words(question), BUDGET, None)
        return _answered(question, replace(desk, agents=None, documents=self._documents))

    def open_question(self, question: str, about: str, options: tuple[str, ...], asker: str) -> "Answered":
        """Answer a question, or write it down in the asker's name."""
        from geoflow.cli.ask_parts import open_desk
        from geoflow.cli.questions import Words

        desk, _, opener = open_desk(Words(question, about=about, options=options), BUDGET, None)
        opener = replace(opener, asker=asker)
        return _answered(question, replace(desk, agents=None, documents=self._documents, opener=opener))

    def answer_question(self, key: str, answer: str, author: str) -> "StoredQuestion":
        """Add an answer that counts as an agent's, whoever sits at the terminal of the host."""
        from geoflow.adapters.clock import SystemClock
        from geoflow.adapters.documents import WorkTreeDocuments
        from geoflow.cli.ask_parts import open_questions
        from geoflow.workflow.stored_questions import Secretary, answer_question

        documents = WorkTreeDocuments(self._root)
        secretary = Secretary(open_questions(self._root), documents, SystemClock(), author, is_person=False)
        return self.question(answer_question(secretary, key, answer).id)

    def search(self, query: str, limit: int) -> "Passages":
        """Find passages by their words."""
        from geoflow.cli.context import open_passages
        from geoflow.questions.retrieval import ranked
        from geoflow.questions.terms import query_terms
        from geoflow.workflow.ask import HITS

        files = self._documents.read("live")
        # Opened once, since git is asked where the index lies; each search has a connection of its own.
        self._passages = self._passages or open_passages(self._root)
        [found] = self._passages.search(files, [query_terms(query)], HITS)
        return {"passages": [_passage(hit.passage) for hit in ranked(found)[:limit]], "searched": found.total}

    def question(self, key: str) -> "StoredQuestion":
        """Give a stored question; GeoflowError `unknown-question`, `question-unreadable`."""
        from geoflow.adapters.question_files import known_id
        from geoflow.questions.question import FOLDER

        listed = self._listed()
        broken = {one["path"]: one for one in listed["unreadable"]}
        if failed := broken.get(f"{FOLDER}/{key}.yaml"):
            raise GeoflowError(
                f"{failed['path']}:{failed['line']} cannot be read: {failed['reason']}",
                fix="Have a person mend the file.",
                code="question-unreadable",
            )
        questions = {one["id"]: one for one in listed["questions"]}
        return cast("StoredQuestion", questions[known_id(key, questions)])

    def questions(self, *, everything: bool) -> "QuestionList":
        """List stored questions, oldest first."""
        listed = self._listed()
        wanted = [one for one in listed["questions"] if everything or one["state"] in ("open", "stale")]
        shown, left_out = bounded(wanted)
        return {"questions": shown, "left_out": left_out, "unreadable": bounded(listed["unreadable"])[0]}

    def _listed(self) -> "QuestionList":
        from geoflow.adapters.documents import WorkTreeDocuments
        from geoflow.cli.ask_parts import open_questions
        from geoflow.workflow.question_list import list_questions

        found, broken = list_questions(open_questions(self._root), WorkTreeDocuments(self._root), lambda _: True)
        unreadable = [{"path": one.path, "line": one.line, "reason": one.reason} for one in broken]
        return {"questions": [one.document() for one in found], "left_out": 0, "unreadable": unreadable}

    def question_text(self, key: str) -> str:
        """Give the text of a question's file; GeoflowError `unknown-question`."""
        return text_of(self._root, f"openspec/questions/{key}.yaml", "unknown-question")


def _answered(question: str, desk: "AskDesk") -> "Answered":
    from geoflow.cli.ask_text import document
    from geoflow.workflow.ask import ask

    [answer] = ask([question], desk)
    return cast("Answered", document(answer) | {"notes": list(dict.fromkeys(desk.reader.notes))})


def _passage(passage: "Passage") -> "Row":
    fields = asdict(passage)
    return {**fields, "text": passage.text[:LONGEST_TEXT], "is_cut": len(passage.text) > LONGEST_TEXT}
