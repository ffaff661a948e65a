"""The `schema.yaml` of a workflow schema: what makes one valid, and what of it matters here."""

import re
from typing import Any, NamedTuple

_MAX_ARTIFACTS = 1000
_MAX_VERSION = 2**53 - 1


class Schema(NamedTuple):
    """A workflow schema: what each artifact makes (a path or pattern), and which of them holds the tasks."""

    name: str
    generates: tuple[str, ...]
    tasks: str
    built_in: bool


def read_schema(name: str, value: Any) -> Schema | None:
    """Read a schema from what its YAML says; None where any part of it is not valid."""
    if not isinstance(value, dict) or not _is_headed(value):
        return None
    artifacts = value.get("artifacts")
    if not isinstance(artifacts, list) or not 1 <= len(artifacts) <= _MAX_ARTIFACTS:
        return None
    if not all(_is_artifact(item) for item in artifacts):
        return None
    requires = {str(item["id"]): list(item.get("requires", ())) for item in artifacts}
    if len(requires) < len(artifacts) or not all(one in requires for needed in requires.values() for one in needed):
        return None
    if not _is_apply(value, requires) or _is_cyclic(requires):
        return None
    generates = tuple(str(item["generates"]) for item in artifacts)
    return Schema(name, generates, _tasks(artifacts, value.get("apply", {}).get("tracks")), built_in=False)


def _is_headed(value: dict[str, Any]) -> bool:
    version = value.get("version")
    whole = isinstance(version, (int, float)) and not isinstance(version, bool) and version == version // 1
    return (
        _is_text(value.get("name"))
        and whole
        and 0 < (version or 0) <= _MAX_VERSION
        and isinstance(value.get("description", ""), str)
    )


def _is_artifact(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and _is_text(item.get("id"))
        and _is_place(item.get("generates"))
        and isinstance(item.get("description"), str)
        and _is_place(item.get("template"))
        and isinstance(item.get("instruction", ""), str)
        and _are_texts(item.get("requires", []))
    )


def _is_apply(value: dict[str, Any], known: dict[str, list[str]]) -> bool:
    if "apply" not in value:
        return True
    apply = value["apply"]
    return (
        isinstance(apply, dict)
        and _are_texts(apply.get("requires"))
        and bool(apply["requires"])
        and all(name in known for name in apply["requires"])
        and (apply.get("tracks") is None or _is_place(apply["tracks"]))
        and isinstance(apply.get("instruction", ""), str)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_place(value: Any) -> bool:
    """Tell whether a value is a path that stays inside: relative on every system, and without `..`."""
    return (
        _is_text(value)
        and "\0" not in value
        and value[0] not in "/\\"
        and not re.match(r"[A-Za-z]:", value)
        and ".." not in re.split(r"[\\/]+", value)
    )


def _is_cyclic(requires: dict[str, list[str]]) -> bool:
    """Tell whether artifacts wait for each other, by taking away what waits for nothing until nothing can be taken."""
    waiting = {name: set(needed) for name, needed in requires.items()}
    while True:
        free = {name for name, needed in waiting.items() if not needed}
        if not free:
            return bool(waiting)
        waiting = {name: needed - free for name, needed in waiting.items() if name not in free}


def _tasks(artifacts: list[dict[str, Any]], tracks: str | None) -> str:
    for item in artifacts:
        if item["generates"] == tracks if tracks is not None else item["id"] == "tasks":
            return str(item["generates"])
    return ""
