"""How a bench of the reviewer is shown on a terminal."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoflow.cli.render import one_line, print_json

if TYPE_CHECKING:
    from geoflow.workflow.bench_review_result import ReviewBenchResult

_MACROS = (
    ("first", "all operators"),
    ("D", "seen in one document"),
    ("X", "seen with a base or others"),
    ("L", "seen by meaning alone"),
    ("phrasings", "phrasings, first half"),
    ("held_out", "phrasings, held out"),
)


def print_bench(result: "ReviewBenchResult", page: Path | None, *, as_json: bool) -> None:
    """Print the figures on stdout, as a table or as one JSON document."""
    document = result.document()
    if as_json:
        print_json(document | {"html": str(page) if page else None})
        return
    sys.stdout.write("\n".join(_lines(document)) + "\n")
    if page:
        sys.stdout.write(f"page: {one_line(str(page))}\n")


def _lines(document: Mapping[str, Any]) -> list[str]:
    rows = document["operators"]
    model = any(row["asked"] for row in rows)
    lines = [f"{document['requirements']} requirements, seed {document['seed']}", ""]
    lines += _columns([_heading(model=model), *_operators(rows, model=model)])
    lines += ["", *_columns(_macros(document["macro"], model=model)), "", *_rest(document)]
    return lines + [f"note: {one_line(note)}" for note in document["notes"]]


def _heading(*, model: bool) -> list[str]:
    return [
        "",
        "recall of what was made wrong",
        "rules",
        "held out",
        *(["with the model", "held out"] if model else []),
    ]


def _operators(rows: Sequence[Mapping[str, Any]], *, model: bool) -> list[list[str]]:
    by_id: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        by_id.setdefault(row["id"], {})[row["half"]] = row
    shown = []
    for name, halves in by_id.items():
        pair = (halves["first"], halves.get("held-out"))
        cells = [_cell(row, "recall", "mutants") for row in pair]
        if model:
            cells += [_cell(row, "recall_with_model", "asked") for row in pair]
        shown.append([name, halves["first"]["title"], *cells])
    return shown


def _cell(row: Mapping[str, Any] | None, share: str, count: str) -> str:
    if row is None:
        return ""
    return "none" if row[share] is None else f"{row[share]:4.0%} of {row[count]}"


def _macros(macro: Mapping[str, Any], *, model: bool) -> list[list[str]]:
    shown = [["macro recall", "rules", *(["with the model"] if model else [])]]
    for name, title in _MACROS:
        values = [macro["rules"][name], *([macro["with_model"][name]] if model else [])]
        shown.append([title, *("none" if value is None else f"{value:.1%}" for value in values)])
    return shown


def _rest(document: Mapping[str, Any]) -> list[str]:
    clean, same, cost = document["unmutated"], document["equivalent"], document["cost"]
    lines = [f"findings per 100 unmutated requirements: {clean['per_100']}"]
    if clean["asked"]:
        lines.append(
            f"objections per 100 unmutated requirements: {clean['objections_per_100']} ({clean['asked']} asked)"
        )
    rate = "none made" if same["rate"] is None else f"{same['rate']:.1%} of {same['mutants']}"
    lines.append(f"alarms where nothing changed: {rate}")
    for row in same["operators"]:
        if row["alarms"]:
            codes = f" ({', '.join(row['codes'])})" if row["codes"] else ""
            lines.append(f"  {row['alarms']} of {row['mutants']} for {row['title']}{codes}")
    stable = document["stability"]
    model = "" if stable["model"] is None else f", of the model {stable['model']:.2f}"
    lines.append(f"alike over three runs: {stable['rules']:.2f}{model}")
    lines.append(f"cost: {cost['rules_seconds']:.1f} s of rules{_model_cost(cost)}")
    return lines


def _model_cost(cost: Mapping[str, Any]) -> str:
    if not cost["calls"]:
        return ""
    tokens = cost["prompt_tokens"] + cost["completion_tokens"]
    return f", {cost['model_seconds']:.1f} s of the model: {cost['calls']} calls, {tokens:,} tokens"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
