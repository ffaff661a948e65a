"""`geoflow improve --triage`: a run's edits and adopted items one by one, at a terminal or by options."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import typer

from geoflow.cli.render import answer_console, one_line, print_json, printable

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.workflow.run_record import RecordedEdit, RecordedRun
    from geoflow.workflow.triage import Table, Triaged
    from geoflow.workflow.triage_decisions import Decision

_ASKED = "accept, edit, reject, skip or quit? [a/e/r/s/q]"
_LICENCES = 3
_LOCK_SECONDS = 20.0
_INDENT = 4
_NARROWEST = 20  # columns


def run(name: str, accept: Sequence[str], reject: Sequence[str], *, dry_run: bool, as_json: bool) -> None:
    """Triage a run: by the options, else by asking at a terminal; without both list what there is to decide.

    Raises:
        GeoflowError: Those of `find_run`, `decided` and `deliver_triage`.
    """
    from geoflow.adapters.write_lock import only_writer
    from geoflow.cli.context import open_repository
    from geoflow.workflow.triage import deliver_triage
    from geoflow.workflow.triage_decisions import decided, find_run

    table = _open_table()
    found = find_run(table.runs, name)
    decisions = decided(found, accept, reject)
    if not decisions and not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        decisions = _walk(table, found)
    if not decisions or dry_run:
        _list(found, decisions, as_json=as_json)
        return
    with only_writer(open_repository(quick=True).state_folder, "triage", _LOCK_SECONDS):
        triaged = deliver_triage(table, found, decisions)
    if as_json:
        print_json(triaged.document())
    else:
        _show(triaged)


def _open_table() -> "Table":
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.event_files import EventFiles
    from geoflow.adapters.git_process import QuickGitProcess
    from geoflow.adapters.people import signature
    from geoflow.cli.context import find_root_or_fail, open_repository
    from geoflow.workflow.triage import Table

    root, repository = find_root_or_fail(), open_repository(quick=True)
    return Table(
        repository=repository,
        runs=repository.runs,
        documents=WorkTreeDocuments(root),
        events=EventFiles(repository.state_folder),
        clock=SystemClock(),
        author=signature(QuickGitProcess(root)),
        kind="person" if sys.stdin.isatty() else "agent",
    )


def _walk(table: "Table", found: "RecordedRun") -> "dict[str, Decision]":
    """Ask at the terminal; the end of input or Ctrl-C leaves the rest undecided."""
    console, made = answer_console(), dict[str, "Decision"]()
    steps, before = _steps(table, found, console), _decided_before(table, found)
    for number, (name, show, ask) in enumerate(steps, 1):
        show(f"{number} of {len(steps)}{f', {before[name]} before' if name in before else ''}")
        try:
            one = ask()
        except (typer.Abort, KeyboardInterrupt, EOFError):
            console.print()
            break
        if one is None:
            break
        made |= one
    return made


def _decided_before(table: "Table", found: "RecordedRun") -> dict[str, str]:
    """Tell what was said last of edits and items of the run, by their ids: a walk may be left and taken up again."""
    prefix = f"{found.name}/"
    said = table.events.feedback(table.documents.read("live")).feedback
    mine = [one for one in said if one.target.startswith(prefix) and one.verdict in _SAID]
    return {one.target.removeprefix(prefix): _SAID[one.verdict] for one in mine}


_Step = tuple[str, Callable[[str], None], Callable[[], "dict[str, Decision] | None"]]


def _steps(table: "Table", found: "RecordedRun", console: "Console") -> list[_Step]:
    """Give for each edit and each adopted item its id, how it is shown, and how it is asked about."""
    from geoflow.cli.triage_items import ItemWalk, show_item
    from geoflow.workflow.triage import documents_at_base
    from geoflow.workflow.triage_items import must_fit

    steps: list[_Step] = [(one.id, partial(_show_edit, console, one), partial(_ask, one)) for one in found.edits]
    if found.adoptions:
        files = documents_at_base(table, found)
        must_fit(found, files)  # before its paths reach an editor
        walk = ItemWalk(files)
        steps += [
            (one.id, partial(show_item, console, one, asked=True), partial(walk.ask, one)) for one in found.adoptions
        ]
    return steps


def _ask(edit: "RecordedEdit") -> "dict[str, Decision] | None":
    from geoflow.cli.deciding import ask_decision
    from geoflow.workflow.triage_decisions import Decision

    def edited() -> Decision | None:
        text = _edited(edit)
        return Decision("edit", text=_as_the_target_ends(text, edit.new)) if text.strip() else None

    return ask_decision(_ASKED, edit.id, edited)


def _edited(edit: "RecordedEdit") -> str:
    from geoflow.adapters.git_process import QuickGitProcess
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.editing import edited

    return edited(edit.new, QuickGitProcess(find_root_or_fail()))


def _as_the_target_ends(text: str, target: str) -> str:
    # Editors add or drop the line ends behind a text, and the document goes on behind the target.
    return text.rstrip() + target[len(target.rstrip()) :]


def _list(found: "RecordedRun", decisions: "Mapping[str, Decision]", *, as_json: bool) -> None:
    from geoflow.workflow.triage import Triaged

    if as_json:
        print_json(Triaged(found, decisions, "", {}, ()).document())
        return
    console = answer_console()
    from geoflow.cli.triage_items import show_item

    for edit in found.edits:
        _show_edit(console, edit, decisions[edit.id].kind if edit.id in decisions else edit.id)
    for item in found.adoptions:
        show_item(console, item, decisions[item.id].kind if item.id in decisions else item.id, asked=False)
    console.print("Nothing was written. Decide with:", style="bold")
    command = f"  geoflow improve --triage {found.name} --accept ID --reject ID:REASON"
    console.print(printable(command), soft_wrap=True)


def _show_edit(console: "Console", edit: "RecordedEdit", label: str) -> None:
    from rich.text import Text

    from geoflow.cli.word_diff import marked

    console.print(f"{label}  {one_line(edit.path)}:{edit.line}  {one_line(edit.requirement)}", style="bold")
    console.print(f"  {one_line(edit.code)} {one_line(edit.message)}")
    for line in marked(edit.old, edit.new).wrap(console, max(console.width - _INDENT, _NARROWEST)):
        line.rstrip()
        console.print(Text(" " * _INDENT) + line if line else line, soft_wrap=True)
    for licence in edit.licences[:_LICENCES]:
        console.print(f"  new word licensed by {one_line(licence)}", style="dim")
    if (more := len(edit.licences) - _LICENCES) > 0:
        console.print(f"  and {more} more", style="dim")
    console.print(f"  by {one_line(edit.strategy)}; id {one_line(edit.id)}\n", style="dim")


def _show(triaged: "Triaged") -> None:
    console, kinds = answer_console(), [one.kind for one in triaged.decisions.values()]
    counts = ", ".join(f"{kinds.count(kind)} {word}" for kind, word in _SAID.items() if kind in kinds)
    left = len(triaged.run.edits) + len(triaged.run.adoptions) - len(kinds)
    console.print(f"{counts}{f'; {left} undecided' if left else ''}.")
    console.print(f"  {len(triaged.files)} judgement{'s' if len(triaged.files) > 1 else ''} in openspec/feedback/")
    if triaged.branch:
        console.print(f"branch {triaged.branch}", style="bold")
        console.print(f"  look at it: git diff {one_line(triaged.run.base)[:12]} {triaged.branch}", soft_wrap=True)
        console.print(f"  take it:    git merge {triaged.branch}", soft_wrap=True)
    from geoflow.cli.learn import show_due

    show_due()


_SAID = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
