"""The command `geoflow propose`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.completing import complete_capability, complete_change
from geoflow.cli.options import Budget, JsonAnswer, Replay
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.ports import ChatModel
    from geoflow.workflow.propose import Idea
    from geoflow.workflow.propose_files import Proposed

_MOST_INPUT = 1_000_000


def propose(
    idea: str = typer.Argument("", help="What is wanted, in a sentence or a few; `-` reads it from stdin."),
    *,
    source: Path | None = typer.Option(
        None, "--from", metavar="FILE", help="Read the idea from a file, such as an issue's text."
    ),
    revise: str = typer.Option(
        "",
        "--revise",
        metavar="CHANGE",
        help="Answer the open findings and answers of a change instead.",
        autocompletion=complete_change,
    ),
    name: str = typer.Option("", "--name", help="Name of the change; derived from the idea when left out."),
    capability: str = typer.Option(
        "",
        "--capability",
        help="The spec that it belongs to; found by what the idea says when left out.",
        autocompletion=complete_capability,
    ),
    budget: Budget = "10m",
    replay: Replay = None,
    dry_run: bool = typer.Option(False, "--dry-run", help="Show the files and write nothing."),
    as_json: JsonAnswer = False,
) -> None:
    """Draft a change from an idea: proposal, delta, design and tasks, valid from the start.

    The words are a model's draft, and marked so; what nobody gave becomes an open question.

    With --revise each open finding and answer of a change gets an edit, a question or a reason.
    Exit 1 where none got one.

    Example: geoflow propose "Let users export a report as PDF"
    """
    from geoflow.cli.context import find_root_or_fail
    from geoflow.workflow.propose import Idea, checked_line

    root = find_root_or_fail()
    if revise:
        _alone("--revise", [idea, source, name, capability])
        from geoflow.cli.propose_revise import revise_change

        revise_change(revise, budget, replay, dry_run=dry_run, as_json=as_json)
        return
    wanted = Idea(_read(idea, source), name, capability, write=not dry_run)
    checked_line(wanted)
    proposed, model = _drafted(root, wanted, budget, replay)
    if as_json:
        print_json(_document(proposed, model))
        return
    sys.stdout.write(printable(_text(proposed)))


def _drafted(root: Path, wanted: "Idea", budget: str, replay: Path | None) -> "tuple[Proposed, ChatModel]":
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import signature
    from geoflow.cli.context import open_model, open_passages, open_templates, say_model
    from geoflow.cli.cycle_parts import open_cycle
    from geoflow.workflow.budget import Meter, Metered
    from geoflow.workflow.limits import read_limits
    from geoflow.workflow.propose import Desk
    from geoflow.workflow.propose_finished import draft_and_write

    meter = Meter(SystemClock(), read_limits(budget))
    model = Metered(open_model(replay=replay), meter)
    say_model(model, replay)
    templates = open_templates("propose", root)
    cycle = open_cycle(root, signature(GitProcess(root)), "person" if sys.stdin.isatty() else "agent")
    with progress_bar() as progress:
        progress.follow(meter.spent)
        desk = Desk(WorkTreeDocuments(root), open_passages(root), templates, SystemClock(), progress)
        return draft_and_write(cycle, wanted, desk, model), model


def _read(idea: str, source: Path | None) -> str:
    if source is None:
        return sys.stdin.buffer.read(_MOST_INPUT + 1).decode("utf-8", "replace") if idea == "-" else idea
    _alone("--from", [idea])
    try:
        with source.open("rb") as file:
            return file.read(_MOST_INPUT + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error.strerror}"
        raise GeoflowError(
            f"{source} {why}.",
            fix='Give a text file, or type the idea: geoflow propose "IDEA"',
            code="idea-unreadable",
            exit_code=ExitCode.USAGE,
        ) from error


def _alone(option: str, others: "Sequence[object]") -> None:
    if any(others):
        raise GeoflowError(
            f"{option} takes the place of an idea, and of what goes with it.",
            fix="Leave one of them out.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )


def _document(proposed: "Proposed", model: "ChatModel") -> dict[str, object]:
    related = [{"path": place.path, "line": place.line, "heading": place.heading} for place in proposed.related]
    scenarios = [{"name": one.name, "when": one.when, "then": one.then} for one in proposed.draft.scenarios]
    return {
        "schema": "geoflow.propose/1",
        "change": proposed.change,
        "capability": proposed.capability,
        "new_capability": proposed.new_capability,
        "requirement": {"name": proposed.draft.name, "text": proposed.draft.sentence, "scenarios": scenarios},
        "modified": proposed.modified,
        "questions": list(proposed.draft.questions),
        "stored_questions": [
            {"id": one.id, "path": one.path, "options": list(one.options)} for one in proposed.questions
        ],
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
    if proposed.modified:
        lines = [f"Drafted the change {proposed.change} of “{proposed.draft.name}” in {proposed.capability}:"]
    lines += [f"  {path}" for path in proposed.files]
    lines += ["", f"  {proposed.draft.sentence}"]
    if proposed.draft.questions:
        lines += ["", "Open questions:"]
        lines += [f"  Q{count}: {question}" for count, question in enumerate(proposed.draft.questions, 1)]
        for one in proposed.questions:
            lines += [f'  geoflow ask --answer {one.id} "TEXT"', *(f"    or: {option}" for option in one.options)]
        lines += [f"  then: geoflow propose --revise {proposed.change}"]
    if proposed.related:
        lines += ["", "It rests on:", *(f"  {one.path}:{one.line} {one.heading}" for one in proposed.related)]
    lines += ["", "Next: read and correct it, then", f"  geoflow validate {proposed.change} --strict", ""]
    return "\n".join(lines)
