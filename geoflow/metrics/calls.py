"""Kept model calls, from lines of the transcript (`geoflow.call/1`): the slowest, the costliest, and sums by prompt."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

MOST = 8
_FIELDS = {
    "time": "time",
    "model": "gen_ai.request.model",
    "prompt": "gen_ai.prompt.name",
    "seconds": "geoflow.duration",
    "first_token": "gen_ai.response.time_to_first_chunk",
    "input_tokens": "gen_ai.usage.input_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "error": "error.type",
}
_TEXTS = {"time", "model", "prompt", "error"}


def calls_told(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Tell of calls: how many, how many failed, the `slowest`, the `costliest` by tokens not cached, and `by_prompt`.

    Seconds and tokens; a field of another type than it should have counts as not there.
    """
    calls = [_call(line) for line in lines]
    timed = [one for one in calls if one["seconds"] is not None]
    priced = [one for one in calls if one["cost"]]
    return {
        "count": len(calls),
        "failed": sum(one["error"] is not None for one in calls),
        "slowest": sorted(timed, key=lambda one: -one["seconds"])[:MOST],
        "costliest": sorted(priced, key=lambda one: -one["cost"])[:MOST],
        "by_prompt": _by_prompt(calls),
    }


def _call(line: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, key in _FIELDS.items():
        value = line.get(key)
        found[name] = value if (isinstance(value, str) if name in _TEXTS else _is_number(value)) else None
    read = (found["input_tokens"] or 0) - (found["cached_tokens"] or 0)
    found["cost"] = max(0, read) + (found["output_tokens"] or 0)
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53


def _by_prompt(calls: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for one in calls:
        groups.setdefault(one["prompt"] or "", []).append(one)
    rows = [
        {
            "prompt": prompt,
            "calls": len(members),
            "failed": sum(one["error"] is not None for one in members),
            "seconds": round(sum(one["seconds"] or 0 for one in members), 1),
            "seconds_p50": round(median(one["seconds"] or 0 for one in members), 2),
            "tokens": sum(one["cost"] for one in members),
        }
        for prompt, members in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row["seconds"], row["prompt"]))
