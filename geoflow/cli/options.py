"""Options that several commands have, with the same words."""

from pathlib import Path
from typing import Annotated

import typer

Replay = Annotated[
    Path | None,
    typer.Option("--replay", metavar="FILE", help="Answer from a transcript of an earlier run; no model is called."),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        metavar="WHERE",
        help="Where the model is called: threads, or by the workers of a Dask scheduler, dask://HOST:PORT.",
    ),
]
JsonAnswer = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
JsonDocument = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
BUDGET_FORMS = "10m, 90s, 50calls, 20000tokens, or several joined by commas"
Budget = Annotated[str, typer.Option(help=f"How much the model may take: {BUDGET_FORMS}.")]
