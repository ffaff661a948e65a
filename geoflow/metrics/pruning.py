"""Remove records that nothing needs any more: of commits that were rewritten, and those that newer ones replace."""

from collections.abc import Mapping

from geoflow.metrics.snapshot import Snapshot, from_line
from geoflow.metrics.standing import is_complete


def pruned_note(note: str) -> str:
    """Drop the lines that no snapshot is made of: derived measures of an older geoflow, and lines that stand twice.

    Lines that are no records are kept, since another tool may have written them, and so is whatever was observed.
    """
    lines = note.splitlines()
    records: dict[str, Snapshot] = {}
    for line in lines:
        record = from_line(line)
        if record is not None:
            records[line] = record
    newest = max(records.values(), key=lambda one: one.recorded_at, default=None)
    if newest is None:
        return note
    same = [one for one in records.values() if _key(one) == _key(newest)]
    whole = next((one for one in reversed(same) if is_complete(one)), None)
    kept = [line for line in dict.fromkeys(lines) if line not in records or _is_needed(records[line], newest, whole)]
    return "".join(f"{line}\n" for line in kept)


def _is_needed(record: Snapshot, newest: Snapshot, whole: Snapshot | None) -> bool:
    if record.observed or record is newest or record is whole:
        return True
    return _key(record) == _key(newest) and whole is None


def _key(record: Snapshot) -> tuple[str, str, str]:
    return record.commit, record.inputs, record.geoflow


def prune(notes: Mapping[str, str], gone: frozenset[str]) -> dict[str, str]:
    """Give the notes that change, {commit: note}, empty for those that go; `gone` are commits that nothing reaches."""
    changed = {commit: "" if commit in gone else pruned_note(note) for commit, note in notes.items()}
    return {commit: note for commit, note in changed.items() if note != notes[commit]}
