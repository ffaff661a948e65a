"""Repositories with hooks, for tests: commits as git makes them, and a geoflow that can be taken away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import make_repo, requirement, spec, write_tree

ROOT = Path(__file__).parents[2]
GATE, DOOR = "openspec/specs/gate/spec.md", "openspec/specs/door/spec.md"
GOOD = spec(requirement("Open", "The gate SHALL open."))
BETTER = spec(requirement("Open", "The gate SHALL open within 5 s."))
BAD = spec(requirement("Open", "The gate SHALL open.", scenario=""))


def type_(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository of two specs in which the tests then stand, with this geoflow where hooks look for it."""
    repo = make_repo(folder, {GATE: GOOD, DOOR: GOOD, "code.py": "1"})
    monkeypatch.chdir(repo)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return repo


def run(folder: Path, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def commit(
    folder: Path, files: dict[str, str], *options: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Stage files and commit them, as a person would."""
    write_tree(folder, files)
    run(folder, "git", "add", "-A")
    return run(folder, "git", "commit", "-q", "-m", "work", *options, **environment)


def write_hook(folder: Path, name: str, text: str, mode: int = 0o755) -> Path:
    hook = folder / ".git" / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{text}\n")
    hook.chmod(mode)
    return hook


def own_geoflow(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = "") -> Path:
    """Make an environment of its own whose geoflow is this one or does what the text says; the hooks will name it."""
    bin_folder = folder / "bin"
    bin_folder.mkdir(parents=True)
    program = bin_folder / "geoflow"
    program.write_text(text or f'#!/bin/sh\nexec "{sys.executable}" -P -m geoflow "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bin_folder / "python"))
    return program


def held(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Give what the hooks folder holds: {name: (bytes, mode)}, without git's samples."""
    hooks = folder / ".git" / "hooks"
    return {
        one.name: (bytes(one.readlink()) if one.is_symlink() else one.read_bytes(), one.lstat().st_mode)
        for one in hooks.iterdir()
        if not one.name.endswith(".sample")
    }
