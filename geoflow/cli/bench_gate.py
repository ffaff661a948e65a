"""The command `geoflow bench gate`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.options import Budget, JsonAnswer
from geoflow.cli.render import one_line, print_json, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.workflow.bench_gate_result import GateBenchResult, Judged, Row
    from geoflow.workflow.bench_veto import VetoResult
    from geoflow.workflow.meaning_veto import MeaningVeto

_EXAMPLES = 5
_VETOES = 40
"""Edits of each kind that the model is asked about, twice each."""


def bench_gate(
    *,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same edits.")] = 1,
    per_operator: Annotated[int, typer.Option(min=1, max=500, help="Edits an operator, and half of phrasings.")] = 20,
    veto: Annotated[
        bool, typer.Option("--veto", help="Ask the model about a part of them, as improve.veto would let it.")
    ] = False,
    budget: Budget = "10m",
    as_json: JsonAnswer = False,
) -> None:
    """Tell how many damaging edits the gate of improve refuses, and how many good ones it takes, on your own specs.

    A damaging edit mends a word and brings a defect in; a good one takes out a defect that was put in before. Both are
    made in memory, and no model is asked, unless --veto wants to know whether its veto is better than chance.

    Example: geoflow bench gate
    """
    from geoflow.cli.bench_review import live_files
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.progress import progress_bar
    from geoflow.workflow.bench_gate import GateBench
    from geoflow.workflow.bench_veto import bench_veto

    files = live_files(find_root_or_fail())
    reader = _open_veto(budget) if veto else None
    with progress_bar() as progress:
        bench = GateBench(files, seed, per_operator, progress)
        result = bench.run()
        second = bench_veto(list(bench.cases()), reader, progress, seed, _VETOES) if reader else None
    if as_json:
        print_json(result.document() | ({"veto": second.document()} if second else {}))
    else:
        sys.stdout.write(printable(_text(result) + (_table(second) if second else "")))


def _open_veto(budget: str) -> "MeaningVeto":
    from geoflow.adapters.clock import SystemClock
    from geoflow.cli.context import find_root_or_fail, open_model, open_templates
    from geoflow.workflow.budget import Meter
    from geoflow.workflow.limits import read_limits
    from geoflow.workflow.meaning_veto import MeaningVeto

    limits = read_limits(budget)
    return MeaningVeto(open_model(), open_templates("improve", find_root_or_fail()), Meter(SystemClock(), limits))


def _table(result: "VetoResult") -> str:
    lines = ["", "the veto"]
    for what, damages in (("damaging edits vetoed", True), ("repairs vetoed", False)):
        vetoed, asked = result.counts(damages=damages)
        lines.append(f"  {what}: {vetoed} of {asked}")
    return "\n".join([*lines, *([f"note: {one_line(result.note)}"] if result.note else [])]) + "\n"


def _text(result: "GateBenchResult") -> str:
    lines = ["damaging edits refused", *_rows(result.rows(damages=True))]
    lines += ["", "repairs accepted", *_rows(result.rows(damages=False)), ""]
    for what, damages in (("damaging edits refused", True), ("repairs accepted", False)):
        lines.append(f"{what}: {_share(result.share(damages=damages))}")
        lines.append(f"  of phrasings that nobody looked at: {_share(result.share(damages=damages, half='held-out'))}")
    lines += _examples(result.wrong())
    return "\n".join(lines) + "\n"


def _rows(rows: "Sequence[Row]") -> list[str]:
    return [_line(row) for row in rows]


def _line(row: "Row") -> str:
    half = ", held out" if row.half == "held-out" else ""
    checks = ", ".join(f"{name} {count}" for name, count in row.checks[:3])
    return f"{row.operator:<4}{row.title + half:<42}{row.share:>5.0%} of {row.edits:<4} {checks}".rstrip()


def _share(value: float | None) -> str:
    return "none was made" if value is None else f"{value:.1%}"


def _examples(wrong: "Sequence[Judged]") -> list[str]:
    if not wrong:
        return []
    lines = ["", f"decided wrong: {len(wrong)}, such as"]
    for one in wrong[:_EXAMPLES]:
        said = "kept" if one.damages else f"refused by {one.refused_by}: {one.reason}"
        lines += [f"  {one.operator} for {one.code}, {one_line(said)}"]
        lines += [f"    - {_flat(one.old)}", f"    + {_flat(one.new)}"]
    return lines


def _flat(text: str) -> str:
    return one_line(" ".join(text.split()))
