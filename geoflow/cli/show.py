"""`geoflow show`: one spec or change, as it stands or as JSON."""

import typer

from geoflow.cli.completing import complete_item


def show(
    item: str = typer.Argument(..., metavar="ITEM", help="A spec or an active change.", autocompletion=complete_item),
    *,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document, in the shape of the npm CLI."),
    type_: str = typer.Option("", "--type", metavar="spec|change", help="Say what ITEM is where both exist."),
    requirements: bool = typer.Option(False, "--requirements", help="In a spec's JSON, leave out the scenarios."),
    no_scenarios: bool = typer.Option(False, "--no-scenarios", help="The same."),
    requirement: int = typer.Option(
        0, "--requirement", "-r", metavar="N", min=0, help="In a spec's JSON, show only the Nth."
    ),
    store: str = typer.Option("", "--store", metavar="ID", help="Stores are not supported: says where to go instead."),
    _deltas_only: bool = typer.Option(False, "--deltas-only", "--requirements-only", hidden=True),
    _no_interactive: bool = typer.Option(False, "--no-interactive", hidden=True),
) -> None:
    """Show a spec, or the proposal of a change; with --json what was read from it.

    --deltas-only and --no-interactive are taken from scripts for the npm CLI, and change nothing.

    Example: geoflow show auth --json
    """
    from geoflow.cli.render import print_json
    from geoflow.cli.root import root_here
    from geoflow.cli.selection import check_type, select
    from geoflow.cli.shown import change_document, print_source, spec_document
    from geoflow.errors import ExitCode, GeoflowError
    from geoflow.openspec.disk import open_files
    from geoflow.openspec.validity import open_tree

    check_type(type_)
    if requirements and requirement:
        raise GeoflowError(
            "--requirements and --requirement do not go together.",
            fix="Write --requirement N --no-scenarios for the text of one requirement.",
            code="bad-options",
            exit_code=ExitCode.USAGE,
        )
    root = root_here(store)
    tree = open_tree(open_files(root, archive=False))
    found = select(item, type_, tree.found)
    if not as_json:
        print_source(found, tree)
        if found.type == "change":
            from geoflow.cli.state import tell_state

            tell_state(root, found.id)
        return
    if found.type == "spec":
        scenarios = not (requirements or no_scenarios)
        document = spec_document(found.id, tree, number=requirement, scenarios=scenarios)
    else:
        from geoflow.cli.state import state_of_one

        document = {**change_document(found.id, tree), **state_of_one(root, found.id)}
    print_json({**document, "root": {"path": root, "source": "nearest"}, "schema": "geoflow.show/1"})
