"""`geoflow show`: one spec or change, as it stands or as JSON."""

import typer


def show(
    item: str = typer.Argument(..., metavar="ITEM", help="A spec or an active change."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document, in the shape of the npm CLI."),
    type_: str = typer.Option("", "--type", metavar="spec|change", help="Say what ITEM is where both exist."),
) -> None:
    """Show a spec, or the proposal of a change; with --json what was read from it.

    Example: geoflow show auth --json
    """
    from geoflow.cli.render import print_json
    from geoflow.cli.root import root_here
    from geoflow.cli.selection import check_type, select
    from geoflow.cli.shown import change_document, print_source, spec_document
    from geoflow.openspec.disk import load
    from geoflow.openspec.validity import open_tree

    check_type(type_)
    root = root_here()
    tree = open_tree(load(root, archive=False))
    found = select(item, type_, tree.found)
    if not as_json:
        print_source(found, tree)
        return
    document = spec_document(found.id, tree) if found.type == "spec" else change_document(found.id, tree)
    print_json({**document, "root": {"path": root, "source": "nearest"}, "schema": "geoflow.show/1"})
