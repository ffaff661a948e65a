"""One choice in a forced form, for models that were not trained to call tools: which tool, and with what."""

from collections.abc import Mapping, Sequence

from geoflow.ports import ChatModel, ChatRequest, JsonValue, Templates
from geoflow.quality.prompt_size import beginning, estimated_tokens
from geoflow.questions.question import Step
from geoflow.questions.terms import query_terms, stems
from geoflow.questions.tool import Tool
from geoflow.workflow.prompt_room import room
from geoflow.workflow.tool_calls import Caller, Looked, ids, no_call

PROMPT = "ask-tool"
_NONE = "none"
_REPLY_TOKENS = 300
_AROUND_TOOL = 16  # tokens of its heading and its fence
_LONGEST_DESCRIPTION = 80  # tokens
_MOST_OTHER_WORDS = 3


def choose(question: str, tools: Sequence[Tool], model: ChatModel, templates: Templates, caller: Caller) -> Looked:
    """Have one tool chosen and call it; GeoflowError where the model does not answer in the form."""
    request, shown = _request(question, tools, model, templates)
    chosen = (model.complete(request).value or {})["call"]
    tool = next((one for one in shown if one.id == chosen["tool"]), None)
    if tool is None:
        return Looked((no_call(f"the model sees none that fits among {ids(shown)}"),))
    called, steps = caller.call(tool, chosen["arguments"]), list[Step]()
    for arguments in _other_words(tool, chosen["arguments"], question):
        if isinstance(called, Step) or stems(called.result) & stems(question):
            break
        steps.append(called.without_use("its result has no word of the question"))
        called = caller.call(tool, arguments)
    return Looked((*steps, called)) if isinstance(called, Step) else Looked(tuple(steps), (called,))


def _other_words(tool: Tool, arguments: Mapping[str, JsonValue], question: str) -> list[dict[str, JsonValue]]:
    """Give other arguments for a search that found nothing: each of the question's longest words alone.

    Many tools look for a text as it stands, and small models give them half the question. Only tools that say they
    only read are called again, and only where one text is all that they need.
    """
    texts = [name for name, value in arguments.items() if isinstance(value, str) and stems(value) & stems(question)]
    if not tool.only_reads or len(texts) != 1 or len(arguments) != 1:
        return []
    words = sorted(query_terms(question), key=len, reverse=True)[:_MOST_OTHER_WORDS]
    return [{texts[0]: word} for word in words if word != str(arguments[texts[0]]).casefold()]


def _request(
    question: str, tools: Sequence[Tool], model: ChatModel, templates: Templates
) -> tuple[ChatRequest, Sequence[Tool]]:
    words = " ".join(question.split())
    left = room(templates, PROMPT, {"tools": [], "question": words}, model.context_tokens - _REPLY_TOKENS)
    shown: list[Tool] = []
    for tool in tools:
        left -= estimated_tokens("".join(_shown(tool).values())) + _AROUND_TOOL
        if shown and left < 0:
            break
        shown.append(tool)
    prompt = templates.prompt(PROMPT, {"tools": [_shown(tool) for tool in shown], "question": words})
    return ChatRequest(prompt.id, prompt.messages, choice_schema(shown), _REPLY_TOKENS), shown


def _shown(tool: Tool) -> dict[str, str]:
    properties, required = tool.form.get("properties", {}), tool.form.get("required", ())
    arguments = ", ".join(f"{name}{'' if name in required else '?'}" for name in properties)
    described = beginning(tool.description, _LONGEST_DESCRIPTION) or "no description"
    return {"id": tool.id, "arguments": beginning(arguments, _LONGEST_DESCRIPTION) or "none", "description": described}


def choice_schema(tools: Sequence[Tool]) -> Mapping[str, JsonValue]:
    """Give the JSON Schema of a choice: one of these tools with arguments of its own form, or none."""
    calls = [*(_fixed(tool.id, {"arguments": tool.form}) for tool in tools), _fixed(_NONE, {})]
    return {
        "type": "object",
        "properties": {"call": {"anyOf": calls}},
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
