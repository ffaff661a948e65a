"""The command group `geoflow model`: what is there, what can be pulled, what runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.model_use import use
from geoflow.cli.options import JsonAnswer
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import print_json, printable

if TYPE_CHECKING:
    from geoflow.adapters.backends import Overview
    from geoflow.adapters.model_store import PullPlan
    from geoflow.adapters.server_choice import Asked

app = typer.Typer(help="See and get the models that geoflow can work with.", no_args_is_help=True)


@app.command("list", epilog="Example: geoflow model list --json")
def list_models(
    as_json: JsonAnswer = False,
) -> None:
    """List the models here: what the servers offer, what was pulled, what can be, and which one answers."""
    from geoflow.adapters.backends import overview
    from geoflow.cli.context import load_settings

    seen = overview(load_settings().llm)
    if as_json:
        print_json({"schema": "geoflow.model-list/1", **_listed(seen)})
    else:
        sys.stdout.write(printable(_table(seen)))


def _listed(seen: "Overview") -> dict[str, object]:
    servers = [
        {
            "base_url": asked.base_url,
            "backend": asked.found.backend if asked.found else None,
            "answers": asked.found is not None,
            "used": asked.base_url in seen.uses,
            "models": [
                {"name": model.id, "loaded": model.loaded, "context_tokens": model.context_tokens or None}
                for model in (asked.found.models if asked.found else ())
            ],
        }
        for asked in seen.servers
    ]
    embedded = [
        {
            "name": model.name,
            "installed": model in seen.installed,
            "running": model.name in seen.running,
            "size": model.size,
            "licence": model.licence,
        }
        for model in seen.known
    ]
    chosen = seen.answers and {
        "name": seen.answers.name,
        "backend": seen.answers.backend,
        "context_tokens": seen.answers.context_tokens,
    }
    return {"servers": servers, "engine_installed": seen.engine, "embedded": embedded, "answers": chosen}


def _table(seen: "Overview") -> str:
    from geoflow.adapters.extras import install_line

    lines = [line for asked in seen.servers for line in _server_lines(asked, used=asked.base_url in seen.uses)]
    lines.append("embedded" if seen.engine else f"embedded (the engine is not installed: {install_line('local')})")
    for model in seen.known:
        state = "running" if model.name in seen.running else "installed" if model in seen.installed else "not pulled"
        lines.append(f"  {model.name}  {state}  {model.size / 1e6:.0f} MB  {model.licence}  {model.use}")
    chosen = seen.answers and f"{seen.answers.name} ({seen.answers.backend}, {seen.answers.context_tokens} tokens)"
    lines.append(f"answers: {chosen}" if chosen else f"answers: none, {seen.reason}")
    return "\n".join(lines) + "\n"


def _server_lines(asked: "Asked", *, used: bool) -> list[str]:
    if asked.is_hidden:
        return [f"{asked.base_url}  not asked for its models: llm.model is set"]
    if asked.found is None:
        return [f"{asked.base_url}  nobody answers there"]
    lines = [f"{asked.base_url}  {asked.found.backend}{'  used' if used else ''}"]
    for model in asked.found.models:
        state = {True: "loaded", False: "not loaded", None: ""}[model.loaded]
        context = f"{model.context_tokens} tokens of context" if model.context_tokens else ""
        lines.append("  " + "  ".join(part for part in (model.id, state, context) if part))
    return lines


@app.command(epilog="Example: geoflow model stop")
def stop(
    as_json: JsonAnswer = False,
) -> None:
    """End the embedded model's server now; it would end by itself when idle. LM Studio is left alone."""
    from geoflow.adapters.embedded import stop_all
    from geoflow.adapters.folders import embedded_folder

    stopped = stop_all(embedded_folder())
    if as_json:
        print_json({"schema": "geoflow.model-stop/1", "stopped": stopped})
    else:
        print(f"stopped {', '.join(map(printable, stopped))}" if stopped else "no embedded model was running")


@app.command(epilog="Example: geoflow model pull qwen2.5-coder-1.5b")
def pull(
    name: str = typer.Argument("", help="The model; the default one when left out.", show_default=False),
    source: Path | None = typer.Option(
        None, "--from", help="Take it from this GGUF file, or from a folder that holds it.", show_default=False
    ),
    as_json: JsonAnswer = False,
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


app.command(epilog="Example: geoflow model use qwen3-8b")(use)
