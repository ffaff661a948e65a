"""Builders: trees from a dict, real git repositories, specs from a few words."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

GOOD_SCENARIO = "#### Scenario: It works\n- **WHEN** a user asks\n- **THEN** the system answers\n"


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, making folders as needed; str is written as UTF-8 with its line endings kept."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; its output, stripped."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_repo(folder: Path, files: Mapping[str, str | bytes], *, commit: bool = True) -> Path:
    """Make a git repository on branch `main` that holds these files, committed unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    write_tree(folder, files)
    if commit:
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "start")
    return folder


def requirement(name: str, text: str, scenario: str = GOOD_SCENARIO) -> str:
    """Write a requirement block."""
    return f"### Requirement: {name}\n{text}\n\n{scenario}"


def spec(*requirements: str, purpose: str = "Says what the parts of this small example owe to each other.") -> str:
    """Write a main spec from requirement blocks."""
    blocks = "\n".join(requirements)
    return f"# Example Specification\n\n## Purpose\n{purpose}\n\n## Requirements\n{blocks}"
