"""geoflow beside pre-commit and prek: as a hook that they run, and as a hook that they find or that finds theirs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import git, write_tree
from tests.cli.hooking import BAD, BETTER, GATE, ROOT, commit, held, project, run, type_

MANAGERS = ("pre-commit", "prek")
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
BESIDE = Path(sys.executable).parent


def manager(name: str) -> str:
    found = BESIDE / name
    if not found.exists():
        pytest.skip(f"{name} is not installed")
    return str(found)


def offered(hook: str) -> dict[str, object]:
    from ruamel.yaml import YAML

    hooks: list[dict[str, object]] = YAML(typ="safe", pure=True).load(MANIFEST.read_text("utf-8"))
    return next(one for one in hooks if one["id"] == hook)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    monkeypatch.setenv("PREK_HOME", str(tmp_path / "prek"))
    monkeypatch.setenv("PATH", f"{BESIDE}:{os.environ['PATH']}")
    return project(tmp_path / "p", monkeypatch)


def configure(repo: Path, *hooks: dict[str, object]) -> None:
    """Configure hooks of this repository's own, so that no environment has to be built."""
    config = {"repos": [{"repo": "local", "hooks": [{**one, "language": "system"} for one in hooks]}]}
    write_tree(repo, {".pre-commit-config.yaml": json.dumps(config)})
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "--no-verify", "-m", "configure")


@pytest.mark.parametrize("name", MANAGERS)
def test_the_manifest_is_valid(name: str) -> None:
    done = run(ROOT, manager(name), "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", MANAGERS)
@pytest.mark.parametrize(("hook", "sign"), [("geoflow-validate", "OS-S4"), ("geoflow-review", "OS-S4")])
def test_an_offered_hook_fails_for_what_is_staged_and_passes_when_it_is_mended(
    repo: Path, name: str, hook: str, sign: str
) -> None:
    configure(repo, offered(hook))
    write_tree(repo, {GATE: BAD})
    git(repo, "add", "-A")
    done = run(repo, manager(name), "run")
    assert (done.returncode, sign in done.stdout) == (1, True), done.stdout + done.stderr
    write_tree(repo, {GATE: BETTER})
    git(repo, "add", "-A")
    assert run(repo, manager(name), "run").returncode == 0


@pytest.mark.parametrize("name", MANAGERS)
def test_for_all_files_there_is_a_hook_that_looks_at_all(repo: Path, name: str) -> None:
    configure(repo, offered("geoflow-validate-all"))
    assert run(repo, manager(name), "run", "--all-files").returncode == 0
    commit(repo, {GATE: BAD}, "--no-verify")
    assert run(repo, manager(name), "run", "--all-files").returncode == 1


@pytest.mark.parametrize("name", MANAGERS)
@pytest.mark.parametrize("order", ["manager first", "geoflow first", "manager first and again"])
def test_both_are_asked_once_whichever_was_installed_first(repo: Path, name: str, order: str, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    note = {"id": "note", "name": "note", "entry": f"sh -c 'echo x >> {seen}'", "always_run": True}
    configure(repo, {**note, "pass_filenames": False})
    if order != "geoflow first":
        assert run(repo, manager(name), "install").returncode == 0
    assert type_("hooks", "install").exit_code == 0
    if order != "manager first":
        assert run(repo, manager(name), "install").returncode == 0
    refused = commit(repo, {GATE: BAD})
    assert (refused.returncode, refused.stderr.count("OS-S4"), seen.read_text()) == (1, 1, "x\n"), refused.stderr
    assert commit(repo, {GATE: BETTER}).returncode == 0
    assert type_("hooks", "uninstall").exit_code == 0
    assert commit(repo, {GATE: BAD}).returncode == 0
    assert seen.read_text() == "x\n" * 3
    assert not [one for one in held(repo) if one.endswith(".geoflow-kept")]


@pytest.mark.long
@pytest.mark.parametrize("name", MANAGERS)
def test_the_hooks_work_from_a_clone_of_this_repository(repo: Path, name: str, tmp_path: Path) -> None:
    """Builds an environment with geoflow in it, from PyPI."""
    source = tmp_path / "geoflow"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "build", ".*_cache", "__pycache__"))
    git(source, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-q", "-m", "all")
    write_tree(repo, {GATE: BAD})
    git(repo, "add", "-A")
    command = [manager(name), "try-repo", str(source), "geoflow-validate", "--verbose"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=repo, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "OS-S4" in done.stdout) == (1, True), done.stdout + done.stderr
