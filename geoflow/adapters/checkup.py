"""What `geoflow doctor` looks at on the machine and around the repository; nothing is started, nothing is written."""

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from geoflow.adapters.git import open_repository
from geoflow.adapters.git_process import QuickGitProcess
from geoflow.adapters.settings_file import LoadedSettings
from geoflow.errors import GeoflowError
from geoflow.ports import JsonValue

Status = Literal["ok", "warn", "fail", "skipped"]
_OLDEST_GIT = (2, 30)
_WITH_FIX = re.compile(r"(.*(?:is ignored|is not sent)): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a check-up: well, with something missing, broken, or not there and not looked at.

    `area` groups lines, `fix` says what to type where something is wrong, `facts` are the same for scripts.
    """

    area: str
    status: Status
    text: str
    fix: str = ""
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


def failed(area: str, status: Status, error: GeoflowError) -> Check:
    """Make a line of an expected failure."""
    return Check(area, status, error.message.rstrip("."), error.fix, {"code": error.code})


def check_machine() -> list[Check]:
    """Look at Python and git."""
    version = platform.python_version()
    text = f"{version} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return [Check("python", "ok", text, facts={"version": version}), _git()]


def _git() -> Check:
    try:
        said = QuickGitProcess(Path.cwd()).run("version").decode("utf-8", "replace").strip()
    except GeoflowError as error:
        return failed("git", "fail", error)
    found = re.search(r"\d+(\.\d+)+", said)
    version = found[0] if found else ""
    facts = {"version": version}
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_GIT:
        oldest = ".".join(map(str, _OLDEST_GIT))
        return Check("git", "warn", f"{said}: older than {oldest}", f"Install git {oldest} or later.", facts)
    return Check("git", "ok", version, facts=facts)


def check_settings(loaded: LoadedSettings) -> list[Check]:
    """Tell which settings are set where, and what of them is ignored."""
    places: dict[str, list[str]] = {}
    for name, source in loaded.sources.items():
        places.setdefault(source, []).append(name)
    told = "; ".join(f"{', '.join(sorted(names))} in {source}" for source, names in sorted(places.items()))
    shown = Check("settings", "ok", told or "the defaults", facts={"sources": dict(loaded.sources)})
    return [shown, *(Check("settings", "warn", *_told(notice)) for notice in loaded.notices)]


def _told(notice: str) -> tuple[str, str]:
    """Take what to do out of a notice that says it."""
    if found := _WITH_FIX.fullmatch(notice):
        return found[1], f"{found[2][:1].upper()}{found[2][1:]}"
    return notice, "Mend it there."


def check_repository(root: Path) -> list[Check]:
    """Look at the git repository around an OpenSpec root, and at what geoflow keeps in its git folder."""
    try:
        repository = open_repository(root, quick=True)
        head = repository.head()
    except GeoflowError as error:
        return [failed("repository", "warn", error)]
    text = f"{head.branch or 'a detached HEAD'} at {head.commit[:12]}"
    return [Check("repository", "ok", text, facts={"branch": head.branch, "commit": head.commit})]
