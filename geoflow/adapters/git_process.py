"""The one function through which every git process goes."""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geoflow.errors import ExitCode, GeoflowError

# What a user or a CI job sets on purpose stays; what a hook, an alias or another repository's git left behind goes.
_KEPT = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_AUTHOR_DATE",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_CEILING_DIRECTORIES",
        "GIT_COMMITTER_DATE",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_TEST_DEFAULT_HASH",
    }
)
_KEPT_PREFIXES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_PYTHON_")
# No lock for a mere look (`status` would rewrite the index), no question on the terminal, no pattern in a path.
_ADDED = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1"}
# No hook, not even `reference-transaction`, and no file system monitor is started.
_CONFIGURATION = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_starting = threading.Lock()


@dataclass(frozen=True, slots=True)
class Finished:
    """How a git process ended: exit status, standard output, and what it said on standard error."""

    status: int
    output: bytes
    error: str


class GitProcess:
    """Runs git in one folder: from a list of arguments, never through a shell, in a cleaned environment.

    `variables` are added to that environment.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str] | None = None) -> None:
        if not folder.is_dir():
            raise GeoflowError(f"There is no folder {folder}.", fix="Give a folder that exists.", code="no-folder")
        self.folder = folder
        self._added = {**_ADDED, **(variables or {})}

    def attempt(self, *arguments: str, stdin: bytes = b"", index: str = "") -> Finished:
        """Run git to its end, with another index file if one is named; GeoflowError `git-missing`."""
        if shutil.which("git") is None:
            raise _git_missing()
        if any("\0" in argument for argument in arguments):
            raise GeoflowError(
                f"git {_verb(arguments)} cannot be asked for a name that holds a NUL character.",
                fix="Leave it out of the name.",
                code="bad-name",
                exit_code=ExitCode.USAGE,
            )
        added = {**self._added, "GIT_INDEX_FILE": str(Path(index).absolute())} if index else self._added
        status, output, error = self._finish(["git", *_CONFIGURATION, *arguments], added, stdin)
        return Finished(status, output, error.decode("utf-8", "replace").strip())

    def _finish(self, command: list[str], added: dict[str, str], stdin: bytes) -> tuple[int, bytes, bytes]:
        import git

        try:
            with _starting, _clean_environment():
                process = git.Git(str(self.folder)).execute(
                    command, istream=subprocess.PIPE, as_process=True, env=added
                )
        except git.GitCommandNotFound:
            raise _git_missing() from None
        output, error = process.communicate(stdin)
        return process.returncode, output, error

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git and give its output; GeoflowError where it ends with anything but 0."""
        finished = self.attempt(*arguments, stdin=stdin)
        if finished.status:
            raise failure(_verb(arguments), finished)
        return finished.output

    def line(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run git and give the one line that it answers, such as an object id."""
        return os.fsdecode(self.run(*arguments, stdin=stdin)).removesuffix("\n")


def _verb(arguments: Sequence[str]) -> str:
    options = 0
    while arguments[options] == "-c":
        options += 2
    return arguments[options]


class QuickGitProcess(GitProcess):
    """Starts git itself: for what hooks ask, where to import GitPython takes longer than all that git is asked."""

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start git with pipes at its input and output, for what answers one question after the other."""
        command = ["git", *_CONFIGURATION, *arguments]
        try:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=_environment(self._added),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise _git_missing() from None

    def _finish(self, command: list[str], added: dict[str, str], stdin: bytes) -> tuple[int, bytes, bytes]:
        try:
            ended = subprocess.run(
                command, cwd=self.folder, env=_environment(added), input=stdin, capture_output=True, check=False
            )
        except FileNotFoundError:
            raise _git_missing() from None
        return ended.returncode, ended.stdout, ended.stderr


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not _is_unwanted(name)}
    return {**kept, "LANGUAGE": "C", "LC_ALL": "C", **added}


def failure(command: str, finished: Finished) -> GeoflowError:
    """Make an error of a git process that failed, with the fix for the causes that are known."""
    said = " ".join(finished.error.split()) or f"exit status {finished.status}"
    for words, code, fix in _KNOWN_FAILURES:
        if any(word in said for word in words):
            return GeoflowError(f"git {command} failed: {said}", fix=fix, code=code)
    return GeoflowError(f"git {command} failed: {said}", fix="Try `git fsck` in this repository.", code="git-failed")


_KNOWN_FAILURES = (
    (
        ("tell me who you are", "empty ident", "auto-detect", "was given and auto-detection"),
        "no-identity",
        'Tell git who you are: `git config user.name "Your Name"` and `git config user.email you@example.org`.',
    ),
    (
        ("dubious ownership",),
        "unsafe-repository",
        "If you trust it: `git config --global --add safe.directory PATH` with the path named above.",
    ),
    (
        ("failed to sign", "gpg failed", "No private key found", "load public key", "user.signingkey"),
        "signing-failed",
        "Mend the signing key (`git config user.signingkey`), or `git config commit.gpgsign false`.",
    ),
    (
        (".lock': File exists",),
        "git-locked",
        "Wait for the other git process; if there is none, remove the lock file named above.",
    ),
    (
        ("ot a valid object", "bad object", "unable to read", "missing", "nvalid object", "not a tree object"),
        "bad-object",
        "Name a commit that `git log` shows; if it should be there, try `git fsck` or `git fetch --unshallow`.",
    ),
    (
        ("ermission denied", "insufficient permission", "Read-only file system", "No space left"),
        "git-not-writable",
        "Make the repository's git folder writable, with room on its disk.",
    ),
)


def _git_missing() -> GeoflowError:
    return GeoflowError(
        "git is not installed, or not on PATH.",
        fix="Install git from https://git-scm.com/downloads.",
        code="git-missing",
    )


@contextmanager
def _clean_environment() -> Iterator[None]:
    # GitPython copies os.environ when it starts a process and can only add to it, so what must not be inherited is
    # taken away for that moment. Outside git hooks there is nothing to take away.
    inherited = {name: value for name, value in os.environ.items() if _is_unwanted(name)}
    for name in inherited:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.update(inherited)


def _is_unwanted(name: str) -> bool:
    return name.startswith("GIT_") and name not in _KEPT and not name.startswith(_KEPT_PREFIXES)
