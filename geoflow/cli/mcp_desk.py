"""Join what the tools of `geoflow mcp` work with; every call opens its own, so that calls share no state."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.adapters.mcp_results import Answered, Judged, Passages, QuestionList, Reviewed, Row, StoredQuestion
    from geoflow.questions.passage import Passage
    from geoflow.workflow.ask_desk import AskDesk

BUDGET = "60s"
"""What the model may take for one call."""
_MOST_ROWS = 50
_LONGEST_TEXT = 2_000  # characters of a field in a list
_LARGEST_FILE = 1_000_000  # bytes


class SpecDesk:
    """The `Desk` of the MCP server on one root. No agent of the user's is asked from here: it might ask back."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def ask(self, question: str) -> "Answered":
        """Answer a question; nothing is written down."""
        from geoflow.cli.ask_parts import open_desk
        from geoflow.cli.questions import Words

        desk, _, _ = open_desk(Words(question), BUDGET, None)
        return _answered(question, replace(desk, agents=None))

    def open_question(self, question: str, about: str, options: tuple[str, ...], asker: str) -> "Answered":
        """Answer a question, or write it down in the asker's name."""
        from geoflow.cli.ask_parts import open_desk
        from geoflow.cli.questions import Words

        desk, _, opener = open_desk(Words(question, about=about, options=options), BUDGET, None)
        return _answered(question, replace(desk, agents=None, opener=replace(opener, asker=asker)))

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
        from geoflow.adapters.documents import WorkTreeDocuments
        from geoflow.cli.context import open_passages
        from geoflow.questions.retrieval import ranked
        from geoflow.questions.terms import query_terms
        from geoflow.workflow.ask import HITS

        files = WorkTreeDocuments(self._root).read("live")
        [found] = open_passages(self._root).search(files, [query_terms(query)], HITS)
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
        shown, left_out = _bounded(wanted)
        return {"questions": shown, "left_out": left_out, "unreadable": _bounded(listed["unreadable"])[0]}

    def _listed(self) -> "QuestionList":
        from geoflow.adapters.documents import WorkTreeDocuments
        from geoflow.cli.ask_parts import open_questions
        from geoflow.workflow.question_list import list_questions

        found, broken = list_questions(open_questions(self._root), WorkTreeDocuments(self._root), lambda _: True)
        unreadable = [{"path": one.path, "line": one.line, "reason": one.reason} for one in broken]
        return {"questions": [one.document() for one in found], "left_out": 0, "unreadable": unreadable}

    def validate(self, item: str) -> "Judged":
        """Validate one item or all; so many issues are given, and the rest is counted."""
        from geoflow.cli.validation import Request, check_active
        from geoflow.cli.validation_report import json_report

        request = Request(names=(item,)) if item else Request(everything=True)
        checked = check_active(str(self._root), request)
        document = json.loads(json_report(checked, "", ["change", "spec"], strict=False))
        items: list[Row] = []
        room, left_out = _MOST_ROWS, 0
        for one in document["items"]:
            issues = one["issues"][:room]
            room, left_out = room - len(issues), left_out + len(one["issues"]) - len(issues)
            if issues or item:
                items.append({"id": one["id"], "type": one["type"], "valid": one["valid"], "issues": _cut(issues)})
        valid = all(one["valid"] for one in document["items"])
        return {"valid": valid, "items": items, "left_out": left_out, "summary": document["summary"]}

    def review(self, target: str) -> "Reviewed":
        """Review by rule; errors come first, and what has no room is counted."""
        from geoflow.adapters.clock import SystemClock
        from geoflow.adapters.templates import JinjaTemplates
        from geoflow.cli.context import history_or_none, load_settings
        from geoflow.cli.progress import silent_progress
        from geoflow.openspec.disk import load
        from geoflow.quality.finding import SEVERITY_ORDER
        from geoflow.workflow.budget import Limits
        from geoflow.workflow.review import Reviewer, review

        off, history = frozenset(load_settings().rules.off), history_or_none(self._root)
        reviewer = Reviewer(None, JinjaTemplates(), SystemClock(), silent_progress(), history, off)
        result = review(reviewer, load(str(self._root)), [target] if target else [], Limits())
        worst_first = sorted(result.findings, key=lambda finding: SEVERITY_ORDER[finding.severity])
        findings, left_out = _bounded([finding.document() for finding in worst_first])
        return {"verdict": result.verdict, "findings": findings, "left_out": left_out, "notes": list(result.notes)}

    def spec_text(self, spec_id: str) -> str:
        """Give the text of a main spec; GeoflowError `unknown-spec`."""
        return self._text(f"openspec/specs/{spec_id}/spec.md", "unknown-spec")

    def question_text(self, key: str) -> str:
        """Give the text of a question's file; GeoflowError `unknown-question`."""
        return self._text(f"openspec/questions/{key}.yaml", "unknown-question")

    def _text(self, path: str, code: str) -> str:
        # The path is looked up among those that were read, and never opened.
        from geoflow.adapters.documents import WorkTreeDocuments

        content = WorkTreeDocuments(self._root).read("live").get(path)
        if content is None:
            raise GeoflowError("There is no such document.", code=code)
        if len(content) > _LARGEST_FILE:
            raise GeoflowError(f"It has {len(content):,} bytes; {_LARGEST_FILE:,} are the most.", code="too-large")
        return content.decode("utf-8", "replace")


def _answered(question: str, desk: "AskDesk") -> "Answered":
    from geoflow.cli.ask_text import document
    from geoflow.workflow.ask import ask

    [answer] = ask([question], desk)
    return cast("Answered", document(answer) | {"notes": list(dict.fromkeys(desk.reader.notes))})


def _passage(passage: "Passage") -> "Row":
    fields = asdict(passage)
    return {**fields, "text": passage.text[:_LONGEST_TEXT], "is_cut": len(passage.text) > _LONGEST_TEXT}


def _bounded(rows: "Sequence[Row]") -> "tuple[list[Row], int]":
    return [_cut(row) for row in rows[:_MOST_ROWS]], max(0, len(rows) - _MOST_ROWS)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_LONGEST_TEXT]
    if isinstance(value, list):
        return [_cut(one) for one in value]
    return {name: _cut(one) for name, one in value.items()} if isinstance(value, dict) else value
