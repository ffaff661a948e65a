"""Operators on changes: each makes a change of its own beside a main spec, right in itself, and then makes it wrong."""

import hashlib
import re
from random import Random
from typing import NamedTuple

from geoflow.openspec.model import Spec
from geoflow.quality.mutation.drift import dropped_scenario
from geoflow.quality.mutation.drift import other_number as changed_number
from geoflow.quality.mutation.marks import Weaker
from geoflow.quality.mutation.mutant import Edit, Target
from geoflow.quality.mutation.phrasing import Half

_MORE = (
    "#### Scenario: Asked for a second time\n- **WHEN** the same is asked for a second time\n"
    "- **THEN** the outcome is the same\n"
)
_TASKS = "## 1. Build\n\n- [ ] 1.1 Write the test of the new scenario\n- [ ] 1.2 Make it pass\n"
_UNKNOWN = ("Nightly settlement of ledgers", "Greeting of returning visitors", "Rotation of the watch list")


class _Change(NamedTuple):
    """A change that nothing is wrong with: its folder, and its delta with the place of the requirement's block."""

    folder: str
    delta: str
    block: int
    files: dict[str, str]

    def edit(self, path: str, start: int, end: int, new: str, injected: str) -> Edit:
        """Make an edit of one of its files; the others stand beside it."""
        others = {name: text for name, text in self.files.items() if name != path}
        return Edit(start, end, new, injected, (), path, self.files.get(path, ""), others, (f"{self.folder}/",))

    def of_delta(self, start: int, end: int, new: str, injected: str) -> Edit:
        """Make an edit of its delta, by offsets from the requirement's block."""
        return self.edit(self.delta, self.block + start, self.block + end, new, injected)


def unknown_modified(target: Target, random: Random, _: Half) -> Edit | None:
    """Modify a requirement that the main spec does not have."""
    change = _modifying(target)
    return _renamed(change, target.requirement.name, random.choice(_UNKNOWN)) if change else None


def unknown_removed(target: Target, random: Random, _: Half) -> Edit | None:
    """Remove a requirement that the main spec does not have."""
    why = "**Reason**: nobody asks for it.\n\n**Migration**: none is needed.\n"
    block = f"### Requirement: {target.requirement.name}\n\n{why}"
    change = _change(target, "REMOVED", block)
    return _renamed(change, target.requirement.name, random.choice(_UNKNOWN)) if change else None


def added_existing(target: Target, _: Random, __: Half) -> Edit | None:
    """Add a requirement whose name the main spec has already."""
    block = (
        f"### Requirement: Second asking\nThe system SHALL answer a second asking as it answered the first.\n\n{_MORE}"
    )
    change = _change(target, "ADDED", block)
    return _renamed(change, "Second asking", target.requirement.name) if change else None


def dropping_scenario(target: Target, random: Random, _: Half) -> Edit | None:
    """Modify a requirement and leave out one of its scenarios."""
    edit, change = dropped_scenario(target, random, "first"), _modifying(target)
    return _moved(change, target, edit) if change and edit else None


def weakened_number(target: Target, random: Random, _: Half) -> Edit | None:
    """Modify a requirement with another number in its text."""
    edit, change = changed_number(target, random, "first"), _modifying(target)
    return _moved(change, target, edit) if change and edit else None


def weakened_word(target: Target, random: Random, _: Half) -> Edit | None:
    """Modify a requirement so that it only should hold."""
    edit, change = Weaker("should", "may")(target, random, "first"), _modifying(target)
    return _moved(change, target, edit) if change and edit else None


def second_change(target: Target, _: Random, __: Half) -> Edit | None:
    """Let a second active change modify the same requirement otherwise."""
    change = _modifying(target)
    if change is None:
        return None
    folder = f"{change.folder}-too"
    rival = change.files[change.delta].replace("a second time", "a third time")
    files = change.files | {
        f"{folder}/{name}": change.files[f"{change.folder}/{name}"] for name in ("proposal.md", "tasks.md")
    }
    path = change.delta.replace(change.folder, folder, 1)
    heading = f"### Requirement: {target.requirement.name}"
    return Edit(0, 0, rival, heading, (), path, "", files, (f"{change.folder}/", f"{folder}/"))


