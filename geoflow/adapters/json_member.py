"""One member put into the text of a JSON document, with every other character left as it is."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from geoflow.errors import GeoflowError

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_INDENT = re.compile(r"\n([ \t]+)\S")


class _Object(NamedTuple):
    """Where an object stands: its braces, and the end of the last token inside."""

    start: int
    end: int
    last: int


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """Add a member that is not there yet, its outer objects as far as they are missing; text of JSON, or none.

    Raises:
        GeoflowError: `json-unwritable`, where this would change what the document says elsewhere.
    """
    if not text.strip("\ufeff \t\r\n"):
        return f"{json.dumps(_nested(path, value), indent=2, ensure_ascii=False)}\n"
    wanted = json.loads(text.removeprefix("\ufeff"))
    inner = wanted
    for key in path[:-1]:
        inner = inner.setdefault(key, {}) if isinstance(inner, dict) else None
    if not isinstance(inner, dict):
        raise _unwritable(path[-1])
    inner[path[-1]] = value
    place, depth = _deepest(text, path)
    new = _inserted(text, place, depth, path[depth], _nested(path[depth + 1 :], value))
    if json.loads(new.removeprefix("\ufeff")) != wanted:
        raise _unwritable(path[-1])
    return new


def _unwritable(key: str) -> GeoflowError:
    return GeoflowError(
        f'"{key}" cannot be added without changing something else, and nothing was written.',
        fix="See that no key stands twice in the file, and that objects stand where objects should.",
        code="json-unwritable",
    )


def _nested(path: Sequence[str], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _deepest(text: str, path: Sequence[str]) -> tuple[_Object, int]:
    """Find the innermost object on the way that is there already, and how many keys lead to it."""
    found = {len(keys): place for keys, place in _objects(text) if keys == tuple(path[: len(keys)])}
    depth = max(count for count in found if count < len(path))
    return found[depth], depth


def _objects(text: str) -> Iterator[tuple[tuple[str, ...], _Object]]:
    """Give every object that is reached through objects alone, with the keys that lead to it; it must be JSON."""
    opened: list[tuple[str, int, str]] = []  # the bracket, where it stands, the key before it
    last, before, key = 0, "", ""
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign == ":":
            key = json.loads(before)
        elif sign in "{[":
            opened.append((sign, token.start(), key if before == ":" else ""))
        elif sign in "}]":
            bracket, start, _ = opened[-1]
            if bracket == "{" and all(outer == "{" for outer, _, _ in opened):
                yield tuple(name for _, _, name in opened[1:]), _Object(start, token.start(), last)
            opened.pop()
        last, before = token.end(), sign


def _inserted(text: str, place: _Object, depth: int, key: str, value: Any) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    found = _INDENT.search(text)
    indent = found.group(1) if found else "  "
    is_empty = place.last == place.start + 1
    outer = newline + indent * depth
    lines = json.dumps(value, indent=indent, ensure_ascii=False).replace("\n", outer + indent)
    member = f"{outer}{indent}{json.dumps(key, ensure_ascii=False)}: {lines}"
    if is_empty:
        return f"{text[: place.start + 1]}{member}{outer}{text[place.end :]}"
    rest = text[place.last :]
    # An object on one line gets its brace on a line of its own.
    closing = "" if "\n" in text[place.last : place.end] else outer
    return f"{text[: place.last]},{member}{closing}{rest.lstrip(' ') if closing else rest}"
