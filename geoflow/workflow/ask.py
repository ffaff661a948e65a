"""Answer questions from the documents, quoting what they say, or admit that they do not say it."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatModel, ChatRequest, Documents, JsonValue, Passages, Progress, Templates
from geoflow.quality.prompt_size import beginning, estimated_tokens
from geoflow.quality.single_line import single_line
from geoflow.questions.answer import (
    LEAST_COVERAGE,
    Answer,
    Near,
    Route,
    citation,
    evidence,
    is_supported,
    question_id,
)
from geoflow.questions.extract import Candidate, best_candidates
from geoflow.questions.retrieval import Found, Hit, ranked
from geoflow.questions.terms import query_terms
from geoflow.workflow.in_order import map_in_order
from geoflow.workflow.model_failures import ENDS_THE_RUN
from geoflow.workflow.prompt_room import room

LONGEST_QUESTION = 2_000
_HITS = 20
_PASSAGES = 5
_EXTRACTS = 6
_PASSAGES_FOR_LARGE = 12
_EXTRACTS_FOR_LARGE = 14
_LONGEST_EXTRACT = 250  # tokens
_LONGEST_TITLE = 120
_AROUND_EXTRACT = 16  # tokens of its number and its fence
_REPLY_TOKENS = 300
_NEAR = 3


@dataclass(slots=True)
class Reader:
    """What reads the passages: a model that is opened when the first question needs it, and the prompts.

    Args:
        open: Gives the model, or None where there is none; called at most once.
        templates: The prompts.
        roomy: Whether the model can bear more to read than a small one, which more extracts only confuse.
        calls: Where the model is asked several questions at a time; None asks one after the other.
    """

    open: Callable[[], ChatModel | None]
    templates: Templates
    notes: list[str] = field(default_factory=list)
    roomy: bool = False
    calls: Executor | None = None
    _model: ChatModel | None = None
    _opened: bool = False

    def model(self) -> ChatModel | None:
        """Give the model while it answers."""
        if not self._opened:
            self._opened, self._model = True, self.open()
        return self._model

    def fails(self, error: GeoflowError) -> None:
        """Note that a call failed; a model that cannot be reached is not called again."""
        note = f"The model did not answer ({error.message.rstrip('.')}); what is given are the documents' own words."
        if note not in self.notes:
            self.notes.append(note)
        if error.code != "model-reply-invalid":
            self._model = None


def ask(
    questions: Sequence[str], *, documents: Documents, passages: Passages, reader: Reader, progress: Progress
) -> list[Answer]:
    """Answer each question, in order; the same question asked twice is answered once and given twice.

    What the documents cover too little of is `not-specified`, decided here and never by a model.

    Raises:
        GeoflowError: `question-empty`, `question-too-long`.
    """
    for question in questions:
        _check(question)
    distinct = {question_id(question): question for question in questions}
    files = documents.read()
    searches = passages.search(files, [query_terms(question) for question in distinct.values()], _HITS)
    drafts = [
        _draft(key, question, _standing(found, files))
        for (key, question), found in zip(distinct.items(), searches, strict=True)
    ]
    if any(isinstance(draft, _Draft) for draft in drafts):
        reader.model()
    answers: dict[str, Answer] = {}
    progress.update("Answering", 0, len(distinct))
    for answer in map_in_order(lambda draft: _answer(draft, reader), drafts, reader.calls):
        answers[answer.id] = answer
        progress.update("Answering", len(answers), len(distinct))
    return [replace(answers[question_id(question)], question=question) for question in questions]


def _check(question: str) -> None:
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


def _standing(found: Found, files: Mapping[str, bytes]) -> Found:
    # The index is shared: another process may have brought it to a later state of the files than was read here.
    texts = {hit.passage.path: files.get(hit.passage.path, b"").decode("utf-8", "replace") for hit in found.hits}
    return replace(found, hits=tuple(hit for hit in found.hits if hit.passage.text in texts[hit.passage.path]))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question that the documents say something to, and where."""

    key: str
    question: str
    candidates: Sequence[Candidate]
    more: Sequence[Candidate]


