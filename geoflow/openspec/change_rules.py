"""The rules of a change as a whole, in the order in which the npm CLI reports them."""

from collections.abc import Iterator

from geoflow.errors import UnreadableError
from geoflow.openspec.collate import collation_key
from geoflow.openspec.delta_reader import ADDED, MODIFIED, REMOVED, RENAMED, read_plan
from geoflow.openspec.delta_rules import DeltaFile, check_delta, entries, open_delta, refusal_issue
from geoflow.openspec.layout import CHANGES, SPECS, delta_paths
from geoflow.openspec.lines import split
from geoflow.openspec.mains import Main
from geoflow.openspec.marks import change_metadata, honoured
from geoflow.openspec.metadata import FILE, Metadata
from geoflow.openspec.model import Issue
from geoflow.openspec.nesting import Folder, nested_changes
from geoflow.openspec.progress import change_schema, task_text, tracked_tasks
from geoflow.openspec.rules import Where, issue, line_span
from geoflow.openspec.task_rules import TaskFile, check_checkboxes, check_numbers


def check_change(change: Folder) -> list[Issue]:
    """Check an active change: its deltas, its metadata, its tasks."""
    nested = nested_changes(change)
    if nested:
        return [_nested_issue(change, nested)]
    metadata = change_metadata(change)
    deltas = [open_delta(name, path, change.files[path]) for name, path in delta_paths(change.names).items()]
    return [
        *_delta_issues(change, deltas),
        *_marker_and_total_issues(change, metadata, deltas),
        *_task_issues(change, metadata),
    ]


def _nested_issue(change: Folder, nested: list[str]) -> Issue:
    names = ", ".join(f"{CHANGES}{name}/" for name in nested)
    return issue(
        "C9",
        Where("file", CHANGES + change.id),
        f'"{change.id}" is a folder around other changes, which nothing reads there: {names}.',
        f"Move each to a folder of its own below {CHANGES}, such as {nested[0].replace('/', '-')}.",
    )


def _delta_issues(change: Folder, deltas: list[DeltaFile]) -> Iterator[Issue]:
    if "specs/spec.md" in change.names:
        yield issue(
            "D0",
            Where("spec.md", change.names["specs/spec.md"]),
            "A delta spec directly below specs/ belongs to no capability, so it is ignored.",
            "Move it into the folder of its capability, such as specs/<capability>/spec.md.",
        )
    refused = []
    for delta in deltas:
        main, problem = _main(change, delta.capability)
        found = check_delta(delta, main, problem)
        yield from found
        if not problem and entries(delta) and not any(one.level == "ERROR" for one in found):
            refused += refusal_issue(delta, main)
    yield from refused


def _main(change: Folder, capability: str) -> tuple[Main | None, str]:
    """Give the main spec of a capability, None where there is none, and why it cannot be read, if that is so."""
    if f"{SPECS}{capability}/spec.md/" in change.files:
        return None, "it is a folder"
    try:
        return change.mains.get(capability), ""
    except UnreadableError as error:
        return None, error.reason


def unread_files(change: Folder) -> list[str]:
    """List Markdown files below specs/ with delta sections that no reader opens."""
    found = []
    for name in change.names:
        parts = name.split("/")
        if parts[0] != "specs" or len(parts) < 2 or parts[-1] == "spec.md" or any(part[:1] == "." for part in parts):
            continue
        if parts[-1].lower().endswith(".md") and read_plan(split(change.files[change.names[name]])).present:
            found.append(name[6:])
    return sorted(found)


