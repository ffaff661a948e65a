"""A question to the tools: they are called for the model, and the model has to quote what came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatRequest, Clock, JsonValue, Templates, ToolBox
from geoflow.quality.prompt_size import beginning
from geoflow.questions.answer import is_supported
from geoflow.questions.question import Step
from geoflow.questions.tool import MOST_CANDIDATES, MOST_FOR_LARGE, Tool, candidates
from geoflow.workflow.model_failures import ENDS_THE_RUN
from geoflow.workflow.prompt_room import room
from geoflow.workflow.reading import Reader
from geoflow.workflow.tool_calls import WHO, Called, Caller, Looked, ids, no_call, shortened
from geoflow.workflow.tool_choice import choose
from geoflow.workflow.tool_rounds import RESULT, look_up

_REPLY_TOKENS = 300
_NO_TOOL_CALLING = frozenset({"model-refused", "model-reply-invalid"})


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What tools led to: the steps on the way, and the answer with the tool that it is from, where there is one."""

    steps: tuple[Step, ...]
    text: str = ""
    by: str = ""


class ToolDialogue:
    """Asks tools in the name of a question; safe to be used from several threads.

    Args:
        box: The tools.
        reader: The model and its prompts; a roomy one is taken to be trained for calling tools.
        clock: For how long a call took.
    """

    def __init__(self, box: ToolBox, reader: Reader, clock: Clock) -> None:
        self._box, self._reader, self._caller = box, reader, Caller(box, clock)

    def ask(self, question: str) -> ToolAnswer:
        """Ask. Without a model no tool is called, since nobody would choose it and nobody would read what comes.

        Raises:
            GeoflowError: The user stopped the run, or a replay has come to something else than was recorded.
        """
        model = self._reader.model()
        if model is None:
            return ToolAnswer((no_call("no tool is called without a model that chooses it"),))
        most = MOST_FOR_LARGE if self._reader.roomy else MOST_CANDIDATES
        tools = candidates(question, self._box.tools(), most)
        try:
            if not tools:
                return ToolAnswer((no_call("no tool that tools.allow allows is there"),))
            looked = self._look(question, tools, model)
            self._reader.answers()
            return self._read(question, looked, model) if looked.found else ToolAnswer(looked.steps)
        except GeoflowError as error:
            if error.code in ENDS_THE_RUN:
                raise
            self._reader.fails(error)
            return ToolAnswer((Step("agent", WHO, "no usable reply of the model", error.message),))
        finally:
            self._note_left_out()

    def close(self) -> None:
        """End the servers of the tools."""
        self._box.close()

    def _look(self, question: str, tools: Sequence[Tool], model: ChatModel) -> Looked:
        if not self._reader.roomy:
            return choose(question, tools, model, self._reader.templates, self._caller)
        try:
            return look_up(question, tools, model, self._reader.templates, self._caller)
        except GeoflowError as error:
            if error.code not in _NO_TOOL_CALLING:
                raise
        # Some servers refuse tools for some models, and some models write calls that no server can read.
        return choose(question, tools[:MOST_CANDIDATES], model, self._reader.templates, self._caller)

    def _read(self, question: str, looked: Looked, model: ChatModel) -> ToolAnswer:
        value = model.complete(_reading(question, looked.found, model, self._reader.templates)).value or {}
        self._reader.answers()
        quote, said = " ".join(str(value["quote"]).split()), " ".join(str(value["answer"]).split())
        source = next((one for one in looked.found if _stands(quote, one.result)), None)
        if source is None or not value["answers"]:
            why = f"the quote “{shortened(quote)}” does not stand in its result"
            why = why if value["answers"] else "its result does not answer"
            return ToolAnswer((*looked.steps, *(one.without_use(why) for one in looked.found)))
        text = said if said and is_supported(said, question, quote) else quote
        return ToolAnswer((*looked.steps, *(one.step for one in looked.found)), text, source.tool.id)

    def _note_left_out(self) -> None:
        for name, why in self._box.left_out.items():
            note = f"the tools of {name} are left out: {why}"
            if note not in self._reader.notes:
                self._reader.notes.append(note)


def _reading(question: str, found: Sequence[Called], model: ChatModel, templates: Templates) -> ChatRequest:
    tools = list({one.tool.id: one.tool for one in found}.values())
    values = {"tool": ids(tools), "result": "", "question": " ".join(question.split())}
    left = room(templates, RESULT, values, model.context_tokens - _REPLY_TOKENS) // len(found)
    results = "\n\n".join(beginning(one.result, left) for one in found)
    prompt = templates.prompt(RESULT, values | {"result": results})
    return ChatRequest(prompt.id, prompt.messages, READING, _REPLY_TOKENS)


READING: Mapping[str, JsonValue] = {
    "type": "object",
    "properties": {
        "quote": {"type": "string", "maxLength": 400},
        "answers": {"type": "boolean"},
        "answer": {"type": "string", "maxLength": 300},
    },
    "required": ["quote", "answers", "answer"],
    "additionalProperties": False,
}
"""The form of a reading: the quote first, so that the verdict is given on words that are there."""


def _stands(quote: str, result: str) -> bool:
    """Tell whether a quote stands in a result, white space and the escapes of JSON aside."""
    wanted, whole = (text.replace('\\"', '"') for text in ("".join(quote.split()), "".join(result.split())))
    return any(sign.isalnum() for sign in wanted) and wanted in whole
