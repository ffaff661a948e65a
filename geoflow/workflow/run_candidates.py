"""The candidates of a kept run: each try with the checks that it passed, the one that refused it, and its cost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Runs
from geoflow.workflow.run_record import RecordedRun, read_record
from geoflow.workflow.taken import NOTHING_TAKEN, Taken


@dataclass(frozen=True, slots=True)
class RecordedCandidate:
    """A try at one finding. `refused_by` names the check that refused it; it is empty where the edit was kept.

    Runs that were kept by an earlier version have no prompt of a refusal and no cost.
    """

    finding: str
    code: str
    path: str
    line: int
    requirement: str
    strategy: str
    prompt: str
    passed: tuple[str, ...]
    refused_by: str
    reason: str
    old: str
    new: str
    cost: Taken

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return plain | {"passed": list(self.passed), "cost": self.cost.document(), "kept": not self.refused_by}


@dataclass(frozen=True, slots=True)
class RecordedTry:
    """A try to put an item into OpenSpec form: the checks that it passed, why it stayed as it was, its figures."""

    item: str
    strategy: str
    prompt: str
    passed: tuple[str, ...]
    why_not: str
    figures: Mapping[str, int]

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return plain | {"passed": list(self.passed), "figures": dict(self.figures), "kept": not self.why_not}


def tries(runs: Runs, run: RecordedRun) -> list[RecordedTry]:
    """Read what a run tried to put into OpenSpec form."""
    return [_try(one) for one in json.loads(runs.records()[run.name]).get("adopted", []) if isinstance(one, Mapping)]


def _try(found: Mapping[str, Any]) -> RecordedTry:
    item, strategy, prompt, why_not = (_text(found, key) for key in ("item", "strategy", "prompt", "why_not"))
    figures = found.get("figures")
    given = figures if isinstance(figures, Mapping) else {}
    counts = {name: count for name, count in given.items() if isinstance(count, int)}
    return RecordedTry(item, strategy, prompt, _names(found.get("checks")), why_not, counts)


def candidates(runs: Runs, name: str) -> tuple[RecordedRun, list[RecordedCandidate]]:
    """Read the candidates of the one run whose name begins so, those of one finding together.

    Raises:
        GeoflowError: `unknown-run`.
    """
    found = {run: content for run, content in runs.records().items() if run.startswith(name)}
    known = [(run, content) for key, content in found.items() if (run := read_record(key, content))]
    if len(known) != 1:
        raise GeoflowError(
            f"{'Several runs are' if known else 'No run is'} named {name[:80]!r}.",
            fix="See them with: geoflow improve --outcomes",
            code="unknown-run",
            exit_code=ExitCode.USAGE,
        )
    run, content = known[0]
    document = json.loads(content)
    rows = [_candidate(one) for one in (*document["refused"], *document["edits"])]
    return run, sorted(rows, key=lambda row: (row.path, row.line, row.finding))


def _candidate(found: Mapping[str, Any]) -> RecordedCandidate:
    finding = found["finding"]
    is_kept = "check" not in found
    return RecordedCandidate(
        finding=_text(finding, "id"),
        code=_text(finding, "code"),
        path=_text(finding, "path"),
        line=_number(finding, "line"),
        requirement=_text(finding, "requirement"),
        strategy=_text(found, "strategy"),
        prompt=_text(found, "prompt"),
        passed=_names(found.get("checks")),
        refused_by="" if is_kept else _text(found, "check") or "unknown",
        reason="" if is_kept else _text(found, "reason"),
        old=_text(found, "old"),
        new=_text(found, "new"),
        cost=_cost(found.get("cost")),
    )


def _cost(found: object) -> Taken:
    if not isinstance(found, Mapping):
        return NOTHING_TAKEN
    seconds = found.get("seconds")
    calls, prompt, completion = (_number(found, name) for name in ("calls", "prompt_tokens", "completion_tokens"))
    return Taken(calls, prompt, completion, float(seconds) if isinstance(seconds, int | float) else 0.0)


# Anybody may have pushed a record: what has another form than ours is nothing.


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _number(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    return value if isinstance(value, int) else 0


def _names(found: object) -> tuple[str, ...]:
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
