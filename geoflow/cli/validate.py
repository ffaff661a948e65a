"""`geoflow validate`: are the specs and changes valid OpenSpec?"""

import typer

from geoflow.cli.completing import complete_item


def validate(
    items: list[str] | None = typer.Argument(
        None, metavar="ITEM", help="Specs and changes to validate.", autocompletion=complete_item
    ),
    *,
    everything: bool = typer.Option(False, "--all", help="Validate every spec and active change."),
    specs: bool = typer.Option(False, "--specs", help="Validate every spec."),
    changes: bool = typer.Option(False, "--changes", help="Validate every active change."),
    strict: bool = typer.Option(False, "--strict", help="A warning makes an item invalid, too."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document, in the shape of the npm CLI."),
    type_: str = typer.Option("", "--type", metavar="spec|change", help="Say what ITEM is where both exist."),
    archived: bool = typer.Option(False, "--archived", help="Check that archived changes have no open task instead."),
    staged: bool = typer.Option(False, "--staged", help="As it is staged; unless named, what has a staged file."),
    report: str = typer.Option("", "--report", metavar="full|findings", help="Show all items, or those with issues."),
    store: str = typer.Option("", "--store", metavar="ID", help="Stores are not supported: says where to go instead."),
    _concurrency: str = typer.Option("", "--concurrency", metavar="N", hidden=True),
    _no_interactive: bool = typer.Option(False, "--no-interactive", hidden=True),
) -> None:
    """Check specs and changes against the rules of OpenSpec; exit 1 where one is invalid.

    --concurrency and --no-interactive are taken from scripts for the npm CLI, and change nothing.

    Example: geoflow validate --all --strict
    """
    from geoflow.cli.validation import Request, run

    if staged and archived:
        raise typer.BadParameter("--staged is about what a commit would hold, --archived about the work tree; take one")
    request = Request(
        names=tuple(items or ()),
        everything=everything,
        specs=specs,
        changes=changes,
        strict=strict,
        as_json=as_json,
        type=type_,
        archived=archived,
        report=report,
        store=store,
        staged=staged,
    )
    raise typer.Exit(run(request))
