"""`geoflow hooks`: geoflow in the hooks of a git repository."""

from typing import Annotated

import typer

from geoflow.cli.hooks_parts import checked_names, document, install_hooks, install_line, status_line, writing
from geoflow.cli.options import JsonDocument
from geoflow.cli.render import one_line, print_json

app = typer.Typer(no_args_is_help=True, help="Put geoflow into the git hooks of this repository, and take it out.")
SCHEMA = "geoflow.hooks/1"
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="HOOK", help="pre-commit, post-commit, post-merge, post-rewrite, pre-push; or all."),
]


@app.command()
def install(
    names: Names = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    as_json: JsonDocument = False,
) -> None:
    """Validate what is staged before each commit, record its measures, and check thresholds before a push.

    A hook that is there is kept: it is called first, and its answer counts. Typed again it brings hooks up to date.

    Example: geoflow hooks install --dry-run
    """
    from geoflow.adapters.hook_files import look
    from geoflow.cli.context import find_root_or_fail

    place, before = install_hooks(find_root_or_fail(), names, write=not dry_run)
    if as_json:
        found = [look(place.folder, one.name, place.prefix) for one in before]
        print_json({"schema": SCHEMA, **document(place, found), "written": not dry_run})
        return
    print(one_line(f"In {place.folder}:"))
    for one in before:
        print(install_line(one, dry_run=dry_run))


@app.command()
def status(
    as_json: JsonDocument = False,
) -> None:
    """Show which hooks are geoflow's, which are older, and which hook each of them calls first.

    Example: geoflow hooks status
    """
    from geoflow.adapters.git_hooks import find_hooks
    from geoflow.adapters.hook_files import look
    from geoflow.adapters.hook_text import HOOKS
    from geoflow.cli.context import find_root_or_fail, say

    place = find_hooks(find_root_or_fail())
    found = [look(place.folder, name, place.prefix) for name in HOOKS]
    if as_json:
        print_json({"schema": SCHEMA, **document(place, found)})
        return
    for one in found:
        print(status_line(one))
    if place.elsewhere:
        say(one_line(f"none of them is run: core.hooksPath ({place.elsewhere.scope}) is {place.elsewhere.value}"))


@app.command()
def uninstall(
    names: Names = None,
    as_json: JsonDocument = False,
) -> None:
    """Take geoflow's hooks away, and put back what was there before, byte for byte.

    Example: geoflow hooks uninstall
    """
    from geoflow.adapters.git_hooks import find_hooks
    from geoflow.adapters.hook_files import look, take_away
    from geoflow.cli.context import find_root_or_fail

    wanted = checked_names(names)
    place = find_hooks(find_root_or_fail())
    with writing(place.folder):
        removed = [name for name in wanted if take_away(place.folder, name)]
    found = [look(place.folder, name, place.prefix) for name in wanted]
    if as_json:
        print_json({"schema": SCHEMA, **document(place, found), "removed": removed})
        return
    for one in found:
        back = "; what was there before is back" if one.state == "other" else ""
        print(f"{one.name:<13} {f'taken away{back}' if one.name in removed else status_line(one)[14:]}")
