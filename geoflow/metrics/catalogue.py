"""The table of measures as a document: the docs are made from the same definitions as the reports."""

from collections.abc import Sequence
from itertools import groupby

from geoflow.metrics.measure import MEASURES, Measure

GROUPS = {
    "size": "How much there is",
    "structure": "How it is cut",
    "coverage": "What scenarios cover",
    "validity": "What OpenSpec's validation says",
    "churn": "What a commit changed",
    "work": "What is being done",
    "quality": "What geoflow's rules say",
    "set": "How the requirements agree",
    "readability": "How hard it is to read",
    "questions": "Questions and answers",
    "edits": "What became of edits",
    "loop": "The loop of improve",
    "llm": "Model calls",
    "age": "How old the text is",
    "findings": "Findings that come and go",
    "machine": "The machine",
}
"""Title of each group of measures, in the order of reports."""
KEPT = {
    "history": "every commit has it; `backfill` works it out for old ones",
    "asked": "worked out when first asked for, then kept",
    "happened": "recorded when it happens, and never worked out later",
}
"""What is said of when a measure is kept."""


def select(groups: Sequence[str]) -> list[Measure]:
    """Give the measures of some groups; all where none is named."""
    return [measure for measure in MEASURES if not groups or measure.group in groups]


def markdown(measures: Sequence[Measure]) -> str:
    """Write definitions as Markdown, a table a group."""
    parts = []
    for group, members in groupby(measures, key=lambda one: one.group):
        rows = "".join(
            f"| `{one.name}` | {_cell(one.meaning)} | `{one.unit}` | {one.aim} | {one.kept} | {_cell(one.source)} |\n"
            for one in members
        )
        head = "| measure | what it is | unit | aim | kept | asked for by |\n|---|---|---|---|---|---|\n"
        parts.append(f"## {GROUPS[group]}\n\n{head}{rows}")
    kept = "".join(f"- `{name}`: {text}\n" for name, text in KEPT.items())
    return "\n".join(parts) + f"\nKept:\n\n{kept}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
