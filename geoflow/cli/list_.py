"""`geoflow list`: what specs and changes there are."""

import typer


def list_(
    specs: bool = typer.Option(False, "--specs", help="List the specs."),
    _anyway: bool = typer.Option(False, "--changes", help="List the active changes (what is listed anyway)."),
    order: bool = typer.Option(
        False, "--order", help="Show which changes conflict, and in which order the rest archive."
    ),
    sort: str = typer.Option("recent", "--sort", metavar="recent|name", help="Say what comes first among changes."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document, in the shape of the npm CLI."),
    store: str = typer.Option("", "--store", metavar="ID", help="Stores are not supported: says where to go instead."),
) -> None:
    """List the active changes with their tasks, newest first, or the specs with their requirements.

    Example: geoflow list --specs
    """
    from geoflow.cli.listing import Request, run

    run(Request(specs=specs, order=order, sort=sort, as_json=as_json, store=store))
