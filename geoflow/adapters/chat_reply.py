"""What a model said, made into a value or refused with a reason that a model understands."""

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

from geoflow.ports import JsonValue, Message

_CHARACTERS_PER_TOKEN = 3.6  # English prose and Markdown; code and other scripts need more tokens
REPEATED = 600  # characters at the end of a text that are looked at
_LONGEST_UNIT = 120
_FEWEST_UNITS = 5
_LONGEST_SAVED = 1_000_000  # characters of an unfit reply that are kept
_LOOSE_KEYWORDS = frozenset({"pattern", "format", "maxLength", "minLength"})


class UnfitReplyError(ValueError):
    """The reply is not an object of the form that was asked for; the text says why."""


def fitting_object(text: str, schema: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """Parse a reply and validate it against the request's schema.

    Raises:
        UnfitReplyError: With the first reason.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    value = _parse(text)
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error is not None:
        raise UnfitReplyError(f"{error.json_path}: {error.message}"[:500])
    if not isinstance(value, Mapping):
        raise UnfitReplyError("the reply is not a JSON object")
    return value


def _parse(text: str) -> Any:
    body = text.strip()
    if not body:
        raise UnfitReplyError("the reply is empty")
    if not body.startswith("{") and (inner := re.search(r"\{.*\}", body, re.DOTALL)):
        body = inner[0]  # a fence or a sentence around it, where the server did not force the form
    try:
        value = json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_without_doubles)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise UnfitReplyError("the reply holds half a character (a lone surrogate)") from None
    except (ValueError, RecursionError) as error:
        raise UnfitReplyError(f"the reply is not JSON: {error}") from None
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):  # which of the two is meant, nobody can tell
        raise ValueError("a field stands in it twice")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def repeats_itself(text: str) -> bool:
    """Tell whether a text ends in one short piece said again and again (or in blanks without end)."""
    tail = text[-REPEATED:]
    if len(tail) < REPEATED:
        return False
    for unit in range(1, _LONGEST_UNIT + 1):
        if tail[unit:] == tail[:-unit]:
            return REPEATED // unit >= _FEWEST_UNITS
    return False


def estimated_tokens(messages: Sequence[Message]) -> int:
    """Estimate the tokens of a prompt from its characters; only the server knows."""
    return int(sum(len(message.content) for message in messages) / _CHARACTERS_PER_TOKEN) + 8 * len(messages)


def simpler(schema: JsonValue) -> JsonValue:
    """Take the keywords out of a schema that some engines cannot force; the reply is still validated by the whole."""
    if isinstance(schema, Mapping):
        return {
            name: simpler(value)
            for name, value in schema.items()
            if name not in _LOOSE_KEYWORDS or isinstance(value, Mapping)
        }
    return [simpler(item) for item in schema] if isinstance(schema, list) else schema


def save_reply(folder: Path, prompt: str, reason: str, text: str) -> Path:
    """Keep a reply that could not be used, readable by this user only; its path."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid4().hex[:8]}.txt"
    content = f"prompt: {prompt}\nreason: {reason}\n\n{text[:_LONGEST_SAVED]}\n".encode("utf-8", "backslashreplace")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return path
