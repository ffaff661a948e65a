"""How much time, how many calls or tokens a run may take, as people write it."""

import re
from dataclasses import dataclass

from geoflow.errors import ExitCode, GeoflowError

_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|h|calls?|tokens?)\s*\Z", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take; None means no limit of that kind. Time is in seconds."""

    seconds: float | None = None
    calls: int | None = None
    tokens: int | None = None


def read_limits(text: str) -> Limits:
    """Read a budget such as `10m`, `90s`, `50calls`, `20000tokens`, or several joined by commas.

    Raises:
        GeoflowError: `budget-unreadable`, with the forms that are understood.
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        match = _FORM.match(part)
        if match is None:
            raise GeoflowError(
                f"The budget {text!r} cannot be read.",
                fix="Write it as 10m, 90s, 1h, 50calls or 20000tokens.",
                code="budget-unreadable",
                exit_code=ExitCode.USAGE,
            )
        amount, unit = float(match[1]), match[2].lower()
        if unit in _SECONDS:
            found["seconds"] = amount * _SECONDS[unit]
        else:
            found["tokens" if unit.startswith("token") else "calls"] = amount
    calls, tokens = found.get("calls"), found.get("tokens")
    return Limits(found.get("seconds"), None if calls is None else int(calls), None if tokens is None else int(tokens))
