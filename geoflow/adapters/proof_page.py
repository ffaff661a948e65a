"""The experiment of `bench improve` as one page: curves as inline SVG, no script, nothing loaded, phone and dark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.adapters.html_page import html_page

_WIDTH, _HEIGHT = 240.0, 110.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 6.0, 6.0, 8.0, 8.0
_REFERENCE = "frozen"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as it is shown: its field, its title, what it says, and how a value is written."""

    name: str
    title: str
    says: str
    shown: Callable[[float | None], str]


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}" if value in {0, 1} else f"{value:.1%}"


def _number(places: int) -> Callable[[float | None], str]:
    return lambda value: "none" if value is None else f"{value:,.{places}f}"


MEASURES = (
    Measure(
        "merge_rate",
        "First-proposal merge rate",
        "findings tried whose first proposal was merged as it stood",
        _percent,
    ),
    Measure("repair_rate", "Repair rate", "defects that the house wants mended, and that were", _percent),
    Measure(
        "damaging", "Damaging edits delivered", "edits delivered that say something else than the original", _percent
    ),
    Measure(
        "tokens_per_merged",
        "Tokens for each merged edit",
        "prompts and replies, over edits that were merged",
        _number(0),
    ),
    Measure("tries", "Tries for each finding", "proposals, kept and refused, over findings tried", _number(2)),
    Measure("false_per_100", "Findings per 100 untouched requirements", "where nobody put a defect in", _number(1)),
)


def proof_page(document: Mapping[str, Any]) -> str:
    """Render a document of `geoflow.bench-improve/1`; every text of it is escaped."""
    charts = [_chart(measure, document["arms"]) for measure in MEASURES] if document["arms"] else []
    values = {**document, "charts": charts, "width": _WIDTH, "height": _HEIGHT}
    return html_page("bench-improve.html", values)


def _chart(measure: Measure, arms: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give a measure's panels, one an arm on one scale, and its table."""
    curves = {arm["name"]: [one[measure.name] for one in arm["rounds"]] for arm in arms}
    spreads = {arm["name"]: [one["spread"][measure.name] for one in arm["rounds"]] for arm in arms}
    known = [value for curve in curves.values() for value in curve if value is not None]
    known += [value for spread in spreads.values() for pair in spread if pair for value in pair]
    low, high = _scale(known)
    scale = _Scale(len(arms[0]["rounds"]), low, high)
    panels = [
        {
            "arm": arm,
            "line": scale.line(curves[arm["name"]]),
            "band": scale.band(spreads[arm["name"]]),
            "reference": scale.line(curves.get(_REFERENCE, [])) if arm["name"] != _REFERENCE else "",
            "end": scale.point(curves[arm["name"]]),
            "first": measure.shown(curves[arm["name"]][0]),
            "last": measure.shown(curves[arm["name"]][-1]),
        }
        for arm in arms
    ]
    rows = [{"arm": arm, "cells": [measure.shown(value) for value in curves[arm["name"]]]} for arm in arms]
    return {
        "title": measure.title,
        "says": measure.says,
        "low": measure.shown(low),
        "high": measure.shown(high),
        "panels": panels,
        "rows": rows,
    }


def _scale(known: Sequence[float]) -> tuple[float, float]:
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    margin = (high - low) * 0.08 or max(abs(high) * 0.1, 0.05)
    return max(0.0, low - margin), high + margin


@dataclass(frozen=True, slots=True)
class _Scale:
    """Puts rounds and values on the panel."""

    rounds: int
    low: float
    high: float

    def line(self, values: Sequence[float | None]) -> str:
        """Give the points of a curve; rounds without a value are left out."""
        return " ".join(self._at(place, value) for place, value in enumerate(values) if value is not None)

    def band(self, spread: Sequence[Sequence[float] | None]) -> str:
        """Give the outline between the least and the most."""
        known = [(place, pair) for place, pair in enumerate(spread) if pair]
        upper = [self._at(place, pair[1]) for place, pair in known]
        return " ".join([*upper, *(self._at(place, pair[0]) for place, pair in reversed(known))])

    def point(self, values: Sequence[float | None]) -> tuple[str, str] | None:
        """Give where a curve ends; None where it has no value there."""
        if not values or values[-1] is None:
            return None
        x, y = self._at(len(values) - 1, values[-1]).split(",")
        return x, y

    def _at(self, place: int, value: float) -> str:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * place / max(1, self.rounds - 1)
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (value - self.low) / (self.high - self.low)
        return f"{x:.1f},{y:.1f}"
