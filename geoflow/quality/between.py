"""What is wrong between documents, which validation never compares: deltas, main specs, proposals, tasks, changes."""

from collections.abc import Collection, Iterator, Mapping

from geoflow.openspec.conflicts import Conflict, conflicts
from geoflow.openspec.model import Change, Tree
from geoflow.openspec.touches import Touch, touches
from geoflow.quality.capabilities import find_capabilities
from geoflow.quality.comparison import Comparison
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.kept import Kept
from geoflow.quality.place import Place, finding_at, line_place, place_of
from geoflow.quality.unmatched import applied_of, find_unmatched, is_whole, known

_NAMED = 3
_DOES = {
    "ADDED": ("adds it", "add it"),
    "MODIFIED": ("modifies it", "modify it"),
    "REMOVED": ("removes it", "remove it"),
    "RENAMED FROM": ("renames it", "rename it"),
    "RENAMED TO": ("renames another to it", "rename others to it"),
}


def find_between(
    tree: Tree, texts: Mapping[str, str], within: Collection[str] | None = None, kept: Kept | None = None
) -> list[Finding]:
    """Find what does not fit between the documents of a tree (GF301 to GF303, GF305 to GF310).

    Args:
        tree: The tree; archived changes are not looked at.
        texts: The text of every file, by path.
        within: Paths of the files whose findings are asked for; None: all.
        kept: What rules worked out before.
    """
    changes = tree.changes
    if within is not None:
        folders = {"/".join(path.split("/")[:3]) for path in within}
        changes = tuple(change for change in changes if change.path in folders)
    if not changes:
        return []
    deeds_of = {change.id: touches(change) for change in tree.changes}
    every = [touch for deeds in deeds_of.values() for touch in deeds]
    there = known(tree, every)
    planners: dict[str, set[str]] = {}
    for (capability, _), makers in there.makes.items():
        planners.setdefault(capability, set()).update(makers)
    comparison = Comparison(tree, there.blocks, kept or Kept())
    found: list[Finding] = []
    for change in changes:
        deeds = deeds_of[change.id]
        finished: set[str] = set()
        for delta in change.deltas:
            own = [touch for touch in deeds if touch.path == delta.path]
            found += find_unmatched(own, delta, there)
            found += comparison.weakened(delta)
            if is_whole(applied_of(own, there), own):
                finished.add(delta.id)
        planned = {capability for capability, makers in planners.items() if makers - {change.id}}
        found += find_capabilities(change, there.names.keys(), planned, finished)
        found += _about_tasks(change, texts, finished=bool(deeds) and finished == {touch.capability for touch in deeds})
    for conflict in conflicts(tree, every, there.blocks):
        found += _rivals(conflict, texts)
    return found if within is None else [finding for finding in found if finding.path in within]


def _rivals(conflict: Conflict, texts: Mapping[str, str]) -> Iterator[Finding]:
    severity: Severity = "info" if conflict.first else "warning"
    seen: set[str] = set()
    for side in conflict.sides:
        if side.change in seen:
            continue
        seen.add(side.change)
        others = [other for other in conflict.sides if other.change != side.change]
        message = f"“{side.name}”: {_doers(others)} too: {conflict.why}"
        if conflict.first:
            fix = f"archive {', '.join(conflict.first[:_NAMED])} first"
        else:
            fix = "archive one and write the other anew on top of it, or put both into one change"
        yield finding_at(place_of(side, texts[side.path]), "GF303", severity, message, fix)


def _doers(sides: list[Touch]) -> str:
    """Say who else does what, those that do the same together: `a and b modify it, c removes it`."""
    by_verb: dict[str, list[str]] = {}
    for side in sides:
        by_verb.setdefault(side.operation, []).append(side.change)
    return ", ".join(_doing(changes, *_DOES[operation]) for operation, changes in by_verb.items())


def _doing(changes: list[str], one: str, several: str) -> str:
    more = len(changes) - _NAMED
    names = [*changes[:_NAMED], f"{more} more"] if more > 0 else changes
    who = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    return f"{who} {several if len(changes) > 1 else one}"


def _about_tasks(change: Change, texts: Mapping[str, str], *, finished: bool) -> Iterator[Finding]:
    path = f"{change.path}/tasks.md"
    text = texts.get(path, "")
    if not change.tasks:
        if change.deltas:
            place = (
                Place(path, text, 0, 0) if path in texts else Place(change.deltas[0].path, change.deltas[0].text, 0, 0)
            )
            yield finding_at(
                place, "GF309", "info", "the change has no task", "write what is to be done as “- [ ] 1.1 ...”"
            )
        return
    done = [task for task in change.tasks if task.done]
    if len(done) == len(change.tasks):
        message = (
            f"all {len(done)} tasks are done, and the change is still active"
            if len(done) > 1
            else ("the one task is done, and the change is still active")
        )
        yield finding_at(
            line_place(path, text, done[-1].line), "GF308", "info", message, f"geoflow archive {change.id}"
        )
    elif finished and not done:
        message = "no task is ticked, but the main specs say already all that the change asks for"
        fix = "tick what is done, or archive the change"
        yield finding_at(line_place(path, text, change.tasks[0].line), "GF309", "info", message, fix)
