"""Everything in a repository that wants trust: what reaches a host or changes a prompt is listed here, or is inert."""

from collections.abc import Callable
from pathlib import Path

from geoflow.adapters.prompt_overrides import prompt_items
from geoflow.adapters.settings_file import address_items
from geoflow.adapters.trust_store import TrustItem

SOURCES: tuple[Callable[[Path], list[TrustItem]], ...] = (address_items, prompt_items)
"""Each lists items of one kind for the folder that holds `openspec/`."""


def items_of(root: Path) -> list[TrustItem]:
    """List what a repository would reach or change.

    Raises:
        GeoflowError: `settings-invalid`, `bad-address`.
    """
    return [item for source in SOURCES for item in source(root)]
