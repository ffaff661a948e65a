"""What `geoflow validate` does, for Typer and for the short way that answers before Typer is imported."""

import sys
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

from geoflow.cli.judge import Judge
from geoflow.cli.root import root_here
from geoflow.cli.selection import check_type, select
from geoflow.cli.validation_report import Checked, json_report, text_report
from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.disk import open_files
from geoflow.openspec.items import Item, items
from geoflow.openspec.layout import Layout, layout


class Request(NamedTuple):
    """What was asked for on the command line."""

    names: tuple[str, ...] = ()
    everything: bool = False
    specs: bool = False
    changes: bool = False
    strict: bool = False
    as_json: bool = False
    type: str = ""


_SWITCHES = ("--all", "--specs", "--changes", "--strict", "--json")


def read_arguments(arguments: Sequence[str]) -> Request | None:
    """Read the arguments behind `validate`; None for anything but names and switches, which Typer then reads."""
    names = tuple(argument for argument in arguments if argument not in _SWITCHES)
    if any(not name or name.startswith("-") for name in names):
        return None
    return Request(
        names=names,
        everything="--all" in arguments,
        specs="--specs" in arguments,
        changes="--changes" in arguments,
        strict="--strict" in arguments,
        as_json="--json" in arguments,
    )


def run(request: Request) -> int:
    """Validate what was asked for, print the answer, and give the exit code."""
    check_type(request.type)
    if not (request.names or request.everything or request.specs or request.changes):
        raise GeoflowError(
            "Nothing was named to validate.",
            fix="Type `geoflow validate --all`, or name a spec or change.",
            code="nothing-named",
            exit_code=ExitCode.USAGE,
        )
    root = root_here()
    files = open_files(root, archive=False)
    found = layout(files)
    judge = Judge(root, files, found)
    checked = [_timed(item, judge) for item in _selected(request, found)]
    judge.remember(whole=request.everything or (request.specs and request.changes))
    if request.as_json:
        sys.stdout.write(json_report(checked, root, _types(request, checked), strict=request.strict))
    else:
        sys.stdout.write(text_report(checked, strict=request.strict))
    passed = all(report.valid(strict=request.strict) for report, _ in checked)
    return int(ExitCode.OK if passed else ExitCode.NO)


def _selected(request: Request, found: Layout) -> list[Item]:
    if request.names and not (request.everything or request.specs or request.changes):
        return [select(name, request.type, found) for name in request.names]
    specs, changes = request.everything or request.specs, request.everything or request.changes
    return items(found, specs=specs, changes=changes)


def _timed(item: Item, judge: Judge) -> Checked:
    begin = perf_counter()
    report = judge.judge(item)
    return Checked(report, round((perf_counter() - begin) * 1000))


def _types(request: Request, checked: list[Checked]) -> list[str]:
    """Name the types that the summary counts, in the npm CLI's order."""
    named = {report.type for report, _ in checked}
    bulk = request.everything or not request.names
    asked = {"change": request.everything or request.changes, "spec": request.everything or request.specs}
    return [kind for kind in ("change", "spec") if (bulk and asked[kind]) or kind in named]
