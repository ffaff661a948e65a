"""Settings from the environment, the project's file and the user's file, in this order of weight."""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

from geoflow.adapters.openai_chat import is_loopback, normalised_url
from geoflow.errors import ExitCode, GeoflowError
from geoflow.quality.rules import switched_off
from geoflow.settings import ModelSettings, RuleSettings, Settings

_SECTIONS: dict[str, type] = {"llm": ModelSettings, "rules": RuleSettings}
_PREFIX = "GEOFLOW_"
_LARGEST_FILE = 1_000_000


class Entry(NamedTuple):
    """One value with where it was written."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, where each value that is no default was written, and what people must be told."""

    settings: Settings
    sources: Mapping[str, str]
    notices: tuple[str, ...]


def read_settings(environ: Mapping[str, str], project_file: Path | None, user_file: Path) -> LoadedSettings:
    """Read all settings; the environment wins over the project, and the project over the user.

    A project's file comes with a clone, so it may not name a host beyond loopback or a key, nor draw the user's key
    to an address of its own: such values are inert and told in `notices`.

    Raises:
        GeoflowError: `settings-invalid`, with the place and the nearest right name.
    """
    notices: list[str] = []
    user = _from_file(user_file)
    project = _from_file(project_file) if project_file else {}
    _disarm(project, notices)
    own = {**user, **_from_environment(environ)}
    if "llm.base_url" in project and "llm.base_url" not in _from_environment(environ):
        _keep_key_at_home(own, project, notices)
    entries = {**user, **project, **_from_environment(environ)}
    if "llm.api_key" not in own:
        entries.pop("llm.api_key", None)
    sections: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for name, entry in entries.items():
        section, _, key = name.partition(".")
        sections[section][key] = _typed(name, entry)
    rules = _known_rules(sections["rules"], entries, notices)
    settings = Settings(ModelSettings(**sections["llm"]), rules)
    return LoadedSettings(settings, {name: entry.source for name, entry in entries.items()}, tuple(notices))


def _known_rules(values: Mapping[str, Any], entries: Mapping[str, Entry], notices: list[str]) -> RuleSettings:
    """Keep the rules that there are; a misspelt one stops nothing, but must not go unseen."""
    off, told = switched_off(values.get("off", ()))
    notices += (f"{entries['rules.off'].source} sets rules.off: {text}" for text in told)
    return RuleSettings(tuple(sorted(off)))


def _disarm(project: dict[str, Entry], notices: list[str]) -> None:
    if key := project.pop("llm.api_key", None):
        notices.append(f"{key.source} sets llm.api_key, which is ignored: a key belongs to GEOFLOW_LLM__API_KEY.")
    url = project.get("llm.base_url")
    if url and url.value not in {"", "none", None} and not is_loopback(normalised_url(str(url.value))):
        del project["llm.base_url"]
        notices.append(
            f"{url.source} sets llm.base_url to another machine, which is ignored: "
            "if you trust it, set GEOFLOW_LLM__BASE_URL yourself."
        )


def _keep_key_at_home(own: dict[str, Entry], project: Mapping[str, Entry], notices: list[str]) -> None:
    home, there = own.get("llm.base_url"), project["llm.base_url"]
    if "llm.api_key" in own and not (home and str(home.value) == str(there.value)):
        del own["llm.api_key"]
        notices.append(
            f"{there.source} sets llm.base_url, so your llm.api_key is not sent: to send it there, set "
            "GEOFLOW_LLM__BASE_URL to that address."
        )


def _from_environment(environ: Mapping[str, str]) -> dict[str, Entry]:
    found = {}
    for variable, value in environ.items():
        if variable.startswith(_PREFIX) and "__" in variable:
            name = variable.removeprefix(_PREFIX).lower().replace("__", ".", 1)
            _require_known(name, variable)
            found[name] = Entry(value, variable)
    return found


def _from_file(file: Path) -> dict[str, Entry]:
    document = _load_yaml(file)
    if not isinstance(document, dict):
        raise _invalid(str(file), "is not a list of sections with settings")
    found = {}
    for section, values in document.items():
        _require_section(str(section), str(file))
        if not isinstance(values, dict):
            raise _invalid(str(file), f'needs settings below "{section}:", one a line')
        for key, value in values.items():
            name = f"{section}.{key}"
            _require_known(name, str(file))
            found[name] = Entry(value, str(file))
    return found


def _load_yaml(file: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise _invalid(str(file), "is larger than a settings file can be")
        return YAML(typ="safe", pure=True).load(file.read_text("utf-8")) or {}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid(str(file), f"cannot be read: {error}") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}:{mark.line + 1}" if mark else str(file)
        raise _invalid(place, f"is not YAML: {getattr(error, 'problem', '') or 'it cannot be parsed'}") from error


def _require_section(section: str, place: str) -> None:
    if section not in _SECTIONS:
        raise _invalid(place, f'has an unknown section "{section}"{_near(section, _SECTIONS)}')


def _require_known(name: str, place: str) -> None:
    section, _, key = name.partition(".")
    _require_section(section, place)
    known = [field.name for field in fields(_SECTIONS[section])]
    if key not in known:
        raise _invalid(place, f'sets "{name}", which does not exist{_near(key, known)}')


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _typed(name: str, entry: Entry) -> Any:
    section, _, key = name.partition(".")
    wanted = next(field.type for field in fields(_SECTIONS[section]) if field.name == key)
    if wanted == tuple[str, ...]:
        return _words(name, entry)
    if wanted is str:
        if isinstance(entry.value, (dict, list)):
            raise _invalid(entry.source, f"sets {name} to something that is no text")
        return "" if entry.value is None else str(entry.value).strip()
    if wanted is int:
        return int(_number(name, entry, smallest=0))
    return _number(name, entry, smallest=0.001)


def _words(name: str, entry: Entry) -> tuple[str, ...]:
    """Read a list of words: a YAML list, or in one text separated by commas or blanks."""
    given = entry.value if isinstance(entry.value, list) else [entry.value]
    if any(isinstance(one, (dict, list, bool)) for one in given):
        raise _invalid(entry.source, f"sets {name} to something that is no list of words")
    return tuple(word for one in given if one is not None for word in str(one).replace(",", " ").split())


def _number(name: str, entry: Entry, smallest: float) -> float:
    try:
        number = float("nan") if isinstance(entry.value, bool) else float(entry.value)
    except (TypeError, ValueError):
        number = float("nan")
    if not math.isfinite(number) or number < smallest:
        raise _invalid(entry.source, f'sets {name} to "{entry.value}", which is no number above zero')
    return number


def _invalid(place: str, reason: str) -> GeoflowError:
    return GeoflowError(
        f"{place} {reason}", fix="Mend it there and try again.", code="settings-invalid", exit_code=ExitCode.USAGE
    )
