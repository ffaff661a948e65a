"""What archiving a change does to each main spec: created, updated, retired or left; or why it may not."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from geoflow.openspec.layout import SPECS, delta_paths
from geoflow.openspec.lines import split
from geoflow.openspec.marks import Marks, honoured
from geoflow.openspec.merging import Source, build
from geoflow.openspec.model import Counts, Issue, Merged, Refusal
from geoflow.openspec.nesting import Folder
from geoflow.openspec.spec_rules import check_spec
from geoflow.openspec.writer import match_ending

_SHOWN_LINES = 3
Outcome = Literal["create", "update", "unchanged", "retire", "nothing"]


class SpecUpdate(NamedTuple):
    """What happens to one main spec. `text` is its new text, empty where nothing is written."""

    capability: str
    path: str
    outcome: Outcome
    counts: Counts
    text: str


class Refused(NamedTuple):
    """Why a change cannot be archived. `issues` are the errors behind it, where it is their number that stops it."""

    code: str
    message: str
    fix: str
    issues: tuple[Issue, ...] = ()


class Prepared(NamedTuple):
    """A merged delta with what is to happen to its spec."""

    update: SpecUpdate
    merged: Merged


def merge_all(folder: Folder, *, check: bool) -> tuple[Prepared, ...] | Refused:
    """Merge every delta; the first that cannot be merged stops all of them. With `check` no spec is left invalid."""
    marks = honoured(folder)
    retiring = marks.retire and check
    prepared = []
    for capability, path in delta_paths(folder.names).items():
        text = folder.files[path]
        merged = build(Source(text, split(text), capability, folder.id), folder.mains.get(capability))
        if isinstance(merged, Refusal):
            return _not_mergeable(path, merged)
        prepared.append(Prepared(_update(folder, capability, merged, retiring=retiring), merged))
    if check:
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


def _broken(prepared: list[Prepared], marks: Marks) -> Iterator[Refused]:
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


def retired_note(update: SpecUpdate) -> str:
    """Say that a spec is deleted, and why."""
    return (
        f"{update.capability}: its last requirement is removed and the change says retire_capabilities, so "
        f"{update.path} is deleted, with its Purpose."
    )
