"""A small repository with a believable OpenSpec tree, for trying geoflow out."""

import os
from pathlib import Path

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import ExitCode, GeoflowError
from geoflow.resources import templates_folder

BRANCH = "main"
_SUBJECT = "Specify the tide gauge of Port Linnet"
_IDENTITY = (("user.name", "geoflow demo"), ("user.email", "demo@geoflow.invalid"))


def make_demo_repository(folder: Path) -> None:
    """Make a git repository with one commit in a new or empty folder.

    Only the repository's own configuration is written: an identity where the user has none, and no signing, since a
    key may ask for a passphrase.

    Raises:
        GeoflowError: `folder-not-empty`, `not-writable`, and those of git.
    """
    try:
        _refuse_filled(folder)
        folder.mkdir(parents=True, exist_ok=True)
        git = GitProcess(folder)
        git.run("init", "--quiet", "--template=", f"--initial-branch={BRANCH}")
        _copy_tree(templates_folder() / "demo", folder)
    except OSError as error:
        raise GeoflowError(
            f"Cannot write {error.filename or folder}: {error.strerror}.",
            fix="Name a folder that you may write to: geoflow demo FOLDER",
            code="not-writable",
        ) from error
    git.run("config", "--local", "commit.gpgsign", "false")
    if git.attempt("var", "GIT_COMMITTER_IDENT").status or git.attempt("var", "GIT_AUTHOR_IDENT").status:
        for name, value in _IDENTITY:
            git.run("config", "--local", name, value)
    git.run("add", "--all")
    git.run("commit", "--quiet", "-m", _SUBJECT)


def improve_branches(folder: Path) -> list[str]:
    """List the branches that improve has delivered in a repository, by name, oldest first."""
    output = GitProcess(folder).run("for-each-ref", "--format=%(refname:short)", "refs/heads/geoflow/improve/")
    return os.fsdecode(output).split()


def word_diff(folder: Path, branch: str) -> str:
    """Show by words what a branch changes against the checked-out commit."""
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "--unified=0", "--word-diff=plain")
    return GitProcess(folder).run("diff", *options, "HEAD", branch).decode("utf-8", "replace")


def _refuse_filled(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GeoflowError(
            f"{folder} is there already, and is not an empty folder.",
            fix="Name another folder, as in: geoflow demo my-demo",
            code="folder-not-empty",
            exit_code=ExitCode.USAGE,
        )


def _copy_tree(source: Path, target: Path) -> None:
    # Contents alone: an installation may be read-only, and the copy must not be.
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
