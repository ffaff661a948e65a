"""`geoflow archive`: merge a change's deltas into the main specs and move it to the archive."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoflow.cli.completing import complete_change
from geoflow.cli.render import answer_console, print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.openspec.archiving import Archive
    from geoflow.openspec.spec_updates import SpecUpdate
    from geoflow.workflow.archive import ArchiveRefusedError

_SIGNS = (("added", "+"), ("modified", "~"), ("removed", "-"), ("renamed", "->"))


def archive(
    change: Annotated[str, typer.Argument(help="The change to archive.", autocompletion=complete_change)] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    skip_specs: Annotated[bool, typer.Option("--skip-specs", help="Leave the main specs as they are.")] = False,
    no_validate: Annotated[
        bool, typer.Option("--no-validate", help="Do not check that deltas and specs are valid.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document, in the shape of the npm CLI.")
    ] = False,
) -> None:
    """Merge a change's deltas into the main specs, and move the change to changes/archive/: all of it or nothing.

    The specs get the bytes that the npm CLI writes. Killed at any moment, the tree is as before or as after.
    Exit 1 where it is refused, with what to mend, or where nobody agreed.

    Example: geoflow archive add-retries --yes
    """
    from datetime import datetime

    from geoflow.adapters.planning_tree import WorkTree
    from geoflow.cli.context import find_root_or_fail
    from geoflow.openspec.archiving import Options
    from geoflow.workflow.archive import ArchiveRefusedError, archive_change, prepare

    root = find_root_or_fail()
    day = datetime.now().astimezone().strftime("%Y-%m-%d")
    options = Options(day, skip_specs=skip_specs, check=not no_validate)
    try:
        tree = WorkTree(root)
        if not change:
            raise _no_name(tree.read())
        asker = _Asker(yes=yes, silent=as_json)
        done = prepare(tree, change, options) if dry_run else archive_change(tree, change, options, asker)
    except GeoflowError as error:
        if isinstance(error, ArchiveRefusedError) and not as_json:
            _show_issues(error)
        if not as_json:
            raise
        _print_refusal(root, error)
        raise typer.Exit(int(error.exit_code)) from None
    if done is None:
        sys.stderr.write("Nothing was archived.\n")
        raise typer.Exit(int(ExitCode.NO))
    if as_json:
        print_json(_document(root, done, dry_run=dry_run))
    else:
        _show(done, dry_run=dry_run)


def _no_name(files: Any) -> GeoflowError:
    from geoflow.openspec.layout import layout

    names = list(layout(files).changes)
    return GeoflowError(
        "No change was named.",
        fix=f"Name one of: {', '.join(names)}." if names else "There is no active change.",
        code="change-name-required",
        exit_code=ExitCode.USAGE,
    )


class _Asker:
    """Asks on the terminal; where there is none it says which option answers."""

    def __init__(self, *, yes: bool, silent: bool) -> None:
        self._yes = yes
        self._silent = silent

    def unchecked(self) -> bool:
        """Ask whether nothing is to be checked."""
        return self._ask("What is written may be invalid, since nothing is checked. Go on?", "unchecked", default=False)

    def open_tasks(self, archive: "Archive") -> bool:
        """Ask whether to archive with open tasks."""
        tasks = archive.tasks
        still = "task is" if tasks.total - tasks.done == 1 else "tasks are"
        question = f"{tasks.total - tasks.done} of {tasks.total} {still} open. Archive all the same?"
        return self._ask(question, "open-tasks", default=False)

    def specs(self, archive: "Archive") -> bool:
        """Show what would be done to the specs, and ask for it."""
        if self._yes:
            return True
        if not self._silent:
            for line in _lines(archive):
                sys.stderr.write(f"{line}\n")
        return self._ask("Update the specs?", "specs-unconfirmed", default=True)

    def _ask(self, question: str, code: str, *, default: bool) -> bool:
        if self._yes:
            return True
        if self._silent or not sys.stdin.isatty():
            message = f"{question} Nobody is there to answer."
            raise GeoflowError(message, fix="Add --yes to go on.", code=code, exit_code=ExitCode.NO)
        return typer.confirm(question, default=default, err=True)


def _lines(archive: "Archive") -> list[str]:
    """Describe what happens to each spec, with what to look at."""
    lines = [f"{_verb(update):<9} {printable(update.path)}{_counts(update)}" for update in archive.updates]
    lines += [f"note: {printable(note.document)}:{note.span.line}: {printable(note.message)}" for note in archive.notes]
    return lines + [f"note: {printable(warning)}" for warning in archive.warnings]


def _verb(update: "SpecUpdate") -> str:
    return {"retire": "delete", "nothing": "unchanged"}.get(update.outcome, update.outcome)


def _counts(update: "SpecUpdate") -> str:
    found = [(sign, getattr(update.counts, name), name) for name, sign in _SIGNS]
    shown = ", ".join(f"{sign} {count} {name}" for sign, count, name in found if count)
    return f"  {shown}" if shown else ""


def _show(archive: "Archive", *, dry_run: bool) -> None:
    from geoflow.openspec.layout import ARCHIVE

    console = answer_console()
    for line in _lines(archive):
        console.print(line, soft_wrap=True)
    open_tasks = archive.tasks.total - archive.tasks.done
    if open_tasks:
        console.print(f"note: {open_tasks} of {archive.tasks.total} tasks open")
    done = "would be archived as" if dry_run else "archived as"
    console.print(printable(f"{archive.change} {done} {ARCHIVE}{archive.name}"), soft_wrap=True)


def _show_issues(error: "ArchiveRefusedError") -> None:
    for issue in error.issues:
        sys.stderr.write(printable(f"{issue.document}:{issue.span.line} {issue.rule} {issue.message}") + "\n")


def _document(root: "Path", archive: "Archive", *, dry_run: bool) -> dict[str, Any]:
    from geoflow.openspec.layout import ARCHIVE

    body: dict[str, Any] = {
        "change": archive.change,
        "archivedAs": archive.name,
        "path": str(root / ARCHIVE / archive.name),
        "specsUpdated": any(update.outcome in ("create", "update", "retire") for update in archive.updates),
    }
    if archive.updates:
        body["totals"] = archive.totals._asdict()
    if archive.warnings:
        body["warnings"] = list(archive.warnings)
    body["specs"] = [
        {"id": update.capability, "document": update.path, "outcome": update.outcome, "counts": update.counts._asdict()}
        for update in archive.updates
    ]
    body["notes"] = [
        {"rule": note.rule, "document": note.document, "line": note.span.line, "message": note.message, "fix": note.fix}
        for note in archive.notes
    ]
    body |= {"openTasks": archive.tasks.total - archive.tasks.done, "dryRun": dry_run}
    return {"archive": body, "root": {"path": str(root), "source": "nearest"}, "schema": "geoflow.archive/1"}


def _print_refusal(root: "Path", error: GeoflowError) -> None:
    issues = getattr(error, "issues", ())
    status: dict[str, Any] = {"severity": "error", "code": error.code, "message": error.message, "fix": error.fix}
    if issues:
        status["issues"] = [
            {"rule": issue.rule, "document": issue.document, "line": issue.span.line, "message": issue.message}
            for issue in issues
        ]
    failure = {"schema": "geoflow.error/1", "code": error.code, "message": error.message, "fix": error.fix}
    print_json({"archive": None, "root": {"path": str(root), "source": "nearest"}, "status": [status], **failure})
