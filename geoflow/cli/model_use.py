"""The command `geoflow model use`."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.adapters.backends import Overview


def use(
    name: str = typer.Argument(help="The model, as `geoflow model list` names it.", show_default=False),
    project: bool = typer.Option(False, "--project", help="Write openspec/geoflow.yaml, for everyone who clones it."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Check the name and write nothing."),
    as_json: JsonAnswer = False,
) -> None:
    """Choose the model that answers: write it as llm.model into your settings file.

    Everything else in that file stays as it is, comments included.
    """
    from geoflow.adapters.backends import overview
    from geoflow.adapters.folders import user_settings_file
    from geoflow.adapters.settings_edit import set_value
    from geoflow.cli.context import find_root_or_fail, load_settings

    root = find_root_or_fail() if project else None
    file = root / "openspec" / "geoflow.yaml" if root else user_settings_file()
    llm = load_settings().llm
    seen = overview(replace(llm, model=""))  # a server elsewhere is asked for its models only where none is set
    _require_known(name, seen, embedded=not llm.base_url)
    written = not dry_run and set_value(file, "llm.model", name, root / "openspec" if root else None)
    note = _overruled(file)
    if as_json:
        document = {"model": name, "path": str(file), "written": written, "overruled_by": note or None}
        print_json({"schema": "geoflow.model-use/1", **document})
        return
    verb = "would be set" if dry_run else "is set" if written else "was set already"
    print(printable(f"llm.model {verb} to {name} in {file}"))
    if note:
        sys.stderr.write(f"note: {printable(note)} sets llm.model too, and wins.\n")


def _require_known(name: str, seen: "Overview", *, embedded: bool) -> None:
    from geoflow.adapters.server_choice import unknown_model

    found = [asked.found for asked in seen.servers if asked.found]
    installed = [model.name for model in seen.installed] if embedded else []
    if any(server.find(name) for server in found) or name in installed:
        return
    if embedded and name in {model.name for model in seen.known}:
        raise GeoflowError(
            f"the model {name} was not pulled yet",
            fix=f"Type: geoflow model pull {name}",
            code="unknown-model",
            exit_code=ExitCode.USAGE,
        )
    names = [model.id for server in found for model in server.models] + installed
    places = [server.base_url for server in found] + (["this machine"] if embedded else [])
    error = unknown_model(name, names, " or ".join(places) or "any of the servers that were set")
    error.fix = error.fix.replace("Set llm.model to one of", "Choose one of")
    error.exit_code = ExitCode.USAGE
    raise error


def _overruled(file: "Path") -> str:
    """Name the place that sets the model with more weight than this file; empty where none does."""
    from geoflow.cli.context import settings_here

    source = settings_here().sources.get("llm.model", "")
    return source if source not in {"", str(file)} else ""
