"""Ask the model to mend one finding: first for a minimal span, then, with the gate's own words, for the sentence."""

from geoflow.improvement.edit import Candidate
from geoflow.improvement.proposal import Document
from geoflow.improvement.span_strategy import (
    PROMPT,
    REWORD_PROMPT,
    SpanQuestion,
    from_reply,
    from_sentence,
    reword_schema,
    span_schema,
)
from geoflow.ports import ChatModel, ChatRequest, Message, Templates
from geoflow.quality.finding import Finding
from geoflow.workflow.budget import Meter


class SpanDialogue:
    """A conversation about one finding. Each question gives a candidate, or says why the reply is none."""

    def __init__(self, model: ChatModel, templates: Templates, meter: Meter, question: SpanQuestion) -> None:
        self._model, self._templates, self._meter, self._question = model, templates, meter, question

    def ask(self, document: Document, finding: Finding, refused: str = "") -> Candidate | str:
        """Ask for an edit of the document as it stands; `refused` is why the gate refused the one before.

        A small model that is asked the same once more gives the same answer, so the second question is another one:
        the whole sentence instead of a span.

        Raises:
            GeoflowError: The model does not answer, or not in the form that was asked for.
        """
        if refused:
            value = self._complete("improve-reword", REWORD_PROMPT, reword_schema(self._question), refused)
            return from_sentence(document, finding, self._question, value)
        value = self._complete("improve-span", PROMPT, span_schema(self._question), "")
        return from_reply(document, finding, self._question, value)

    def _complete(self, name: str, prompt: str, schema: dict[str, object], refused: str) -> dict[str, object]:
        values = self._question.values() | {"refused": refused}
        messages = (
            Message("system", self._templates.render(f"prompts/{name}-system.md", {})),
            Message("user", self._templates.render(f"prompts/{name}-user.md", values)),
        )
        # A token is never shorter than a character, so this many always suffice for what the schema allows.
        limit = 60 + len(self._question.sentence)
        reply = self._meter.complete(self._model, ChatRequest(prompt, messages, schema, max_tokens=limit))
        return dict(reply.value or {})
