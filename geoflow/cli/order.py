"""What `geoflow list --order` shows: conflicts between changes, an order of archiving, and what is left behind it."""

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from geoflow.cli.render import answer_console, print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from geoflow.openspec.conflicts import Conflict
    from geoflow.openspec.ordering import ArchiveOrder, Left

_MOST_SIDES = 8


def refuse_specs(*, asked: bool) -> None:
    """Refuse `--specs` together with `--order`: only changes have an order."""
    if asked:
        raise GeoflowError(
            "Only changes have an order, so --specs and --order exclude each other.",
            fix="geoflow list --order",
            code="specs-have-no-order",
            exit_code=ExitCode.USAGE,
        )


def show_order(root: str, *, as_json: bool) -> None:
    """Find the order for a root and print it: lines that fit the terminal, whole lines into a pipe, or JSON."""
    from geoflow.openspec.disk import load
    from geoflow.openspec.ordering import archive_order

    found = archive_order(dict(load(root, archive=False)))
    if as_json:
        print_json(_document(found))
        return
    console = answer_console()
    if not found.order and not found.left:
        console.print("There are no changes.")
        return
    _show_conflicts(console, found.conflicts)
    _show_sequence(console, found.order)
    _show_left(console, found.left)


def _document(found: "ArchiveOrder") -> dict[str, Any]:
    return {
        "schema": "geoflow.order/1",
        "order": list(found.order),
        "left": [_left(one) for one in found.left],
        "conflicts": [_conflict(one) for one in found.conflicts],
    }


def _left(left: "Left") -> dict[str, Any]:
    refusal = left.refusal
    return {
        "change": left.change,
        "capability": left.capability,
        "requirement": refusal.requirement,
        "line": refusal.line,
        "code": refusal.code,
        "message": refusal.message,
        "fix": refusal.fix,
        "waits_for": list(left.waits_for),
        "stopped_by": list(left.stopped_by),
    }


def _conflict(conflict: "Conflict") -> dict[str, Any]:
    sides = [
        {"change": side.change, "operation": side.operation, "path": side.path, "line": side.line}
        for side in conflict.sides
    ]
    return {
        "capability": conflict.capability,
        "requirement": conflict.requirement,
        "why": conflict.why,
        "first": list(conflict.first),
        "sides": sides,
    }


def _show_conflicts(console: "Console", conflicts: "Sequence[Conflict]") -> None:
    if not conflicts:
        return
    console.print(f"{_counted(len(conflicts), 'requirement')} in conflict", style="bold")
    for conflict in conflicts:
        _say(console, 2, f"{conflict.capability}: {conflict.requirement}")
        sides = [f"{side.change} ({side.operation})" for side in conflict.sides]
        more = [f"{len(sides) - _MOST_SIDES} more"] if len(sides) > _MOST_SIDES else []
        _say(console, 4, ", ".join(sides[:_MOST_SIDES] + more))
        order = f": archive {', '.join(conflict.first)} first" if conflict.first else ""
        _say(console, 4, conflict.why + order, style="dim")
    console.print()


def _show_sequence(console: "Console", order: "Sequence[str]") -> None:
    if not order:
        console.print("No change can be archived as it is.", style="bold")
        return
    console.print("Archive in this order", style="bold")
    width = len(str(len(order)))
    for place, change in enumerate(order, 1):
        _say(console, 2, f"{place:>{width}}  {change}")


def _show_left(console: "Console", left: "Sequence[Left]") -> None:
    if not left:
        return
    console.print()
    console.print(f"{_counted(len(left), 'change')} cannot be archived then", style="bold")
    for one in left:
        _say(console, 2, one.change, style="yellow")
        place = f"{one.capability}: " if one.capability else ""
        _say(console, 4, place + one.refusal.message)
        if one.stopped_by and one.refusal.code != "undoes":
            _say(console, 4, f"the same requirement is touched by {', '.join(one.stopped_by)}, which goes before")
        if one.waits_for:
            _say(console, 4, f"waits for {', '.join(one.waits_for)}")
        elif one.refusal.fix:
            _say(console, 4, f"fix: {one.refusal.fix}", style="dim")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _say(console: "Console", indent: int, text: str, style: str = "") -> None:
    """Print a line; on a terminal it goes on below itself, further in, where it is too long."""
    blank = " " * indent
    line = printable(text.replace("\n", " "))
    lines = [blank + line]
    if console.is_terminal:
        width = max(20, console.width)
        lines = wrap(
            line,
            width,
            initial_indent=blank,
            subsequent_indent=f"{blank}  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    for one in lines:
        console.print(one, style=style, soft_wrap=True)
