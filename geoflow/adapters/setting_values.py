"""What a setting is set to, read as what it has to be: words, numbers, switches and lists of entries."""

import difflib
import math
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, NamedTuple, get_args

from geoflow.adapters.executor_address import read_executor
from geoflow.adapters.threshold_settings import accepted, thresholds
from geoflow.errors import ExitCode, GeoflowError
from geoflow.settings import (
    LEARNERS,
    Accepted,
    Allowed,
    ImproveSettings,
    ModelSettings,
    MonitorSettings,
    QuestionSettings,
    ReviewSettings,
    RuleSettings,
    Threshold,
    ToolSettings,
)

PROJECT_FILE = "openspec/geoflow.yaml"
SECTIONS: dict[str, type] = {
    "llm": ModelSettings,
    "rules": RuleSettings,
    "questions": QuestionSettings,
    "tools": ToolSettings,
    "review": ReviewSettings,
    "improve": ImproveSettings,
    "monitor": MonitorSettings,
}
_AT_LEAST_ONE = {"llm.parallel"}


class Entry(NamedTuple):
    """One value with where it was written."""

    value: Any
    source: str


def typed_value(name: str, text: str, source: str) -> Any:
    """Read what a known setting is set to; GeoflowError `settings-invalid`, which names the source, `bad-executor`."""
    value = typed(name, Entry(text, source))
    if name == "improve.learn":
        require_learners(value, source)
    if name == "llm.executor":
        read_executor(value)
    return value


def require_learners(names: Iterable[str], source: str) -> None:
    """Raise GeoflowError `settings-invalid` where one is no learner."""
    unknown = [name for name in names if name not in (*LEARNERS, "none")]
    if unknown:
        known = ", ".join((*LEARNERS, "none"))
        raise invalid(source, f"sets improve.learn to {unknown[0]!r}, which is none of: {known}")


def require_section(section: str, place: str) -> None:
    """Raise GeoflowError `settings-invalid` where there is no such section."""
    if section not in SECTIONS:
        raise invalid(place, f'has an unknown section "{section}"{_near(section, SECTIONS)}')


def require_known(name: str, place: str) -> None:
    """Raise GeoflowError `settings-invalid`, with the nearest right name, where there is no such setting."""
    section, _, key = name.partition(".")
    require_section(section, place)
    known = [field.name for field in fields(SECTIONS[section])]
    if key not in known:
        raise invalid(place, f'sets "{name}", which does not exist{_near(key, known)}')


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def typed(name: str, entry: Entry) -> Any:
    """Read the value of a known setting; GeoflowError `settings-invalid`."""
    section, _, key = name.partition(".")
    wanted = next(field.type for field in fields(SECTIONS[section]) if field.name == key)
    if reader := _LISTS.get(wanted):
        return reader(name, entry)
    if name == "llm.base_url" and isinstance(entry.value, list):
        return ",".join(_words(name, entry))
    if choices := get_args(wanted):
        return _one_of(name, entry, choices)
    if wanted is str:
        if isinstance(entry.value, (dict, list)):
            raise invalid(entry.source, f"sets {name} to something that is no text")
        return "" if entry.value is None else str(entry.value).strip()
    if wanted in (bool, int):
        least = 1 if name in _AT_LEAST_ONE else 0
        return _switch(name, entry) if wanted is bool else int(_number(name, entry, smallest=least))
    return _number(name, entry, smallest=0.001)


def _allowed(name: str, entry: Entry) -> tuple[Allowed, ...]:
    """Read a list of waivers, each with some of the fields of `Allowed`; the code must be there."""
    known = [field.name for field in fields(Allowed)]
    given = entry.value if isinstance(entry.value, list) else [entry.value]
    found = []
    for one in given:
        if one is None:
            continue
        if not isinstance(one, dict) or not one.get("code"):
            raise invalid(entry.source, f"sets {name} to something else than a list of: {{code: GF204, reason: WHY}}")
        for key, value in one.items():
            if key not in known:
                raise invalid(entry.source, f'sets "{key}" in {name}, which does not exist{_near(str(key), known)}')
            if isinstance(value, (dict, list, bool)):
                raise invalid(entry.source, f"sets {key} in {name} to something that is no text")
        found.append(Allowed(**{key: " ".join(str(value or "").split()) for key, value in one.items()}))
    return tuple(found)


def _one_of(name: str, entry: Entry, choices: tuple[str, ...]) -> str:
    value = str(entry.value).strip()
    if value not in choices:
        shown = ", ".join(choices)
        raise invalid(entry.source, f'sets {name} to "{value}", which is none of: {shown}{_near(value, choices)}')
    return value


_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _switch(name: str, entry: Entry) -> bool:
    value = str(entry.value).strip().lower()
    if value not in _SWITCHES:
        raise invalid(entry.source, f'sets {name} to "{entry.value}", which is neither true nor false')
    return _SWITCHES[value]


def _words(name: str, entry: Entry) -> tuple[str, ...]:
    """Read a list of words: a YAML list, or in one text separated by commas or blanks."""
    given = entry.value if isinstance(entry.value, list) else [entry.value]
    if any(isinstance(one, (dict, list, bool)) for one in given):
        raise invalid(entry.source, f"sets {name} to something that is no list of words")
    return tuple(word for one in given if one is not None for word in str(one).replace(",", " ").split())


def _number(name: str, entry: Entry, smallest: float) -> float:
    try:
        number = float("nan") if isinstance(entry.value, bool) else float(entry.value)
    except (TypeError, ValueError):
        number = float("nan")
    if not math.isfinite(number) or number < smallest:
        raise invalid(entry.source, f'sets {name} to "{entry.value}", which is no number above zero')
    return number


_LISTS: dict[Any, Callable[[str, Entry], Any]] = {
    tuple[str, ...]: _words,
    tuple[Allowed, ...]: _allowed,
    tuple[Threshold, ...]: lambda name, entry: thresholds(name, entry.value, entry.source),
    tuple[Accepted, ...]: lambda name, entry: accepted(name, entry.value, entry.source),
}


def invalid(place: str, reason: str) -> GeoflowError:
    """Make the error that says what is wrong with a setting, and where it stands."""
    return GeoflowError(
        f"{place} {reason}", fix="Mend it there and try again.", code="settings-invalid", exit_code=ExitCode.USAGE
    )
