"""Calls of tools, each told as a step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import GeoflowError
from geoflow.ports import Clock, JsonValue, ToolBox
from geoflow.questions.question import Step
from geoflow.questions.tool import Tool

WHO = "tools"
"""Who is asked where no tool was called yet."""
_LONGEST_SHOWN = 160  # characters of arguments and results in a step


@dataclass(frozen=True, slots=True)
class Called:
    """A call that gave something: its result as text, and the step that tells of it."""

    tool: Tool
    result: str
    step: Step

    def without_use(self, why: str) -> Step:
        """Give the step with the reason why the result was not enough."""
        return replace(self.step, why=why)


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking something up led to: the steps on the way, and the calls whose results may hold the answer."""

    steps: tuple[Step, ...]
    found: tuple[Called, ...] = ()


def no_call(why: str) -> Step:
    """Make the step that no tool was called."""
    return Step("agent", WHO, "no call", why)


class Caller:
    """Calls tools of a box and tells how long that took."""

    def __init__(self, box: ToolBox, clock: Clock) -> None:
        self._box, self._clock = box, clock

    def call(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> Called | Step:
        """Call a tool; the step that tells of it, with its result where it gave one."""
        started = self._clock.seconds()
        asked = shortened(json.dumps(arguments, ensure_ascii=False, sort_keys=True))
        try:
            result = self._box.call(tool, arguments)
        except GeoflowError as error:
            return Step("agent", tool.id, f"called with {asked}: no result", error.message)
        seconds = self._clock.seconds() - started
        return Called(
            tool, result, Step("agent", tool.id, f"called with {asked}, {seconds:.1f} s: {shortened(result)}")
        )


def shortened(text: str) -> str:
    """Put a text on one line that is not long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


def ids(tools: Sequence[Tool]) -> str:
    """Name tools."""
    return ", ".join(tool.id for tool in tools)
