"""Which schemas a project knows, and which files of a change a schema tracks and makes.

The one that is built in is `spec-driven`; others lie in `openspec/schemas/<name>/schema.yaml`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from geoflow.openspec.flat_yaml import YamlError, parse_yaml
from geoflow.openspec.metadata import DEFAULT_SCHEMA, project_schema

_FOLDER = "openspec/schemas/"
_DEPTH = 3


class Schema(NamedTuple):
    """A workflow schema: what each artifact makes (a path or pattern), and which of them holds the tasks."""

    name: str
    generates: tuple[str, ...]
    tasks: str
    built_in: bool


BUILT_IN = Schema(DEFAULT_SCHEMA, ("proposal.md", "specs/**/*.md", "design.md", "tasks.md"), "tasks.md", built_in=True)


class Schemas:
    """The schemas that a project's changes may follow, each read when first asked for."""

    __slots__ = ("_default", "_files", "_loaded", "names")

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._default = ""
        self._loaded: dict[str, Schema | None] = {DEFAULT_SCHEMA: BUILT_IN}
        self.names = {DEFAULT_SCHEMA}
        for path in files:
            if path.startswith(_FOLDER) and path.count("/") == _DEPTH and path.endswith("/schema.yaml"):
                self.names.add(path.split("/")[2])
                self._loaded.pop(path.split("/")[2], None)

    def default(self) -> str:
        """Name the schema of changes that name none."""
        if not self._default:
            self._default = project_schema(self._files)
        return self._default

    def get(self, name: str) -> Schema | None:
        """Give a schema; None where it does not exist or is not valid."""
        bare = name.removesuffix(".yaml") if name.endswith(".yaml") else name.removesuffix(".yml")
        if bare not in self._loaded:
            self._loaded[bare] = self._load(bare) if bare in self.names else None
        return self._loaded[bare]

    def _load(self, name: str) -> Schema | None:
        try:
            return _schema(name, parse_yaml(self._files[f"{_FOLDER}{name}/schema.yaml"]))
        except YamlError:
            return None


def _schema(name: str, value: Any) -> Schema | None:
    artifacts = value.get("artifacts") if isinstance(value, dict) else None
    if not isinstance(artifacts, list) or not artifacts or not all(_is_artifact(item) for item in artifacts):
        return None
    apply = value.get("apply")
    tracks = apply.get("tracks") if isinstance(apply, dict) else None
    tasks = next(
        (
            str(item["generates"])
            for item in artifacts
            if (item["generates"] == tracks if tracks is not None else item["id"] == "tasks")
        ),
        "",
    )
    return Schema(name, tuple(str(item["generates"]) for item in artifacts), tasks, built_in=False)


def _is_artifact(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    texts = [item.get(key) for key in ("id", "generates", "template")]
    if not all(isinstance(text, str) and text for text in texts):
        return False
    return not str(item["generates"]).startswith("/") and ".." not in str(item["generates"]).split("/")


def outputs(generates: str, names: Iterable[str]) -> list[str]:
    """Select the files of a change (paths inside it) that a path or pattern means, sorted."""
    if not any(mark in generates for mark in "*?["):
        return [name for name in names if name == generates]
    pattern = _pattern(generates)
    return sorted(name for name in names if pattern.fullmatch(name))


def _pattern(glob: str) -> re.Pattern[str]:
    """Translate a glob: `**/` is any number of folders, `*` and `?` stay inside one name and skip hidden ones."""
    parts = []
    for part in glob.split("/"):
        if part == "**":
            parts.append(r"(?:[^/.][^/]*/)*")
        else:
            hidden = "" if part.startswith(".") else r"(?!\.)"
            text = "".join({"*": "[^/]*", "?": "[^/]"}.get(mark, re.escape(mark)) for mark in part)
            parts.append(f"{hidden}{text}/")
    return re.compile("".join(parts).removesuffix("/"))
