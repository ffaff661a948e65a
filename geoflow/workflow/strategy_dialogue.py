"""Ask the model which pieces of a sentence are its clauses; code puts them together. Strategies one after another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geoflow.improvement import ears_strategy, scenario_strategy
from geoflow.improvement.edit import Candidate
from geoflow.improvement.lesson import NO_LESSONS, Lessons
from geoflow.improvement.obligation import SHALL
from geoflow.improvement.proposal import Document, requirement_named
from geoflow.improvement.span_strategy import REWORD_STRATEGY, STRATEGY, SpanQuestion, span_question
from geoflow.ports import ChatModel, ChatRequest, Templates
from geoflow.quality.finding import Finding
from geoflow.workflow.budget import Meter
from geoflow.workflow.span_dialogue import LONGEST_REASON, Dialogue, SpanDialogue

_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a dialogue asks: the model, the prompts, the meter, and the lessons of which one may stand in a prompt.

    `obligation` is the word that obliges here, SHALL or MUST.
    """

    model: ChatModel
    templates: Templates
    meter: Meter
    lessons: Lessons = NO_LESSONS
    obligation: str = SHALL


@dataclass(frozen=True, slots=True)
class PiecesDialogue:
    """A conversation in which the model chooses pieces of a text, never words of its own.

    `make` turns its reply into a candidate, or says why that cannot be done.
    """

    asked: Asked
    strategy: str
    prompt: str
    text: str
    schema: Mapping[str, Any]
    make: Callable[[Document, Finding, Mapping[str, Any]], Candidate | str]

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask for the pieces; `refused` is why the edit before was refused.

        Raises:
            GeoflowError: The model does not answer, or not in the form that was asked for.
        """
        values = {"text": self.text, "refused": refused[:LONGEST_REASON]}
        prompt = self.asked.templates.prompt(self.prompt, values)
        request = ChatRequest(prompt.id, prompt.messages, dict(self.schema), max_tokens=60 + len(self.text))
        value = self.asked.meter.complete(self.asked.model, request).value or {}
        made = self.make(document, finding, value)
        return made if isinstance(made, str) else replace(made, prompt=prompt.id)


class InTurn:
    """Dialogues one after the other: where the first one's edit is refused, the next one is asked."""

    def __init__(self, dialogues: Sequence[Dialogue]) -> None:
        self._dialogues = list(dialogues)
        self._next = 0

    @property
    def strategy(self) -> str:
        """Name the strategy that was asked last."""
        return self._dialogues[max(0, self._next - 1) % len(self._dialogues)].strategy

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask the dialogue whose turn it is."""
        dialogue = self._dialogues[self._next % len(self._dialogues)]
        self._next += 1
        return dialogue.ask(document, finding, refused)


def dialogue_for(document: Document, finding: Finding, order: Sequence[str], asked: Asked) -> Dialogue | None:
    """Join the dialogues of these strategies, the first to be asked first; None where none fits the finding."""
    found = [_dialogue(document, finding, name, asked) for name in order]
    dialogues = [one for one in found if one is not None]
    names = {one.strategy for one in dialogues[:2]}
    if names == {STRATEGY, REWORD_STRATEGY}:
        return dialogues[0]  # it asks the other way round by itself
    return InTurn(dialogues) if dialogues else None


def _dialogue(document: Document, finding: Finding, name: str, asked: Asked) -> Dialogue | None:
    if name == scenario_strategy.BY_PIECES:
        requirement = requirement_named(document, finding.requirement, finding.start)
        body = document.text[requirement.body_start : requirement.body_end] if requirement else ""
        text = " ".join(body.split())[:_LONGEST_TEXT]
        if not ears_strategy.has_condition(text):
            return None  # no model could tell when it happens
        schema = scenario_strategy.PIECES
        return PiecesDialogue(asked, name, "improve-scenario", text, schema, scenario_strategy.from_pieces)
    question = span_question(document, finding, asked.obligation)
    if question is None:
        return None
    if name == ears_strategy.PIECES:
        return _ears(question, asked) if ears_strategy.has_condition(question.sentence) else None
    return SpanDialogue(asked.model, asked.templates, asked.meter, question, name, asked.lessons)


def _ears(question: SpanQuestion, asked: Asked) -> Dialogue:
    def make(document: Document, finding: Finding, value: Mapping[str, Any]) -> Candidate | str:
        return ears_strategy.from_pieces(document, finding, question, value, asked.obligation)

    schema = ears_strategy.ears_schema(question)
    return PiecesDialogue(asked, ears_strategy.PIECES, "improve-ears", question.sentence, schema, make)
