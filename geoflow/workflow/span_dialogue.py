"""Ask the model to mend one finding: first for a minimal span, then, with the gate's own words, for the sentence."""

from dataclasses import replace
from typing import Protocol

from geoflow.improvement.edit import Candidate
from geoflow.improvement.lesson import NO_LESSONS, Lessons
from geoflow.improvement.proposal import Document
from geoflow.improvement.span_strategy import (
    REWORD_STRATEGY,
    STRATEGY,
    SpanQuestion,
    from_reply,
    from_sentence,
    reword_schema,
    span_schema,
)
from geoflow.ports import ChatModel, ChatRequest, Templates
from geoflow.quality.finding import Finding
from geoflow.workflow.budget import Meter

LONGEST_REASON = 400
"""Characters of the gate's message that the model gets to see: a message may quote the texts that it is about."""


class Dialogue(Protocol):
    """A conversation with the model about one finding."""

    @property
    def strategy(self) -> str:
        """Name how the edit that was asked for last is made."""
        ...

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask for an edit; `refused` is why the one before was none. A text says why the reply is none."""
        ...


class SpanDialogue:
    """A conversation about one finding. Each question gives a candidate, or says why the reply is none.

    `first` is the strategy that it begins with; the other one follows where the gate refuses. Of the `lessons` the
    nearest one stands in each prompt.
    """

    def __init__(
        self,
        model: ChatModel,
        templates: Templates,
        meter: Meter,
        question: SpanQuestion,
        first: str = STRATEGY,
        lessons: Lessons = NO_LESSONS,
    ) -> None:
        self._model, self._templates, self._meter, self._question = model, templates, meter, question
        self._first = self.strategy = first
        self._lessons = lessons

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask for an edit of the document as it stands; `refused` is why the gate refused the one before.

        A small model that is asked the same once more gives the same answer, so the second question is another one:
        the whole sentence instead of a span, or the other way round.

        Raises:
            GeoflowError: The model does not answer, or not in the form that was asked for.
        """
        rewords = (self._first == REWORD_STRATEGY) != bool(refused)
        self.strategy = REWORD_STRATEGY if rewords else STRATEGY
        lesson = self._lessons.nearest(finding.code, self.strategy)
        told = {"refused": refused[:LONGEST_REASON], "lesson": lesson.shown if lesson else ""}
        values, name = self._question.values() | told, "improve-reword" if rewords else "improve-span"
        prompt = self._templates.prompt(name, values)
        # A project's own text may leave it out, and an edit is attributed to what the model has read.
        is_shown = lesson is not None and prompt != self._templates.prompt(name, values | {"lesson": ""})
        schema = (reword_schema if rewords else span_schema)(self._question)
        # A token is never shorter than a character, so this many always suffice for what the schema allows.
        limit = 60 + len(self._question.sentence)
        request = ChatRequest(prompt.id, prompt.messages, schema, max_tokens=limit)
        value = self._meter.complete(self._model, request).value or {}
        made = (from_sentence if rewords else from_reply)(document, finding, self._question, value)
        return (
            made
            if isinstance(made, str)
            else replace(made, prompt=prompt.id, lesson=lesson.id if lesson and is_shown else "")
        )
