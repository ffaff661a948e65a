"""The MCP Inspector's command line as a client of `geoflow mcp`, over stdio and over HTTP."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from geoflow import __version__
from geoflow.adapters.mcp_server import build_server
from geoflow.cli.mcp_desk import open_desks
from tests.cli.asking import COOLING, PATH, kiln
from tests.cli.mcp_clients import BEARER, ENDING, READING, WRITING, serving
from tests.mcp_judges.judges import ERAS, inspect

pytestmark = pytest.mark.judges

SERVER = (sys.executable, "-m", "geoflow", "mcp")
NAMES = {"2025-11-25": "legacy", "2026-07-28": "modern"}
SEARCH = ("--method", "tools/call", "--tool-name", "search_specs", "--tool-arg", "query=kiln")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def _check(era: str, *target: str) -> None:
    def asked(*arguments: str) -> Any:
        return inspect(*target, "--protocol-era", NAMES[era], "--method", *arguments)["result"]

    assert asked("initialize")["protocolVersion"] == era
    assert [tool["name"] for tool in asked("tools/list", "--strict")["tools"]] == [*READING, *ENDING, *WRITING]
    answer = asked("tools/call", "--tool-name", "ask_question", "--tool-arg", f"question={COOLING}")
    assert answer["structuredContent"]["citations"][0]["path"] == PATH


@pytest.mark.parametrize("era", ERAS)
def test_it_finds_nothing_wrong_over_stdio(era: str, root: Path) -> None:
    _check(era, *SERVER)


@pytest.mark.parametrize("era", ERAS)
def test_it_finds_nothing_wrong_over_http(era: str, root: Path) -> None:
    [(name, value)] = BEARER.items()
    with serving(build_server(open_desks(root), "contribute", __version__)) as url:
        _check(era, "--server-url", url, "--transport", "http", "--header", f"{name}: {value}")


@pytest.mark.parametrize("era", ERAS)
def test_five_hundred_calls_ten_at_a_time_all_succeed(era: str, root: Path, tmp_path: Path) -> None:
    server = {"command": SERVER[0], "args": SERVER[1:], "protocolEra": NAMES[era]}
    (tmp_path / "inspector.json").write_text(json.dumps({"mcpServers": {"geoflow": server}}))
    load = ("--load", "--load-requests", "500", "--load-concurrency", "10")

    figures = inspect("--config", str(tmp_path / "inspector.json"), "--server", "geoflow", *SEARCH, *load)["result"]

    assert (figures["requests"], figures["ok"]) == (500, 500)
    assert (figures["errors"], figures["toolErrors"]) == (0, 0)
