"""Everything in a repository that wants trust: what reaches, starts or changes something is listed here or inert."""

from collections.abc import Callable
from pathlib import Path

from geoflow.adapters.mcp_servers import server_items
from geoflow.adapters.prompt_overrides import prompt_items
from geoflow.adapters.settings_file import address_items, executor_items, tool_items
from geoflow.adapters.trust_store import TrustItem

SOURCES: tuple[Callable[[Path], list[TrustItem]], ...] = (
    address_items,
    executor_items,
    prompt_items,
    server_items,
    tool_items,
)
"""Each lists items of one kind for the folder that holds `openspec/`."""


def items_of(root: Path) -> list[TrustItem]:
    """List what a repository would reach or change.

    Raises:
        GeoflowError: `settings-invalid`, `bad-address`, `mcp-config-invalid`.
    """
    return [item for source in SOURCES for item in source(root)]
