"""The shape of JSON documents, learnt from samples and written as JSON Schema.

`genson` does the same, but takes an object whose keys are measures or paths for one with a thousand fields.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

_PLAIN = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*\Z")
_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}


def schema_of(values: Sequence[Any]) -> dict[str, Any]:
    """Write the schema that all these values fit; a field is required where every sample has it."""
    kinds = {_KINDS.get(type(value), "null") for value in values}
    kinds -= {"integer"} if "number" in kinds else set()
    schema: dict[str, Any] = {"type": next(iter(kinds)) if len(kinds) == 1 else sorted(kinds)} if kinds else {}
    objects = [value for value in values if isinstance(value, dict)]
    if any(not _PLAIN.match(key) for one in objects for key in one):
        # Its keys are data: names of measures, paths, ids.
        schema["additionalProperties"] = schema_of([value for one in objects for value in one.values()])
    elif objects:
        names = dict.fromkeys(key for one in objects for key in one)
        schema["properties"] = {name: schema_of([one[name] for one in objects if name in one]) for name in names}
        schema["required"] = [name for name in names if all(name in one for one in objects)]
    lists = [value for value in values if isinstance(value, list)]
    if any(lists):
        schema["items"] = schema_of([value for one in lists for value in one])
    return schema


def fields_of(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str, bool]]:
    """List the fields of a schema as a reader meets them: where each is, its type, whether it is always there."""
    for name, inner in schema.get("properties", {}).items():
        place, kind = f"{prefix}{name}", _kind(inner)
        yield place, kind, name in schema.get("required", [])
        yield from _inner(inner, place)


def _inner(schema: dict[str, Any], place: str) -> Iterator[tuple[str, str, bool]]:
    yield from fields_of(schema, f"{place}.")
    if "items" in schema:
        yield from fields_of(schema["items"], f"{place}[].")
    if "additionalProperties" in schema:
        yield from _inner(schema["additionalProperties"], f"{place}.*")


def _kind(schema: dict[str, Any]) -> str:
    named = schema.get("type", "any")
    kinds = [named] if isinstance(named, str) else list(named)
    if "items" in schema:
        kinds[kinds.index("array")] = f"list of {_kind(schema['items'])}"
    if "additionalProperties" in schema:
        kinds[kinds.index("object")] = f"map of {_kind(schema['additionalProperties'])}"
    return " or ".join(kinds)