def _draft(key: str, question: str, found: Found) -> Answer | _Draft:
    hits = ranked(found)
    candidates = best_candidates(found, hits[:_PASSAGES], _EXTRACTS)
    if not candidates or not _covered(found, hits, candidates):
        near = tuple(Near(hit.passage.path, hit.passage.line, hit.passage.heading) for hit in hits[:_NEAR])
        return Answer(key, question, "not-specified", "", (), "documents", near)
    more = best_candidates(found, hits[:_PASSAGES_FOR_LARGE], _EXTRACTS_FOR_LARGE)
    return _Draft(key, question, candidates, more)


def _answer(draft: Answer | _Draft, reader: Reader) -> Answer:
    if isinstance(draft, Answer):
        return draft
    model = reader.model()
    if model is not None:
        try:
            shown = draft.more if reader.roomy else draft.candidates
            return _read(draft.key, draft.question, shown, model, reader.templates)
        except GeoflowError as error:
            if error.code in ENDS_THE_RUN:
                raise
            reader.fails(error)
    return _quoting(draft.key, draft.question, draft.candidates[0], "documents")


def _covered(found: Found, hits: Sequence[Hit], candidates: Sequence[Candidate]) -> bool:
    return min(found.coverage(hits[0].matched), candidates[0].coverage) >= LEAST_COVERAGE


def _quoting(key: str, question: str, candidate: Candidate, route: Route) -> Answer:
    cited = citation(candidate.extract)
    return Answer(key, question, "answered", cited.quote, (cited,), route)


def _read(key: str, question: str, candidates: Sequence[Candidate], model: ChatModel, templates: Templates) -> Answer:
    shown = _that_fit(candidates, question, model.context_tokens, templates)
    reply = model.complete(_request(question, shown, templates)).value or {}
    chosen = shown[int(reply["source"]) - 1].extract
    said = " ".join(str(reply["answer"]).split())
    extracts = [chosen, *(candidate.extract for candidate in shown)]
    cited = citation(evidence(str(reply["quote"]), said, extracts) or chosen)
    text = said if is_supported(said, question, cited.quote) else cited.quote
    return Answer(key, question, "answered", text, (cited,), "model")


def _that_fit(
    candidates: Sequence[Candidate], question: str, context_tokens: int, templates: Templates
) -> Sequence[Candidate]:
    nothing = {"extracts": [], "question": " ".join(question.split())}
    left = room(templates, "ask", nothing, context_tokens - _REPLY_TOKENS)
    shown: list[Candidate] = []
    for candidate in candidates:
        left -= estimated_tokens("".join(_shown(candidate).values())) + _AROUND_EXTRACT
        if shown and left < 0:
            break
        shown.append(candidate)
    return shown


def _shown(candidate: Candidate) -> dict[str, str]:
    heading = single_line(candidate.extract.passage.heading, _LONGEST_TITLE)
    return {"title": heading, "text": beginning(candidate.extract.text, _LONGEST_EXTRACT)}


def _request(question: str, shown: Sequence[Candidate], templates: Templates) -> ChatRequest:
    extracts = [_shown(candidate) for candidate in shown]
    prompt = templates.prompt("ask", {"extracts": extracts, "question": " ".join(question.split())})
    return ChatRequest(prompt.id, prompt.messages, answer_schema(len(shown)), max_tokens=_REPLY_TOKENS)


def answer_schema(sources: int) -> Mapping[str, JsonValue]:
    """Give the JSON Schema of an answer from this many numbered extracts."""
    return {
        "type": "object",
        "properties": {
            "source": {"type": "integer", "minimum": 1, "maximum": sources},
            "quote": {"type": "string", "minLength": 1, "maxLength": 400},
            "answer": {"type": "string", "minLength": 1, "maxLength": 300},
        },
        "required": ["source", "quote", "answer"],
        "additionalProperties": False,
    }
