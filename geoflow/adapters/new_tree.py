"""The beginning of an OpenSpec tree: what is missing is made, what is there stays as it is."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from geoflow.adapters.setting_list import project_file
from geoflow.adapters.setting_values import PROJECT_FILE
from geoflow.errors import GeoflowError

FOLDER = "openspec"
CONFIG = """\
schema: spec-driven

# What an agent should know when it writes here: stack, conventions, domain.
# context: |
#   ...
"""
"""What the npm CLI reads. Its own comments are its own; the schema's name is what its `init` writes too."""


def missing_files(root: Path) -> dict[str, str]:
    """Say what `init` would write in a folder: {path relative to it: text}; nothing of what is there is in it.

    Raises:
        GeoflowError: `outside-root` where `openspec` leads out of the folder, `not-a-folder` where it is a file.
    """
    place = root / FOLDER
    if place.is_symlink() and not place.resolve().is_relative_to(root.resolve()):
        raise GeoflowError(
            f"{place} leads out of {root} through a link.",
            fix="Replace the link by the folder itself, or name another folder: geoflow init PATH",
            code="outside-root",
        )
    if os.path.lexists(place) and not place.is_dir():
        raise GeoflowError(f"{place} is no folder.", fix="Rename it and try again.", code="not-a-folder")
    wanted = {PROJECT_FILE: project_file()}
    if not any((place / name).exists() for name in ("specs", "changes", "config.yaml", "config.yml")):
        keep = {f"{FOLDER}/specs/.gitkeep": "", f"{FOLDER}/changes/archive/.gitkeep": ""}
        wanted = {**keep, f"{FOLDER}/config.yaml": CONFIG, **wanted}
    return {path: text for path, text in wanted.items() if not os.path.lexists(root / path)}


def write_missing(root: Path, files: Mapping[str, str]) -> None:
    """Write the files: a new `openspec/` whole or not at all, into one that is there each file whole or not at all.

    Raises:
        GeoflowError: `not-writable`; what was there is as it was.
    """
    try:
        if (root / FOLDER).exists():
            for path, text in files.items():
                write_new(root / path, text)
        elif files:
            _write_folder(root, files)
    except OSError as error:
        raise GeoflowError(
            f"{root / FOLDER} cannot be written: {error.strerror or error}",
            fix="Choose a folder that you may write to: geoflow init PATH",
            code="not-writable",
        ) from error


def _write_folder(root: Path, files: Mapping[str, str]) -> None:
    draft = root / f".{FOLDER}.{secrets.token_hex(4)}.new"
    draft.mkdir(parents=True)
    try:
        for path, text in files.items():
            place = draft / Path(path).relative_to(FOLDER)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8", newline="\n")
        draft.rename(root / FOLDER)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write_new(place: Path, text: str) -> None:
    """Write a file that nobody else has made meanwhile, whole or not at all; FileExistsError where one is there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}.new")
    try:
        draft.write_text(text, "utf-8", newline="\n")
        try:
            os.link(draft, place)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            draft.rename(place)
    finally:
        draft.unlink(missing_ok=True)
