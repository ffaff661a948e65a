"""The command group `geoflow bench`: what the parts that geoflow relies on can do here."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.bench_ask import bench_ask
from geoflow.cli.bench_gate import bench_gate
from geoflow.cli.bench_improve import bench_improve
from geoflow.cli.bench_repair import bench_repair
from geoflow.cli.bench_review import bench_review
from geoflow.cli.options import JsonAnswer
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import print_json, printable

if TYPE_CHECKING:
    from geoflow.workflow.bench_model import ModelBench

app = typer.Typer(help="Measure what geoflow relies on, on this machine.", no_args_is_help=True)
app.command("ask")(bench_ask)
app.command("review")(bench_review)
app.command("gate")(bench_gate)
app.command("repair")(bench_repair)
app.command("improve")(bench_improve)


@app.command("model", epilog="Example: geoflow bench model --budget 5m")
def bench_model(
    budget: Annotated[str, typer.Option(help="How much the model may take: 10m, 90s, 50calls, 20000tokens.")] = "10m",
    as_json: JsonAnswer = False,
) -> None:
    """Tell what the model that answers can do on this machine: speed, form, honest quotes, right answers.

    It answers a small built-in set of 42 items. The result is kept in your data folder, and the other commands use it:
    a model that judges and answers well is given more to read.
    """
    import secrets

    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.context import open_model
    from geoflow.workflow.bench_model import Bench
    from geoflow.workflow.bench_model import bench_model as run_bench
    from geoflow.workflow.limits import read_limits

    limits = read_limits(budget)
    with progress_bar() as progress:
        bench = Bench(open_model(), JinjaTemplates(), SystemClock(), progress, nonce=secrets.token_hex(3))
        result = run_bench(bench, limits)
    if as_json:
        print_json(result.document())
    else:
        sys.stdout.write(printable(_table(result)))
    if result.figures:
        _keep(result)


def _keep(result: "ModelBench") -> None:
    """Keep the result for the other commands; where that cannot be, the answer stands all the same."""
    from geoflow.adapters.model_profiles import ModelProfiles
    from geoflow.cli.context import say
    from geoflow.errors import GeoflowError

    try:
        ModelProfiles().keep(result.document())
    except GeoflowError as error:
        say(f"{error.message} {error.fix}")


def _table(result: "ModelBench") -> str:
    lines = [f"{result.model} by {result.backend}, context of {result.context_tokens:,} tokens", ""]
    speed = result.speed
    rows = [
        ("reads, tokens per second", _number(speed.prompt_per_second)),
        ("writes, tokens per second", _number(speed.generated_per_second)),
        ("first token of a new prompt, s", _number(speed.first_token_cold)),
        ("first token of a known beginning, s", _number(speed.first_token_warm)),
    ]
    if result.figures:
        found = result.figures
        judged, mended, asked = found.items
        rows += [
            ("form kept at the first try", _share(found.form, judged + mended + asked)),
            ("quotes what is there", _share(found.honesty, judged + mended + asked)),
            ("judges testable or not", _share(found.judging, judged)),
            ("calls a good one bad", _share(found.false_alarms, judged // 2)),
            ("mends one word and no more", _share(found.mending, mended)),
            ("answers from the right extract", _share(found.answering, asked)),
        ]
    width = max(len(name) for name, _ in rows)
    lines += [f"{name:<{width}}  {value}" for name, value in rows]
    if result.profile:
        means = {"small": "closed questions and short extracts", "large": "closed questions with more to read"}
        lines += ["", f"works as: {result.profile} ({means[result.profile]})"]
    return "\n".join([*lines, *(f"note: {note}" for note in result.notes)]) + "\n"


def _number(value: float | None) -> str:
    return "not said" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _share(value: float, items: int) -> str:
    return f"{value:.0%} of {items}"
