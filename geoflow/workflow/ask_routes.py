"""The routes of one question, tried in their order until one answers; each that does not says why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from geoflow.errors import GeoflowError
from geoflow.questions.answer import Answer, Citation, Near, citation_of_file
from geoflow.questions.candidates import Candidate
from geoflow.questions.question import (
    About,
    Mark,
    PassagesOf,
    Question,
    Reply,
    RouteName,
    Step,
    best_reply,
    changed_evidence,
    evidence_about,
    new_reply_id,
)
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.model_failures import ENDS_THE_RUN
from geoflow.workflow.reading import EXTRACTS, citations, read

NOTHING_SAYS_IT = Step(
    "documents", "openspec", "no passage that says it", "the nearest cover too little of the question"
)
_SHOWN = 200  # characters of what came by a route


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what is known about it: extracts that answer it, what comes near, its routes, its own file.

    `key` is the id of its file, or that which its file would get.
    """

    key: str
    question: str
    candidates: tuple[Candidate, ...]
    near: tuple[Near, ...]
    order: tuple[RouteName, ...]
    record: Question | None
    passages_of: PassagesOf
    about: About | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether nobody shall be asked any more."""
        return self.record is not None and self.record.withdrawn is not None

    @property
    def standing(self) -> Reply | None:
        """Give the stored answer that still stands, if there is one."""
        return best_reply(self.record, self.passages_of) if self.record and not self.is_withdrawn else None

    @property
    def settled(self) -> bool:
        """Tell whether a stored answer will be given, so that no model is needed."""
        return self.standing is not None and self.order[0] == "stored"

    def refusal(self, *texts: str) -> str:
        """Tell who refused one of these texts as the answer before, and why; empty where nobody did."""
        said = {" ".join(text.split()) for text in texts}
        for reply in self.record.replies if self.record else ():
            if reply.rejected and " ".join(reply.text.split()) in said:
                return f"refused by {reply.rejected.by}: {reply.rejected.reason or 'no reason given'}"
        return ""


class Routes:
    """Tries the routes of a case; safe to be used from several threads.

    Args:
        desk: What they work with.
        passages_of: The passages of the documents.
        files: The documents.
    """

    def __init__(self, desk: AskDesk, passages_of: PassagesOf, files: Mapping[str, bytes]) -> None:
        self._desk, self._passages_of, self._files = desk, passages_of, files

    def answer(self, case: Case) -> Answer:
        """Answer a question by the first route that can."""
        steps: list[Step] = []
        for route in case.order:
            came = self._try(route, case)
            for one in came if isinstance(came, list) else [came]:
                if isinstance(one, Answer):
                    return self._given(case, one, steps)
                if one is not None:
                    steps.append(one)
        return self._unanswered(case, tuple(steps))

    def _try(self, route: RouteName, case: Case) -> "Answer | Step | list[Answer | Step] | None":
        if route == "stored":
            return self._stored(case)
        if route == "documents":
            return self._documents(case)
        if route == "model":
            return self._model(case)
        return self._agents(case) if route == "agent" else None

    def _stored(self, case: Case) -> Answer | Step | None:
        record, reply = case.record, case.standing
        if record is None:
            return None
        if record.withdrawn:
            by, reason = record.withdrawn.by or "someone", record.withdrawn.reason
            return Step("stored", record.path, "no answer", f"withdrawn by {by}{': ' if reason else ''}{reason}")
        if reply:
            cited = citation_of_file(record.path, self._files.get(record.path, b""), reply.text)
            return self._answer(case, reply.text, (cited,) if cited else (), "stored", reply)
        old = [one for one in record.replies if one.rejected is None]
        if not old:
            return None
        changed = ", ".join(dict.fromkeys(one.path for one in changed_evidence(old[-1], self._passages_of)))
        return Step("stored", old[-1].name, _short(old[-1].text), f"what it rests on has changed: {changed}")

    def _documents(self, case: Case) -> Answer | Step:
        if not case.candidates:
            return NOTHING_SAYS_IT
        cited = citations(case.candidates[0].extract, case.candidates)
        if why := case.refusal(cited[0].quote):
            return Step("documents", cited[0].path, _short(cited[0].quote), why)
        return self._answer(case, cited[0].quote, cited, "documents")

    def _model(self, case: Case) -> Answer | Step | None:
        reader = self._desk.reader
        model = reader.model() if case.candidates else None
        if model is None:
            return None  # without an extract to read no model is asked
        try:
            shown = case.candidates if reader.roomy else case.candidates[:EXTRACTS]
            text, cited = read(case.question, shown, model, reader.templates)
            reader.answers()
        except GeoflowError as error:
            if error.code in ENDS_THE_RUN:
                raise
            reader.fails(error)
            return Step("model", model.name, "no usable reply", error.message)
        if why := case.refusal(text, cited[0].quote):
            return Step("model", model.name, _short(text), why)
        return self._answer(case, text, cited, "model")

    def _agents(self, case: Case) -> list[Answer | Step]:
        agents, tried = self._desk.agents, list[Answer | Step]()
        for name in agents.names if agents else ():
            try:
                text = agents.ask(name, case.question) if agents else ""
            except GeoflowError as error:
                tried.append(Step("agent", name, "no answer", error.message))
                continue
            if why := case.refusal(text):
                tried.append(Step("agent", name, _short(text), why))
                continue
            return [*tried, self._said(case, text, name)]
        return [*tried, *self._tools(case)]

    def _tools(self, case: Case) -> list[Answer | Step]:
        """Have a tool looked up that the model chooses; what it gives counts like an agent's word."""
        if self._desk.tools is None:
            return []
        came = self._desk.tools.ask(case.question)
        if not came.text:
            return [*came.steps]
        if why := case.refusal(came.text):
            return [*came.steps, Step("agent", came.by, _short(came.text), why)]
        return [*came.steps, self._said(case, came.text, came.by)]

    def _said(self, case: Case, text: str, by: str) -> Answer:
        return self._answer(case, text, (), "agent", Reply(new_reply_id(case.key, text, by, ""), text, "agent", by, ""))

    def _answer(
        self, case: Case, text: str, cited: tuple[Citation, ...], route: RouteName, reply: Reply | None = None
    ) -> Answer:
        found = Answer(case.key, case.question, "answered", text, cited, route)
        if reply is None:
            return found
        file = case.record.path if case.record and route == "stored" else ""
        return replace(found, by=reply.name, is_confirmed=reply.is_persons, file=file)

    def _given(self, case: Case, answer: Answer, steps: list[Step]) -> Answer:
        last = Step(answer.route, answer.by or _who(answer), _short(answer.text))
        answer = replace(answer, steps=(*steps, last))
        if answer.route != "agent" or self._desk.opener is None or case.is_withdrawn:
            return answer
        # An agent's answer is written down with the question, so that a person can confirm it.
        at = _now(self._desk.opener.clock.now())
        reply = Reply(new_reply_id(case.key, answer.text, answer.by, at), answer.text, "agent", answer.by, at)
        return replace(answer, file=self._with_reply(case.record or self._open(case, answer.steps), reply).path)

    def _unanswered(self, case: Case, steps: tuple[Step, ...]) -> Answer:
        found = Answer(case.key, case.question, "not-specified", "", (), "documents", case.near, steps=steps)
        record = case.record
        if record and case.is_withdrawn:
            return replace(found, file=record.path)
        if self._desk.opener is None or self._desk.questions is None:
            return replace(found, state="open", route="person", file=record.path) if record else found
        opened = record or self._open(case, steps)
        who = ", ".join(opened.audience) or "anybody"
        asked = Step("person", who, "asked", "nobody has answered yet")
        return replace(found, state="open", route="person", file=opened.path, steps=(*steps, asked))

    def _open(self, case: Case, steps: tuple[Step, ...]) -> Question:
        opener, questions = self._desk.opener, self._desk.questions
        if opener is None or questions is None:
            raise GeoflowError("Questions cannot be written down here.", code="questions-closed")
        mark = Mark(opener.asker, _now(opener.clock.now()))
        about = opener.about or case.about
        people = opener.people or opener.audience(about.path if about else "")
        made = Question(case.key, case.question, mark, about, people, opener.options, steps)
        return questions.create(made)

    def _with_reply(self, question: Question, reply: Reply) -> Question:
        """Add an answer to a question that is written down, on what the question is about as that reads now."""
        if self._desk.questions is None:
            return question
        reply = replace(reply, evidence=evidence_about(question, self._passages_of))
        return self._desk.questions.change(question.id, lambda one: replace(one, replies=(*one.replies, reply)))


def _who(answer: Answer) -> str:
    return answer.citations[0].path if answer.citations else answer.route


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _now(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
