"""What archiving a change will do: the specs it rewrites or deletes and the folder it moves, or why it may not.

Steps, refusals and results are those of `openspec archive` 1.13.2. Nothing here writes: the plan is carried out by
whoever holds the disk, after whoever types the command has agreed.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from geoflow.openspec.change_rules import check_change, unread_files
from geoflow.openspec.layout import ARCHIVE, CHANGES, delta_paths
from geoflow.openspec.lines import WHITE
from geoflow.openspec.mains import Mains
from geoflow.openspec.marks import honoured
from geoflow.openspec.model import Counts, Issue, WritePlan
from geoflow.openspec.nesting import Folder, nested_changes
from geoflow.openspec.progress import Progress, progress
from geoflow.openspec.proposal_rules import check_proposal
from geoflow.openspec.spec_updates import Prepared, Refused, SpecUpdate, merge_all, retired_note
from geoflow.openspec.validity import folder_of, open_tree

_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-")
_SECTION = re.compile(
    rf"(?:\A|(?<=[\n\r\u2028\u2029]))##[{WHITE}]+(?:ADDED|MODIFIED|REMOVED|RENAMED)[{WHITE}]+Requirements",
    re.ASCII | re.IGNORECASE,
)


class Archive(NamedTuple):
    """An archive that may be carried out.

    `name` is the folder's new name; `tasks` tells how many are open; `notes` say what is poor in the proposal. `files`
    are the change's documents and those that the plan replaces or deletes, as they were when it was made: whoever
    writes must find them so.
    """

    change: str
    name: str
    tasks: Progress
    updates: tuple[SpecUpdate, ...]
    warnings: tuple[str, ...]
    notes: tuple[Issue, ...]
    plan: WritePlan
    files: Mapping[str, str]

    @property
    def totals(self) -> Counts:
        """Add up what is written in all specs."""
        return Counts(*(sum(column) for column in zip(*(one.counts for one in self.updates), strict=True)))


class Options(NamedTuple):
    """How to archive: on which day (`2026-01-31`), without touching specs, without checking what is valid."""

    day: str
    skip_specs: bool = False
    check: bool = True


def plan_archive(files: Mapping[str, str], change: str, options: Options) -> Archive | Refused:
    """Plan the archive of an active change.

    Args:
        files: {path: text} of the tree, as for `validate`; archived changes may be left out, then whoever writes must
            see to it that the new folder is free.
        change: The name of the change.
        options: The day, and what to leave out.
    """
    tree = open_tree(files)
    if change not in tree.found.changes:
        return _unknown(change, sorted(tree.found.changes))
    folder = folder_of(tree, change)
    refused = own_errors(folder) if options.check else _nested(folder)
    if refused:
        return refused
    name = change if _DATED.match(change) else f"{options.day}-{change}"
    if any(path.startswith(f"{ARCHIVE}{name}/") for path in files):
        return taken(name)
    updates = () if options.skip_specs else merge_all(folder, check=options.check)
    if isinstance(updates, Refused):
        return updates
    notes = tuple(check_proposal(folder)) if options.check else ()
    return _archive(folder, name, updates)._replace(notes=notes)


def _archive(folder: Folder, name: str, prepared: tuple[Prepared, ...]) -> Archive:
    updates = tuple(one.update for one in prepared)
    writes = tuple((one.path, one.text) for one in updates if one.outcome in ("create", "update"))
    deletes = tuple(one.path for one in updates if one.outcome == "retire")
    replaced = [path for path in (*dict(writes), *deletes) if path in folder.files]
    own = [path for path in folder.names.values() if not path.endswith("/")]
    made_from = {path: folder.files[path] for path in (*replaced, *own)}
    warnings = tuple(f"{one.update.capability}: {warning}" for one in prepared for warning in one.merged.warnings)
    retired = tuple(retired_note(one) for one in updates if one.outcome == "retire")
    moves = ((f"{CHANGES}{folder.id}", f"{ARCHIVE}{name}"),)
    plan = WritePlan(writes, deletes, moves)
    return Archive(folder.id, name, progress(folder), updates, warnings + retired, (), plan, made_from)


def _unknown(change: str, known: list[str]) -> Refused:
    if not change or change in (".", "..") or "/" in change or "\\" in change:
        return Refused("change-name-invalid", f'"{change}" is no name of a change.', "Name a folder of changes/.")
    there = f"Active changes: {', '.join(known)}." if known else "There is no active change."
    return Refused("change-not-found", f'There is no active change "{change}".', there)


def taken(name: str) -> Refused:
    """Refuse because an archived change of this name exists."""
    message = f"{ARCHIVE}{name} exists already."
    return Refused("archive-exists", message, "Rename that folder, or the change.")


def _nested(folder: Folder) -> Refused | None:
    nested = nested_changes(folder)
    if not nested:
        return None
    message = f'"{folder.id}" is a folder around other changes: {", ".join(nested)}.'
    fix = f"Move {CHANGES}{nested[0]} to {CHANGES}{nested[0].replace('/', '-')}, then archive that."
    return Refused("change-is-folder", message, fix)


def own_errors(folder: Folder) -> Refused | None:
    """Refuse a folder that is no change, or has errors of its own; one without any delta section is not looked at."""
    if nested := _nested(folder):
        return nested
    if not _has_deltas(folder):
        return None
    alone = folder._replace(mains=Mains({}))  # the merge says what does not fit the main specs
    errors = tuple(issue for issue in check_change(alone) if issue.level == "ERROR")
    if not errors:
        return None
    message = f'The deltas of "{folder.id}" are not valid: {len(errors)} error{"s" * (len(errors) > 1)}.'
    return Refused("change-invalid", message, f"Type `geoflow validate {folder.id}`, and mend what it names.", errors)


def _has_deltas(folder: Folder) -> bool:
    marks = honoured(folder)
    if "specs/spec.md" in folder.names or unread_files(folder) or marks.skip_problem:
        return True
    if marks.skip_specs:
        return any(name.startswith("specs/") for name in folder.names)
    return any(_SECTION.search(folder.files[path]) for path in delta_paths(folder.names).values())
