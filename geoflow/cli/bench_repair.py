"""The command `geoflow bench repair`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.options import Budget, ExecutorOption, JsonAnswer
from geoflow.cli.render import one_line, print_json, printable
from geoflow.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoflow.workflow.bench_repair_result import RepairBenchResult, Row, Tried

_EXAMPLES = 5


def bench_repair(
    *,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same defects.")] = 1,
    per_operator: Annotated[int, typer.Option(min=1, max=100, help="Defects an operator, and half of phrasings.")] = 1,
    budget: Budget = "10m",
    executor: ExecutorOption = None,
    as_json: JsonAnswer = False,
) -> None:
    """Tell how many defects of wording improve repairs with the model that answers here, on your own specs.

    Each defect is put into a copy of one document, and improve mends it as it does on a branch. What it keeps is
    compared with the text as you wrote it. After Ctrl-C what was measured so far is shown. Nothing is written.

    Example: geoflow bench repair --budget 5m
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.bench_review import live_files
    from geoflow.cli.calls import Wish, opened_model
    from geoflow.cli.context import find_root_or_fail, load_settings, open_templates
    from geoflow.cli.progress import progress_bar
    from geoflow.workflow.bench_repair import RepairBench
    from geoflow.workflow.bench_repair import bench_repair as run_bench
    from geoflow.workflow.limits import read_limits

    root, limits = find_root_or_fail(), read_limits(budget)
    files, settings = live_files(root), load_settings()
    wish = Wish("Only defects of form are repaired.", executor=executor)
    with opened_model(settings, wish) as (model, calls), progress_bar() as progress:
        templates = open_templates("improve", root) if model else JinjaTemplates()
        off = frozenset(settings.rules.off)
        bench = RepairBench(model, templates, SystemClock(), progress, files, seed, per_operator, off, calls)
        result = run_bench(bench, limits)
    if as_json:
        print_json(result.document())
    else:
        sys.stdout.write(printable(_text(result)))
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))


def _text(result: "RepairBenchResult") -> str:
    lines = [_line(row) for row in result.rows()]
    lines += ["", f"mended by an edit:   {_counts(result.counts(needs_answer=False))}"]
    lines += [f"mended by an answer: {_counts(result.counts(needs_answer=True))}", ""]
    lines.append(f"repaired: {_share(result.repaired())} of those that an edit can mend")
    lines.append(f"  of those that a rule finds: {_share(result.repaired(seen_only=True))}")
    lines.append(f"  of phrasings that nobody looked at: {_share(result.repaired('held-out'))}")
    cost = result.cost
    tokens = cost["prompt_tokens"] + cost["completion_tokens"]
    lines.append(f"cost: {cost['calls']} calls, {tokens:,} tokens, {cost['seconds']:.0f} s")
    if len(result.tried) < result.made:
        lines.append(f"{result.made - len(result.tried)} of {result.made} defects were not tried.")
    lines += [f"note: {one_line(note)}" for note in result.notes]
    for one in result.examples(_EXAMPLES):
        lines += _example(one)
    return "\n".join(lines) + "\n"


def _line(row: "Row") -> str:
    half = ", held out" if row.half == "held-out" else ""
    counts = {str(name): count for name, count in row.counts}
    checks = "; ".join(f"{name} {count}" for name, count in row.checks[:3])
    return f"{row.operator:<4}{row.title + half:<42}{_counts(counts)}  {checks}".rstrip()


def _counts(counts: "Mapping[str, int]") -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "none"


def _share(value: float | None) -> str:
    return "none was made" if value is None else f"{value:.1%}"


def _example(one: "Tried") -> list[str]:
    head = f"{one.outcome}  {one.operator} for {one.code}, {one_line(one.why)}"
    return ["", head, f"    - {one_line(one.bad)}", *([f"    + {one_line(one.new)}"] if one.new else [])]
