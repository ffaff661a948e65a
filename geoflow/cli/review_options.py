"""The options of `geoflow review`: who looks at what, what becomes of it, and a person's own round."""

from typing import Annotated, Literal

import typer

from geoflow.cli.completing import complete_item, complete_roles
from geoflow.cli.reviewing import FailOn, Format

Items = Annotated[
    list[str] | None,
    typer.Argument(metavar="ITEM", help="Specs or changes; all unless told.", autocompletion=complete_item),
]
RulesOnly = Annotated[bool, typer.Option("--rules-only", help="Look by rule; ask no model.")]
Roles = Annotated[
    str,
    typer.Option(
        help="Who looks: roles by name, with commas between them, or all.",
        metavar="ROLE,...",
        autocompletion=complete_roles,
    ),
]
Seat = Annotated[
    list[str] | None,
    typer.Option("--seat", metavar="ROLE=SERVER[:TOOL]", help="Give a role's seat to an agent of mcp.json."),
]
Since = Annotated[
    str, typer.Option(metavar="REF", help="Look only at what changed since the commit where this branch left REF.")
]
Staged = Annotated[bool, typer.Option("--staged", help="Look only at what is staged, as it is staged.")]
ReviewBudget = Annotated[str, typer.Option(help="How much the model may take: 10m, 90s, 50calls, 20000tokens.")]
Record = Annotated[
    bool | None,
    typer.Option("--record/--no-record", help="Store it with the change; by itself where a model looks at one change."),
]
Ask = Annotated[bool, typer.Option("--ask", help="Write down questions to people; also done where it is stored.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Ask anew also what was said about the same text.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be stored, and store nothing.")]
FailsOn = Annotated[FailOn, typer.Option(help="The severity that makes the exit code 1.")]
Form = Annotated[
    Format, typer.Option("--format", help="For people, scripts, code scanning, a workflow's log or its summary.")
]
OwnVerdict = Annotated[
    Literal["approve", "revise", "blocked"] | None,
    typer.Option(help="Write down your own verdict on one change, and look no further."),
]
Comment = Annotated[str, typer.Option(help="Your words to it; alone they ask for a revision.", metavar="TEXT")]
Decline = Annotated[
    list[str] | None,
    typer.Option(help="Say that an open finding of the change is none, and why with --comment.", metavar="FINDING"),
]
ReviewJson = Annotated[bool, typer.Option("--json", help="Print the review as one JSON document.")]
