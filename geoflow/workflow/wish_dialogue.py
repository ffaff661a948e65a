"""Ask the model what a reviewer's words are about, and for the edit that they ask for: one small form a call."""

from collections.abc import Sequence
from typing import Any

from geoflow.improvement.edit import Candidate, Wish
from geoflow.improvement.proposal import Document
from geoflow.improvement.span_strategy import STRATEGY, from_reply, from_sentence, reword_schema, span_schema
from geoflow.improvement.wish_strategy import LONGEST_WISH, Place, with_wish
from geoflow.ports import ChatModel, ChatRequest, Templates
from geoflow.quality.finding import Finding
from geoflow.workflow.budget import Meter
from geoflow.workflow.span_dialogue import LONGEST_REASON

_LONGEST_SENTENCE = 600
_NONE = "none"


def choose_place(wish: Wish, places: Sequence[Place], asked: tuple[ChatModel, Templates, Meter]) -> Place | None:
    """Have the model choose the sentence that a wish is about; None where it is about none of them.

    Raises:
        GeoflowError: The model does not answer, or not in the form that was asked for.
    """
    model, templates, meter = asked
    values: dict[str, Any] = {
        "wish": shown(wish),
        "sentences": [place.sentence[:_LONGEST_SENTENCE] for place in places],
    }
    prompt = templates.prompt("propose-place", values)
    choices = [*(str(count) for count in range(1, len(places) + 1)), _NONE]
    schema = {
        "type": "object",
        "properties": {"sentence": {"type": "string", "enum": choices}},
        "required": ["sentence"],
        "additionalProperties": False,
    }
    request = ChatRequest(prompt.id, prompt.messages, schema, max_tokens=20)
    said = str((meter.complete(model, request).value or {}).get("sentence", _NONE))
    return None if said == _NONE else places[int(said) - 1]


def shown(wish: Wish) -> str:
    """Give a reviewer's words, or a question with its answer, as the model gets to see them."""
    return " ".join(f"{wish.asked} {wish.words}".split())[:LONGEST_WISH]


class WishDialogue:
    """A conversation about one wish: first for a minimal span, then, with the gate's own words, for the sentence.

    Args:
        asked: The model, the prompts and the meter.
        wish: What the reviewer wrote.
        place: The sentence that it is about.
    """

    strategy = STRATEGY

    def __init__(self, asked: tuple[ChatModel, Templates, Meter], wish: Wish, place: Place) -> None:
        self._model, self._templates, self._meter = asked
        self._wish, self._place = wish, place

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask for an edit of the document as it stands; raises what `SpanDialogue.ask` does."""
        question = self._place.question(shown(self._wish))
        values = {"sentence": question.sentence, "wish": question.instruction, "refused": refused[:LONGEST_REASON]}
        prompt = self._templates.prompt("propose-reword" if refused else "propose-span", values)
        schema = (reword_schema if refused else span_schema)(question)
        request = ChatRequest(prompt.id, prompt.messages, schema, max_tokens=90 + len(question.sentence))
        value = self._meter.complete(self._model, request).value or {}
        made = (from_sentence if refused else from_reply)(document, finding, question, value)
        return with_wish(made, self._wish, self._place)
