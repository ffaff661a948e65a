"""Everything in a repository that wants trust: what reaches, starts or changes something is listed here or inert."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from geoflow.adapters.mcp_servers import server_items
from geoflow.adapters.prompt_overrides import prompt_items
from geoflow.adapters.setting_trust import WANT_TRUST
from geoflow.adapters.settings_file import setting_items
from geoflow.adapters.trust_store import TrustItem
from geoflow.errors import GeoflowError

_Source = Callable[[Path], list[TrustItem]]
_OF_SETTINGS: dict[str, _Source] = {name: partial(setting_items, name) for name in WANT_TRUST}
SOURCES: tuple[_Source, ...] = (
    *(source for name, source in _OF_SETTINGS.items() if name.startswith("llm.")),
    prompt_items,
    server_items,
    *(source for name, source in _OF_SETTINGS.items() if not name.startswith("llm.")),
)
"""Each lists items of one kind for the folder that holds `openspec/`."""


def items_of(root: Path) -> tuple[list[TrustItem], dict[str, str]]:
    """List what a repository would reach or change, and what of it is never used since it cannot be read: {what: why}.

    A file that is broken hides nothing of the others, and counts for nothing itself.
    """
    items: list[TrustItem] = []
    unusable: dict[str, str] = {}
    for source in SOURCES:
        try:
            items += source(root)
        except GeoflowError as error:
            unusable.setdefault(error.message, error.fix)
    return items, unusable
