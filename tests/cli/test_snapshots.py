"""What people see, looked at by eye when it changes: `pytest tests/cli/test_snapshots.py --snapshot-update`."""

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo

DEMO = Path(__file__).parents[2] / "templates" / "demo"


def shown(*arguments: str) -> str:
    """Give what a command prints, with ids and times taken out."""
    done = CliRunner().invoke(app, list(arguments), prog_name="geoflow")
    text = re.sub(r"\d{8}-\d{6}-[0-9a-f]{7}", "RUN", done.stdout)
    text = re.sub(r"\b[0-9a-f]{12}\b", "COMMIT", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME", text)
    return re.sub(r"\d+\.\d+ s\b", "N s", text)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        str(path.relative_to(DEMO)): path.read_bytes()
        for path in sorted(DEMO.rglob("*"))
        if path.is_file() and "openspec" in path.relative_to(DEMO).parts
    }
    root = make_repo(tmp_path / "demo", files)
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    assert git(root, "ls-files", "openspec")
    return root


@pytest.mark.parametrize("command", ["", "improve", "review", "ask", "propose", "validate", "monitor"])
def test_help(command: str, snapshot: SnapshotAssertion) -> None:
    assert shown(*command.split(), "--help") == snapshot


@pytest.mark.parametrize("command", ["validate --all", "review --rules-only", "improve", "list", "list --specs"])
def test_output_on_the_demo_tree(demo: Path, command: str, snapshot: SnapshotAssertion) -> None:
    assert shown(*command.split()) == snapshot
