"""The command `geoflow propose`."""

import sys
from typing import TYPE_CHECKING

import typer

from geoflow.cli.options import BUDGET_FORMS, Replay
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import print_json, printable

if TYPE_CHECKING:
    from geoflow.ports import ChatModel
    from geoflow.workflow.propose import Proposed

_MOST_INPUT = 1_000_000


def propose(
    idea: str = typer.Argument(help="What is wanted, in a sentence or a few; `-` reads it from stdin."),
    *,
    name: str = typer.Option("", "--name", help="Name of the change; derived from the idea when left out."),
    capability: str = typer.Option(
        "", "--capability", help="The spec that it belongs to; found by what the idea says when left out."
    ),
    budget: str = typer.Option("10m", help=f"How much the model may take: {BUDGET_FORMS}."),
    replay: Replay = None,
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the files and write nothing."),
    as_json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Draft a change from an idea: proposal, delta, design and tasks, valid from the start.

    The words are a model's draft, and marked so; numbers that nobody gave become open questions.

    Example: geoflow propose "Let users export a report as PDF"
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.cli.context import find_root_or_fail, open_model, open_passages, open_templates, say_model
    from geoflow.workflow.budget import Meter, Metered, read_limits
    from geoflow.workflow.propose import Desk, Idea, checked_line
    from geoflow.workflow.propose import propose as draft_change

    root = find_root_or_fail()
    wanted = Idea(_read(idea), name, capability, write=not dry_run)
    checked_line(wanted)
    limits = read_limits(budget)
    meter = Meter(SystemClock(), limits)
    model = Metered(open_model(replay=replay), meter)
    say_model(model, replay)
    templates = open_templates("propose", root)
    with progress_bar() as progress:
        progress.follow(meter.spent)
        desk = Desk(WorkTreeDocuments(root), open_passages(root), templates, SystemClock(), progress)
        proposed = draft_change(wanted, desk, model)
    if as_json:
        print_json(_document(proposed, model))
        return
    sys.stdout.write(printable(_text(proposed)))


def _read(idea: str) -> str:
    return sys.stdin.buffer.read(_MOST_INPUT + 1).decode("utf-8", "replace") if idea == "-" else idea


def _document(proposed: "Proposed", model: "ChatModel") -> dict[str, object]:
    related = [{"path": place.path, "line": place.line, "heading": place.heading} for place in proposed.related]
    scenarios = [{"name": one.name, "when": one.when, "then": one.then} for one in proposed.draft.scenarios]
    return {
        "schema": "geoflow.propose/1",
        "change": proposed.change,
        "capability": proposed.capability,
        "new_capability": proposed.new_capability,
        "requirement": {"name": proposed.draft.name, "text": proposed.draft.sentence, "scenarios": scenarios},
        "questions": list(proposed.draft.questions),
        "related": related,
        "files": [{"path": path, "text": text} for path, text in proposed.files.items()],
        "written": proposed.written,
        "model": {"name": model.name, "backend": model.backend},
    }


def _text(proposed: "Proposed") -> str:
    if not proposed.written:
        return "\n".join(f"==> {path}\n{text}" for path, text in proposed.files.items())
    kind = "a new capability" if proposed.new_capability else "which exists"
    lines = [f"Drafted the change {proposed.change}, for the capability {proposed.capability} ({kind}):"]
    lines += [f"  {path}" for path in proposed.files]
    lines += ["", f"  {proposed.draft.sentence}"]
    if proposed.draft.questions:
        lines += ["", "Open questions:"]
        lines += [f"  Q{count}: {question}" for count, question in enumerate(proposed.draft.questions, 1)]
    lines += ["", "Next: read and correct it, then", f"  geoflow validate {proposed.change} --strict", ""]
    return "\n".join(lines)
