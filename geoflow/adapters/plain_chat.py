"""Requests, replies and failures as plain values, to be sent to another machine and read there."""

from collections.abc import Mapping
from typing import Any

from geoflow.adapters.chat_reply import UnfitReplyError, fitting_object
from geoflow.adapters.chat_tools import call_document, call_from
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatReply, ChatRequest, Message, Usage

Plain = dict[str, Any]
"""Texts, numbers, lists and such mappings of them, as JSON has."""


def plain_request(request: ChatRequest) -> Plain:
    """Give all of a request but its deadline and who hears its tokens."""
    return {
        "prompt": request.prompt,
        "messages": [_plain_message(one) for one in request.messages],
        "schema": request.schema,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stable": request.stable,
        "functions": [dict(one) for one in request.functions],
    }


def request_from(plain: Mapping[str, Any], deadline: float | None) -> ChatRequest:
    """Read a request."""
    return ChatRequest(
        prompt=plain["prompt"],
        messages=tuple(_message_from(one) for one in plain["messages"]),
        schema=plain["schema"],
        max_tokens=plain["max_tokens"],
        temperature=plain["temperature"],
        seed=plain["seed"],
        stable=plain["stable"],
        deadline=deadline,
        functions=tuple(plain["functions"]),
    )


def plain_reply(reply: ChatReply) -> Plain:
    """Give all of a reply but the object, which is read from its text again."""
    return {
        "text": reply.text,
        "model": reply.model,
        "usage": [reply.usage.prompt, reply.usage.completion, reply.usage.cached],
        "seconds": reply.seconds,
        "first_token_seconds": reply.first_token_seconds,
        "finish": reply.finish,
        "attempts": reply.attempts,
        "calls": [call_document(one) for one in reply.calls],
    }


def reply_from(plain: Mapping[str, Any], request: ChatRequest) -> ChatReply:
    """Read a reply to a request: what it says is held against the request's schema here, whoever sent it.

    Raises:
        GeoflowError: `model-reply-invalid`.
    """
    try:
        text, (prompt, completion, cached) = str(plain["text"]), plain["usage"]
        first = plain["first_token_seconds"]
        return ChatReply(
            text=text,
            value=None if request.schema is None else fitting_object(text, request.schema),
            model=str(plain["model"]),
            usage=Usage(int(prompt), int(completion), None if cached is None else int(cached)),
            seconds=float(plain["seconds"]),
            first_token_seconds=None if first is None else float(first),
            finish=str(plain["finish"]),
            attempts=int(plain["attempts"]),
            calls=tuple(call_from(one) for one in plain["calls"]),
        )
    except (UnfitReplyError, KeyError, TypeError, ValueError) as error:
        raise GeoflowError(
            f"a worker gave no usable reply: {error}",
            fix="Try again; look at the model server of that worker.",
            code="model-reply-invalid",
        ) from error


def plain_error(error: GeoflowError) -> Plain:
    """Give all of an expected failure."""
    return {"message": error.message, "fix": error.fix, "code": error.code, "exit_code": int(error.exit_code)}


def error_from(plain: Mapping[str, Any], place: str = "") -> GeoflowError:
    """Read an expected failure, and say where it was, if a place is given."""
    message = str(plain["message"])
    return GeoflowError(
        f"{message.rstrip('.')} (on the worker {place})" if place else message,
        fix=str(plain["fix"]),
        code=str(plain["code"]),
        exit_code=ExitCode(plain["exit_code"]),
    )


def _plain_message(message: Message) -> Plain:
    calls = [call_document(one) for one in message.calls]
    return {"role": message.role, "content": message.content, "calls": calls, "call_id": message.call_id}


def _message_from(plain: Mapping[str, Any]) -> Message:
    calls = tuple(call_from(one) for one in plain["calls"])
    return Message(plain["role"], plain["content"], calls, plain["call_id"])
