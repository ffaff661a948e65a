"""A git repository of its own for an experiment: the same files and decisions give the same commits."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.event_files import EventFiles
from geoflow.adapters.feedback_text import feedback_text
from geoflow.adapters.git_process import GitProcess
from geoflow.adapters.git_repository import GitRepository
from geoflow.questions.feedback import FOLDER as FEEDBACK
from geoflow.questions.feedback import Feedback

MAIN = "main"
_AT = "2026-01-05T08:00:00+0000"
# Names of runs hold a piece of a commit's id, and what is tried by chance is drawn by them.
_DATED = {"GIT_AUTHOR_DATE": _AT, "GIT_COMMITTER_DATE": _AT}
_SETTINGS = (
    ("user.name", "geoflow bench"),
    ("user.email", "bench@geoflow.invalid"),
    ("commit.gpgsign", "false"),
    ("core.autocrlf", "false"),
    ("gc.auto", "0"),
)


class _SteadyEvents(EventFiles):
    """Event files whose names are those of their texts."""

    def feedback_file(self, feedback: Feedback) -> dict[str, str]:
        """Give the file of a judgement, {path: text}."""
        text = feedback_text(feedback)
        return {f"{FEEDBACK}/{sha256(text.encode()).hexdigest()[:12]}.yaml": text}


class ScratchRepository:
    """The ground of an experiment: a repository with a main branch, and a branch for each round.

    Args:
        folder: A new or empty folder.
        files: What the first commit holds: {path: text}.
    """

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._git = GitProcess(folder, _DATED)
        self._git.run("init", "--quiet", "--template=", f"--initial-branch={MAIN}")
        for name, value in _SETTINGS:
            self._git.run("config", "--local", name, value)
        self.repository = GitRepository(self._git, "", folder / ".git")
        self.runs = self.repository.runs
        self.documents = WorkTreeDocuments(folder)
        self.events = _SteadyEvents(self.repository.state_folder)
        self.write(files, "Specs as they are")

    def write(self, files: Mapping[str, str], subject: str) -> None:
        """Write files into the work tree, and commit all that is in it."""
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogateescape"))
        self._git.run("add", "--all")
        self._git.run("commit", "--quiet", "--allow-empty", "-m", subject)

    def branch_off(self, name: str, files: Mapping[str, str], subject: str) -> None:
        """Check out a new branch off the main one, with these files committed."""
        self._git.run("checkout", "--quiet", "-B", name, MAIN)
        self.write(files, subject)

    def merge(self, branch: str) -> None:
        """Merge a branch into the one that is checked out, with a commit of its own."""
        self._git.run("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch)

    def back_to_main(self) -> None:
        """Check out the main branch; files that nobody has committed stay."""
        self._git.run("checkout", "--quiet", MAIN)

    def branches(self, prefix: str) -> list[str]:
        """List the branches whose names begin so."""
        output = self._git.run("for-each-ref", "--format=%(refname:short)", f"refs/heads/{prefix}")
        return os.fsdecode(output).split()
