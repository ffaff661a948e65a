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

    def reached(self, seconds: float, calls: int, tokens: int) -> bool:
        """Tell whether this much reaches one of the limits."""
        return (
            (self.seconds is not None and seconds >= self.seconds)
            or (self.calls is not None and calls >= self.calls)
            or (self.tokens is not None and tokens >= self.tokens)
        )

    def left(self, seconds: float, calls: int, tokens: int) -> str:
        """Say what is left of the limit that is nearest, such as `4:05` or `3 calls`; empty where there is none."""
        found = []
        if self.seconds is not None:
            time = max(self.seconds - seconds, 0)
            found.append((time / (self.seconds or 1), f"{int(time) // 60}:{int(time) % 60:02}"))
        if self.calls is not None:
            more = max(self.calls - calls, 0)
            found.append((more / (self.calls or 1), f"{more} call{'' if more == 1 else 's'}"))
        if self.tokens is not None:
            rest = max(self.tokens - tokens, 0)
            found.append((rest / (self.tokens or 1), f"{rest} tokens"))
        return min(found)[1] if found else ""


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
