"""The later rounds of a review: an objection about a missing fact is put to those who may know it.

What a person has answered and what the documents say elsewhere withdraws it; what nobody knows becomes a question.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.ports import Clock, Passages, QuestionStore, StoredQuestions
from geoflow.quality.finding import Finding
from geoflow.quality.roles import role_of_code
from geoflow.quality.single_line import single_line
from geoflow.questions.answer import citation, citation_of_file, question_id
from geoflow.questions.candidates import best_candidates
from geoflow.questions.cycle import waits_for_person
from geoflow.questions.question import (
    MOST_OPEN,
    About,
    Mark,
    PassagesOf,
    Question,
    Reply,
    Step,
    best_reply,
    evidence_about,
    new_reply_id,
)
from geoflow.questions.retrieval import ranked
from geoflow.questions.review_round import RoundFinding
from geoflow.questions.terms import query_terms
from geoflow.workflow.heard import Heard
from geoflow.workflow.passages_of import passages_in
from geoflow.workflow.review_result import Waiting, Withdrawn, is_objection
from geoflow.workflow.role_lookup import Lookup

_HITS = 20
_READ = 8
_LONGEST_NAME = 120
_LONGEST_QUOTE = 200
_ASKS = {
    "GF505": "What is the largest number, and what happens beyond it",
    "GF506": "Which figure holds, and under which load",
    "GF507": "Who may, and what is refused to everyone else",
}
"""What is asked of people where an objection of this code is about a fact that only they can know."""
_FIGURE = re.compile(r"\d")
_WHO = re.compile(
    r"\b(only|may|permissions?|authori[sz]ed?|roles?|administrators?|admins?|owners?|signed[- ]in|logged[- ]in"
    r"|den(?:y|ies|ied)|refuses?d?|rejects?|rejected|forbids?|forbidden)\b",
    re.IGNORECASE,
)
_SAYS: Mapping[str, re.Pattern[str]] = {"GF505": _FIGURE, "GF506": _FIGURE, "GF507": _WHO}


@dataclass(frozen=True, slots=True)
class FactDesk:
    """Who may know: the documents and the stored questions, and how a new question is written down.

    Args:
        passages: The documents as searchable passages.
        questions: The question files.
        clock: Says when.
        asker: Who asks, as `Name <email>`.
        audience: Gives those who may answer for a document's path.
        may_ask: Whether the user allows new questions.
        dry: Whether new questions are only named and not written.
    """

    passages: Passages
    questions: QuestionStore
    clock: Clock
    asker: str
    audience: Callable[[str], tuple[str, ...]]
    may_ask: bool = False
    dry: bool = False


class FactRounds:
    """Puts objections to the stored answers and the documents, and what is left to people.

    No model answers here: a small one never says that it does not know. A passage answers where it is about the same
    words, stands outside the requirement, and has a fact of the kind that is missing. What a tool gives is an agent's
    word: it goes with the question to the person who is asked.
    """

    def __init__(self, desk: FactDesk, files: Mapping[str, bytes], lookup: Lookup | None = None) -> None:
        self._desk, self._files, self._lookup = desk, files, lookup
        self._passages_of: PassagesOf = passages_in(files)
        self._stored: StoredQuestions = desk.questions.read()

    def over(self, findings: Sequence[Finding]) -> Heard:
        """Put each objection to them; other findings stand as they are."""
        heard = Heard()
        for finding in findings:
            if not (is_objection(finding) and finding.code in _ASKS):
                heard.findings.append(finding)
            elif answer := self._answered(finding) or self._said_elsewhere(finding):
                heard.withdrawn.append(answer)
            else:
                heard.findings.append(finding)
                self._ask(finding, heard)
        return heard

    def waiting_about(self, prefixes: tuple[str, ...]) -> list[Waiting]:
        """List the stored questions about files below these paths that wait for a person."""
        found = [one for one in self._stored.questions.values() if one.about and one.about.path.startswith(prefixes)]
        return [_waiting(one) for one in sorted(found, key=lambda one: one.id) if waits_for_person(one)]

    def _answered(self, finding: Finding) -> Withdrawn | None:
        record = self._stored.questions.get(question_id(question_about(finding)))
        reply = best_reply(record, self._passages_of) if record and not record.withdrawn else None
        if record is None or reply is None or not reply.is_persons:
            return None  # an agent's answer settles nothing until a person confirms it
        cited = citation_of_file(record.path, self._files.get(record.path, b""), reply.text)
        return Withdrawn(finding, reply.text, f"{record.path}:{cited.line}" if cited else record.path)

    def _said_elsewhere(self, finding: Finding) -> Withdrawn | None:
        text = f"{finding.requirement} {finding.quote}"
        [found] = self._desk.passages.search(self._files, [query_terms(text)], _HITS)
        hits = [hit for hit in ranked(found) if hit.passage.heading != finding.requirement]
        for one in best_candidates(found, hits, _READ):
            cited = citation(one.extract)
            if one.answers and _SAYS[finding.code].search(cited.quote) and self._stands(cited.path, cited.quote):
                return Withdrawn(finding, cited.quote, f"{cited.path}:{cited.line}")
        return None

    def _stands(self, path: str, quote: str) -> bool:
        # The index is shared: another process may have brought it to another state of the files than was read here.
        return " ".join(quote.split()) in " ".join(self._files.get(path, b"").decode("utf-8", "replace").split())

    def _ask(self, finding: Finding, heard: Heard) -> None:
        text = question_about(finding)
        record = self._stored.questions.get(question_id(text))
        if record is None and self._desk.may_ask:
            record = self._new(finding, text, heard)
        if record is not None and waits_for_person(record):
            heard.waiting.append(_waiting(record, finding.id, is_new=record.id not in self._stored.questions))

    def _new(self, finding: Finding, text: str, heard: Heard) -> Question | None:
        people = self._desk.audience(finding.path)
        asked = [one.audience or ("",) for one in self._stored.questions.values() if waits_for_person(one)]
        asked += [one.audience or ("",) for one in heard.waiting if one.is_new]
        if all(sum(person in audience for audience in asked) >= MOST_OPEN for person in people or ("",)):
            who = ", ".join(people) or "anybody"
            heard.notes.append(f"not asked about {finding.requirement}: {MOST_OPEN} questions are open for {who}")
            return None
        at = self._desk.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        about = About(finding.path, finding.requirement, finding.code, finding.quote)
        step = Step(
            "documents", "openspec", "no passage that says it", f"asked by the role {role_of_code(finding.code)}"
        )
        came = self._lookup.ask(text) if self._lookup else None
        steps = (step, *(came.steps if came else ()))
        made = Question(question_id(text), text, Mark(self._desk.asker, at), about, people, (), steps)
        if came and came.text:
            reply = Reply(new_reply_id(made.id, came.text, came.by, at), came.text, "agent", came.by, at)
            made = replace(made, replies=(replace(reply, evidence=evidence_about(made, self._passages_of)),))
        return made if self._desk.dry else self._desk.questions.create(made)


def is_about_fact(code: str) -> bool:
    """Tell whether an objection of this code is about a fact that only people can know."""
    return code in _ASKS


def question_about(finding: Finding | RoundFinding) -> str:
    """Write the question that an objection about a missing fact comes to, the same for the same objection."""
    name = single_line(finding.requirement, _LONGEST_NAME)
    quote = single_line(" ".join(finding.quote.split()), _LONGEST_QUOTE)
    return f"{_ASKS[finding.code]}, where “{name}” of {_capability(finding.path)} says: “{quote}”?"


def _capability(path: str) -> str:
    return path.removesuffix("/spec.md").rpartition("/specs/")[2]


def _waiting(record: Question, finding: str = "", *, is_new: bool = False) -> Waiting:
    said = next((one for one in reversed(record.replies) if one.kind == "agent" and not one.rejected), None)
    agents = (said.text, said.name) if said else ("", "")
    return Waiting(record.id, record.text, record.path, record.audience, finding, is_new, *agents)
