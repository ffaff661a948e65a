"""A world of its own for commands that the docs are made from: a home, an identity, the demo's repository, no model."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from geoflow.resources import templates_folder
from tests.builders import git, make_repo, write_tree
from tests.identity import WORLD

_NOT_OURS = ("GIT_", "GITHUB_", "GEOFLOW_", "XDG_", "LM_", "CI")


@contextmanager
def own_world() -> Iterator[Path]:
    """Give a new folder, and an environment in which nothing of the user's is left."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_OURS)}
        own = {
            **WORLD,
            "HOME": str(folder / "home"),
            "GEOFLOW_LLM__BASE_URL": "none",
        }
        with patch.dict(os.environ, {**kept, **own}, clear=True):
            yield folder


@contextmanager
def demo_repository(folder: Path) -> Iterator[Path]:
    """Make the demo's repository with two commits and a remote, and work in it."""
    tree = folder / "demo"
    shutil.copytree(templates_folder() / "demo" / "openspec", tree / "openspec")
    git(folder, "init", "-q", "--bare", "remote.git")
    repository = make_repo(tree, {"README.md": "A harbour's tide gauge.\n"})
    write_tree(repository, {"mcp.json": json.dumps({"mcpServers": {"notes": {"command": "notes"}}})})
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Name a server")
    git(repository, "remote", "add", "origin", str(folder / "remote.git"))
    with chdir(repository):
        yield repository
