"""The observed measures, from what was counted and timed elsewhere."""

import math
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from statistics import median
from typing import Any

_Z = 1.959964  # 95 %
_NINE_OF_TEN = 0.9


def call_figures(calls: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Sum up lines of the transcript of model calls (`geoflow.call/1`); no times where there are none."""
    failed = sum("error.type" in call for call in calls)
    prompt = _sum(calls, "gen_ai.usage.input_tokens")
    found: dict[str, float] = {
        "llm.calls": len(calls),
        "llm.failed": failed,
        "llm.input_tokens": prompt,
        "llm.output_tokens": _sum(calls, "gen_ai.usage.output_tokens"),
    }
    told = [call for call in calls if _number(call, "gen_ai.usage.cache_read.input_tokens") is not None]
    if of := _sum(told, "gen_ai.usage.input_tokens"):
        found["llm.cached_tokens"] = 100 * _sum(told, "gen_ai.usage.cache_read.input_tokens") / of
    durations = _numbers(calls, "geoflow.duration")
    if durations:
        found |= {"llm.duration_p50": median(durations), "llm.duration_p90": quantile(durations, _NINE_OF_TEN)}
    if first := _numbers(calls, "gen_ai.response.time_to_first_chunk"):
        found["llm.first_token_p50"] = median(first)
    return {name: round(value, 4) for name, value in found.items()}


def tokens_per_second(calls: Sequence[Mapping[str, Any]]) -> float | None:
    """Tell how fast a model wrote, from the first token of each reply on; None where no call tells."""
    tokens = seconds = 0.0
    for call in calls:
        whole, first = _number(call, "geoflow.duration"), _number(call, "gen_ai.response.time_to_first_chunk")
        written = _number(call, "gen_ai.usage.output_tokens")
        if whole is not None and first is not None and written and whole > first:
            tokens += written
            seconds += whole - first
    return tokens / seconds if seconds else None


def edit_figures(outcomes: Mapping[str, int], refused: int, runs: int) -> dict[str, float]:
    """Count what became of edits, {outcome: edits}; the merge rate is of those that somebody decided on."""
    merged, edited, rejected = (outcomes.get(name, 0) for name in ("merged", "merged-edited", "rejected"))
    found: dict[str, float] = {
        "edits.proposed": sum(outcomes.values()),
        "edits.refused": refused,
        "edits.merged": merged,
        "edits.merged_edited": edited,
        "edits.rejected": rejected,
        "edits.stale": outcomes.get("stale", 0),
        "loop.runs": runs,
    }
    if decided := merged + edited + rejected:
        found["edits.merge_rate"] = 100 * (merged + edited) / decided
        found["edits.merge_rate_low"] = 100 * wilson_low(merged + edited, decided)
    if runs:
        found["loop.edits_per_run"] = sum(outcomes.values()) / runs
    return {name: round(value, 4) for name, value in found.items()}


def rework_figures(edited: Sequence[tuple[str, str]], reverted: int | None) -> dict[str, float]:
    """Tell how much people rewrote of edits that they merged in other words, and how many merged ones came back.

    Args:
        edited: For each such edit the text that was proposed, and the one that people made of it.
        reverted: How many were reverted soon; None where that is unknown.
    """
    found: dict[str, float] = {} if reverted is None else {"edits.reverted": reverted}
    if edited:
        found["edits.rewritten"] = round(median(rewritten(new, now) for new, now in edited), 4)
    return found


def rewritten(new: str, now: str) -> float:
    """Give the percentage of words that differ between two texts: 0 where all are the same, in the same order."""
    return 100 * (1 - SequenceMatcher(None, new.split(), now.split(), autojunk=False).ratio())


def waiting_figures(waits: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Tell how long questions waited, {who answered: seconds}; nothing for who answered none."""
    found: dict[str, float] = {}
    for who, seconds in waits.items():
        if seconds:
            found[f"questions.{who}_latency_p50"] = median(seconds)
            found[f"questions.{who}_latency_p90"] = quantile(seconds, _NINE_OF_TEN)
    return found


def question_figures(states: Sequence[str], confirmed: int) -> dict[str, float]:
    """Count stored questions by state; `confirmed` are answered ones behind whose answer a person stands."""
    answered = states.count("answered")
    found: dict[str, float] = {
        "questions.asked": len(states),
        "questions.open": states.count("open"),
        "questions.answered": answered,
        "questions.stale": states.count("stale"),
    }
    return found | ({"questions.confirmed": round(100 * confirmed / answered, 4)} if answered else {})


def wilson_low(good: int, of: int) -> float:
    """Give the lower end of Wilson's interval for a share, at 95 %."""
    share, square = good / of, _Z * _Z
    middle = share + square / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, (middle - spread) / (1 + square / of))


def quantile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that is not smaller than this share of all."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _sum(calls: Sequence[Mapping[str, Any]], name: str) -> float:
    return sum(_numbers(calls, name))


def _numbers(calls: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [value for call in calls if (value := _number(call, name)) is not None]


def _number(call: Mapping[str, Any], name: str) -> float | None:
    value = call.get(name)
    right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    return value if right else None
