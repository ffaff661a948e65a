"""The command `geoflow init`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import one_line, print_json

if TYPE_CHECKING:
    from collections.abc import Collection

Client = Literal["lmstudio", "claude-code", "cursor", "vscode"]


def init(
    path: Annotated[
        Path | None, typer.Argument(help="The folder that shall hold openspec/; this one unless told.")
    ] = None,
    mcp: Annotated[Client | None, typer.Option(help="Tell this client of MCP how to start geoflow's server.")] = None,
    hooks: Annotated[bool, typer.Option("--hooks", help="Install git hooks as `geoflow hooks install` does.")] = False,
    ci: Annotated[bool, typer.Option("--ci", help="Write a workflow for GitHub with the action that it uses.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Name what would be written, and write nothing.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Begin with OpenSpec: make openspec/ and a settings file in which every setting is a comment.

    Where a tree is there already it is adopted: nothing in it changes, only what geoflow needs is added.

    Example: geoflow init
    """
    from geoflow.adapters.ci_files import WORKFLOW, own_source
    from geoflow.adapters.new_tree import missing_files, write_missing
    from geoflow.cli.context import say

    root = _root(path)
    files = missing_files(root)
    # What cannot be written stops it before anything is.
    client = _tell(mcp, root, write=False) if mcp else None
    hooked = _hooks(root, write=False) if hooks else []
    workflow = _workflow(root, write=False) if ci else []
    if not dry_run:
        write_missing(root, files)
        client = _tell(mcp, root, write=True) if mcp else None
        hooked = _hooks(root, write=True) if hooks else []
        workflow = _workflow(root, write=True) if ci else []
    next_command = _next(root)
    if as_json:
        document = {"root": str(root), "files": list(files), "written": not dry_run, "mcp": client}
        more = {"hooks": hooked, "ci": workflow}
        print_json({"schema": "geoflow.init/1", **document, **more, "next": next_command})
        return
    _show(root, [*files, *hooked, *workflow], dry_run=dry_run)
    if any(file.endswith(WORKFLOW) for file in workflow) and not own_source():
        say(f"Say in {WORKFLOW} what pip shall install: GEOFLOW_SOURCE.")
    if client:
        print(
            one_line(f"  {client['path']} ({client['client']})" if client["is_new"] else f"{mcp} has geoflow already.")
        )
    print(one_line(f"Next: {next_command}"))


def _root(path: Path | None) -> Path:
    """Give the named folder; else the one above that has a tree, else this one."""
    from geoflow.openspec.disk import find_root

    if path is not None:
        return path.absolute()
    found = find_root(str(Path.cwd()))
    return Path(found) if found else Path.cwd()


def _show(root: Path, files: "Collection[str]", *, dry_run: bool) -> None:
    if not files:
        print(one_line(f"Everything is there: {root / 'openspec'}"))
        return
    print(one_line(f"{'Would write' if dry_run else 'Wrote'} in {root}:"))
    for file in files:
        print(one_line(f"  {file}"))


def _tell(client: Client, root: Path, *, write: bool) -> dict[str, Any]:
    from geoflow.adapters.client_config import default_name, entry_for, install, place_of

    root = root.resolve()
    place = place_of(client, root)
    is_new = install(place, default_name(client, root), entry_for(client, root, "contribute"), write=write)
    return {"client": client, "path": str(place.file), "is_new": is_new}


def _hooks(root: Path, *, write: bool) -> list[str]:
    """Install hooks; the files of those that were not there as they now are."""
    from geoflow.cli.hooks_parts import install_hooks

    place, before = install_hooks(root, write=write)
    return [str(place.folder / one.name) for one in before if one.state != "installed"]


def _workflow(root: Path, *, write: bool) -> list[str]:
    """Write what is missing of the workflow and its action; the files."""
    from geoflow.adapters.ci_files import missing_ci
    from geoflow.adapters.new_tree import write_new
    from geoflow.errors import GeoflowError

    top, files = missing_ci(root)
    try:
        for path, text in files.items() if write else ():
            write_new(top / path, text)
    except OSError as error:
        raise GeoflowError(
            f"{top / '.github'} cannot be written: {error.strerror or error}.",
            fix="Make it writable and try again; what is there stays.",
            code="not-writable",
        ) from error
    return [str(top / path) for path in files]


def _next(root: Path) -> str:
    """Name the command that helps on; what geoflow writes it writes on a commit."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return "git init"
    has_specs = next((root / "openspec" / "specs").rglob("spec.md"), None)
    return "geoflow review --rules-only" if has_specs else 'geoflow propose "WHAT SHALL CHANGE"'
