"""What archiving a change will do: the specs it rewrites or deletes and the folder it moves, or why it may not.

Steps, refusals and results are those of `openspec archive` 1.13.2. Nothing here writes: the plan is carried out by
whoever holds the disk, after whoever types the command has agreed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from geoflow.openspec.change_rules import check_change, unread_files
from geoflow.openspec.layout import ARCHIVE, CHANGES, SPECS, delta_paths
from geoflow.openspec.lines import WHITE, split
from geoflow.openspec.mains import Mains
from geoflow.openspec.marks import Marks, honoured
from geoflow.openspec.merging import Source, build
from geoflow.openspec.model import Counts, Issue, Merged, Refusal, WritePlan
from geoflow.openspec.nesting import Folder, nested_changes
from geoflow.openspec.progress import Progress, progress
from geoflow.openspec.proposal_rules import check_proposal
from geoflow.openspec.spec_rules import check_spec
from geoflow.openspec.validity import folder_of, open_tree
from geoflow.openspec.writer import match_ending

_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-")
_SECTION = re.compile(
    rf"(?:\A|(?<=[\n\r\u2028\u2029]))##[{WHITE}]+(?:ADDED|MODIFIED|REMOVED|RENAMED)[{WHITE}]+Requirements",
    re.ASCII | re.IGNORECASE,
)
_SHOWN_LINES = 3
Outcome = Literal["create", "update", "unchanged", "retire", "nothing"]


class SpecUpdate(NamedTuple):
    """What happens to one main spec. `text` is its new text, empty where nothing is written."""

    capability: str
    path: str
    outcome: Outcome
    counts: Counts
    text: str


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


class Refused(NamedTuple):
    """Why a change cannot be archived. `issues` are the errors behind it, where it is their number that stops it."""

    code: str
    message: str
    fix: str
    issues: tuple[Issue, ...] = ()


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
    updates = () if options.skip_specs else _updates(folder, options)
    if isinstance(updates, Refused):
        return updates
    notes = tuple(check_proposal(folder)) if options.check else ()
    return _archive(folder, name, updates)._replace(notes=notes)


def _archive(folder: Folder, name: str, prepared: "tuple[_Prepared, ...]") -> Archive:
    updates = tuple(one.update for one in prepared)
    writes = tuple((one.path, one.text) for one in updates if one.outcome in ("create", "update"))
    deletes = tuple(one.path for one in updates if one.outcome == "retire")
    replaced = [path for path in (*dict(writes), *deletes) if path in folder.files]
    own = [path for path in folder.names.values() if not path.endswith("/")]
    made_from = {path: folder.files[path] for path in (*replaced, *own)}
    warnings = tuple(f"{one.update.capability}: {warning}" for one in prepared for warning in one.merged.warnings)
    retired = tuple(_retired_note(one) for one in updates if one.outcome == "retire")
    moves = ((f"{CHANGES}{folder.id}", f"{ARCHIVE}{name}"),)
    plan = WritePlan(writes, deletes, moves)
    return Archive(folder.id, name, progress(folder), updates, warnings + retired, (), plan, made_from)


def _retired_note(update: SpecUpdate) -> str:
    return (
        f"{update.capability}: its last requirement is removed and the change says retire_capabilities, so "
        f"{update.path} is deleted, with its Purpose."
    )


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


class _Prepared(NamedTuple):
    """A merged delta with what is to happen to its spec."""

    update: SpecUpdate
    merged: Merged


def _updates(folder: Folder, options: Options) -> tuple[_Prepared, ...] | Refused:
    """Merge every delta; the first that cannot be merged stops all of them."""
    marks = honoured(folder)
    retiring = marks.retire and options.check
    prepared = []
    for capability, path in delta_paths(folder.names).items():
        text = folder.files[path]
        merged = build(Source(text, split(text), capability, folder.id), folder.mains.get(capability))
        if isinstance(merged, Refusal):
            return _not_mergeable(path, merged)
        prepared.append(_Prepared(_update(folder, capability, merged, retiring=retiring), merged))
    if options.check:
        return next(_broken(prepared, marks), tuple(prepared))
    return tuple(prepared)


def _not_mergeable(path: str, refusal: Refusal) -> Refused:
    place = f"{path}:{refusal.line}" if refusal.line and refusal.code != "broken-spec" else path
    return Refused(refusal.code, f"{place}: {refusal.message}", refusal.fix)


def _update(folder: Folder, capability: str, merged: Merged, *, retiring: bool) -> SpecUpdate:
    path = f"{SPECS}{capability}/spec.md"
    main = folder.mains.get(capability)
    if retiring and is_retired(path, merged, exists=main is not None):
        return SpecUpdate(capability, path, "retire" if main else "nothing", merged.counts if main else Counts(), "")
    if not any(merged.counts):
        return SpecUpdate(capability, path, "unchanged", Counts(), "")
    text = match_ending(merged.text, main.document.text if main else None)
    return SpecUpdate(capability, path, "update" if main else "create", merged.counts, text)


def is_retired(path: str, merged: Merged, *, exists: bool) -> bool:
    """Tell whether a merge takes a capability's last requirement and nothing else would be lost with its spec."""
    taken_now = merged.counts.removed > 0 or not exists
    return taken_now and merged.bare and not merged.unaccounted and _only_bare(path, merged.text)


def _only_bare(path: str, text: str) -> bool:
    """Tell whether the only thing wrong with a spec is that it has no requirement."""
    errors = [issue.rule for issue in check_spec(path, text) if issue.level == "ERROR"]
    return bool(errors) and set(errors) == {"OS-S3"}


def _broken(prepared: list[_Prepared], marks: Marks) -> Iterator[Refused]:
    """Refuse because of specs that the merge would leave invalid, be it by what they held before."""
    for update, merged in prepared:
        if update.outcome in ("retire", "nothing"):
            continue
        errors = tuple(issue for issue in check_spec(update.path, merged.text) if issue.level == "ERROR")
        if errors:
            message = f"{update.path} would not be valid after the merge, so nothing was changed: {errors[0].message}"
            yield Refused("merged-spec-invalid", message, _way_out(update, merged, marks) or errors[0].fix, errors)


def _way_out(update: SpecUpdate, merged: Merged, marks: Marks) -> str:
    """Say how a spec that loses its last requirement can be retired, or what stands against it."""
    if not (merged.bare and _only_bare(update.path, merged.text)):
        return ""
    if merged.unaccounted:
        shown = ", ".join(f'"{line}"' for line in merged.unaccounted[:_SHOWN_LINES])
        rest = len(merged.unaccounted) - _SHOWN_LINES
        more = f" and {rest} more lines" if rest > 0 else ""
        return (
            f"The spec also holds {shown}{more}, which deleting it would lose: move that into Purpose or a "
            "requirement, or delete the spec yourself."
        )
    if marks.retire or not merged.counts.removed:
        return ""
    why = f" (the mark it has does not count: {marks.retire_problem})" if marks.retire_problem else ""
    return (
        f"To retire the capability and delete its spec, write `retire_capabilities: true` next to `schema:` in the "
        f"change's .openspec.yaml{why}."
    )
