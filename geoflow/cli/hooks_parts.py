"""Git hooks put in place and shown, for `geoflow hooks` and for `geoflow init --hooks`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.git_hooks import HooksPlace
    from geoflow.adapters.hook_files import HookFound

_SAID = {
    "missing": "not there",
    "installed": "geoflow's",
    "outdated": "geoflow's, of another version or for another folder",
    "other": "another tool's, without geoflow",
    "called": "another tool's, which calls geoflow's",
}


def checked_names(names: Sequence[str] | None) -> Sequence[str]:
    """Give the hooks that were named, all unless any was; GeoflowError `unknown-hook`."""
    from geoflow.adapters.hook_text import HOOKS

    for name in names or ():
        if name not in HOOKS:
            raise GeoflowError(
                f"geoflow has no hook {name}.",
                fix=f"Take of these: {' '.join(HOOKS)}",
                code="unknown-hook",
                exit_code=ExitCode.USAGE,
            )
    return list(dict.fromkeys(names or HOOKS))


def install_hooks(
    root: Path, names: Sequence[str] | None = None, *, write: bool
) -> "tuple[HooksPlace, list[HookFound]]":
    """Put hooks into the repository around a root, none where one of them cannot be; how they were before.

    Raises:
        GeoflowError: `unknown-hook`, `hooks-elsewhere`, `hook-kept-twice`, `hook-in-the-way`, `hooks-not-writable`,
            and those of a folder that is no repository.
    """
    from geoflow.adapters.git_hooks import find_hooks, refuse_elsewhere
    from geoflow.adapters.hook_files import check_place, look, put

    wanted = checked_names(names)
    place = find_hooks(root)
    refuse_elsewhere(place)
    for name in wanted:
        check_place(place.folder, name)
    before = [look(place.folder, name, place.prefix) for name in wanted]
    if write:
        with writing(place.folder):
            for name in wanted:
                put(place.folder, name, place.prefix)
    return place, before


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into GeoflowError `hooks-not-writable`."""
    try:
        yield
    except OSError as error:
        raise GeoflowError(
            f"The hooks in {folder} cannot be written: {error.strerror or error}.",
            fix=f"Make {folder} writable and try again; what is there still works.",
            code="hooks-not-writable",
        ) from error


def document(place: "HooksPlace", found: "Sequence[HookFound]") -> dict[str, object]:
    """Make the part of a JSON document that says where the hooks are and what they are."""
    rows = [{"name": one.name, "state": one.state, "kept": one.kept, "runs_kept": one.runs} for one in found]
    path = place.elsewhere.value if place.elsewhere else ""
    return {"folder": str(place.folder), "root": place.prefix, "hooks_path": path, "hooks": rows}


def status_line(one: "HookFound") -> str:
    """Say of one hook whose it is, and which one it calls first."""
    return f"{one.name:<13} {_SAID[one.state]}{_kept(one)}"


def install_line(before: "HookFound", *, dry_run: bool) -> str:
    """Say what became of one hook, or would become of it."""
    if before.state == "installed":
        return f"{before.name:<13} is there already{_kept(before)}"
    would = "would be " if dry_run else ""
    if before.state == "outdated":
        return f"{before.name:<13} {would}brought up to date{_kept(before)}"
    kept = ""
    if before.state in ("other", "called"):
        kept = f"; what is there {'would be' if dry_run else 'is'} kept as {before.name}.geoflow-kept"
    return f"{before.name:<13} {would}installed{kept}"


def _kept(one: "HookFound") -> str:
    if not one.kept:
        return ""
    return f"; calls {one.kept} first" if one.runs else f"; {one.kept} may not be run, as before"
