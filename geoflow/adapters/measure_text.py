"""How measures read in prose: UCUM units as words, amounts with their unit, changes with their verdict."""

import re

AIMS = {"up": "more is better", "down": "less is better", "info": "for information"}
_UNITS = {"%": "percent", "s": "seconds", "By": "bytes", "a": "years of schooling"}
_COUNTED = re.compile(r"\{(\w+)\}")
_EACH = re.compile(r"\{(\w+)\}/\{(\w+)\}")
_PER_HUNDRED = re.compile(r"\{(\w+)\}/\(100\.\{(\w+)\}\)")
_SIZES = ("bytes", "KiB", "MiB", "GiB", "TiB")


def unit_words(unit: str) -> str:
    """Give a unit as words: `{word}/{sentence}` as `words a sentence`; one that is not known as it is."""
    if found := _PER_HUNDRED.fullmatch(unit):
        return f"{found[1]}s for every 100 {found[2]}s"
    if found := _EACH.fullmatch(unit):
        return f"{found[1]}s a {found[2]}"
    if found := _COUNTED.fullmatch(unit):
        return f"{found[1]}s"
    return _UNITS.get(unit, unit)


def unit_said(unit: str) -> str:
    """Give a unit as words where a measure's meaning does not name it already; empty for what is counted."""
    return "" if _COUNTED.fullmatch(unit) else unit_words(unit)


def number(value: float, unit: str) -> str:
    """Write a value for an axis or a column: counts whole, shares with a decimal, bytes in larger units."""
    if unit == "By":
        return _bytes(value)
    if value == int(value) and "/" not in unit and unit not in {"%", "s", "a"}:
        return f"{int(value):,}"
    return f"{value:,.2f}" if 0 < abs(value) < 1 and unit != "%" else f"{value:,.1f}"


def amount(value: float, unit: str) -> str:
    """Write a value with its sign of a unit, where it has one."""
    return number(value, unit) + {"%": " %", "s": " s"}.get(unit, "")


def change_of(before: float | None, after: float | None, aim: str, unit: str) -> dict[str, str]:
    """Tell a change: its `text` with sign and verdict, and the `verdict`; empty texts where one side is unknown."""
    if before is None or after is None:
        return {"text": "", "verdict": "unknown"}
    change = after - before
    if abs(change) < 1e-9:
        return {"text": "unchanged", "verdict": "same"}
    verdict = "changed" if aim == "info" else "better" if (change > 0) == (aim == "up") else "worse"
    sign = "▲ +" if change > 0 else "▼ \N{MINUS SIGN}"
    said = "" if verdict == "changed" else f", {verdict}"
    # The difference of two shares is no share of anything.
    size = f"{number(abs(change), unit)} points" if unit == "%" else amount(abs(change), unit)
    return {"text": f"{sign}{size}{said}", "verdict": verdict}


def _bytes(value: float) -> str:
    place = 0
    while abs(value) >= 1024 and place < len(_SIZES) - 1:
        value, place = value / 1024, place + 1
    return f"{value:,.1f} {_SIZES[place]}" if place else f"{value:,.0f} {_SIZES[0]}"
