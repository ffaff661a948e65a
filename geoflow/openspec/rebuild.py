"""The text of a main spec with new requirement blocks: everything outside them kept, blank lines evened out."""

from collections.abc import Iterable, Iterator

from geoflow.openspec.lines import WHITE, mask
from geoflow.openspec.mains import Entry, Main

Pair = tuple[Entry | None, Entry | None]


def rebuilt(main: Main, entries: Iterable[Entry]) -> str:
    """Put a main spec together again with these requirements, with line feeds and one of them at the end."""
    before, heading, preamble, after = surroundings(main)
    body = "\n\n".join([*([preamble] if preamble else []), *(entry.raw() for entry in entries)]).rstrip(WHITE)
    parts = (before.rstrip(WHITE), heading, body, after.strip(WHITE))
    return _single_blanks("\n\n".join(part for part in parts if part)).rstrip(WHITE) + "\n"


def surroundings(main: Main) -> tuple[str, str, str, str]:
    """Give the parts of a spec that no merge touches.

    Returns:
        What stands before the Requirements section, its heading, what stands in it before the first requirement, and
        what follows it. Without such a section the whole text comes before, as it was given.
    """
    if main.section is None:
        return main.document.text, "## Requirements", "", ""
    lines = main.document.lines
    start, end = main.section.heading, main.section.end
    first = main.blocks[0].start if main.blocks else end
    preamble = "\n".join(lines[start + 1 : first]).rstrip(WHITE)
    return "\n".join(lines[:start]), lines[start], preamble, "\n".join(lines[end:])


def _single_blanks(text: str) -> str:
    """Leave one of several empty lines that follow each other, outside code fences."""
    if "\n\n\n" not in text and not text.startswith("\n\n"):
        return text
    lines = text.split("\n")
    fenced = mask(lines)
    kept = []
    for index, line in enumerate(lines):
        if line or fenced[index] or not index or lines[index - 1] or fenced[index - 1]:
            kept.append(line)
    return "\n".join(kept)


def lost_with(pairs: Iterable[Pair]) -> Iterator[tuple[str, str]]:
    """Find headings that a removed or replaced block takes along though they are none of its own.

    Yields:
        The heading's line and the name of the requirement it stands in.
    """
    for old, new in pairs:
        if old is None or (new is not None and new.block is old.block and not new.heading):
            continue
        before = old.raw()
        tail = foreign_tail(before)
        if tail is None:
            continue
        heading, rest = tail
        rest = rest.strip(WHITE)
        after = new.raw().strip(WHITE) if new else ""
        if not rest or after.count(rest) < before.strip(WHITE).count(rest):
            yield heading, old.name


def foreign_tail(raw: str) -> tuple[str, str] | None:
    """Find the first heading of level 1 to 3 below a block's own: its trimmed line, and the text from there on."""
    lines = raw.split("\n")
    fenced = mask(lines)
    for index in range(1, len(lines)):
        if not fenced[index] and _opens_section(lines[index]):
            return lines[index].strip(WHITE), "\n".join(lines[index:]).rstrip(WHITE)
    return None


def _opens_section(line: str) -> bool:
    """Tell whether a line is a heading of level 1 to 3, up to three blanks before it."""
    bare = line.lstrip(" ")
    rest = bare.lstrip("#")
    return len(line) - len(bare) < 4 and 0 < len(bare) - len(rest) < 4 and rest[:1] in ("", " ", "\t")
