"""What `geoflow review` does, for Typer and for the short way that answers what git hooks ask before Typer is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from geoflow.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.cli.workshops import Lookers
    from geoflow.workflow.role_facts import FactDesk

Format = Literal["text", "json", "sarif", "github", "markdown"]
FailOn = Literal["error", "warning", "info", "never"]


class Request(NamedTuple):
    """What was asked for on the command line."""

    targets: tuple[str, ...] = ()
    rules_only: bool = False
    roles: str = "testing"
    seats: tuple[str, ...] = ()
    since: str = ""
    staged: bool = False
    budget: str = "10m"
    replay: "Path | None" = None
    fail_on: FailOn = "error"
    form: Format = "text"
    record: bool | None = None
    ask: bool = False
    fresh: bool = False
    dry_run: bool = False
    executor: str | None = None


_VALUES = ("--since", "--fail-on", "--format")
_QUESTIONS = "openspec/questions"
_SWITCHES = ("--staged", "--json")
_WITH_PATHS = ("sarif", "github")
"""Forms that name files by their paths in the repository."""


def read_arguments(arguments: Sequence[str]) -> Request | None:
    """Read the arguments behind `review --rules-only`; None for what Typer has to read, or has to complain of."""
    if "--rules-only" not in arguments:
        return None
    rest = iter(argument for argument in arguments if argument != "--rules-only")
    given: dict[str, str] = {}
    targets: list[str] = []
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name in _VALUES:
            given[name] = value if equals else next(rest, "")
            if not given[name] or given[name].startswith("-"):
                return None
        elif argument in _SWITCHES:
            given[argument] = argument
        elif not argument or argument.startswith("-"):
            return None
        else:
            targets.append(argument)
    form, fail_on = given.get("--format", "text"), given.get("--fail-on", "error")
    if form not in get_args(Format) or fail_on not in get_args(FailOn) or {"--staged", "--since"} <= given.keys():
        return None
    return Request(
        tuple(targets),
        rules_only=True,
        since=given.get("--since", ""),
        staged="--staged" in given,
        fail_on=fail_on,  # type: ignore[arg-type]
        form="json" if "--json" in given else form,  # type: ignore[arg-type]
    )


def _may_be_answered(request: Request) -> bool:
    """Tell whether there may be objections, or questions about the one item, that others are to be asked about."""
    from pathlib import Path

    from geoflow.cli.root import root_here

    looks = not request.rules_only or request.seats
    return bool(looks or (len(request.targets) == 1 and Path(root_here(), _QUESTIONS).is_dir()))


def _who_looks(request: Request) -> "Lookers":
    from geoflow.cli.workshops import Lookers
    from geoflow.quality.roles import NAMES

    named = tuple(name.strip() for name in request.roles.split(",") if name.strip())
    roles = NAMES if request.roles == "all" else named
    return Lookers(request.rules_only, roles, request.seats, request.replay, request.executor, request.fresh)


def run(request: Request) -> int:
    """Review what was asked for, print the answer, and give the exit code."""
    from geoflow.cli.review_files import files_to_review
    from geoflow.cli.review_record import Recording
    from geoflow.cli.review_seats import open_facts
    from geoflow.cli.review_text import print_review
    from geoflow.cli.workshops import open_review
    from geoflow.workflow.limits import read_limits
    from geoflow.workflow.review import review

    limits = read_limits(request.budget)
    looked = files_to_review(request.since, staged=request.staged, prefixed=request.form in _WITH_PATHS)
    apart = "--staged" if request.staged else "--since" if request.since else ""
    quiet = request.rules_only or request.replay is not None
    recording = Recording(request.record, request.targets, looked, apart=apart, quiet=quiet)

    def facts(somebody: bool) -> "FactDesk":
        return open_facts(may_ask=request.ask or recording.is_on(somebody_looks=somebody), dry=request.dry_run)

    dialogue = facts if _may_be_answered(request) else None
    with open_review(_who_looks(request), dialogue=dialogue, files=looked.files) as reviewer:
        result = review(reviewer, looked.files, request.targets, limits, looked.before)
    state = ""
    if recording.is_on(somebody_looks=bool(reviewer.model or reviewer.seats)):
        result, state = recording.store(result, looked.files, write=not request.dry_run)
    print_review(result, looked, request.form, state)
    if result.stopped:
        return int(ExitCode.INTERRUPTED)
    return int(ExitCode.NO if result.fails(request.fail_on) else ExitCode.OK)
