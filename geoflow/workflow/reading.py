"""Let a model read the extracts that may answer a question, and keep of its answer what they hold."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatRequest, JsonValue, Templates
from geoflow.quality.prompt_size import beginning, estimated_tokens
from geoflow.quality.single_line import single_line
from geoflow.questions.answer import MOST_CITATIONS, Citation, citation, evidence, is_supported
from geoflow.questions.candidates import LEAST_COVERAGE, Candidate
from geoflow.questions.extract import Extract
from geoflow.workflow.prompt_room import room

EXTRACTS = 6
EXTRACTS_FOR_LARGE = 14
_LONGEST_EXTRACT = 250  # tokens
_LONGEST_TITLE = 120
_AROUND_EXTRACT = 16  # tokens of its number and its fence
_REPLY_TOKENS = 300
_MOST_FAILURES = 3
_MAY_PASS = {"model-refused", "model-unreachable", "model-context-exceeded"}


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
    _has_answered: bool = False
    _failures: int = 0

    def model(self) -> ChatModel | None:
        """Give the model while it answers."""
        if not self._opened:
            self._opened, self._model = True, self.open()
        return self._model

    def answers(self) -> None:
        """Note that a call went well: a model that has answered is given up less soon."""
        self._has_answered, self._failures = True, 0

    def fails(self, error: GeoflowError) -> None:
        """Note that a call failed: one that never answered is not called again, nor one that fails thrice in a row."""
        note = f"The model did not answer ({error.message.rstrip('.')}); what is given are the documents' own words."
        if note not in self.notes:
            self.notes.append(note)
        self._failures += 1
        may_recover = self._has_answered and error.code in _MAY_PASS and self._failures < _MOST_FAILURES
        if error.code != "model-reply-invalid" and not may_recover:
            self._model = None


def read(
    question: str, candidates: Sequence[Candidate], model: ChatModel, templates: Templates
) -> tuple[str, tuple[Citation, ...]]:
    """Ask the model; its answer, or the document's own words where it says more than they do, and the citations.

    Raises:
        GeoflowError: The model does not answer, or not in the form that was asked for.
    """
    shown = _that_fit(candidates, question, model.context_tokens, templates)
    reply = model.complete(_request(question, shown, templates)).value or {}
    chosen = shown[int(reply["source"]) - 1].extract
    said = " ".join(str(reply["answer"]).split())
    extracts = [chosen, *(candidate.extract for candidate in shown)]
    first = evidence(str(reply["quote"]), said, extracts) or chosen
    cited = citations(first, candidates)
    return (said if is_supported(said, question, cited[0].quote) else cited[0].quote), cited


def citations(first: Extract, candidates: Sequence[Candidate]) -> tuple[Citation, ...]:
    """Cite the extract that answers, and behind it the best of the others that may."""
    others = [one.extract for one in candidates if one.extract != first and one.coverage >= LEAST_COVERAGE / 2]
    return tuple(citation(extract) for extract in [first, *others][:MOST_CITATIONS])


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
