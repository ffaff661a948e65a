"""The page of settings: where each may stand is found out by trying it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from geoflow.adapters.setting_list import SECRET, Setting, all_settings
from geoflow.adapters.settings_file import read_settings
from tests.docs.markdown import code, page, table

_ABOUT = """
A flag weighs more than an environment variable, that more than `openspec/geoflow.yaml`, and that more than your own file, which
`geoflow config path` names. `geoflow config show` lists every value with the place that says so, and
`geoflow config set llm.parallel 2` writes one.

A repository that you clone may not reach, start or change anything on your machine by its settings. What the last column says
is *yours* counts only in your own file or environment; what needs *trust* counts once you have typed `geoflow trust`.
"""
_ELSEWHERE = "http://models.example:1234/v1"


def setting_page() -> str:
    """Write it."""
    rows = [
        (
            code(one.name),
            one.meaning.text,
            code(shown(one.default)),
            code(f"{one.name.partition('.')[2]}: {one.meaning.example}") if one.meaning.example else "",
            code(variable(one.name)),
            in_a_project(one),
        )
        for one in all_settings()
    ]
    head = ("setting", "meaning", "default", "in YAML, such as", "variable", "in openspec/geoflow.yaml")
    return page("Settings", _ABOUT, table(head, rows))


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    section, _, key = name.partition(".")
    return f"GEOFLOW_{section}__{key}".upper()


def shown(value: Any) -> str:
    """Show a default as YAML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return str(value)


def in_a_project(setting: Setting) -> str:
    """Say what becomes of a setting in a project's file, by trying it."""
    if setting.name == SECRET:
        return "yours, in the environment"
    if setting.name == "llm.base_url":
        near, far = (_tried(setting.name, value) for value in (setting.meaning.example, _ELSEWHERE))
        return near if near == far else f"{near} on this machine; elsewhere {far}"
    return _tried(setting.name, setting.meaning.example)


def _tried(name: str, value: str) -> str:
    section, _, key = name.partition(".")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "geoflow.yaml"
        file.write_text(f"{section}:\n  {key}: {value}\n", "utf-8")
        loaded = read_settings({}, file, Path(folder) / "none.yaml")
    if name in loaded.sources:
        return "yes"
    return "needs trust" if any("geoflow trust" in notice for notice in loaded.notices) else "yours"
