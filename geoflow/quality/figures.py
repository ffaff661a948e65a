"""Figures that a requirement's text and its scenarios give differently."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from geoflow.quality.finding import Finding
from geoflow.quality.lazily import lazily
from geoflow.quality.passages import Reading, Rule, Source

_RULE = Rule(
    "GF218",
    "warning",
    "",
    "“{quote}” is not the figure that the scenarios give",
    "decide which one holds, and write it twice",
)
_FIGURE = lazily(
    r"(?P<value>\d(?<![\w.,#/-].)[\d,]*(?:\.\d+)?)(?P<gap>[\s-]?)(?P<unit>%|[A-Za-zµ]{1,14})(?![\w(])(?:\s+(?P<noun>[a-z]{3,14}))?"
)
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), ("time", 0.001)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("time", 60.0)),
    **dict.fromkeys(("h", "hour", "hours"), ("time", 3600.0)),
    **dict.fromkeys(("day", "days"), ("time", 86400.0)),
    **dict.fromkeys(("week", "weeks"), ("time", 604800.0)),
    **dict.fromkeys(("month", "months"), ("time", 2629800.0)),
    **dict.fromkeys(("year", "years"), ("time", 31557600.0)),
    **dict.fromkeys(("b", "byte", "bytes"), ("size", 1.0)),
    **dict.fromkeys(("kb", "kib", "kilobyte", "kilobytes"), ("size", 1e3)),
    **dict.fromkeys(("mb", "mib", "megabyte", "megabytes"), ("size", 1e6)),
    **dict.fromkeys(("gb", "gib", "gigabyte", "gigabytes"), ("size", 1e9)),
    **dict.fromkeys(("%", "percent"), ("share", 1.0)),
}


class _Figure(NamedTuple):
    """A number with what it counts (`of`: a dimension or a noun), in one measure, and its place in the document."""

    of: str
    number: str
    unit: str
    amount: float
    start: int
    end: int
    place: str


def find_figures(source: Source, readings: list[Reading]) -> Iterator[Finding]:
    """Find a figure of the body that no scenario gives, where they give another one of the same kind (GF218).

    Only where the body gives one figure of that kind and the scenarios one: beside several, nobody can tell which
    belong together.
    """
    body, *steps = readings
    stated = list(_figures(body))
    if not stated:
        return
    times = Counter(figure.of for figure in stated)
    shown: dict[str, list[_Figure]] = {}
    for step in steps:
        for figure in _figures(step):
            shown.setdefault(figure.of, []).append(figure)
    for figure in stated:
        others = shown.get(figure.of, []) if times[figure.of] == 1 else []
        one_other = len({(other.amount, other.number, other.unit) for other in others}) == 1
        differs = all(other.amount != figure.amount for other in others)
        if one_other and differs and _told_of_the_same(figure, others):
            yield source.finding(_RULE, figure.start, figure.end)


def _told_of_the_same(figure: _Figure, others: list[_Figure]) -> bool:
    """Tell whether the scenarios give the figure as an outcome, or the same number in another unit."""
    return any(
        other.place == "outcome" or (other.number == figure.number and other.unit != figure.unit) for other in others
    )


def _figures(reading: Reading) -> Iterator[_Figure]:
    for match in _FIGURE.finditer(reading.prose):
        unit = match["unit"].lower()
        dimension, factor = _UNITS.get(unit, (unit.removesuffix("s"), 1.0))
        if dimension not in {"time", "size", "share"} and (len(unit) < 4 or match["gap"] == "" or unit in _NO_UNIT):
            continue
        number = match["value"].replace(",", "")
        yield _Figure(
            dimension,
            number,
            unit.removesuffix("s"),
            float(number) * factor,
            reading.start + match.start("value"),
            reading.start + match.end("unit"),
            reading.place,
        )


_NO_UNIT = frozenset(
    "with when then that this from into have been only more less than otherwise does will also they there where".split()
)
