"""The report of a bench of the reviewer as one page: no script, nothing loaded, readable on a phone and in the dark."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoflow.resources import templates_folder

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
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(templates_folder() / "reports"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "visible": _visible}
    model = any(row["asked"] for row in document["operators"])
    operators = _operators(document["operators"])
    return environment.get_template("bench-review.html").render(
        document, rows=operators, macros=_MACROS, with_model=model
    )


def _operators(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Join the halves of each operator."""
    joined: dict[str, dict[str, Any]] = {}
    for row in rows:
        joined.setdefault(row["id"], {"held": None})["first" if row["half"] == "first" else "held"] = row
    return list(joined.values())


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"


def _visible(text: str) -> str:
    """Show what a page would hide or turn round: control characters, marks of direction, lone surrogates."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else f"\\x{ord(sign):02x}" for sign in text)
