"""`geoflow improve` typed in a test: what it says, the document that it prints for scripts, and its branch merged."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import git, write_tree


def improve(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["improve", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def improved(*arguments: str) -> dict[str, Any]:
    found = json.loads(improve(*arguments, "--json").stdout)
    assert isinstance(found, dict)
    return found


def bring(root: Path, run: dict[str, Any], way: str) -> None:
    """Bring a run's branch to the base branch, which has gone on meanwhile."""
    write_tree(root, {"README.md": "x"})
    git(root, "add", "README.md")
    git(root, "commit", "-q", "-m", "other work")
    if way == "merge":
        git(root, "merge", "-q", "--no-edit", run["branch"])
    elif way == "squash":
        git(root, "merge", "-q", "--squash", run["branch"])
        git(root, "commit", "-q", "-m", "squashed")
    elif way == "rebase":
        git(root, "rebase", "-q", "main", run["branch"])
        git(root, "checkout", "-q", "main")
        git(root, "merge", "-q", "--ff-only", run["branch"])
    else:
        git(root, "cherry-pick", f"{run['base']}..{run['branch']}")
