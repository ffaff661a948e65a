"""Reads `monitor.check` and `monitor.accept`: lists of objects that people write by hand."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.settings import Accepted, Threshold

_LIMITS = ("min", "max", "max_decrease", "max_increase")
_LEVELS = ("warn", "fail")


def thresholds(name: str, value: Any, place: str) -> tuple[Threshold, ...]:
    """Read thresholds, each `{measure: NAME, min|max|max_decrease|max_increase: NUMBER, level: warn|fail}`.

    Raises:
        GeoflowError: `settings-invalid`, with the place and what is wrong.
    """
    found = []
    for one in _objects(name, value, place):
        measure = _measure(name, one, place)
        for key in one:
            if key not in ("measure", "level", *_LIMITS):
                known = ", ".join(("measure", *_LIMITS, "level"))
                raise _invalid(place, f"sets {key!r} in {name}, which is none of: {known}")
        if not any(key in one for key in _LIMITS):
            raise _invalid(place, f"sets no limit for {measure!r} in {name}: one of {', '.join(_LIMITS)}")
        level = one.get("level", "fail")
        if level not in _LEVELS:
            raise _invalid(place, f"sets level to {level!r} in {name}, which is neither warn nor fail")
        limits = {key: _number(name, key, one[key], place) for key in _LIMITS if key in one}
        found.append(Threshold(measure, **limits, level=level))
    return tuple(found)


def accepted(name: str, value: Any, place: str) -> tuple[Accepted, ...]:
    """Read accepted regressions, each `{measure: NAME, reason: WHY}`; one without a reason is refused."""
    found = []
    for one in _objects(name, value, place):
        measure, reason = _measure(name, one, place), one.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise _invalid(place, f"accepts that {measure!r} got worse in {name}, and says no reason")
        found.append(Accepted(measure, " ".join(reason.split())))
    return tuple(found)


def _objects(name: str, value: Any, place: str) -> Iterator[Mapping[str, Any]]:
    if value is None:
        return
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            raise _invalid(place, f"sets {name} to something else than a list of: {{measure: NAME, ...}}")
        yield one


def _measure(name: str, one: Mapping[str, Any], place: str) -> str:
    measure = one.get("measure")
    if not isinstance(measure, str) or not measure:
        raise _invalid(place, f"has an entry in {name} that names no measure")
    return measure


def _number(name: str, key: str, value: Any, place: str) -> float:
    right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not right:
        raise _invalid(place, f"sets {key} in {name} to {value!r}, which is no number")
    return float(value)


def _invalid(place: str, reason: str) -> GeoflowError:
    return GeoflowError(
        f"{place} {reason}", fix="Mend it there and try again.", code="settings-invalid", exit_code=ExitCode.USAGE
    )
