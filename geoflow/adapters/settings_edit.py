"""One value written into a settings file, with everything else in it left as it is."""

import re
import stat
from pathlib import Path
from typing import Any

from geoflow.adapters.whole_file import replace_file
from geoflow.errors import ExitCode, GeoflowError

_LARGEST_FILE = 1_000_000
_PLAIN = re.compile(r"[A-Za-z][\w./@+-]*", re.ASCII)


Value = str | int | float | list[str]


def with_value(text: str, name: str, value: Value) -> str:
    """Set `section.key` in the YAML text of a settings file; every other character stays.

    Raises:
        GeoflowError: `settings-invalid`, where the text is no settings file; `settings-unwritable`, where the value
            cannot be set without changing another one (an alias).
    """
    section, _, key = name.partition(".")
    old = _loaded(text)
    if not isinstance(old, dict) or not isinstance(old.get(section) or {}, dict):
        raise _invalid("is not a list of sections with settings")
    new = _edited(text, section, key, _scalar(value))
    if not _says(new, {**old, section: {**(old.get(section) or {}), key: value}}):
        raise GeoflowError(
            f"{name} cannot be set without changing something else",
            fix=f"Write `{key}: {_scalar(value)}` below `{section}:` yourself.",
            code="settings-unwritable",
        )
    return new


def set_value(file: Path, name: str, value: Value, root: Path | None = None) -> bool:
    """Write `section.key` into a settings file, made if need be; whole or not at all, and whether it changed.

    Args:
        file: The settings file; a link is followed, its target is replaced.
        name: The setting, such as `llm.model`.
        value: What it is set to.
        root: Folder that the file must not leave through a link; None allows every place.

    Raises:
        GeoflowError: `settings-invalid`, `outside-root`, `settings-unwritable`.
    """
    place = file.resolve()
    if root is not None and not place.is_relative_to(root.resolve()):
        raise GeoflowError(
            f"{file} leads out of {root} through a link",
            fix="Replace the link by the file itself.",
            code="outside-root",
        )
    try:
        old = place.read_bytes().decode("utf-8") if place.exists() else ""  # bytes: line ends stay
        new = with_value(old, name, value)
        if new == old:
            return False
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o600
        replace_file(place, new.encode(), mode=mode)
    except GeoflowError as error:
        error.message = f"{file} {error.message}" if error.code == "settings-invalid" else f"{file}: {error.message}"
        raise
    except (OSError, UnicodeError) as error:
        raise GeoflowError(
            f"{file} cannot be written: {getattr(error, 'strerror', None) or error}",
            fix="Make it a UTF-8 file in a folder that you may write to.",
            code="settings-unwritable",
        ) from error
    return True


def _edited(text: str, section: str, key: str, scalar: str) -> str:
    """Put a value where it belongs, by the places of the YAML nodes in the text."""
    from ruamel.yaml import YAML

    root = YAML(typ="safe", pure=True).compose(text)
    line = _line_end(text)
    if root is None:
        return _appended(text, len(text), f"{section}:{line}  {key}: {scalar}{line}", line)
    if _child(root, section)[0] is not None:
        return _edited_section(text, root, section, key, scalar)
    if root.flow_style:
        return _first_in_flow(text, root, f"{section}: {{{key}: {scalar}}}")
    return _appended(text, root.end_mark.index, f"{section}:{line}  {key}: {scalar}{line}", line)


def _edited_section(text: str, root: Any, section: str, key: str, scalar: str) -> str:
    name, node = _child(root, section)
    line = _line_end(text)
    if not isinstance(node.value, list):  # nothing below the section's name
        return _replaced(text, name, node, f" {{{key}: {scalar}}}" if root.flow_style else f"{line}  {key}: {scalar}")
    name, old = _child(node, key)
    if name is not None:
        tail = line if text[old.start_mark.index : old.end_mark.index].endswith("\n") else ""  # of a block scalar
        return _replaced(text, name, old, f" {scalar}{tail}")
    if node.flow_style:
        return _first_in_flow(text, node, f"{key}: {scalar}")
    first = node.value[0][0].start_mark
    return f"{text[: first.index]}{key}: {scalar}{line}{' ' * first.column}{text[first.index :]}"


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _child(mapping: Any, name: str) -> tuple[Any, Any]:
    return next(((key, value) for key, value in mapping.value if key.value == name), (None, None))


def _appended(text: str, index: int, block: str, line: str) -> str:
    before = text[:index]
    return f"{before}{line if before and not before.endswith(line) else ''}{block}{text[index:]}"


def _first_in_flow(text: str, mapping: Any, item: str) -> str:
    index = mapping.start_mark.index + 1
    return f"{text[:index]}{item}{', ' if mapping.value else ''}{text[index:]}"


def _replaced(text: str, name: Any, node: Any, value: str) -> str:
    """Put a value in the place of another; where there is none, the mark of it is somewhere behind."""
    start, end = node.start_mark.index, node.end_mark.index
    if start == end:
        start = end = text.find(":", name.end_mark.index) + 1
    else:
        start = len(text[:start].rstrip())
    return text[:start] + value + text[end:]


def _says(text: str, document: dict[str, Any]) -> bool:
    try:
        return bool(_loaded(text) == document)
    except GeoflowError:
        return False


def _scalar(value: Value) -> str:
    """Write a value as YAML; a text as it is where that is read as the same text, else in quotes."""
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    if not isinstance(value, str):
        return repr(value).lower()  # true, not True
    is_plain = _PLAIN.fullmatch(value) and _loaded(value) == value
    return value if is_plain else f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _loaded(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if len(text) > _LARGEST_FILE:
        raise _invalid("is larger than a settings file can be")
    try:
        return YAML(typ="safe", pure=True).load(text) or {}
    except (YAMLError, RecursionError, ValueError) as error:
        raise _invalid(f"is not YAML: {getattr(error, 'problem', '') or 'it cannot be parsed'}") from error


def _invalid(reason: str) -> GeoflowError:
    return GeoflowError(reason, fix="Mend it there and try again.", code="settings-invalid", exit_code=ExitCode.USAGE)
