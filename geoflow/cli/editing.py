"""A text in the person's own editor, the one that git would open."""

import subprocess
import tempfile
from pathlib import Path

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError


def edited(text: str, git: GitProcess) -> str:
    """Have a text edited; what the person saved, empty where they saved nothing.

    Raises:
        GeoflowError: `editor-failed`.
    """
    editor = git.line("var", "GIT_EDITOR")
    with tempfile.TemporaryDirectory(prefix="geoflow-edit-") as folder:
        file = Path(folder) / "requirement.md"
        file.write_text(text, encoding="utf-8")
        # As git does it: the setting is a command line, and the file's name comes behind it as one word.
        done = subprocess.run(["sh", "-c", f'{editor} "$@"', editor, str(file)], check=False)
        if done.returncode:
            raise GeoflowError(
                f"The editor ended with {done.returncode}, and nothing was taken: {editor}",
                fix="Name another one: git config core.editor COMMAND",
                code="editor-failed",
            )
        return file.read_text(encoding="utf-8", errors="replace")
