"""Pieces of Markdown: tables, and text made safe for a cell."""

from collections.abc import Iterable, Sequence


def cell(text: object) -> str:
    """Make a text fit for a cell: on one line, its bars and angle brackets shown as they are."""
    line = " ".join(str(text).split())
    parts = line.split("`")
    # Within code spans only the bar needs care.
    shown = [part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts)]
    return "`".join(shown).replace("|", "\\|")


def code(text: object) -> str:
    """Give a text as code; nothing where it is empty."""
    return f"`{text}`" if str(text) else ""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def page(title: str, about: str, *parts: str) -> str:
    """Write a page; it says of itself where it comes from."""
    note = "<!-- Made from the code by `make docs`; whatever is written here by hand is lost. -->"
    return "\n".join([f"# {title}", "", note, "", about.strip(), "", *parts]).rstrip("\n") + "\n"
