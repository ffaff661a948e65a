"""A second reader of an edit of words: asked in both orders whether two texts oblige to the same, it may only veto."""

from collections.abc import Mapping
from typing import Any, Literal

from geoflow.errors import GeoflowError
from geoflow.improvement.proposal import Proposal
from geoflow.ports import ChatModel, ChatRequest, Templates
from geoflow.quality.prose import sentence_around
from geoflow.workflow.budget import Meter
from geoflow.workflow.model_failures import ONE_CALL_ONLY

CHECK = "meaning-kept"
PROMPT = "improve-veto"
SEED = 41
"""Another than that of the edits: a model that is asked with the same one is inclined to agree with itself."""
_LONGEST_SPAN = 200
# What differs comes before the verdict: a verdict that is given first is defended, not found.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "span": {"type": "string", "maxLength": _LONGEST_SPAN},
        "verdict": {"type": "string", "enum": ["same", "different"]},
    },
    "required": ["span", "verdict"],
    "additionalProperties": False,
}
_Said = tuple[Literal["same", "different", "unusable"], str]


class MeaningVeto:
    """Reads an edit that the gate has passed. It knows the two texts and the finding's words, and nothing else."""

    def __init__(self, model: ChatModel, templates: Templates, meter: Meter) -> None:
        self._model, self._templates, self._meter = model, templates, meter

    def metered(self, meter: Meter) -> "MeaningVeto":
        """Give the same reader with another meter."""
        return MeaningVeto(self._model, self._templates, meter)

    def why(self, proposal: Proposal) -> str:
        """Say why the edit is refused; an empty string where nothing speaks against it.

        Raises:
            GeoflowError: The model does not answer, or the budget is spent.
        """
        old, new = sentences_of(proposal)
        quote = " ".join(proposal.finding.quote.split())
        said = [self._ask(old, new, quote), self._ask(new, old, quote)]
        if named := next((span for verdict, span in said if verdict == "different" and span), ""):
            return f"a second reader says that “{named[:80]}” is lost, gained or said otherwise"
        if said[0][0] != said[1][0]:
            return "a second reader answers otherwise when the two texts change places"
        return ""

    def _ask(self, first: str, second: str, quote: str) -> _Said:
        prompt = self._templates.prompt(PROMPT, {"first": first, "second": second, "quote": quote})
        request = ChatRequest(prompt.id, prompt.messages, SCHEMA, max_tokens=_LONGEST_SPAN, seed=SEED)
        try:
            value = self._meter.complete(self._model, request).value or {}
        except GeoflowError as error:
            if error.code not in ONE_CALL_ONLY:
                raise
            return "unusable", ""
        if value.get("verdict") != "different":
            return "same", ""
        span = " ".join(str(value.get("span", "")).split())
        if span and span in quote:
            return "same", ""  # that these words go is what the edit is for
        return "different", span if span in first or span in second else ""


def sentences_of(proposal: Proposal) -> tuple[str, str]:
    """Give the sentence that an edit changes, before and after, each on one line."""
    start, end, _ = proposal.changed
    first, last = proposal.base_place
    block = proposal.old_text
    begin = sentence_around(block, max(0, start - first))[0]
    stop = sentence_around(block, max(0, min(end, last) - first - 1))[1]
    begin, stop = min(begin, start - first), max(stop, end - first)
    tail = len(block) - stop
    old, new = block[begin:stop], proposal.new_text[begin : len(proposal.new_text) - tail]
    return " ".join(old.split()), " ".join(new.split())
