"""The page of the MCP server: what it tells its clients of itself, asked of the server object."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from geoflow import __version__
from geoflow.adapters.mcp_server import build_server
from geoflow.adapters.mcp_server_tools import Capability
from geoflow.cli.mcp_desk import open_desks
from tests.docs.markdown import code, page, table

_ABOUT = """
What `geoflow mcp` offers to agents, over stdio and HTTP. A client has one of three capabilities: `read`; `contribute`, which is
what it has unless told otherwise; and `improve`, which can start `geoflow improve` as well. Each has what the one before it has.
No capability edits a main spec or merges a branch.
"""


def mcp_page() -> str:
    """Write it."""
    offered = asyncio.run(_offered())
    resources = [(code(uri), text, code(kind)) for uri, text, kind in offered["resources"]]
    prompts = [(code(name), text, "; ".join(arguments)) for name, text, arguments in offered["prompts"]]
    rows = [(code(name), capability, told) for name, (capability, told, _) in offered["tools"].items()]
    return page(
        "MCP",
        _ABOUT,
        "## Tools\n",
        table(("tool", "capability", "does"), rows),
        *(_tool(name, *told) for name, told in offered["tools"].items()),
        "## Resources\n",
        table(("address", "gives", "type"), resources),
        "## Prompts\n",
        table(("prompt", "does", "arguments"), prompts),
    )


async def _offered() -> dict[str, Any]:
    tools: dict[str, tuple[str, str, Any]] = {}
    with TemporaryDirectory() as folder:
        (Path(folder) / "openspec" / "specs").mkdir(parents=True)
        for capability in get_args(Capability):
            server = build_server(open_desks(Path(folder)), capability, __version__)
            for tool in await server.list_tools():
                tools.setdefault(tool.name, (capability, tool.description or "", tool))
        places = [*await server.list_resource_templates(), *await server.list_resources()]
        prompts = await server.list_prompts()
    return {
        "tools": tools,
        "resources": [
            (str(told.get("uri_template") or told.get("uri")), told["description"] or "", told["mime_type"] or "")
            for told in (one.model_dump() for one in places)
        ],
        "prompts": [
            (
                one.name,
                one.description or "",
                [f"{code(each.name)}: {each.description}" for each in one.arguments or []],
            )
            for one in prompts
        ],
    }


def _tool(name: str, capability: str, told: str, tool: Any) -> str:
    needed = tool.input_schema.get("required", [])
    rows = [
        (code(argument), _type(schema), _default(argument, schema, needed))
        for argument, schema in tool.input_schema.get("properties", {}).items()
    ]
    arguments = table(("argument", "type", "default"), rows) if rows else "It takes no argument.\n"
    given = list((tool.output_schema or {}).get("properties", {}))
    result = f"\nGives: {', '.join(map(code, given))}\n" if given else ""
    return f"### {name}\n\n{told} Capability: {capability}.\n\n{arguments}{result}"


def _default(argument: str, schema: dict[str, Any], needed: list[str]) -> str:
    if argument in needed:
        return "needed"
    return code(repr(schema["default"])) if schema.get("default") else "may be left out"


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(code(one) for one in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
