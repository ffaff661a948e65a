"""Which remote is meant."""

import os

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import ExitCode, GeoflowError


def choose_remote(git: GitProcess, name: str = "") -> str:
    """Choose a remote: the one that is named, the checked-out branch's own, `origin`, or the only one.

    Raises:
        GeoflowError: `no-remote`.
    """
    known = os.fsdecode(git.run("remote")).splitlines()
    branch = git.attempt("symbolic-ref", "--quiet", "--short", "HEAD")
    own = git.attempt("config", f"branch.{os.fsdecode(branch.output).strip()}.remote")
    wanted = [name] if name else [os.fsdecode(own.output).strip(), "origin", *(known if len(known) == 1 else ())]
    found = next((one for one in wanted if one in known), "")
    if found:
        return found
    raise GeoflowError(
        f"There is no remote {name!r}." if name else "This repository has no remote that could be meant.",
        fix=f"Name one of: {', '.join(known)}." if known else "Add one: `git remote add origin URL`.",
        code="no-remote",
        exit_code=ExitCode.USAGE if name else ExitCode.ENVIRONMENT,
    )
