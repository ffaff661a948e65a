"""The desk behind the tools of `geoflow mcp` that ask; calls share nothing but what was read of the documents."""

from dataclasses import asdict, replace
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

from geoflow.cli.mcp_rows import LONGEST_TEXT, bounded, text_of
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.mcp_results import Answered, Passages, QuestionList, Row, StoredQuestion
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.ports import Progress
    from geoflow.questions.passage import Passage
    from geoflow.workflow.ask_desk import AskDesk

BUDGET = "60s"
"""What the model may take for one call."""
_MOST_REMEMBERED = 64
_LOOKED_AT = 20
_QUOTED = {
    "type": "object",
    "properties": {"quote": {"type": "string"}, "answer": {"type": "string", "minLength": 1, "maxLength": 1000}},
    "required": ["quote", "answer"],
}


class _Remembered:
    """The last answers, for several threads."""

    def __init__(self) -> None:
        self._answers: dict[object, Answered] = {}
        self._lock = Lock()

    def get(self, key: object) -> "Answered | None":
        with self._lock:
            return self._answers.get(key)

    def keep(self, key: object, answer: "Answered") -> None:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > _MOST_REMEMBERED:
                del self._answers[next(iter(self._answers))]


class Questions:
    """The `QuestionDesk` of the MCP server on one root. No agent of the user's is asked: it might ask back."""

    def __init__(self, root: Path) -> None:
        from geoflow.adapters.remembered_documents import RememberedDocuments

        self._root = root
        self._unanswered = _Remembered()
        self._documents = RememberedDocuments(root)
        self._passages: SqlitePassages | None = None

    def ask(self, question: str, about: str, options: tuple[str, ...], progress: "Progress") -> "Answered":
        """Answer a question; nothing is written down.

        What came of a question that nothing answers is kept in memory for as long as the documents stay the same: a
        client that is asked back comes again with the same question, up to ten times.
        """
        from geoflow.cli.ask_parts import open_desk
        from geoflow.cli.questions import Words

        key = (question, about, options, self._documents_hash())
        if known := self._unanswered.get(key):
            return known
        desk, _, _ = open_desk(Words(question, about=about, options=options), BUDGET, None)
        answer = _answered(question, replace(desk, agents=None, documents=self._documents, progress=progress))
        if answer["state"] != "answered" and not answer["notes"]:
            self._unanswered.keep(key, answer)
        return answer

    def context(self, question: str, limit: int) -> "list[Row]":
        """Give the passages that come near a question."""
        return [_passage(passage) for passage in self._nearest(question, limit)[0]]

    def quoted(self, question: str, reply: str) -> "Row | None":
        """Give the answer and citation of a model's reply, if its quote stands in a passage that comes near."""
        from geoflow.adapters.chat_reply import UnfitReplyError, fitting_object
        from geoflow.questions.answer import citation, quoted_extract
        from geoflow.questions.extract import extracts

        try:
            said = fitting_object(reply, _QUOTED)
        except UnfitReplyError:
            return None
        passages, _ = self._nearest(question, _LOOKED_AT)
        found = [extract for passage in passages for extract in extracts(passage)]
        chosen = quoted_extract(said["quote"], said["answer"], question, found)
        return {"answer": said["answer"], "citation": asdict(citation(chosen))} if chosen else None

    def _documents_hash(self) -> bytes:
        state = blake2b(digest_size=16)
        for path, content in sorted(self._documents.read("live").items()):
            state.update(b"%d %d " % (len(path), len(content)) + path.encode("utf-8", "surrogateescape") + content)
        return state.digest()

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
        passages, searched = self._nearest(query, limit)
        return {"passages": [_passage(passage) for passage in passages], "searched": searched}

    def _nearest(self, query: str, limit: int) -> "tuple[list[Passage], int]":
        from geoflow.cli.context import open_passages
        from geoflow.questions.retrieval import ranked
        from geoflow.questions.terms import query_terms
        from geoflow.workflow.ask import HITS

        files = self._documents.read("live")
        # Opened once, since git is asked where the index lies; each search has a connection of its own.
        self._passages = self._passages or open_passages(self._root)
        [found] = self._passages.search(files, [query_terms(query)], HITS)
        return [hit.passage for hit in ranked(found)[:limit]], found.total

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
    more = {"notes": list(dict.fromkeys(desk.reader.notes)), "needs_answer": False, "context": []}
    return cast("Answered", document(answer) | more)


def _passage(passage: "Passage") -> "Row":
    fields = asdict(passage)
    return {**fields, "text": passage.text[:LONGEST_TEXT], "is_cut": len(passage.text) > LONGEST_TEXT}
