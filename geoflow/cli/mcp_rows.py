"""What the tools of `geoflow mcp` give, cut to what one reply may hold."""

from typing import TYPE_CHECKING, Any

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoflow.adapters.mcp_results import Row

MOST_ROWS = 50
LONGEST_TEXT = 2_000
"""Characters of a field in a list."""
_LARGEST_FILE = 1_000_000  # bytes


def bounded(rows: "Sequence[Row]") -> "tuple[list[Row], int]":
    """Give as many rows as a reply holds, their texts cut, and the number of those left out."""
    return [cut(row) for row in rows[:MOST_ROWS]], max(0, len(rows) - MOST_ROWS)


def cut(value: Any) -> Any:
    """Cut every text inside a value of JSON."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [cut(one) for one in value]
    return {name: cut(one) for name, one in value.items()} if isinstance(value, dict) else value


def text_of(root: "Path", path: str, code: str) -> str:
    """Give a document's text; GeoflowError `code` where there is none, `too-large`."""
    # The path is looked up among those that were read, and never opened.
    from geoflow.adapters.documents import WorkTreeDocuments

    content = WorkTreeDocuments(root).read("live").get(path)
    if content is None:
        raise GeoflowError("There is no such document.", code=code)
    if len(content) > _LARGEST_FILE:
        raise GeoflowError(f"It has {len(content):,} bytes; {_LARGEST_FILE:,} are the most.", code="too-large")
    return content.decode("utf-8", "replace")
