"""How the experiment of `bench improve` is shown on a terminal."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoflow.cli.render import one_line, print_json, printable

if TYPE_CHECKING:
    from geoflow.workflow.proof.result import Experiment

_HEADINGS = ("arm", "first", "gain", "repaired", "damaging", "false", "tokens", "tries")
_LEGEND = (
    "first: findings whose first proposal was merged as it stood; gain: since before",
    "round 1; false: findings per 100 untouched requirements; tokens: for each merged edit",
)
_VERDICTS = {True: "met", False: "missed", None: "open"}


def print_experiment(result: "Experiment", page: Path | None, *, as_json: bool) -> None:
    """Print the figures on stdout, as tables or as one JSON document."""
    document = result.document()
    if as_json:
        print_json(document | {"html": str(page) if page else None})
        return
    sys.stdout.write("\n".join(map(printable, _lines(document))) + "\n")
    if page:
        sys.stdout.write(f"page: {one_line(str(page))}\n")


def _lines(document: Mapping[str, Any]) -> list[str]:
    setting, splits = document["setting"], document["splits"]
    seeds = ", ".join(map(str, setting["seeds"]))
    plural = "s" if len(setting["seeds"]) > 1 else ""
    size = f"{setting['rounds']} rounds of {setting['mutants']} defects, seed{plural} {seeds}"
    lines = [f"{size}; answers: {one_line(document['model'])}"]
    lines += (_split(one) for one in splits[:1])
    if document["stopped"]:
        lines.append("stopped before the end: only what was run to the end is shown")
    if document["arms"]:
        lines += [
            "",
            f"sealed specs after round {setting['rounds']}",
            *_columns([_HEADINGS, *map(_row, document["arms"])]),
            *_LEGEND,
        ]
        lines += ["", "first-proposal merge rate by round, %", *_columns(_curves(document["arms"]))]
    lines += ["", *(f"not run: {one['letter']} {one['name']}: {one['why']}" for one in document["not_run"])]
    lines += [""] * bool(document["not_run"])
    for one in document["criteria"]:
        lines += [f"{_VERDICTS[one['met']]:<7}{one['name']}: {one['found']}", f"       wanted: {one['wanted']}"]
    if any(found["run_out"] for arm in document["arms"] for found in arm["rounds"]):
        lines += ["", "note: a run came to the end of its tokens"]
    return lines


def _split(one: Mapping[str, int]) -> str:
    return (
        f"{one['train']} capabilities to train, {one['validation']} to validate, "
        f"{one['sealed']} sealed with {one['sealed_defects']} defects"
    )


def _row(arm: Mapping[str, Any]) -> list[str]:
    first, last = arm["rounds"][0], arm["rounds"][-1]
    gain = None if None in (first["merge_rate"], last["merge_rate"]) else last["merge_rate"] - first["merge_rate"]
    return [
        f"{arm['letter']} {arm['name']}",
        percent(last["merge_rate"]),
        "" if gain is None else f"{100 * gain:+.1f}",
        percent(last["repair_rate"]),
        percent(last["damaging"]),
        number(last["false_per_100"], 1),
        number(last["tokens_per_merged"], 0),
        number(last["tries"], 2),
    ]


def _curves(arms: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    numbers = [str(found["round"]) for found in arms[0]["rounds"]]
    rows = [[f"{arm['letter']} {arm['name']}", *(_short(one["merge_rate"]) for one in arm["rounds"])] for arm in arms]
    return [["arm", *numbers], *rows]


def percent(share: float | None) -> str:
    """Show a share."""
    return "none" if share is None else f"{share:.1%}"


def _short(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.0f}"


def number(value: float | None, places: int) -> str:
    """Show a number."""
    return "none" if value is None else f"{value:,.{places}f}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            f"{cell:>{width}}" if place else f"{cell:<{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
