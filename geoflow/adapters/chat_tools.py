"""Tool calling over chat completions: how calls and results are sent, and how calls are read out of a stream."""

from collections.abc import Mapping
from typing import Any

from geoflow.ports import FunctionCall, Message

_MOST_CALLS = 16
_LONGEST_NAME = 200
_LONGEST_ARGUMENTS = 20_000  # characters


def sendable(text: str) -> str:
    """Make text such that it can be sent: half a surrogate pair, from a file or a reply, cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def sent_message(message: Message) -> dict[str, Any]:
    """Give a message as the server wants it."""
    sent: dict[str, Any] = {"role": message.role, "content": sendable(message.content)}
    if message.calls:
        sent["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": sendable(call.arguments)}}
            for call in message.calls
        ]
    if message.role == "tool":
        sent["tool_call_id"] = message.call_id
    return sent


def call_document(call: FunctionCall) -> dict[str, str]:
    """Give a call as JSON, for transcripts and hashes."""
    return {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}


def call_from(document: Mapping[str, Any]) -> FunctionCall:
    """Read what `call_document` wrote."""
    return FunctionCall(str(document["id"]), str(document["name"]), str(document["arguments"]))


class CallPieces:
    """The calls of one answer, as they come piece by piece."""

    def __init__(self) -> None:
        self._parts: dict[int, list[str]] = {}
        self.count = 0

    def add(self, delta: Any) -> None:
        """Add what a piece of the stream holds; AttributeError or TypeError where it has another shape."""
        for piece in delta.tool_calls or ():
            self.count += 1
            if piece.index not in self._parts and len(self._parts) >= _MOST_CALLS:
                continue
            part = self._parts.setdefault(piece.index, ["", "", ""])
            part[0] = part[0] or (piece.id or "")
            if piece.function:
                part[1] = (part[1] + (piece.function.name or ""))[:_LONGEST_NAME]
                part[2] += piece.function.arguments or ""

    @property
    def text(self) -> str:
        """Join the arguments of all calls, to see whether they ever end."""
        return "".join(part[2] for part in self._parts.values())

    def calls(self) -> tuple[FunctionCall, ...]:
        """Give the calls that came whole enough to have a name."""
        return tuple(
            FunctionCall(part[0] or f"call-{index}", part[1], part[2][:_LONGEST_ARGUMENTS])
            for index, part in sorted(self._parts.items())
            if part[1]
        )
