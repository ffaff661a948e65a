"""Answer questions by the route that knows: stored answers, documents, model, agents, and people last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import StoredQuestions
from geoflow.questions.answer import Answer, Near, question_id
from geoflow.questions.candidates import Candidate, best_candidates
from geoflow.questions.question import About, PassagesOf, Question
from geoflow.questions.retrieval import Found, Hit, ranked
from geoflow.questions.routing import Experience, experience, route_order
from geoflow.questions.same import sameness
from geoflow.questions.terms import query_terms
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.ask_routes import Case, Routes
from geoflow.workflow.in_order import map_in_order
from geoflow.workflow.near import what_comes_near
from geoflow.workflow.passages_of import passages_in
from geoflow.workflow.reading import EXTRACTS_FOR_LARGE

LONGEST_QUESTION = 2_000
HITS = 20
_PASSAGES = 12
_LEAST_TO_BE_ABOUT = 0.3


def ask(questions: Sequence[str], desk: AskDesk) -> list[Answer]:
    """Answer each question, in order; what is asked twice, in the same words or nearly, is asked once and given twice.

    The id of a stored question stands for its words. An answer has the id of the file where its question is written
    down, in whatever words that was asked.

    What the documents cover too little of is `not-specified`, decided by code and never by a model; where the desk may
    open questions it is written down for a person and `open`.

    Raises:
        GeoflowError: `question-empty`, `question-too-long`, and what the question files cannot be written for.
    """
    for question in questions:
        check_question(question)
    files = desk.documents.read("live")
    stored = desk.questions.read() if desk.questions else StoredQuestions()
    questions = [_in_words(question, stored) for question in questions]
    asked = _Asked.of(questions)
    desk.reader.notes += (one.complaint for one in stored.broken)
    cases = _cases(asked.distinct, files, stored, desk)
    routes = Routes(desk, passages_in(files), files)
    if any((case.candidates or desk.tools) and not case.settled for case in cases):
        desk.reader.model()
    answers: dict[str, Answer] = {}
    desk.progress.update("Answering", 0, len(cases))
    for key, answer in zip(asked.distinct, map_in_order(routes.answer, cases, desk.reader.calls), strict=True):
        answers[key] = answer
        desk.progress.update("Answering", len(answers), len(cases))
    return [replace(answers[asked.keys[question]], question=question) for question in questions]


def check_question(question: str) -> None:
    """Refuse what is no question: GeoflowError `question-empty`, `question-too-long`."""
    if not question.strip():
        raise GeoflowError(
            "The question is empty.",
            fix='Ask in words: geoflow ask "What happens when a login fails?"',
            code="question-empty",
            exit_code=ExitCode.USAGE,
        )
    if len(question) > LONGEST_QUESTION:
        raise GeoflowError(
            f"A question has {len(question):,} characters; {LONGEST_QUESTION:,} are the most.",
            fix="Ask for one thing at a time; `geoflow ask -` reads one question a line.",
            code="question-too-long",
            exit_code=ExitCode.USAGE,
        )


def _in_words(question: str, stored: StoredQuestions) -> str:
    record = stored.questions.get(question.strip())
    return record.text if record else question


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions that differ, by id, and under which id each question of the input is answered."""

    distinct: Mapping[str, str]
    keys: Mapping[str, str]

    @classmethod
    def of(cls, questions: Sequence[str]) -> "_Asked":
        first: dict[object, str] = {}
        keys = {question: first.setdefault(_key(question), question_id(question)) for question in questions}
        distinct: dict[str, str] = {}
        for question in questions:
            distinct.setdefault(keys[question], question)
        return cls(distinct, keys)


def _key(question: str) -> object:
    # A question without a word that carries meaning is the same as itself alone.
    return sameness(question) if query_terms(question) else question_id(question)


def _cases(
    distinct: Mapping[str, str], files: Mapping[str, bytes], stored: StoredQuestions, desk: AskDesk
) -> list[Case]:
    searches = desk.passages.search(files, [query_terms(question) for question in distinct.values()], HITS)
    found = [_standing(one, files) for one in searches]
    known = experience(stored.questions.values())
    records = {_key(record.text): record for record in stored.questions.values()}
    of = passages_in(files)
    cases = [
        _case(key, question, one, _Known(known, stored.questions.get(key) or records.get(_key(question)), of))
        for (key, question), one in zip(distinct.items(), found, strict=True)
    ]
    unsaid = [index for index, case in enumerate(cases) if not case.candidates and not case.settled]
    near = what_comes_near(
        [(cases[index].question, found[index]) for index in unsaid], files, stored.questions.values(), desk
    )
    for index, places in zip(unsaid, near, strict=True):
        cases[index] = replace(cases[index], near=places)
    return cases


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known before a question is asked: how routes have done, its own file, and the documents."""

    experience: Experience
    record: Question | None
    passages_of: PassagesOf


def _case(key: str, question: str, found: Found, known: _Known) -> Case:
    hits = ranked(found)
    best = best_candidates(found, hits[:_PASSAGES], EXTRACTS_FOR_LARGE, question)
    answering = best if best and best[0].answers else []
    topic = _topic(best, hits)
    order = route_order(known.experience, topic)
    near = tuple(Near(hit.passage.path, hit.passage.line, hit.passage.heading, hit.passage.source) for hit in hits[:3])
    key = known.record.id if known.record else key
    return Case(key, question, tuple(answering), near, order, known.record, known.passages_of, _about(found, hits))


def _topic(best: Sequence[Candidate], hits: Sequence[Hit]) -> str:
    if best:
        return best[0].extract.passage.topic
    return hits[0].passage.topic if hits else ""


def _about(found: Found, hits: Sequence[Hit]) -> About | None:
    """Tell which requirement a question is about: the nearest, where that is near enough for its change to matter."""
    if not hits or found.coverage(hits[0].matched) < _LEAST_TO_BE_ABOUT:
        return None
    return About(hits[0].passage.path, hits[0].passage.heading)


def _standing(found: Found, files: Mapping[str, bytes]) -> Found:
    # The index is shared: another process may have brought it to a later state of the files than was read here.
    texts = {hit.passage.path: files.get(hit.passage.path, b"").decode("utf-8", "replace") for hit in found.hits}
    return replace(found, hits=tuple(hit for hit in found.hits if hit.passage.text in texts[hit.passage.path]))
