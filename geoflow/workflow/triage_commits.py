"""Commits of a triage: what was taken, from which run, and in whose words."""

from collections.abc import Mapping, Sequence

from geoflow.workflow.run_record import RecordedEdit, RecordedRun

_LONGEST_SUBJECT = 100


def commit_of(edits: Sequence[RecordedEdit], run: RecordedRun, edited_by: Mapping[str, str]) -> str:
    """Write the message of the commit of one target: what was mended and why, and trailers that later runs can read.

    `edited_by` names who put an edit, by its id, into words of their own.
    """
    path = edits[0].path
    capability = line("/".join(path.split("/")[2:-1]).removesuffix("/specs"))
    subject = f"improve({capability}): {line(edits[0].requirement) or 'Purpose'}"
    reasons = [f"- {line(edit.code)}, line {edit.line}: {line(edit.message)}" for edit in edits]
    trailers = [f"Geoflow-Run: {line(run.name)}"]
    for edit in edits:
        trailers += [f"Geoflow-Finding: {line(edit.id)} {line(edit.code)}", f"Geoflow-Strategy: {line(edit.strategy)}"]
        trailers += [f"Geoflow-Prompt: {line(edit.prompt)}"] if edit.prompt else []
        trailers += [f"Geoflow-Lesson: {line(edit.lesson)}"] if edit.lesson else []
        trailers += [f"Geoflow-Licence: {line(licence)}" for licence in edit.licences]
        trailers += [f"Geoflow-Edited-By: {line(edited_by[edit.id])}"] if edit.id in edited_by else []
    shown = subject if len(subject) <= _LONGEST_SUBJECT else subject[: _LONGEST_SUBJECT - 1] + "…"
    return "\n".join([shown, "", *reasons, "", *trailers, ""])


def line(text: str) -> str:
    """Put a text on one line of what can be seen, so that it adds no line and no trailer."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
