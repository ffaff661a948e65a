"""What every test gets: a home of its own, a fixed git identity, no colour, no network beyond loopback."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from geoflow.adapters.embedded import EmbeddedChat, EmbeddedServer, stop_all
from geoflow.adapters.embedded_engine import is_installed
from geoflow.adapters.model_store import ModelStore
from tests.fakes import SilentProgress
from tests.identity import WORLD

REAL_HOME = os.environ.get("HOME", "")
REAL_DATA_HOME = os.environ.get("XDG_DATA_HOME") or str(Path(REAL_HOME) / ".local" / "share")
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
NPM_OPENSPEC = os.environ.get("GEOFLOW_TEST_OPENSPEC") or shutil.which(
    "openspec", path=f"{Path(__file__).parents[1] / 'build' / 'npm' / 'node_modules' / '.bin'}:{os.environ.get('PATH')}"
)
MCP_JUDGES = Path(__file__).parents[1] / "build" / "mcp"
EMBEDDED_FOLDER = "PYTEST_GEOFLOW_EMBEDDED"  # shared by the workers of one session, so that they share one server


def pytest_configure() -> None:
    os.environ.setdefault(EMBEDDED_FOLDER, tempfile.mkdtemp(prefix="geoflow-embedded-"))


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = Path(os.environ[EMBEDDED_FOLDER])
    if hasattr(config, "workerinput") or not folder.is_dir():
        return
    stop_all(folder)
    shutil.rmtree(folder, ignore_errors=True)
    del os.environ[EMBEDDED_FOLDER]


@pytest.fixture(scope="session")
def embedded_model(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedChat:
    """The real embedded model; its server starts at the first call and is shared by the whole session."""
    store = ModelStore(Path(REAL_DATA_HOME) / "geoflow" / "models")
    installed = store.installed()
    if not is_installed():
        pytest.skip('THE MODEL WAS NOT TESTED: the embedded engine is not installed: pip install ".[local]"')
    if not installed:
        pytest.skip(f"THE MODEL WAS NOT TESTED: no model in {store.folder}: geoflow model pull")
    folder = Path(os.environ[EMBEDDED_FOLDER])
    prompts = folder / "prompts"
    server = EmbeddedServer(store.path(installed[0]), installed[0].name, folder, idle=300, prompts=prompts)
    replies = tmp_path_factory.mktemp("replies")
    return EmbeddedChat(server, first_token_timeout=300, timeout=600, replies=replies, progress=SilentProgress())


@pytest.fixture
def embedded_environment(embedded_model: EmbeddedChat, monkeypatch: pytest.MonkeyPatch) -> EmbeddedChat:
    """The real embedded model for commands: the environment points them at its server."""
    state = embedded_model.server.ensure(SilentProgress())
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", state.base_url)
    monkeypatch.setenv("GEOFLOW_LLM__API_KEY", state.api_key)
    return embedded_model


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "GEOFLOW_", "XDG_", "LM_API_"))]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    values = {
        **WORLD,
        "HOME": str(home),
        "OPENSPEC_TELEMETRY": "0",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the very end what was not tested: a green line above it must not hide that."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    for sign, what, how in _UNTESTED:
        if count := sum(sign in reason for reason in reasons):
            verb = "tests that need {} were" if count > 1 else "test that needs {} was"
            terminalreporter.write_line(f"{count} {verb.format(what)} skipped: {how}", yellow=True, bold=True)


_UNTESTED = (
    ("THE MODEL WAS NOT TESTED", "a model", "geoflow model pull (or: make model)"),
    ("MCP servers are not installed", "MCP servers of other people", "make mcp-servers (needs node)"),
    ("the npm openspec CLI is not installed", "the npm openspec CLI", "make npm (needs node)"),
    ("no browser looked at the page", "a browser", "apt-get install chromium"),
    ("the judges of the MCP server are not installed", "the judges of the MCP server", "make judges (needs npm)"),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "corpus" in item.keywords and not CORPUS.is_dir():
            item.add_marker(pytest.mark.skip(reason="the real OpenSpec trees are not beside the project"))
        if "npm" in item.keywords and not NPM_OPENSPEC:
            item.add_marker(pytest.mark.skip(reason="the npm openspec CLI is not installed (make npm)"))
        if "judges" in item.keywords and not (MCP_JUDGES / "node_modules" / ".bin" / "conformance").exists():
            item.add_marker(pytest.mark.skip(reason="the judges of the MCP server are not installed (make judges)"))
        if "long" in item.keywords and not config.getoption("-m"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: make long"))
