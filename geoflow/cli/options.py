"""Options that several commands have, with the same words."""

from pathlib import Path
from typing import Annotated

import typer

Replay = Annotated[
    Path | None,
    typer.Option("--replay", metavar="FILE", help="Answer from a transcript of an earlier run; no model is called."),
]
BUDGET_FORMS = "10m, 90s, 50calls, 20000tokens, or several joined by commas"
