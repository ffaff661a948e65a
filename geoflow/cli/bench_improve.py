"""The command `geoflow bench improve`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.options import ExecutorOption, JsonAnswer
from geoflow.errors import ExitCode

if TYPE_CHECKING:
    from geoflow.workflow.proof.result import Experiment


def bench_improve(
    *,
    arms: Annotated[
        str, typer.Option(help="Arms by name, with commas between them, or every.", metavar="ARM,...")
    ] = "every",
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Rounds of each arm.")] = 3,
    mutants: Annotated[int, typer.Option(min=4, max=500, help="Defects put in for each round.")] = 20,
    sealed: Annotated[int, typer.Option(min=4, max=500, help="Defects in what no learner sees.")] = 40,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="How many seeds, from --seed on.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same experiment.")] = 1,
    noise: Annotated[float, typer.Option(min=0, max=1, help="Share of decisions that are turned round.")] = 0.1,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Ask the model that answers, not the stand-in; replies are kept.")
    ] = False,
    executor: ExecutorOption = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", metavar="FILE", help="Where replies are kept; in the git folder unless told."),
    ] = None,
    tree: Annotated[
        Path | None, typer.Option("--tree", metavar="FOLDER", help="Another folder that holds openspec/.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page of its own, too.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE, whatever it is.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Tell whether improve gets better by what people do with its edits: an experiment on a copy of your own specs.

    Arms with and without learners work through the same defects; a scripted reviewer with hidden house rules merges
    and rejects. After each round the sealed specs tell what was learnt. Stopped, --with-model goes on where it was.

    Example: geoflow bench improve --html improve.html
    """
    from geoflow.cli.bench_improve_text import print_experiment
    from geoflow.cli.bench_review import live_files
    from geoflow.cli.context import find_root_or_fail
    from geoflow.workflow.proof.arms import chosen_arms
    from geoflow.workflow.proof.result import Setting

    chosen = chosen_arms(arms)
    root = tree if tree is not None else find_root_or_fail()
    setting = Setting(rounds, mutants, sealed, tuple(range(seed, seed + seeds)), noise)
    if html is not None:
        from geoflow.adapters.page_file import check_page

        check_page(html, "bench improve", force=force)
    from geoflow.cli.bench_improve_parts import Model, open_stage
    from geoflow.workflow.proof.experiment import run_experiment

    with open_stage(Model(with_model, cache, executor)) as stage:
        result = run_experiment(stage, setting, live_files(root), chosen)
    if html is not None:
        _write(html, result, force=force)
    print_experiment(result, html, as_json=as_json)
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))


def _write(html: Path, result: "Experiment", *, force: bool) -> None:
    from geoflow.adapters.page_file import write_page
    from geoflow.adapters.proof_page import proof_page

    write_page(html, proof_page(result.document()), "bench improve", force=force)
