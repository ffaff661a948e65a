"""`geoflow monitor export`."""

from typing import TYPE_CHECKING, Literal

import typer

from geoflow.cli.completing import complete_measure

if TYPE_CHECKING:
    from geoflow.metrics.export import Exported

Form = Literal["json", "jsonl", "csv", "prometheus", "github-action-benchmark", "badge"]
Aim = Literal["up", "down"]


def export(
    form: Form = typer.Option("json", "--format", help="The form; those for other tools hold the newest commit alone."),
    measures: list[str] | None = typer.Option(
        None,
        "--measure",
        help="Only this measure or group; may be given several times. Whole records leave out none.",
        autocompletion=complete_measure,
    ),
    limit: int = typer.Option(200, "--limit", min=1, help="How many commits at most."),
    aim: Aim = typer.Option("up", "--aim", help="github-action-benchmark: measures where more (up) or less is better."),
    as_json: bool = typer.Option(False, "--json", help="The same as --format json."),
) -> None:
    """Print the snapshots of recent commits in a form that other tools read.

    Example: geoflow monitor export --format csv --measure coverage
    """
    import sys

    from geoflow.adapters.unseen import unseen_escaped
    from geoflow.cli.json_text import encodable
    from geoflow.metrics.export import export as write

    what = _what(measures or [], limit, aim)
    text = write("json" if as_json else form, what)
    sys.stdout.write(encodable(unseen_escaped(text)) if form in ("csv", "prometheus") and not as_json else text)


def _what(measures: list[str], limit: int, aim: Aim) -> "Exported":
    from geoflow.cli.context import open_repository
    from geoflow.cli.measure_names import named_measures
    from geoflow.metrics.export import Exported
    from geoflow.workflow.show_snapshots import show_snapshots

    repository = open_repository()
    names = named_measures(measures)
    found = show_snapshots(repository, limit)
    return Exported([(one.snapshot, one.document()["committed_at"]) for one in found], names, aim)
