"""`geoflow mcp install`: tell a client of MCP how to start the server."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from geoflow.cli.options import JsonDocument
from geoflow.cli.render import one_line, print_json, printable

_NEXT = {
    "lmstudio": "LM Studio starts it when it is next opened; switch it on under Program > Install.",
    "claude-code": "Next: start Claude Code in this folder, allow the server, and see it with /mcp.",
    "cursor": "Next: open this folder in Cursor and switch the server on under Settings > MCP.",
    "vscode": 'Next: open this folder in VS Code and press "Start" above the entry in .vscode/mcp.json.',
}


def install(
    *,
    client: Annotated[
        Literal["lmstudio", "claude-code", "cursor", "vscode"], typer.Option(help="Who shall start the server.")
    ],
    capability: Annotated[
        Literal["read", "contribute", "improve"], typer.Option(help="What agents may do there.")
    ] = "contribute",
    name: Annotated[str, typer.Option(help="Name of the entry; geoflow, for LM Studio geoflow-FOLDER.")] = "",
    link: Annotated[bool, typer.Option("--link", help='Print the "Add to LM Studio" link, and write nothing.')] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the file and the entry, and write nothing.")] = False,
    as_json: JsonDocument = False,
) -> None:
    """Write geoflow's entry into the file where a client keeps its MCP servers, beside what stands there.

    Claude Code, Cursor and VS Code keep it in the project, LM Studio in your home folder.

    Example: geoflow mcp install --client claude-code --dry-run
    """
    from geoflow.adapters.client_config import default_name, entry_for, link_for, place_of
    from geoflow.adapters.client_config import install as install_entry
    from geoflow.cli.context import find_root_or_fail, say

    root = find_root_or_fail().resolve()
    place, key = place_of(client, root), name.strip() or default_name(client, root)
    entry = entry_for(client, root, capability)
    if link and client != "lmstudio":
        raise typer.BadParameter("only LM Studio has such a link", param_hint="--link")
    is_new = not link and install_entry(place, key, entry, write=not dry_run)
    if as_json:
        found = {"client": client, "path": str(place.file), "name": key, "entry": entry}
        document = {"schema": "geoflow.mcp-install/1", **found, "written": is_new and not dry_run}
        print_json({**document, "link": link_for(key, entry)} if client == "lmstudio" else document)
    elif link:
        print(link_for(key, entry))
    else:
        _show(place.file, place.key, {key: entry}, said=_said(is_new=is_new, dry_run=dry_run))
        if is_new and not dry_run:
            print(_NEXT[client])
        if client != "lmstudio" and Path(entry["command"]).is_absolute():
            say("`geoflow` is not on your PATH, so the entry names it by a path that others do not have.")


def _said(*, is_new: bool, dry_run: bool) -> str:
    if not is_new:
        return "has this already:"
    return "would get, beside what stands there:" if dry_run else "has got, beside what stands there:"


def _show(file: Path, key: str, members: dict[str, object], said: str) -> None:
    import json

    print(one_line(f"{file} {said}"))
    print(printable(json.dumps({key: members}, indent=2, ensure_ascii=False)))
