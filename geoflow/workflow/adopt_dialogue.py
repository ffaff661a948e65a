"""Ask the model what a line of a hand-written document is, where code cannot tell: a closed choice, quote first."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.improvement.adopt_page import Place, Said
from geoflow.improvement.adopt_words import content
from geoflow.ports import ChatModel, ChatRequest, Templates
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED, ONE_CALL_ONLY

PROMPT = "improve-adopt"
MOST_LINES = 12
"""How many lines of one item the model is asked about."""
KINDS = ("obligation", "outcome", "trigger", "process", "data")
_OBLIGING = frozenset({"obligation", "outcome"})
_REPLY_TOKENS = 120
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"quote": {"type": "string", "maxLength": 200}, "kind": {"enum": list(KINDS)}},
    "required": ["quote", "kind"],
    "additionalProperties": False,
}


class LineDialogue:
    """Asks about one line a call. The model chooses a word of a closed list; every word that is written code cuts.

    A reply whose quote does not stand in the line counts for nothing.
    """

    def __init__(self, model: ChatModel, templates: Templates, meter: Meter) -> None:
        self._model, self._templates, self._meter = model, templates, meter
        self.prompt = ""
        self.notes: list[str] = []

    def obligations(self, lines: Sequence[Said]) -> frozenset[Place]:
        """Tell which of these lines say what must hold; those that were not asked about do not.

        Raises:
            GeoflowError: The failure is one that ends a run.
        """
        found: set[Place] = set()
        for said in lines[:MOST_LINES]:
            if self._meter.exhausted:
                break
            try:
                if self._kind(said) in _OBLIGING:
                    found.add(said.place)
            except GeoflowError as error:
                if error.code in ENDS_THE_RUN - {INTERRUPTED}:
                    raise
                if error.code not in ONE_CALL_ONLY:
                    self.notes += [] if error.code == SPENT else [f"{error.message} {error.fix}".strip()]
                    break
        return frozenset(found)

    def _kind(self, said: Said) -> str:
        prompt = self._templates.prompt(PROMPT, {"line": said.words})
        self.prompt = prompt.id
        request = ChatRequest(prompt.id, prompt.messages, SCHEMA, max_tokens=_REPLY_TOKENS)
        value = self._meter.complete(self._model, request).value or {}
        quoted = content(str(value.get("quote", ""))).strip()
        return str(value.get("kind", "")) if quoted and quoted in content(said.words) else ""
