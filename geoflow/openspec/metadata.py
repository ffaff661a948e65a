"""A change's `.openspec.yaml`, and which schema a change follows."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from geoflow.errors import UnreadableError
from geoflow.openspec.flat_yaml import YamlError, parse_yaml
from geoflow.openspec.lines import WHITE

FILE = ".openspec.yaml"
SKIP = "skip_specs"
RETIRE = "retire_capabilities"
DEFAULT_SCHEMA = "spec-driven"
CONFIGS = ("openspec/config.yaml", "openspec/config.yml")
_DATE = r"\d{4}-\d{2}-\d{2}"
_KEBAB = r"[a-z0-9]+(?:-[a-z0-9]+)*"


class Metadata(NamedTuple):
    """What a change says of itself.

    `problem` says why the file is no valid metadata (empty where it is). `marked` tells whether it sets `skip_specs`
    to anything but false, valid or not; `retire` and `retire_marked` are the same for `retire_capabilities`. Whether a
    mark counts also depends on the schema: `geoflow.openspec.marks.honoured`.
    """

    schema: str
    skip_specs: bool
    marked: bool
    problem: str
    retire: bool = False
    retire_marked: bool = False


def read_metadata(text: str) -> Metadata:
    """Read a change's metadata; what is not valid is told, never raised."""
    try:
        value = parse_yaml(text)
    except YamlError:
        return _metadata("", "it is not valid YAML", skip=_mentions(SKIP, text), retire=_mentions(RETIRE, text))
    if not isinstance(value, dict):
        return _metadata("", "it holds no keys", skip=False, retire=False)
    problem = _problem(value)
    schema = "" if problem else str(value["schema"])
    skip, retire = (key in value and value[key] is not False for key in (SKIP, RETIRE))
    return _metadata(schema, problem, skip=skip, retire=retire)


def _metadata(schema: str, problem: str, *, skip: bool, retire: bool) -> Metadata:
    return Metadata(schema, skip and not problem, skip, problem, retire and not problem, retire)


def _mentions(key: str, text: str) -> bool:
    """Tell whether a text that is no YAML has a line that starts with this key, quoted or not, and a colon."""
    colon = re.compile(f"[{WHITE}]*:")
    return any(
        _starts_line(text, found.start()) and colon.match(text, found.end())
        for quote in ("", "'", '"')
        for found in re.finditer(f"{quote}{key}{quote}", text)
    )


def _starts_line(text: str, start: int) -> bool:
    while start and text[start - 1] in WHITE:
        start -= 1
        if text[start] in "\n\r\u2028\u2029":
            return True
    return start == 0


def _problem(value: Mapping[str, Any]) -> str:
    """Say what is wrong with the first field that is; a missing field is fine (but for `schema`), a null is not."""
    for name, holds, expected in _FIELDS:
        if (name in value or name == "schema") and not holds(value.get(name)):
            return f"`{name}` must be {expected}"
    return ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_initiative(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"store", "id"}
        and all(isinstance(part, str) and re.fullmatch(_KEBAB, part) for part in value.values())
    )


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(_DATE, value, re.ASCII) is not None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


_FIELDS = (
    ("schema", _is_text, "the name of a schema"),
    ("created", _is_date, "a date such as 2026-01-31"),
    ("goal", _is_text, "a text"),
    ("affected_areas", _is_texts, "a list of texts"),
    ("initiative", _is_initiative, "a `store` and an `id` in kebab-case"),
    (SKIP, _is_truth, "true or false"),
    (RETIRE, _is_truth, "true or false"),
)


def project_schema(files: Mapping[str, str]) -> str:
    """Give the schema that the project's config names, `spec-driven` where it names none that can be read."""
    path = next((path for path in CONFIGS if path in files or f"{path}/" in files), "")
    try:
        return _config_schema(files[path])[0] if path in files else DEFAULT_SCHEMA
    except UnreadableError:
        return DEFAULT_SCHEMA


def config_problem(text: str) -> str:
    """Say why the schema that a project's config names is not used; empty where it is, or none is named."""
    return _config_schema(text)[1]


def _opens(line: str) -> str:
    """Drop what may stand before the first key of a line: a byte order mark, blanks, the start of a document."""
    return line.lstrip(" \ufeff").removeprefix("--- ").removeprefix("? ").lstrip(" ")


def _config_schema(text: str) -> tuple[str, str]:
    named = [line for line in text.splitlines() if _opens(line).startswith(("schema", '"schema', "'schema", "{"))]
    if not named:
        return DEFAULT_SCHEMA, ""
    if len(named) == 1 and named[0].split(" #")[0].rstrip(" ") == f"schema: {DEFAULT_SCHEMA}":
        # Whether the rest of the file can be read makes no difference then.
        return DEFAULT_SCHEMA, ""
    try:
        value = parse_yaml(text)
    except YamlError as error:
        return DEFAULT_SCHEMA, f"the schema is taken to be {DEFAULT_SCHEMA}, since the file is no YAML: {error}"
    schema = value.get("schema", DEFAULT_SCHEMA) if isinstance(value, dict) else DEFAULT_SCHEMA
    if not _is_text(schema):
        return DEFAULT_SCHEMA, f"the schema is taken to be {DEFAULT_SCHEMA}, since `schema` is not a name."
    return schema, ""
