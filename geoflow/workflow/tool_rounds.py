"""A few rounds of tool calling with a model that was trained for it: it calls, reads, and calls again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from geoflow.ports import ChatModel, ChatRequest, FunctionCall, JsonValue, Message, Templates
from geoflow.quality.prompt_size import beginning, estimated_tokens, message_tokens
from geoflow.questions.question import Step
from geoflow.questions.tool import Tool
from geoflow.workflow.tool_calls import Called, Caller, Looked, no_call

PROMPT = "ask-search"
RESULT = "ask-result"
MOST_ROUNDS = 3
_MOST_CALLS = 3  # in one round
_REPLY_TOKENS = 500
_RESULT_TOKENS = 1_200


def look_up(question: str, tools: Sequence[Tool], model: ChatModel, templates: Templates, caller: Caller) -> Looked:
    """Let the model call tools until it has enough, at most a few rounds; GeoflowError where it does not answer.

    Once it has read a result only tools that say they only read are offered: a result that gives orders must not get
    anything changed.
    """
    prompt = templates.prompt(PROMPT, {"question": " ".join(question.split())})
    messages, steps, found = list(prompt.messages), list[Step](), list[Called]()
    offered = {_name(index, tool): tool for index, tool in enumerate(tools)}
    for _ in range(MOST_ROUNDS):
        request = ChatRequest(prompt.id, tuple(messages), max_tokens=_REPLY_TOKENS, functions=_functions(offered))
        if not offered or not _fits(request, model):
            break
        reply = model.complete(request)
        calls = reply.calls[:_MOST_CALLS]
        if not calls:
            break
        messages.append(Message("assistant", reply.text, calls))
        for call in calls:
            came = _carried_out(call, offered, caller)
            found += [came] if isinstance(came, Called) else []
            steps += [came] if isinstance(came, Step) else []
            messages.append(Message("tool", _told(came, question, templates), call_id=call.id))
        offered = {name: tool for name, tool in offered.items() if tool.only_reads}
    return Looked(tuple(steps) if found or steps else (no_call("the model calls none"),), tuple(found))


def _carried_out(call: FunctionCall, offered: Mapping[str, Tool], caller: Caller) -> Called | Step:
    tool, arguments = offered.get(call.name), _object(call.arguments)
    if tool is None:
        return no_call(f'the model calls "{call.name[:80]}", which it was not offered')
    if arguments is None:
        return Step("agent", tool.id, "no call", "the model's arguments are no JSON object")
    return caller.call(tool, arguments)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "{}")
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _told(came: Called | Step, question: str, templates: Templates) -> str:
    """Say what came, fenced as in the prompt that has it read."""
    tool = came.tool.id if isinstance(came, Called) else came.who
    text = came.result if isinstance(came, Called) else came.why
    values = {"tool": tool, "result": beginning(text, _RESULT_TOKENS), "question": " ".join(question.split())}
    return templates.prompt(RESULT, values).messages[-1].content


def _functions(offered: Mapping[str, Tool]) -> tuple[Mapping[str, JsonValue], ...]:
    return tuple(
        {"name": name, "description": f"{tool.id}: {tool.description}", "parameters": tool.form}
        for name, tool in offered.items()
    )


def _name(index: int, tool: Tool) -> str:
    # What servers take as the name of a function is narrower than the names of tools.
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign == "_") else "_" for sign in tool.name)
    return f"t{index}_{plain}"[:64]


def _fits(request: ChatRequest, model: ChatModel) -> bool:
    prompt = sum(
        message_tokens(message.content) + sum(estimated_tokens(call.arguments) for call in message.calls)
        for message in request.messages
    )
    functions = estimated_tokens(json.dumps([dict(one) for one in request.functions]))
    return prompt + functions + request.max_tokens <= model.context_tokens
