"""Which tool of an MCP server takes a question, under which argument, and what of its result is the answer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geoflow.adapters.redaction import redacted
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from mcp.types import CallToolResult

LONGEST_ANSWER = 4000
"""Characters; what is longer is cut."""

_LONGEST_SHOWN = 300  # characters of a server's own words in a message
_MOST_SHOWN = 20  # tools named in a message
_TOOLS = ("ask_question", "ask", "answer", "query", "search", "chat")
_ARGUMENTS = ("question", "query", "prompt", "message", "text", "q", "input")
_FIELDS = ("answer", "text", "result")


def pick_tool(agent: str, tools: Sequence[str], wanted: str) -> str:
    """Choose the tool: the one that is wanted, the only one, or the one whose name says that it answers questions.

    Raises:
        GeoflowError: `agent-unknown` with the tools that there are.
    """
    if wanted in tools:
        return wanted
    if not wanted and len(tools) == 1:
        return tools[0]
    for name in _TOOLS:
        if not wanted and name in tools:
            return name
    more = ", ..." if len(tools) > _MOST_SHOWN else ""
    known = shown(", ".join(tools[:_MOST_SHOWN]) + more) or "none"
    reason = f'has no tool "{wanted}"' if wanted else "has no tool that is known to take a question"
    raise GeoflowError(
        f'The agent "{agent}" {reason}; its tools: {known}',
        fix="Name the tool in questions.agents, as SERVER:TOOL.",
        code="agent-unknown",
        exit_code=ExitCode.USAGE,
    )


def question_argument(agent: str, tool: str, schema: Mapping[str, Any]) -> str:
    """Find the argument that takes the question in a tool's input schema.

    Raises:
        GeoflowError: `agent-unsuitable` where there is none, or where the tool needs more than a question.
    """
    properties, required = schema.get("properties"), _list(schema.get("required"))
    texts = [name for name, form in properties.items() if _takes_text(form)] if isinstance(properties, dict) else []
    known = [name for name in _ARGUMENTS if name in texts]
    needed = [name for name in required if name in texts]
    best = [name for name in known if name in required] or known or needed
    more = [name for name in required if name not in best[:1]]
    if best and not more:
        return best[0]
    reason = f"needs {shown(', '.join(map(str, more)))} as well" if best else "takes no text"
    raise GeoflowError(
        f'The agent "{agent}" cannot be asked: its tool {shown(tool)} {reason}',
        fix="Name a tool that takes a question alone in questions.agents, as SERVER:TOOL.",
        code="agent-unsuitable",
        exit_code=ExitCode.USAGE,
    )


def _takes_text(form: Any) -> bool:
    if not isinstance(form, dict):
        return False
    kinds = form.get("type")
    choices = _list(form.get("anyOf")) + _list(form.get("oneOf"))
    return kinds == "string" or "string" in _list(kinds) or any(map(_takes_text, choices))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def answer_text(agent: str, result: "CallToolResult") -> str:
    """Take the answer from a tool's result: its text, else the text in its structured content; cut and stripped.

    Raises:
        GeoflowError: `agent-reply-invalid` for an error, no text, or content of another kind.
    """
    text = "\n".join(block.text.strip()[:LONGEST_ANSWER] for block in result.content if block.type == "text").strip()
    if result.is_error:
        raise invalid_reply(agent, f"answered with an error: {shown(text) or 'without a word'}")
    text = text or _structured_text(result.structured_content)
    if not text:
        others = sorted({block.type for block in result.content} - {"text"})
        raise invalid_reply(
            agent, f"answered with {' and '.join(others)} instead of text" if others else "said nothing"
        )
    return text[:LONGEST_ANSWER].rstrip()


def _structured_text(content: Any) -> str:
    values = [content.get(name) for name in _FIELDS] if isinstance(content, dict) else []
    return next((value.strip() for value in values if isinstance(value, str) and value.strip()), "")


def invalid_reply(agent: str, reason: str) -> GeoflowError:
    """Make the error for an answer that cannot be used."""
    return GeoflowError(
        f'The agent "{agent}" {reason}',
        fix="Try its tool in another MCP client, or take it out of questions.agents.",
        code="agent-reply-invalid",
    )


def shown(text: str, secrets: Sequence[str] = ()) -> str:
    """Make a server's own words fit for a message: one line, not long, without secrets."""
    line = " ".join(redacted(text[: _LONGEST_SHOWN * 4], secrets).split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}..."
