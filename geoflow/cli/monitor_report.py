"""`geoflow monitor report`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.monitor_pictures import LAST, MOST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_NAME = "report.html"


def report(
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Where the page goes, - for stdout; else the git folder."),
    ] = None,
    last: Annotated[
        int, typer.Option("--last", min=1, max=MOST, help="How many commits of the main line at most.")
    ] = LAST,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE, whatever it is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures; a page is written with --out.")] = False,
) -> None:
    """Write the measures of many commits as one page: charts with their data, for a browser, a mail or paper.

    The page runs no script and loads nothing. It shows what is recorded; geoflow monitor backfill records what is not.

    Example: geoflow monitor report --out specs.html --last 200
    """
    from geoflow.adapters.monitor_page import COMMAND
    from geoflow.adapters.page_file import check_page
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.monitor_pictures import open_ground
    from geoflow.cli.render import print_json
    from geoflow.workflow.monitor_report import report as gather

    _refuse(out, open_it=open_it, as_json=as_json)
    repository, ground = open_ground(find_root_or_fail())
    place = repository.state_folder / _NAME if out is None else Path(out)
    writes = out != "-" and not (as_json and out is None)
    if writes and out is not None:
        check_page(place, COMMAND, force=force)
    found = gather(ground, last)
    if out == "-":
        _print(found)
        return
    if writes:
        _write(place, found, force=force or out is None)
    if as_json:
        print_json({**found, "page": str(place) if writes else None})
    else:
        _say(place, found)
    if open_it:
        typer.launch(place.resolve().as_uri())


def _refuse(out: str | None, *, open_it: bool, as_json: bool) -> None:
    from geoflow.errors import ExitCode, GeoflowError

    other = "--json" if as_json else "--open" if open_it else ""
    if out == "-" and other:
        raise GeoflowError(
            f"With --out - the page goes to stdout, so that {other} has nothing to do.",
            fix=f"Name a file with --out, or leave {other} out.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    if as_json and open_it and out is None:
        raise GeoflowError(
            "With --json no page is written that could be opened.",
            fix="Name a file: --out report.html",
            code="usage",
            exit_code=ExitCode.USAGE,
        )


def _print(found: "Mapping[str, Any]") -> None:
    from geoflow.adapters.monitor_page import monitor_page
    from geoflow.cli.json_text import encodable

    sys.stdout.write(encodable(monitor_page(found)))


def _write(place: Path, found: "Mapping[str, Any]", *, force: bool) -> None:
    from geoflow.adapters.monitor_page import COMMAND, monitor_page
    from geoflow.adapters.page_file import write_page

    place.parent.mkdir(parents=True, exist_ok=True)
    write_page(place, monitor_page(found), COMMAND, force=force)


def _say(place: Path, found: "Mapping[str, Any]") -> None:
    from geoflow.cli.context import say
    from geoflow.cli.render import one_line

    recorded = sum(one["state"] == "recorded" for one in found["commits"])
    print(one_line(str(place)))
    say(f"{recorded} recorded commits of {found['line']} on the main line, {len(found['measures'])} measures.")
    if missing := len(found["commits"]) - recorded:
        say(f"{missing} that changed the specs have no record; make it with: geoflow monitor backfill")
    if not any(one["name"] == "quality.findings" for one in found["measures"]):
        say("quality is worked out when asked for: geoflow monitor backfill --complete")
