"""Ask the model which piece of a long answer belongs in the place of a finding's quote; code puts it there."""

from dataclasses import replace
from typing import Any

from geoflow.improvement.answer_strategy import STRATEGY, from_piece
from geoflow.improvement.edit import Candidate
from geoflow.improvement.insight import Insight
from geoflow.improvement.proposal import Document, target_place
from geoflow.ports import ChatModel, ChatRequest, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.prose import sentence_around
from geoflow.workflow.budget import Meter
from geoflow.workflow.span_dialogue import LONGEST_REASON

LONGEST_PIECE = 200
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"piece": {"type": "string", "maxLength": LONGEST_PIECE}},
    "required": ["piece"],
    "additionalProperties": False,
}


class AnswerDialogue:
    """A conversation about one answer. Each question gives a candidate, or says why the reply is none."""

    strategy = STRATEGY

    def __init__(self, model: ChatModel, templates: Templates, meter: Meter, insight: Insight) -> None:
        self._model, self._templates, self._meter, self._insight = model, templates, meter, insight

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask for the piece; `refused` is why the one before was refused.

        Raises:
            GeoflowError: The model does not answer, or not in the form that was asked for.
        """
        values = {
            "sentence": _sentence(document, finding),
            "quote": " ".join(finding.quote.split()),
            "question": " ".join(self._insight.text.split())[:LONGEST_REASON],
            "answer": self._insight.answer,
            "refused": refused[:LONGEST_REASON],
        }
        prompt = self._templates.prompt("improve-answer", values)
        request = ChatRequest(prompt.id, prompt.messages, _SCHEMA, max_tokens=LONGEST_PIECE)
        value = self._meter.complete(self._model, request).value or {}
        made = from_piece(document, finding, self._insight, value)
        return made if isinstance(made, str) else replace(made, prompt=prompt.id)


def _sentence(document: Document, finding: Finding) -> str:
    start, end = target_place(document, finding.requirement, finding.start)
    block = document.text[start:end]
    return " ".join(block[slice(*sentence_around(block, finding.start - start))].split())
