"""The command `geoflow bench ask`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.options import Budget, JsonAnswer
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import one_line, print_json, printable

if TYPE_CHECKING:
    from geoflow.questions.marks import AskFigures
    from geoflow.workflow.bench_ask import AskResult

_ROWS = (
    ("hit by the first quote", "hit_at_1"),
    ("hit by one of three quotes", "hit_at_3"),
    ("exact answer", "exact"),
    ("no answer where nothing says it", "abstained"),
)


def bench_ask(
    items: Annotated[
        int, typer.Option(min=1, max=2000, help="Questions at the most; half as many again are hidden.")
    ] = 120,
    budget: Budget = "5m",
    no_model: Annotated[bool, typer.Option("--no-model", help="Ask the documents alone.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Tell how well `geoflow ask` does on your own specs, without and with the model.

    Questions are made from the specs: what happens under a scenario's condition, and sentences with one number or one
    name left out. For some a scenario is taken away, so that nothing answers them. Nothing is written.

    Example: geoflow bench ask --items 60
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.context import find_root_or_fail, load_settings, open_templates, optional_model
    from geoflow.workflow.bench_ask import AskBench
    from geoflow.workflow.bench_ask import bench_ask as run_bench
    from geoflow.workflow.budget import Meter
    from geoflow.workflow.limits import read_limits

    root, limits = find_root_or_fail(), read_limits(budget)
    model = None if no_model else optional_model("The bench asks the documents alone.", load_settings())
    templates = open_templates("ask", root) if model else JinjaTemplates()
    meter = Meter(SystemClock(), limits)
    with progress_bar() as progress:
        progress.follow(meter.spent)
        documents = WorkTreeDocuments(root)
        bench = AskBench(documents, lambda: SqlitePassages(None), templates, progress, model, meter)
        result = run_bench(bench, items)
    if as_json:
        print_json(result.document())
    else:
        sys.stdout.write(printable(_table(result)))


def _table(result: "AskResult") -> str:
    bare, read = result.without_model, result.with_model
    lines = [f"{bare.answerable} questions that the specs answer, {bare.hidden} that nothing answers", ""]
    headings = ["", "documents alone", *([result.model] if read else [])]
    rows = [headings, *([name, *_cells(bare, read, field)] for name, field in _ROWS)]
    rows.append(
        ["quotes that do not exist", *(f"{one.invented_quotes} of {one.quotes}" for one in (bare, read) if one)]
    )
    widths = [max(len(row[column]) for row in rows) for column in range(len(headings))]
    lines += ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if result.left_out:
        lines += ["", f"{result.left_out} questions that the model was not there for are left out of its column."]
    lines += [f"note: {one_line(note)}" for note in result.notes]
    return "\n".join(lines) + "\n"


def _cells(bare: "AskFigures", read: "AskFigures | None", field: str) -> list[str]:
    values = [getattr(one, field) for one in (bare, read) if one]
    return ["none asked" if value is None else f"{value:.1%}" for value in values]
