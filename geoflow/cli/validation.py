"""What `geoflow validate` does, for Typer and for the short way that answers before Typer is imported."""

import sys
from collections.abc import Callable, Sequence
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
from geoflow.openspec.model import Report


class Request(NamedTuple):
    """What was asked for on the command line."""

    names: tuple[str, ...] = ()
    everything: bool = False
    specs: bool = False
    changes: bool = False
    strict: bool = False
    as_json: bool = False
    type: str = ""
    archived: bool = False
    report: str = ""
    store: str = ""
    staged: bool = False

    @property
    def bulk(self) -> bool:
        """Tell whether all specs or all active changes were asked for."""
        return self.everything or self.specs or self.changes


SWITCHES = ("--all", "--specs", "--changes", "--strict", "--json", "--archived", "--staged", "--no-interactive")


def read_arguments(arguments: Sequence[str]) -> Request | None:
    """Read the arguments behind `validate`; None for anything but names and switches, which Typer then reads."""
    names = tuple(argument for argument in arguments if argument not in SWITCHES)
    if any(not name or name.startswith("-") for name in names) or {"--archived", "--staged"} <= set(arguments):
        return None
    return Request(
        names=names,
        everything="--all" in arguments,
        specs="--specs" in arguments,
        changes="--changes" in arguments,
        strict="--strict" in arguments,
        as_json="--json" in arguments,
        archived="--archived" in arguments,
        staged="--staged" in arguments,
    )


def run(request: Request) -> int:
    """Validate what was asked for, print the answer, and give the exit code."""
    check_type(request.type)
    if request.report:
        check_report(request)
    if not (request.names or request.bulk or request.archived or request.staged):
        raise GeoflowError(
            "Nothing was named to validate.",
            fix="Type `geoflow validate --all`, or name a spec or change.",
            code="nothing-named",
            exit_code=ExitCode.USAGE,
        )
    root = root_here(request.store)
    checked = _archived(root) if request.archived else check_active(root, request)
    scope = _scope(request) if request.report == "findings" else ""
    if request.as_json:
        sys.stdout.write(json_report(checked, root, _types(request, checked), strict=request.strict, scope=scope))
    else:
        sys.stdout.write(text_report(checked, strict=request.strict, findings=bool(scope)))
    passed = all(report.valid(strict=request.strict) for report, _ in checked)
    return int(ExitCode.OK if passed else ExitCode.NO)


def check_report(request: Request) -> None:
    """Refuse a kind of report that there is not, or that does not go with what was asked for."""
    problem = ""
    if request.report not in ("full", "findings"):
        problem = f"{request.report} is no kind of report."
    elif request.names:
        problem = "A report is about all items, so it goes with no name."
    elif request.archived and request.bulk:
        problem = "A report is about archived changes or about what is active, not about both."
    elif not (request.archived or request.bulk or request.staged):
        problem = "A report needs to know what it is about."
    if problem:
        raise GeoflowError(
            problem,
            fix="Write --report full or --report findings, with one of --all, --specs, --changes and --archived.",
            code="bad-report",
            exit_code=ExitCode.USAGE,
        )


def check_active(root: str, request: Request) -> list[Checked]:
    """Judge the specs and active changes that were asked for; GeoflowError `unknown-item`, `ambiguous-item`."""
    if request.staged:
        from geoflow.cli.staged import check_staged

        named = (lambda found: _selected(request, found)) if request.names or request.bulk else None
        return check_staged(root, named, _timed)
    files = open_files(root, archive=False)
    found = layout(files)
    judge = Judge(root, files, found)
    checked = [_timed(item, judge.judge) for item in _selected(request, found)]
    judge.remember(whole=request.everything or (request.specs and request.changes))
    return checked


def _archived(root: str) -> list[Checked]:
    from geoflow.openspec.validity import archived_items, check_archived, open_tree

    tree = open_tree(open_files(root))
    return [_timed(item, lambda one: check_archived(one.id, tree)) for item in archived_items(tree.found)]


def _scope(request: Request) -> str:
    """Name what a report is about, as the npm CLI does."""
    if request.archived:
        return "archived"
    if request.everything or (request.changes and request.specs):
        return "all"
    if not request.bulk:
        return "staged"
    return "changes" if request.changes else "specs"


def _selected(request: Request, found: Layout) -> list[Item]:
    if request.names and not request.bulk:
        return [select(name, request.type, found) for name in request.names]
    specs, changes = request.everything or request.specs, request.everything or request.changes
    return items(found, specs=specs, changes=changes)


def _timed(item: Item, judged: Callable[[Item], Report]) -> Checked:
    begin = perf_counter()
    report = judged(item)
    return Checked(report, round((perf_counter() - begin) * 1000))


def _types(request: Request, checked: list[Checked]) -> list[str]:
    """Name the types that the summary counts, in the npm CLI's order."""
    if request.archived:
        return ["change"]
    named = {report.type for report, _ in checked}
    bulk = request.everything or not request.names
    asked = {"change": request.everything or request.changes, "spec": request.everything or request.specs}
    return [kind for kind in ("change", "spec") if (bulk and asked[kind]) or kind in named]
