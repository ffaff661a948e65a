"""Which tools a client of geoflow's own MCP server is offered."""

from typing import TYPE_CHECKING, Literal, NamedTuple

from geoflow.adapters.mcp_check_tools import CheckDesk, check_tools
from geoflow.adapters.mcp_cycle_tools import CycleDesk, cycle_tools, writing_cycle_tools
from geoflow.adapters.mcp_prompts import PageDesk
from geoflow.adapters.mcp_question_tools import QuestionDesk, question_tools, writing_question_tools
from geoflow.adapters.mcp_run_tools import RunDesk, run_tools

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

Capability = Literal["read", "contribute", "improve"]


class Desks(NamedTuple):
    """Who does the work of the tools, each a part of them."""

    questions: QuestionDesk
    checks: CheckDesk
    cycle: CycleDesk
    runs: RunDesk
    pages: PageDesk


def make_tools(desks: Desks, capability: Capability) -> "list[Tool]":
    """Make the tools that a client with this capability is offered."""
    may_write = capability != "read"
    tools = [*question_tools(desks.questions, may_write=may_write), *check_tools(desks.checks, desks.runs)]
    tools += [*cycle_tools(desks.cycle), *run_tools(desks.runs, may_improve=capability == "improve")]
    if not may_write:
        return tools
    return [*tools, *writing_question_tools(desks.questions), *writing_cycle_tools(desks.cycle)]
