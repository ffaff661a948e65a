"""The command group `geoflow model`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.progress import progress_bar
from geoflow.cli.render import print_json, printable

if TYPE_CHECKING:
    from geoflow.adapters.model_store import PullPlan

app = typer.Typer(help="See and get the models that geoflow can work with.", no_args_is_help=True)


@app.command(epilog="Example: geoflow model pull qwen2.5-coder-1.5b")
def pull(
    name: str = typer.Argument("", help="The model; the default one when left out.", show_default=False),
    source: Path | None = typer.Option(
        None, "--from", help="Take it from this GGUF file, or from a folder that holds it.", show_default=False
    ),
    as_json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Get a model for the embedded engine, into your data folder, checked by its SHA-256.

    What stopped halfway goes on there when you type the same command again.
    """
    from geoflow.adapters.model_store import ModelStore

    store = ModelStore()
    plan = store.plan(name, source)
    if not plan.present:
        _say_cost(plan)
        with progress_bar(of_bytes=True) as progress:
            store.pull(plan, progress)
    if as_json:
        document = {"name": plan.model.name, "path": str(plan.target), "size": plan.model.size}
        print_json({"schema": "geoflow.model-pull/1", **document, "pulled": not plan.present})
    else:
        print(f"{plan.model.name} is in {printable(str(plan.target))}")


def _say_cost(plan: "PullPlan") -> None:
    model = plan.model
    sys.stderr.write(
        f"{model.title} (made by {model.upstream.split('/')[0]}, licence {model.licence})\n"
        f"  from  {printable(plan.source.place)}\n"
        f"  to    {printable(str(plan.target))}\n"
        f"  cost  {plan.source.download / 1e6:.0f} MB to download, {model.size / 1e6:.0f} MB of disk\n"
    )
