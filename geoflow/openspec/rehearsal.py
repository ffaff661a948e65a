"""Archiving changes one after the other in memory: what the main specs would say, and what would be refused."""

from collections.abc import Iterable
from typing import NamedTuple

from geoflow.openspec.archiving import own_errors
from geoflow.openspec.layout import SPECS, delta_paths
from geoflow.openspec.marks import honoured
from geoflow.openspec.merging import merge
from geoflow.openspec.model import Issue, Refusal
from geoflow.openspec.spec_rules import check_spec
from geoflow.openspec.spec_updates import is_retired
from geoflow.openspec.touches import Touch
from geoflow.openspec.validity import OpenTree, folder_of


class Stopped(NamedTuple):
    """Why a change cannot be archived now, and in which capability (empty: the change as a whole)."""

    capability: str
    refusal: Refusal


class _Writer(NamedTuple):
    change: str
    text: str


class Rehearsal:
    """The main specs as the changes archived so far have left them.

    Args:
        tree: The tree as it is; nothing in it is changed.
    """

    def __init__(self, tree: OpenTree) -> None:
        self._tree = tree
        self.specs: dict[str, str | None] = {name: tree.files[path] for name, path in tree.found.specs.items()}
        self._written: dict[tuple[str, str], _Writer] = {}
        self._renamed: dict[tuple[str, str], str] = {}
        self._invalid: dict[str, Stopped | None] = {}

    def archive(self, change: str, deeds: list[Touch]) -> Stopped | None:
        """Archive a change; the reason where it cannot be, and then nothing has moved."""
        if change not in self._invalid:
            self._invalid[change] = self._validity(change)
        stopped = self._invalid[change] or self._undoing(deeds)
        if stopped:
            return stopped
        made: dict[str, str | None] = {}
        retires = honoured(folder_of(self._tree, change)).retire
        for capability, path in delta_paths(self._tree.found.changes[change]).items():
            result = self._outcome(change, capability, self._tree.files[path], retires=retires)
            if isinstance(result, Refusal):
                return Stopped(capability, result)
            made[capability] = result.text
        self._note(change, deeds)
        self.specs.update(made)
        return None

    def _validity(self, change: str) -> Stopped | None:
        refused = own_errors(folder_of(self._tree, change))
        if refused is None:
            return None
        if refused.issues:
            return Stopped("", _because_of(refused.code, "The change is not valid", refused.issues[0]))
        return Stopped("", Refusal(refused.code, refused.message, refused.fix))

    def _outcome(self, change: str, capability: str, delta: str, *, retires: bool) -> "_Text | Refusal":
        before = self.specs.get(capability)
        merged = merge(delta, before, capability=capability, change=change)
        if isinstance(merged, Refusal):
            return merged
        path = f"{SPECS}{capability}/spec.md"
        if retires and is_retired(path, merged, exists=before is not None):
            return _Text(None)
        errors = [one for one in check_spec(path, merged.text) if one.level == "ERROR"]
        if errors:
            return _because_of("merged-spec-invalid", f"The main spec {capability} would not be valid", errors[0])
        return _Text(merged.text)

    def _undoing(self, deeds: Iterable[Touch]) -> Stopped | None:
        """Refuse what a merge would take, though it undoes what a change before it says."""
        old_names = {(one.capability, one.name): one.other for one in deeds if one.operation == "RENAMED TO"}
        for touch in deeds:
            place = (touch.capability, old_names.get((touch.capability, touch.name), touch.name))
            writer = self._written.get(place)
            if touch.operation in ("MODIFIED", "REMOVED") and writer and writer.text != touch.text:
                verb = "replace" if touch.operation == "MODIFIED" else "remove"
                message = f'It would {verb} what {writer.change} writes to "{touch.name}".'
                fix = f"Take what {writer.change} says into its delta, or drop one of the two."
                return Stopped(touch.capability, Refusal("undoes", message, fix, touch.name, touch.line))
            if touch.operation == "REMOVED" and place in self._renamed:
                message = f'{self._renamed[place]} renames "{touch.name}", so its removal would do nothing.'
                fix = "Remove it under its new name, or drop one of the two."
                return Stopped(touch.capability, Refusal("renamed-away", message, fix, touch.name, touch.line))
        return None

    def _note(self, change: str, deeds: Iterable[Touch]) -> None:
        for touch in deeds:
            place = (touch.capability, touch.name)
            if touch.operation == "RENAMED FROM":
                self._renamed[place] = change
                if writer := self._written.pop(place, None):
                    self._written[touch.capability, touch.other] = writer
            elif touch.operation == "MODIFIED":
                self._written[place] = _Writer(change, touch.text)
            elif touch.operation in ("ADDED", "REMOVED"):
                self._written.pop(place, None)
                self._renamed.pop(place, None)


class _Text(NamedTuple):
    """What a main spec becomes; None where there is none any more."""

    text: str | None


def _because_of(code: str, what: str, error: Issue) -> Refusal:
    message = f"{what}: {error.message}"
    requirement = error.requirement if code == "change-invalid" else ""
    return Refusal(code, message, error.fix, requirement, error.span.line)
