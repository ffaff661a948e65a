"""Real repositories whose every reachable commit must have a right record."""

from pathlib import Path

from geoflow import __version__
from geoflow.adapters.git import open_repository
from geoflow.cli.monitor_parts import open_recorder
from geoflow.cli.progress import silent_progress
from geoflow.metrics.ledger import FileChange
from geoflow.metrics.snapshot import read_note, with_units
from geoflow.metrics.standing import made_by
from geoflow.workflow.backfill import Backfilled, backfill
from geoflow.workflow.measuring import Recorder
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.metrics.trees import expected, ledger_of

SPEC = "openspec/specs/auth/spec.md"
FAILURE = "#### Scenario: It fails\n- **WHEN** it fails\n- **THEN** an error is shown\n"


def text(number: int) -> str:
    """Write a spec that no other number gives: as many requirements as the number says."""
    return spec(*(requirement(f"Rule {n}", f"The system SHALL do part {n}.", FAILURE) for n in range(number)))


def make_project(folder: Path) -> Path:
    return make_repo(folder, {SPEC: text(1), "README.md": "x"})


def three_records(folder: Path) -> Path:
    """Make a project of three commits with records."""
    project = make_project(folder)
    commit(project, 2)
    commit(project, 4)
    fill(project)
    return project


def commit(project: Path, number: int, path: str = SPEC, *options: str) -> str:
    """Commit a spec of so many requirements; the commit's id."""
    write_tree(project, {path: text(number)})
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", f"{path} {number}", *options)
    return git(project, "rev-parse", "HEAD")


def record(project: Path) -> None:
    """Record HEAD as a hook does."""
    from geoflow.workflow.record_snapshot import record_snapshot

    record_snapshot(recorder_of(project), complete=False)


def recorder_of(project: Path) -> Recorder:
    return open_recorder(project)[1]


def fill(project: Path, *, everything: bool = False) -> Backfilled:
    return backfill(recorder_of(project), silent_progress(), everything=everything)


def assert_every_commit_is_right(project: Path, *tips: str, prefix: str = "") -> None:
    """Hold each reachable commit's record against the files that git has for it, read one by one; the tree is clean."""
    repository = open_repository(project / prefix)
    shallow = project / ".git" / "shallow"
    cut_off = shallow.read_text().split() if shallow.exists() else []
    for name in git(project, "rev-list", *(tips or ("HEAD",))).splitlines():
        files = files_at(project, name, prefix)
        found = made_by(read_note(name, notes_of(project, name)), tree_of(project, name, prefix), __version__)
        if not files:
            assert found is None, name
            continue
        assert found is not None, f"{name} has no record"
        known = {key: value for key, value in found.derived.items() if not key.startswith("churn.")}
        assert known == with_units(expected(files)), name
        churn = {key: value for key, value in found.derived.items() if key.startswith("churn.")}
        assert churn == ({} if name in cut_off else with_units(churn_of(project, name, files, prefix))), name
    assert repository.uncommitted() == []
    assert git(project, "status", "--porcelain") == ""


def files_at(project: Path, commit: str, prefix: str = "") -> dict[str, str]:
    listed = git(project, "ls-tree", "-r", "-z", commit, f"{prefix}openspec/").split("\0")
    names = [row.partition("\t")[2] for row in listed if row.startswith("100")]
    return {name.removeprefix(prefix): raw(project, f"{commit}:{name}") for name in names}


def raw(project: Path, name: str) -> str:
    import subprocess

    done = subprocess.run(["git", "cat-file", "blob", name], cwd=project, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "surrogateescape")


def tree_of(project: Path, commit: str, prefix: str) -> str:
    listed = git(project, "ls-tree", commit, f"{prefix}openspec").split()
    return listed[2] if listed else ""


def notes_of(project: Path, commit: str) -> str:
    import subprocess

    done = subprocess.run(
        ["git", "notes", "--ref=geoflow", "show", commit], cwd=project, check=False, capture_output=True, text=True
    )
    return done.stdout


def churn_of(project: Path, commit: str, files: dict[str, str], prefix: str) -> dict[str, float]:
    """Work churn out from the whole trees of a commit and its first parent, and from `git diff --numstat`."""
    parent = [*git(project, "rev-list", "--parents", "-n1", commit).split(), ""][1]
    before = files_at(project, parent, prefix) if parent else {}
    ledger = ledger_of(before, files)
    old, new = (dict(ledger_of(tree)._files) for tree in (before, files))
    empty = git(project, "hash-object", "-t", "tree", "/dev/null")
    lines = {}
    listed = git(project, "diff", "--numstat", "-z", "--no-renames", parent or empty, commit, "--", f"{prefix}openspec")
    for row in filter(None, listed.split("\0")):
        added, removed, path = row.split("\t", 2)
        lines[path.removeprefix(prefix)] = (int(added), int(removed)) if added != "-" else (0, 0)
    return ledger.churn(
        FileChange(path, old.get(path, ""), new.get(path, ""), *lines.get(path, (0, 0)))
        for path in old.keys() | new.keys()
        if old.get(path) != new.get(path)
    )
