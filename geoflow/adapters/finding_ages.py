"""When each finding was seen first, kept in the git folder from one record to the next. Disposable."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from geoflow import __version__
from geoflow.adapters.whole_file import replace_file

_SCHEMA = 1
_LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class SeenFindings:
    """What the last record saw: its commit, the version of geoflow whose rules looked, and since when by id."""

    commit: str = ""
    geoflow: str = ""
    first_seen: Mapping[str, datetime] = field(default_factory=dict)


def read_seen(file: Path) -> SeenFindings:
    """Read what was seen; nothing where the file is missing or not one."""
    try:
        if file.stat().st_size > _LARGEST:
            return SeenFindings()
        found = json.loads(file.read_bytes())
        if found["schema"] != _SCHEMA:
            return SeenFindings()
        first = {str(one): datetime.fromisoformat(at) for one, at in found["first_seen"].items()}
        if any(at.tzinfo is None for at in first.values()):
            return SeenFindings()
        return SeenFindings(str(found["commit"]), str(found["geoflow"]), first)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return SeenFindings()


def write_seen(file: Path, commit: str, first_seen: Mapping[str, datetime]) -> None:
    """Write what was seen at a commit; where it cannot be written nothing is, and the next record begins anew."""
    seen = {one: at.isoformat() for one, at in first_seen.items()}
    document = {"schema": _SCHEMA, "commit": commit, "geoflow": __version__, "first_seen": seen}
    with suppress(OSError):
        replace_file(file, json.dumps(document).encode())
