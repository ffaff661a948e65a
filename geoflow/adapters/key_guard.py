"""A key is sent to a server and never taken back from it: a server that says it says `[secret]`."""

from typing import Any

from geoflow.adapters.chat_stream import Answer

HIDDEN = "[secret]"
_SHORTEST = 6  # characters; a shorter token would blank out words


def without_key(value: Any, key: str) -> Any:
    """Take a key out of JSON values, names of fields included."""
    if len(key) < _SHORTEST:
        return value
    if isinstance(value, str):
        return value.replace(key, HIDDEN)
    if isinstance(value, list):
        return [without_key(item, key) for item in value]
    if isinstance(value, dict):
        return {without_key(name, key): without_key(item, key) for name, item in value.items()}
    return value


def hide_key(answer: Answer, key: str) -> None:
    """Take a key out of what a server has said, also where it came in several pieces."""
    if len(key) < _SHORTEST or not (key in answer.text or key in answer.reasoning or key in answer.model):
        return
    answer.pieces = [without_key(answer.text, key)]
    answer.thoughts = [without_key(answer.reasoning, key)]
    answer.model = without_key(answer.model, key)
