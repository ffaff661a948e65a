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
BUDGET_FORMS = "10m, 90s, 50calls, 20000tokens, or several joined by commas"