def _marker_and_total_issues(change: Folder, metadata: Metadata | None, deltas: list[DeltaFile]) -> Iterator[Issue]:
    unread = unread_files(change)
    yield from (_unread_issue(change, name) for name in unread)
    empty = [delta for delta in deltas if not entries(delta)]
    yield from (_no_entries_issue(delta) for delta in empty if delta.plan.present)
    yield from (_no_sections_issue(delta) for delta in empty if not delta.plan.present)
    marks = honoured(change, metadata)
    if marks.skip_problem:
        yield _bad_marker_issue(change, marks.skip_problem)
    skips = marks.skip_specs
    holds_files = any(_is_visible(name) for name in change.names)
    if skips and holds_files:
        yield _conflict_issue(change)
    if any(entries(delta) for delta in deltas) or "specs/spec.md" in change.names or unread:
        return
    if not skips:
        yield _no_delta_issue(change)
    elif not holds_files:
        yield _accepted_issue(change)


def _is_visible(name: str) -> bool:
    """Tell whether a file contradicts skip_specs: one below specs/, or one in the place of that folder."""
    return name == "specs" or (name.startswith("specs/") and not any(part[:1] in (".", "") for part in name.split("/")))


def _unread_issue(change: Folder, name: str) -> Issue:
    folder, _, file = name.rpartition("/")
    expected = f"specs/{folder or file[:-3]}/spec.md"
    return issue(
        "C2",
        Where(name, change.names[f"specs/{name}"]),
        f"specs/{name} has delta sections, but only a file named spec.md is read, so it is ignored.",
        f"Move its requirements into {expected}.",
    )


def _no_entries_issue(delta: DeltaFile) -> Issue:
    titles = [title for title in (ADDED, MODIFIED, REMOVED, RENAMED) if title in delta.plan.present]
    names = " and ".join(f"## {title.split()[0].upper()} Requirements" for title in titles)
    return issue(
        "C3",
        Where(delta.place, delta.path),
        f"{names} hold no requirement that can be read.",
        "Write a `### Requirement: <name>` block in each section (a bullet will do under REMOVED).",
    )


def _no_sections_issue(delta: DeltaFile) -> Issue:
    return issue(
        "C4",
        Where(delta.place, delta.path),
        "This delta spec has no delta section.",
        "Put the requirements under `## ADDED Requirements` or another delta heading, or move notes out of specs/.",
    )


def _bad_marker_issue(change: Folder, problem: str) -> Issue:
    path = f"{CHANGES}{change.id}/{FILE}"
    try:
        document = split(change.files.get(path, ""))
    except UnreadableError:
        document = split("")
    line = next((index for index, line in enumerate(document.lines) if "skip_specs" in line), 0)
    return issue(
        "C5",
        Where(FILE, path, line_span(document, line)),
        f"skip_specs does not count, since the file is not valid: {problem}.",
        "Mend the file, or remove skip_specs and write delta specs.",
    )


def _conflict_issue(change: Folder) -> Issue:
    return issue(
        "C6",
        Where("file", change.names[FILE]),
        "The change says skip_specs, yet there are files below specs/.",
        "Remove skip_specs from .openspec.yaml, or remove the files.",
    )


def _accepted_issue(change: Folder) -> Issue:
    return issue(
        "C7",
        Where("file", change.names[FILE]),
        "The change says skip_specs: it changes no spec, and needs no delta.",
        "",
    )


def _no_delta_issue(change: Folder) -> Issue:
    return issue(
        "C8",
        Where("file", CHANGES + change.id),
        "The change has no delta: nothing in it adds, modifies, removes or renames a requirement.",
        "Write specs/<capability>/spec.md with a delta section, or set `skip_specs: true` in .openspec.yaml.",
    )


def _task_issues(change: Folder, metadata: Metadata | None) -> Iterator[Issue]:
    schema = change_schema(change, metadata)
    tracked = sorted(tracked_tasks(change, schema), key=collation_key)
    texts = {file: task_text(change, file) for file in tracked}
    files = [TaskFile(file, change.names[file], text) for file, text in texts.items() if text is not None]
    if len(files) == len(tracked):
        # Checkboxes that nobody sees may stand in the file that cannot be read.
        yield from check_checkboxes(files)
    if schema and schema.built_in:
        yield from check_numbers(files)
