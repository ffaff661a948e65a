"""What every test gets: a home of its own, a fixed git identity, no colour, no network beyond loopback."""

import os
import shutil
from pathlib import Path

import pytest

REAL_HOME = os.environ.get("HOME", "")
REAL_DATA_HOME = os.environ.get("XDG_DATA_HOME") or str(Path(REAL_HOME) / ".local" / "share")
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
NPM_OPENSPEC = os.environ.get("GEOFLOW_TEST_OPENSPEC") or shutil.which(
    "openspec", path=f"{Path(__file__).parents[1] / 'build' / 'npm' / 'node_modules' / '.bin'}:{os.environ.get('PATH')}"
)


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "GEOFLOW_", "XDG_"))]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    values = {
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada Example",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada Example",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "NO_COLOR": "1",
        "COLUMNS": "100",
        "TZ": "UTC",
        "OPENSPEC_TELEMETRY": "0",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "corpus" in item.keywords and not CORPUS.is_dir():
            item.add_marker(pytest.mark.skip(reason="the real OpenSpec trees are not beside the project"))
        if "npm" in item.keywords and not NPM_OPENSPEC:
            item.add_marker(pytest.mark.skip(reason="the npm openspec CLI is not installed (make npm)"))
        if "long" in item.keywords and not config.getoption("-m"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: make long"))
