"""The report of the monitor as one page: inline SVG with its data beside it, no script, nothing loaded."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from geoflow.adapters.html_page import html_page
from geoflow.adapters.line_chart import HEIGHT, LEFT, MOST_STEPS, RIGHT, WIDTH, Drawn, line_chart
from geoflow.adapters.measure_text import AIMS, amount, change_of, number, unit_said, unit_words
from geoflow.metrics.catalogue import GROUPS
from geoflow.metrics.series import Step

COMMAND = "monitor report"
CHARTS = frozenset(
    (
        "size.requirements size.scenarios structure.words_per_requirement "
        "coverage.with_scenario coverage.with_failure_scenario coverage.scenarios_per_requirement "
        "validity.valid validity.errors "
        "churn.requirements_added churn.requirements_modified churn.requirements_removed "
        "work.active_changes work.open_tasks "
        "quality.findings quality.smell_density quality.placeholders "
        "set.conflicts set.duplicates set.dangling_references "
        "readability.sentence_words readability.grade "
        "questions.open questions.answered "
        "edits.merge_rate edits.merged edits.rejected edits.refused "
        "loop.runs loop.edits_per_run "
        "llm.calls llm.failed llm.duration_p50 llm.input_tokens llm.output_tokens llm.cached_tokens "
        "machine.memory machine.cpu_time machine.model_memory"
    ).split()
)
"""Measures that have a chart; the others stand in the table of their group, but for a group that has none here."""
_FIRST_OF_A_GROUP = 3
_CARDS = (
    "size.requirements coverage.with_failure_scenario validity.valid quality.findings quality.smell_density "
    "work.active_changes questions.open edits.merge_rate llm.duration_p50"
).split()
_TITLES = {
    "coverage.with_failure_scenario": "With a failure scenario",
    "coverage.with_scenario": "With a scenario",
    "validity.valid": "Valid items",
    "validity.errors": "Validation errors",
    "questions.open": "Open questions",
    "questions.answered": "Answered questions",
    "edits.merged": "Edits merged",
    "edits.rejected": "Edits rejected",
    "edits.refused": "Edits refused by the gate",
    "edits.merge_rate": "Merge rate of edits",
    "llm.calls": "Model calls",
    "llm.failed": "Failed calls",
    "llm.duration_p50": "Median time of a call",
    "llm.cached_tokens": "Tokens from the cache",
    "machine.memory": "Memory of geoflow",
    "machine.cpu_time": "CPU time of a record",
    "machine.model_memory": "Memory of the model server",
    "readability.sentence_words": "Words of a sentence",
    "readability.grade": "Reading grade",
}
_MOST_COMMITS = 200


def monitor_page(report: Mapping[str, Any], *, live: str = "") -> str:
    """Render a document of `geoflow.monitor-report/1`; every text of it is escaped.

    Args:
        report: The document.
        live: The version that a server gave it: the page then asks that server for what is new.
    """
    commits = report["commits"]
    marks = {
        place: f"{_edits(one['edits'])} of improve came in with {one['commit'][:10]}"
        for place, one in enumerate(commits)
        if one["edits"]
    }
    with_chart = charted(report["measures"])
    measures = [_measure(one, commits, marks, has_chart=one["name"] in with_chart) for one in report["measures"]]
    grouped = [(key, title, [one for one in measures if one["group"] == key]) for key, title in GROUPS.items()]
    values = {
        "report": report,
        "live": live,
        "width": WIDTH,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "height": HEIGHT,
        "recorded": sum(one["state"] == "recorded" for one in commits),
        "missing": sum(one["state"] == "missing" for one in commits),
        "thinned": len(commits) > MOST_STEPS,
        "most_steps": MOST_STEPS,
        "cards": [one for name in _CARDS for one in measures if one["name"] == name],
        "groups": [group for group in grouped if group[2]],
        "merges": [one for one in reversed(commits) if one["edits"]],
        "curve": _curve(report["runs"]),
        "shown_commits": commits[: -_MOST_COMMITS - 1 : -1],
        "most_findings": max((one["findings"] for one in report["rules"]), default=0),
    }
    return html_page("monitor.html", values, {"day": _day, "amount": _seconds, "count": _count, "edits": _edits})


def charted(measures: Sequence[Mapping[str, Any]], chosen: frozenset[str] = CHARTS) -> set[str]:
    """Tell which measures have a chart: those that were chosen, and the first ones of a group with none of them."""
    listed = {name.partition(".")[0] for name in chosen}
    found = set(chosen)
    for group in {one["group"] for one in measures} - listed:
        found |= set([one["name"] for one in measures if one["group"] == group][:_FIRST_OF_A_GROUP])
    return found


def _measure(
    one: Mapping[str, Any], commits: Sequence[Mapping[str, Any]], marks: Mapping[int, str], *, has_chart: bool
) -> dict[str, Any]:
    values, unit = one["values"], one["unit"]
    places = [place for place, value in enumerate(values) if value is not None]
    first, last = places[0], places[-1]
    before = values[places[-2]] if len(places) > 1 else None
    known = [values[place] for place in places]
    # What a commit changed, or what was called since the one before, has no way to go from the first to the last.
    is_state = one["group"] not in {"churn", "llm"}
    # What differs from time to time though nothing has changed got neither better nor worse.
    aim = "info" if one["noisy"] else one["aim"]
    shown = {
        **one,
        "id": one["name"].replace(".", "-").replace("_", "-"),
        "title": _title(one["name"]),
        "unit_words": unit_words(unit),
        "unit_said": unit_said(unit),
        "aim_words": AIMS[one["aim"]],
        "latest": amount(values[last], unit),
        "latest_at": commits[last],
        "behind": len(commits) - 1 - last,
        "change": change_of(before, values[last], aim, unit),
        "over_all": change_of(values[first], values[last], aim, unit) if len(places) > 1 and is_state else None,
        "first": amount(values[first], unit),
        "least": amount(min(known), unit),
        "most": amount(max(known), unit),
        "known": len(places),
        "chart": None,
    }
    if has_chart:
        highest = 100.0 if unit == "%" else math.inf
        chart = line_chart(Drawn(values, lambda value: number(value, unit), marks, highest=highest))
        shown |= {"chart": chart, "rows": _rows(chart["steps"], one, commits)}
        shown["from"], shown["to"] = (_day(commits[place]["committed_at"]) for place in (0, -1))
    return shown


def _rows(found: Sequence[Step], one: Mapping[str, Any], commits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows of a chart's table, newest first; what reads like the row below it is left out."""
    rows: list[dict[str, Any]] = []
    aim = "info" if one["noisy"] else one["aim"]
    before: Step | None = None
    for step in found:
        begin, end = commits[step.first], commits[step.end]
        span = begin["commit"][:10] + (f" to {end['commit'][:10]}" if step.values > 1 else "")
        row = {"commits": span, "day": _day(end["committed_at"]), "edits": 0}
        if step.last is None:
            if all(each["state"] == "missing" for each in commits[step.first : step.end + 1]):
                rows.append({**row, "missing": True})
        elif before is None or (step.low, step.high, step.last) != (before.low, before.high, before.last):
            written = [amount(value, one["unit"]) for value in (step.low or 0, step.high or 0, step.last)]
            change = change_of(before.last if before else None, step.last, aim, one["unit"])
            rows.append({**row, "missing": False, "least": written[0], "most": written[1], "last": written[2]})
            rows[-1]["change"] = change["text"]
        before = step if step.last is not None else before
    return rows[::-1]


def _curve(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Draw the merge rate of all runs up to each, and each run's own as points beside it."""
    if not any(one["rate"] is not None for one in runs) or len(runs) > MOST_STEPS:
        runs = runs[-MOST_STEPS:]
    if not any(one["rate"] is not None for one in runs):
        return None
    so_far = [one["rate_so_far"] for one in runs]
    chart = line_chart(
        Drawn(so_far, lambda value: f"{value:.0f} %", hollow=[one["rate"] for one in runs], ends=(0.0, 100.0))
    )
    known = [value for value in so_far if value is not None]
    return {"chart": chart, "first": f"{known[0]:.0f} %", "last": f"{known[-1]:.0f} %", "runs": len(runs)}


def _title(name: str) -> str:
    if name in _TITLES:
        return _TITLES[name]
    words = name.partition(".")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


def _edits(count: int) -> str:
    return f"{count} edit{'' if count == 1 else 's'}"


def _day(time: str) -> str:
    return time[:10]


def _seconds(value: float | None) -> str:
    return "not said" if value is None else f"{value:,.1f} s"


def _count(value: float | None) -> str:
    return "not said" if value is None else f"{value:,.0f}"
