"""Texts in the person's own editor, the one that git would open."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError


def edited(text: str, git: GitProcess) -> str:
    """Have a text edited; what the person saved, empty where they saved nothing.

    Raises:
        GeoflowError: `editor-failed`.
    """
    return edited_files({"requirement.md": text}, git)["requirement.md"]


def edited_files(texts: Mapping[str, str], git: GitProcess) -> dict[str, str]:
    """Have several files edited at once, {relative path: text}; what the person saved of each, empty where nothing.

    Raises:
        GeoflowError: `editor-failed`.
    """
    editor = git.line("var", "GIT_EDITOR")
    with tempfile.TemporaryDirectory(prefix="geoflow-edit-") as folder:
        files = {path: Path(folder) / path for path in texts}
        for path, file in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(texts[path].encode("utf-8", "surrogateescape"))
        # As git does it: the setting is a command line, and the names of the files come behind it as words.
        command = ["sh", "-c", f'{editor} "$@"', editor, *map(str, files.values())]
        done = subprocess.run(command, check=False)
        if done.returncode:
            raise GeoflowError(
                f"The editor ended with {done.returncode}, and nothing was taken: {editor}",
                fix="Name another one: git config core.editor COMMAND",
                code="editor-failed",
            )
        return {path: _read(file) for path, file in files.items()}


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace") if file.exists() else ""
