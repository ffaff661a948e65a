"""The public conformance harness on geoflow's server: with its fixtures on top, and as shipped."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geoflow import __version__
from geoflow.adapters.http_guard import Rules
from geoflow.adapters.mcp_server import build_server
from geoflow.cli.mcp_desk import open_desks
from tests.cli.asking import kiln
from tests.cli.mcp_clients import serving
from tests.mcp_judges.content_fixtures import add_content
from tests.mcp_judges.event_fixtures import add_events, make_events
from tests.mcp_judges.input_fixtures import add_inputs
from tests.mcp_judges.judges import ERAS, conformance

if TYPE_CHECKING:
    from mcp.server import MCPServer

pytestmark = pytest.mark.judges

# The harness shows no token; Host and Origin are checked all the same.
OPEN = Rules(frozenset({"127.0.0.1", "localhost"}))
EVERY_CHECK = {"2025-11-25": 84, "2026-07-28": 152}
# Scenarios and the checks in them that the server passes as it is shipped, without a tool of the harness; a scenario
# that an unknown tool's failure would pass is not listed.
AS_SHIPPED = {
    "2025-11-25": {
        "server-initialize": 3,
        "server-session-lifecycle": 3,
        "ping": 2,
        "tools-list": 3,
        "server-sse-multiple-streams": 2,
        "resources-list": 2,
        "prompts-list": 2,
        "dns-rebinding-protection": 2,
    },
    "2026-07-28": {
        "tools-list": 4,
        "server-sse-multiple-streams": 1,
        "resources-list": 2,
        "prompts-list": 2,
        "sep-2164-resource-not-found": 4,
        "dns-rebinding-protection": 2,
        "caching": 8,
        "http-header-validation": 14,
        "input-required-result-unsupported-methods": 2,
    },
}
# What a client reads that comes back to a stream needs a store of events, which geoflow ships none of.
RESUMED = "server-sse-polling"
# Checks of the stateless protocol that need a tool of the harness; the other 26 are passed as shipped.
NEED_A_FIXTURE = {
    "sep-2575-server-rejects-undeclared-capability",
    "sep-2575-missing-capability-http-400",
    "sep-2575-server-sends-tools-list-changed-on-subscription",
    "sep-2575-server-sends-prompts-list-changed-on-subscription",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def _with_fixtures(root: Path) -> "MCPServer":
    server = build_server(open_desks(root), "contribute", __version__)
    for add in (add_content, add_events, add_inputs):
        add(server)
    return server


@pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")
@pytest.mark.parametrize("era", ERAS)
def test_with_its_fixtures_every_check_of_the_harness_passes(era: str, root: Path, tmp_path: Path) -> None:
    with serving(_with_fixtures(root), OPEN) as url:
        found = conformance(url, era, tmp_path / "found")
    if RESUMED in found:
        with serving(_with_fixtures(root), OPEN, event_store=make_events(), retry_interval=100) as url:
            found |= conformance(url, era, tmp_path / "resumed", RESUMED)

    assert {name: verdict.failed for name, verdict in found.items() if verdict.failed} == {}
    assert sum(verdict.passed for verdict in found.values()) == EVERY_CHECK[era]


@pytest.mark.parametrize("era", ERAS)
def test_as_shipped_it_passes_the_scenarios_that_need_no_fixture(era: str, root: Path, tmp_path: Path) -> None:
    with serving(build_server(open_desks(root), "contribute", __version__), OPEN) as url:
        found = conformance(url, era, tmp_path / "found")

    named = {name: found[name] for name in AS_SHIPPED[era]}
    assert {name: verdict.failed for name, verdict in named.items() if verdict.failed} == {}
    assert {name: verdict.passed for name, verdict in named.items()} == AS_SHIPPED[era]
    if stateless := found.get("server-stateless"):
        assert {failed.partition(":")[0] for failed in stateless.failed} == NEED_A_FIXTURE
        assert stateless.passed == 26
