"""The report of a bench of the reviewer as one page: no script, nothing loaded, readable on a phone and in the dark."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoflow.adapters.html_page import html_page

_MACROS = (
    ("first", "all operators"),
    ("D", "seen in one document"),
    ("X", "seen with a base or other documents"),
    ("L", "seen by meaning alone"),
    ("phrasings", "phrasings, first half"),
    ("held_out", "phrasings, held out"),
)


def bench_page(document: Mapping[str, Any]) -> str:
    """Render a document of `geoflow.bench-review/1`; every text of it is escaped."""
    model = any(row["asked"] for row in document["operators"])
    operators = _operators(document["operators"])
    values = {**document, "rows": operators, "macros": _MACROS, "with_model": model}
    return html_page("bench-review.html", values, {"percent": _percent})


def _operators(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Join the halves of each operator."""
    joined: dict[str, dict[str, Any]] = {}
    for row in rows:
        joined.setdefault(row["id"], {"held": None})["first" if row["half"] == "first" else "held"] = row
    return list(joined.values())


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"
