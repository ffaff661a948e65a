"""Settings from the environment, the project's file and the user's file, in this order of weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoflow.adapters.setting_trust import disarm, wanted_trust
from geoflow.adapters.setting_values import (
    PROJECT_FILE,
    SECTIONS,
    Entry,
    invalid,
    require_known,
    require_learners,
    require_section,
    typed,
)
from geoflow.adapters.trust_store import TrustItem, Trusts, trusts_nothing
from geoflow.quality.rules import switched_off
from geoflow.settings import (
    Allowed,
    ImproveSettings,
    ModelSettings,
    MonitorSettings,
    QuestionSettings,
    ReviewSettings,
    RuleSettings,
    Settings,
    ToolSettings,
)

_PREFIX = "GEOFLOW_"
_LARGEST_FILE = 1_000_000
_LM_STUDIO_TOKEN = "LM_API_TOKEN"  # noqa: S105 - the variable's name
_NO_SETTINGS = {"GEOFLOW_MCP__TOKEN", "GEOFLOW_MONITOR__TOKEN"}  # secrets, which no file may set


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, where each value that is no default was written, and what people must be told."""

    settings: Settings
    sources: Mapping[str, str]
    notices: tuple[str, ...]


def read_settings(
    environ: Mapping[str, str], project_file: Path | None, user_file: Path, trusts: Trusts = trusts_nothing
) -> LoadedSettings:
    """Read all settings; the environment wins over the project, and the project over the user.

    A project's file comes with a clone, so it may not name a host beyond loopback that the user does not trust, nor a
    key, nor draw the user's key to an address of its own: such values are inert and told in `notices`.

    Raises:
        GeoflowError: `settings-invalid`, with the place and the nearest right name.
    """
    notices: list[str] = []
    user = {**_lm_studio_token(environ), **_from_file(user_file)}
    project = _from_file(project_file) if project_file else {}
    for name in {"llm.base_url", "llm.executor"} & _from_environment(environ).keys():
        project.pop(name, None)
    notices += disarm(project, trusts)
    own = {**user, **_from_environment(environ)}
    if "llm.base_url" in project:
        _keep_key_at_home(own, project, notices)
    entries = {**user, **project, **_from_environment(environ)}
    if "llm.api_key" not in own:
        entries.pop("llm.api_key", None)
    sections: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for name, entry in entries.items():
        section, _, key = name.partition(".")
        sections[section][key] = typed(name, entry)
    rules = _known_rules(sections["rules"], entries, notices)
    if "improve.learn" in entries:
        require_learners(sections["improve"]["learn"], entries["improve.learn"].source)
    settings = Settings(
        ModelSettings(**sections["llm"]),
        rules,
        QuestionSettings(**sections["questions"]),
        ToolSettings(**sections["tools"]),
        ReviewSettings(**sections["review"]),
        ImproveSettings(**sections["improve"]),
        MonitorSettings(**sections["monitor"]),
    )
    return LoadedSettings(settings, {name: entry.source for name, entry in entries.items()}, tuple(notices))


def _known_rules(values: Mapping[str, Any], entries: Mapping[str, Entry], notices: list[str]) -> RuleSettings:
    """Keep the rules that there are; a misspelt one stops nothing, but must not go unseen."""
    off, told = switched_off(values.get("off", ()))
    notices += (f"{entries['rules.off'].source} sets rules.off: {text}" for text in told)
    return RuleSettings(tuple(sorted(off)))


def setting_items(name: str, root: Path) -> list[TrustItem]:
    """List what a setting of the project would reach or let do, if it wants trust; GeoflowError `settings-invalid`."""
    entry = _from_file(root / PROJECT_FILE).get(name)
    item = wanted_trust(name, entry) if entry else None
    return [item] if item else []


def _keep_key_at_home(own: dict[str, Entry], project: Mapping[str, Entry], notices: list[str]) -> None:
    home, there = own.get("llm.base_url"), project["llm.base_url"]
    if "llm.api_key" in own and not (home and str(home.value) == str(there.value)):
        del own["llm.api_key"]
        notices.append(
            f"{there.source} sets llm.base_url, so your llm.api_key is not sent: to send it there, set "
            "GEOFLOW_LLM__BASE_URL to that address."
        )


def _lm_studio_token(environ: Mapping[str, str]) -> dict[str, Entry]:
    """Read the variable of LM Studio's own clients; it weighs least, and is kept at home like geoflow's own key."""
    token = environ.get(_LM_STUDIO_TOKEN, "").strip()
    return {"llm.api_key": Entry(token, _LM_STUDIO_TOKEN)} if token else {}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Entry]:
    found = {}
    for variable, value in environ.items():
        if variable.startswith(_PREFIX) and "__" in variable and variable not in _NO_SETTINGS:
            name = variable.removeprefix(_PREFIX).lower().replace("__", ".", 1)
            require_known(name, variable)
            found[name] = Entry(value, variable)
    return found


def project_rules(text: str) -> tuple[frozenset[str], tuple[Allowed, ...]]:
    """Read from the text of a project's file which rules are off and what is let stand; GeoflowError where it is bad.

    Nothing but the text counts: neither the environment nor the user's own settings.
    """
    entries = _entries(_parsed(text, PROJECT_FILE), PROJECT_FILE)
    found = {name: typed(name, entries[name]) for name in ("rules.off", "review.allow") if name in entries}
    off, _ = switched_off(found.get("rules.off", ()))
    return off, found.get("review.allow", ())


def project_monitor(text: str) -> MonitorSettings:
    """Read from the text of a project's file what is checked; GeoflowError `settings-invalid` where it is bad."""
    entries = _entries(_parsed(text, PROJECT_FILE), PROJECT_FILE)
    names = ("monitor.check", "monitor.accept")
    return MonitorSettings(**{name.partition(".")[2]: typed(name, entries[name]) for name in names if name in entries})


def _from_file(file: Path) -> dict[str, Entry]:
    return _entries(_load_yaml(file), str(file))


def _entries(document: Any, place: str) -> dict[str, Entry]:
    if not isinstance(document, dict):
        raise invalid(place, "is not a list of sections with settings")
    found = {}
    for section, values in document.items():
        require_section(str(section), place)
        if not isinstance(values, dict):
            raise invalid(place, f'needs settings below "{section}:", one a line')
        for key, value in values.items():
            name = f"{section}.{key}"
            require_known(name, place)
            found[name] = Entry(value, place)
    return found


def _load_yaml(file: Path) -> Any:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise invalid(str(file), "is larger than a settings file can be")
        text = file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise invalid(str(file), f"cannot be read: {error}") from error
    return _parsed(text, str(file))


def _parsed(text: str, file: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text) or {}
    except RecursionError as error:
        raise invalid(file, f"cannot be read: {error}") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}:{mark.line + 1}" if mark else file
        raise invalid(place, f"is not YAML: {getattr(error, 'problem', '') or 'it cannot be parsed'}") from error
