"""The command group `geoflow config`: every setting with its value and its source, and one that is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoflow.cli.completing import complete_setting, complete_value
from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import one_line, print_json
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.setting_list import Setting
    from geoflow.adapters.settings_file import LoadedSettings

app = typer.Typer(help="Show settings and where each was written, and set one.", no_args_is_help=True)


@app.command("show", epilog="Example: geoflow config show llm.model")
def show(
    name: Annotated[
        str | None,
        typer.Argument(help="One setting, such as llm.model; all unless told.", autocompletion=complete_setting),
    ] = None,
    as_json: JsonAnswer = False,
) -> None:
    """Show every setting with its value and where that was written; what a project sets and may not is said too."""
    from geoflow.adapters.setting_list import all_settings, setting_named
    from geoflow.cli.context import say, settings_here

    shown = [setting_named(name)] if name else list(all_settings())
    loaded = settings_here()
    for notice in loaded.notices:
        say(notice)
    rows = [_row(setting, loaded) for setting in shown]
    if as_json:
        print_json({"schema": "geoflow.config/1", "settings": rows, "notices": list(loaded.notices)})
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        source = f"  ({row['source']})" if row["source"] else ""
        print(one_line(f"{row['name']:<{width}}  {_text(row['value']) or '-'}{source}"))


@app.command("set", epilog="Example: geoflow config set llm.parallel 2 --user")
def set_(
    name: Annotated[
        str, typer.Argument(help="The setting, such as llm.model.", show_default=False, autocompletion=complete_setting)
    ],
    value: Annotated[
        str,
        typer.Argument(help="Its value; several words with commas.", show_default=False, autocompletion=complete_value),
    ],
    user: Annotated[bool, typer.Option("--user", help="Write your own file, for all your projects.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check it and write nothing.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Set a setting in openspec/geoflow.yaml; everything else in the file stays as it is, comments included."""
    from geoflow.adapters.setting_list import setting_named
    from geoflow.adapters.settings_edit import set_value
    from geoflow.cli.context import say, settings_here

    setting = setting_named(name)
    _require_writable(setting, value, user=user)
    typed = _typed(setting, value)
    place, root = _place(user=user)
    written = not dry_run and set_value(place, name, typed, root)
    loaded = settings_here()
    if as_json:
        overruled = _overruled(name, place, loaded)
        document = {"name": name, "value": typed, "path": str(place), "written": written, "overruled_by": overruled}
        print_json({"schema": "geoflow.config-set/1", **document})
        return
    verb = "would be set" if dry_run else "is set" if written else "was set already"
    print(one_line(f"{name} {verb} to {_text(typed)} in {place}"))
    if over := _overruled(name, place, loaded):
        say(f"{over} sets {name} too, and wins.")
    for notice in loaded.notices:
        if name in notice:
            say(notice)


@app.command("path", epilog="Example: geoflow config path --json")
def path(as_json: JsonAnswer = False) -> None:
    """Name the settings files, the one with more weight first, and say which is there."""
    files = _files()
    if as_json:
        shown = {kind: {"path": str(file), "exists": file.is_file()} for kind, file in files.items()}
        print_json({"schema": "geoflow.config-path/1", "files": shown})
        return
    for kind, file in files.items():
        print(one_line(f"{kind:<7}  {file}{'' if file.is_file() else '  (not there)'}"))


def _files() -> Mapping[str, Path]:
    from geoflow.adapters.folders import user_settings_file
    from geoflow.adapters.setting_values import PROJECT_FILE
    from geoflow.openspec.disk import find_root

    root = find_root(str(Path.cwd()))
    project = {"project": Path(root) / PROJECT_FILE} if root else {}
    return {**project, "user": user_settings_file()}


def _row(setting: "Setting", loaded: "LoadedSettings") -> dict[str, Any]:
    from geoflow.adapters.redaction import redacted
    from geoflow.adapters.setting_list import SECRET

    section, _, key = setting.name.partition(".")
    value = _plain(getattr(getattr(loaded.settings, section), key))
    if setting.name == SECRET:
        value = "[set]" if value else ""
    if isinstance(value, str):
        value = redacted(value)
    source = loaded.sources.get(setting.name, "")
    facts = {"default": _plain(setting.default), "meaning": setting.meaning.text, "users_own": setting.is_users}
    return {"name": setting.name, "value": value, "source": source, **facts}


def _plain(value: Any) -> Any:
    """Make a setting's value one that JSON has."""
    from dataclasses import asdict, is_dataclass

    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: text for name, text in asdict(value).items() if text}
    return value


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {text}" for name, text in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _require_writable(setting: "Setting", value: str, *, user: bool) -> None:
    from geoflow.adapters.setting_list import SECRET

    if setting.name == SECRET:
        problem = "A key that is typed stays in the shell's history."
        fix = "Set it in the environment: GEOFLOW_LLM__API_KEY"
    elif setting.meaning.example.startswith("[{"):
        problem = f"{setting.name} is a list of entries with several fields each."
        fix = f"Write one into openspec/geoflow.yaml by hand: {setting.meaning.example}"
    elif setting.is_users and not user:
        problem = f"{setting.name} belongs to your own settings; a project's file may not set it."
        fix = f"geoflow config set {setting.name} {value} --user"
    else:
        return
    raise GeoflowError(problem, fix=fix, code="setting-not-here", exit_code=ExitCode.USAGE)


def _typed(setting: "Setting", value: str) -> Any:
    from geoflow.adapters.setting_values import typed_value
    from geoflow.quality.rules import switched_off

    typed = typed_value(setting.name, value, "The command line")
    if setting.name == "rules.off" and (told := switched_off(typed)[1]):
        raise GeoflowError(
            told[0], fix="Name the codes that a review shows.", code="settings-invalid", exit_code=ExitCode.USAGE
        )
    if isinstance(typed, tuple):
        return list(typed)
    return int(typed) if isinstance(typed, float) and typed.is_integer() else typed


def _place(*, user: bool) -> tuple[Path, Path | None]:
    """Give the file to write, and the folder that it must not leave through a link."""
    from geoflow.adapters.folders import user_settings_file
    from geoflow.adapters.setting_values import PROJECT_FILE
    from geoflow.cli.context import find_root_or_fail

    if user:
        return user_settings_file(), None
    root = find_root_or_fail()
    return root / PROJECT_FILE, root / "openspec"


def _overruled(name: str, place: Path, loaded: "LoadedSettings") -> str:
    source = loaded.sources.get(name, "")
    return "" if source in {"", str(place)} else source
