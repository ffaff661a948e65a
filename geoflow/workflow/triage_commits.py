"""Commits of a triage: what was taken, from which run, and in whose words."""

from collections.abc import Mapping, Sequence

from geoflow.workflow.adoption_record import RecordedAdoption
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
    return _message(subject, reasons, trailers)


def adoption_message(adoption: RecordedAdoption, run: RecordedRun, edited_by: str) -> str:
    """Write the message of the commit of an adopted item; `edited_by` names who put it into words of their own."""
    figures = adoption.figures
    told = [
        f"- {figures.get('scenarios', 0)} scenarios, {figures.get('with_sourced_when', 0)} with a WHEN from the source",
        *(f"- {line(why)}" for why in adoption.why),
    ]
    trailers = [f"Geoflow-Run: {line(run.name)}"]
    trailers += [f"Geoflow-Finding: {line(key)} {line(code)}" for key, code in adoption.findings]
    trailers += [f"Geoflow-Strategy: {adoption.strategy}"]
    trailers += [f"Geoflow-Prompt: {line(adoption.prompt)}"] if adoption.prompt else []
    trailers += [f"Geoflow-Edited-By: {line(edited_by)}"] if edited_by else []
    return _message(f"improve({line(adoption.name)}): put into OpenSpec form", told, trailers)


def questions_message(adoption: RecordedAdoption, run: RecordedRun) -> str:
    """Write the message of the commit of an item's questions."""
    told = [f"- {line(text)}" for text in adoption.asked_texts]
    return _message(f"ask({line(adoption.name)}): what its form leaves open", told, [f"Geoflow-Run: {line(run.name)}"])


def _message(subject: str, told: Sequence[str], trailers: Sequence[str]) -> str:
    shown = subject if len(subject) <= _LONGEST_SUBJECT else subject[: _LONGEST_SUBJECT - 1] + "…"
    return "\n".join([shown, "", *told, "", *trailers, ""])


def line(text: str) -> str:
    """Put a text on one line of what can be seen, so that it adds no line and no trailer."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