def no_delta(target: Target, random: Random, _: Half) -> Edit | None:
    """Let the proposal name a capability that there is no delta for."""
    change = _modifying(target)
    others = [spec.id for spec in target.tree.specs if spec.id != target.document.id]
    if change is None or not others:
        return None
    name = random.choice(others)
    return _proposal(
        change, len(change.files[f"{change.folder}/proposal.md"]), 0, f"- `{name}`: the same there\n", name
    )


def new_but_there(target: Target, _: Random, __: Half) -> Edit | None:
    """Let the proposal call a capability new that exists."""
    change = _modifying(target)
    if change is None:
        return None
    at = change.files[f"{change.folder}/proposal.md"].index("Modified Capabilities")
    return _proposal(change, at, len("Modified"), "New", "New Capabilities")


def ticked_tasks(target: Target, _: Random, __: Half) -> Edit | None:
    """Tick every task of a change that is still active."""
    return _tasks(target, _TASKS.replace("[ ]", "[x]"), "[x]")


def no_tasks(target: Target, _: Random, __: Half) -> Edit | None:
    """Leave a change without a task."""
    return _tasks(target, "## 1. Build\n", "")


def lost_task(target: Target, random: Random, _: Half) -> Edit | None:
    """Let a task name a requirement that is nowhere."""
    name = random.choice(_UNKNOWN)
    return _tasks(target, f'{_TASKS}- [ ] 1.3 Implement "Requirement: {name}"\n', name)


def _tasks(target: Target, new: str, injected: str) -> Edit | None:
    change = _modifying(target)
    return change.edit(f"{change.folder}/tasks.md", 0, len(_TASKS), new, injected) if change else None


def _proposal(change: _Change, at: int, length: int, new: str, injected: str) -> Edit:
    return change.edit(f"{change.folder}/proposal.md", at, at + length, new, injected)


def _renamed(change: _Change, old: str, new: str) -> Edit:
    start = len("### Requirement: ")
    return change.of_delta(start, start + len(old), new, new)


def _moved(change: _Change, target: Target, edit: Edit) -> Edit:
    """Make in the change's delta the edit that was made for the main spec."""
    requirement = target.requirement
    heading = len(f"### Requirement: {requirement.name}\n") - (requirement.body_start - requirement.start)
    shift = heading - requirement.start
    return change.of_delta(edit.start + shift, edit.end + shift, edit.new, edit.injected)


def _modifying(target: Target) -> _Change | None:
    text, requirement = target.document.text, target.requirement
    body = text[requirement.body_start : requirement.end].replace("\r\n", "\n")
    if "\r" in text or not requirement.scenarios:
        return None
    return _change(target, "MODIFIED", f"### Requirement: {requirement.name}\n{body.rstrip()}\n\n{_MORE}")


def _change(target: Target, operation: str, block: str) -> _Change | None:
    document = target.document
    if not isinstance(document, Spec) or re.search(r"[`*]", target.requirement.name):
        return None
    digest = hashlib.sha256(f"{document.path}\0{target.requirement.name}\0{operation}".encode()).hexdigest()[:8]
    folder = f"openspec/changes/asked-twice-{digest}"
    section = f"## {operation} Requirements\n\n"
    delta = f"{folder}/specs/{document.id}/spec.md"
    files = {f"{folder}/proposal.md": _proposed(document), f"{folder}/tasks.md": _TASKS, delta: section + block}
    return _Change(folder, delta, len(section), files)


def _proposed(document: Spec) -> str:
    return (
        "# Proposal\n\n## Why\n\nPeople ask a second time where the first answer was slow, and nothing says what they "
        "get then.\n\n## What Changes\n\n- Say what happens to whoever asks a second time.\n\n## Capabilities\n\n"
        f"### Modified Capabilities\n\n- `{document.id}`: one scenario more\n"
    )
