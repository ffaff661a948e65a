"""Which schemas a project knows, and which files of a change a schema tracks and makes.

The one that is built in is `spec-driven`; others lie in `openspec/schemas/<name>/schema.yaml`, or are the user's.
"""

import re
from collections.abc import Iterable, Mapping

from geoflow.errors import UnreadableError
from geoflow.openspec.flat_yaml import YamlError, parse_yaml
from geoflow.openspec.layout import SCHEMAS, USER_SCHEMAS
from geoflow.openspec.metadata import DEFAULT_SCHEMA, project_schema
from geoflow.openspec.schema_file import Schema, read_schema

_FOLDERS = (SCHEMAS, USER_SCHEMAS)

BUILT_IN = Schema(DEFAULT_SCHEMA, ("proposal.md", "specs/**/*.md", "design.md", "tasks.md"), "tasks.md", built_in=True)


class Schemas:
    """The schemas that a project's changes may follow, each read when first asked for.

    The project's own come before the user's, and those before the one that is built in.
    """

    __slots__ = ("_default", "_files", "_loaded", "_paths")

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._default = ""
        self._loaded: dict[str, Schema | None] = {}
        self._paths: dict[str, str] = {}
        for path in files:
            if path.startswith(_FOLDERS) and path.endswith("/schema.yaml"):
                own = path.startswith(SCHEMAS)
                name = path[len(SCHEMAS if own else USER_SCHEMAS) :].removesuffix("/schema.yaml")
                if "/" not in name and (own or name not in self._paths):
                    self._paths[name] = path

    @property
    def names(self) -> set[str]:
        """Give the names of all schemas, whether they can be read or not."""
        return {DEFAULT_SCHEMA, *self._paths}

    def default(self) -> str:
        """Name the schema of changes that name none."""
        if not self._default:
            self._default = project_schema(self._files)
        return self._default

    def get(self, name: str) -> Schema | None:
        """Give a schema; None where it does not exist or is not valid."""
        bare = name.removesuffix(".yaml") if name.endswith(".yaml") else name.removesuffix(".yml")
        if bare not in self._loaded:
            path = self._paths.get(bare)
            built_in = BUILT_IN if bare == DEFAULT_SCHEMA else None
            self._loaded[bare] = self._load(bare, path) if path else built_in
        return self._loaded[bare]

    def _load(self, name: str, path: str) -> Schema | None:
        try:
            return read_schema(name, parse_yaml(self._files[path]))
        except (YamlError, UnreadableError):
            return None


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
