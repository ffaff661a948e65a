"""A question to the tools: the model chooses one and fills it in, code calls it, and the model quotes what came."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatRequest, Clock, JsonValue, Templates, ToolBox
from geoflow.quality.prompt_size import beginning, estimated_tokens
from geoflow.questions.answer import is_supported
from geoflow.questions.question import Step
from geoflow.questions.terms import query_terms, stems
from geoflow.questions.tool import Tool, candidates
from geoflow.workflow.model_failures import ENDS_THE_RUN
from geoflow.workflow.prompt_room import room
from geoflow.workflow.reading import Reader

CHOOSE = "ask-tool"
READ = "ask-result"
NONE = "none"
_CHOICE_TOKENS = 300
_REPLY_TOKENS = 300
_LONGEST_DESCRIPTION = 80  # tokens
_LONGEST_SHOWN = 160  # characters of arguments and results in a step
_MOST_OTHER_WORDS = 3
WHO = "tools"


@dataclass(frozen=True, slots=True)
class Called:
    """What a call of a tool gave: its result as text, and the step that tells of it."""

    tool: Tool
    result: str
    step: Step


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
        reader: The model and its prompts.
        clock: For how long a call took.
    """

    def __init__(self, box: ToolBox, reader: Reader, clock: Clock) -> None:
        self._box, self._reader, self._clock = box, reader, clock

    def ask(self, question: str) -> ToolAnswer:
        """Ask. Without a model no tool is called, since nobody would choose it and nobody would read what comes.

        Raises:
            GeoflowError: The user stopped the run, or a replay has come to something else than was recorded.
        """
        model = self._reader.model()
        if model is None:
            return _nothing("no tool is called without a model that chooses it")
        tools = candidates(question, self._box.tools())
        self._note_left_out()
        if not tools:
            return _nothing("no tool that tools.allow allows is there")
        try:
            steps, called = self._call(question, tools, model)
            return self._read(question, steps, called, model) if called else ToolAnswer(steps)
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

    def _note_left_out(self) -> None:
        for name, why in self._box.left_out.items():
            note = f"the tools of {name} are left out: {why}"
            if note not in self._reader.notes:
                self._reader.notes.append(note)

    def _call(self, question: str, tools: Sequence[Tool], model: ChatModel) -> tuple[tuple[Step, ...], Called | None]:
        """Have one tool chosen and call it; the steps before the call that counts, and that call."""
        request, shown = _choice(question, tools, model, self._reader.templates)
        value = model.complete(request).value or {}
        self._reader.answers()
        chosen = value["call"]
        tool = next((one for one in shown if one.id == chosen["tool"]), None)
        if tool is None:
            return (Step("agent", WHO, "no call", f"the model sees none that fits among {_ids(shown)}"),), None
        called, steps = self.call(tool, chosen["arguments"]), list[Step]()
        for arguments in other_words(tool, chosen["arguments"], question):
            if isinstance(called, Step) or stems(called.result) & stems(question):
                break
            steps.append(replace(called.step, why="its result has no word of the question"))
            called = self.call(tool, arguments)
        return ((*steps, called), None) if isinstance(called, Step) else (tuple(steps), called)

    def call(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> Called | Step:
        """Call a tool; the step that tells of it, with its result where it gave one."""
        started = self._clock.seconds()
        asked = _short(json.dumps(arguments, ensure_ascii=False, sort_keys=True))
        try:
            result = self._box.call(tool, arguments)
        except GeoflowError as error:
            return Step("agent", tool.id, f"called with {asked}: no result", error.message)
        seconds = self._clock.seconds() - started
        came = f"called with {asked}, {seconds:.1f} s: {_short(result)}"
        return Called(tool, result, Step("agent", tool.id, came))

    def _read(self, question: str, steps: tuple[Step, ...], called: Called, model: ChatModel) -> ToolAnswer:
        value = model.complete(_reading(question, called, model, self._reader.templates)).value or {}
        self._reader.answers()
        quote, said = _quoted(str(value["quote"]), called.result), " ".join(str(value["answer"]).split())
        if not value["answers"] or not quote:
            why = f"the quote “{_short(str(value['quote']))}” does not stand in its result"
            why = why if value["answers"] else "its result does not answer"
            return ToolAnswer((*steps, replace(called.step, why=why)))
        text = said if said and is_supported(said, question, quote) else quote
        return ToolAnswer((*steps, called.step), text, called.tool.id)


def other_words(tool: Tool, arguments: Mapping[str, JsonValue], question: str) -> list[dict[str, JsonValue]]:
    """Give other arguments for a search that found nothing: each of the question's longest words alone.

    Many tools look for a text as it stands, and small models give them half the question. Only tools that say they
    only read are called again, and only where one text is all that they need.
    """
    texts = [name for name, value in arguments.items() if isinstance(value, str) and stems(value) & stems(question)]
    if not tool.only_reads or len(texts) != 1 or len(arguments) != 1:
        return []
    words = sorted(query_terms(question), key=len, reverse=True)[:_MOST_OTHER_WORDS]
    return [{texts[0]: word} for word in words if word != str(arguments[texts[0]]).casefold()]


def _nothing(why: str) -> ToolAnswer:
    return ToolAnswer((Step("agent", WHO, "no call", why),))


def _ids(tools: Sequence[Tool]) -> str:
    return ", ".join(tool.id for tool in tools)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


def _choice(
    question: str, tools: Sequence[Tool], model: ChatModel, templates: Templates
) -> tuple[ChatRequest, Sequence[Tool]]:
    words = " ".join(question.split())
    left = room(templates, CHOOSE, {"tools": [], "question": words}, model.context_tokens - _CHOICE_TOKENS)
    shown: list[Tool] = []
    for tool in tools:
        left -= estimated_tokens("".join(_shown(tool).values())) + _REPLY_TOKENS // 20
        if shown and left < 0:
            break
        shown.append(tool)
    prompt = templates.prompt(CHOOSE, {"tools": [_shown(tool) for tool in shown], "question": words})
    return ChatRequest(prompt.id, prompt.messages, choice_schema(shown), _CHOICE_TOKENS), shown


def _shown(tool: Tool) -> dict[str, str]:
    properties, required = tool.form.get("properties", {}), tool.form.get("required", ())
    arguments = ", ".join(f"{name}{'' if name in required else '?'}" for name in properties)
    described = beginning(tool.description, _LONGEST_DESCRIPTION) or "no description"
    return {"id": tool.id, "arguments": arguments or "none", "description": described}


def choice_schema(tools: Sequence[Tool]) -> Mapping[str, JsonValue]:
    """Give the JSON Schema of a choice: one of these tools with arguments of its own form, or none."""
    none: Mapping[str, JsonValue] = _fixed(NONE, {})
    return {
        "type": "object",
        "properties": {"call": {"anyOf": [*(_fixed(tool.id, {"arguments": tool.form}) for tool in tools), none]}},
        "required": ["call"],
        "additionalProperties": False,
    }


def _fixed(tool: str, more: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {
        "type": "object",
        "properties": {"tool": {"type": "string", "enum": [tool]}, **more},
        "required": ["tool", *more],
        "additionalProperties": False,
    }


def _reading(question: str, called: Called, model: ChatModel, templates: Templates) -> ChatRequest:
    values = {"tool": called.tool.id, "result": "", "question": " ".join(question.split())}
    left = room(templates, READ, values, model.context_tokens - _REPLY_TOKENS)
    prompt = templates.prompt(READ, values | {"result": beginning(called.result, left)})
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


def _quoted(quote: str, result: str) -> str:
    """Give a quote on one line where it stands in the result, white space and the escapes of JSON aside; else empty."""
    wanted = "".join(quote.split())
    if not any(sign.isalnum() for sign in wanted):
        return ""
    plain = "".join(result.split())
    found = wanted in plain or wanted.replace('\\"', '"') in plain.replace('\\"', '"')
    return " ".join(quote.split()) if found else ""
