"""The tree of headings: the reader that decides whether a spec has its sections, requirements and scenarios.

It differs from the block reader: here a heading of any level may be a section, every child of `Requirements` is a
requirement whatever its title says, and every child of a requirement that holds text is a scenario.
"""

from typing import NamedTuple

from geoflow.openspec.blocks import Region, is_metadata
from geoflow.openspec.headings import level, title
from geoflow.openspec.lines import WHITE, Lines, mask


class Heading(NamedTuple):
    """A heading with a title. `end` is the line behind the content that it opens."""

    line: int
    level: int
    title: str
    end: int


def outline(document: Lines) -> list[Heading]:
    """List the headings of a document in order."""
    lines = document.lines
    found: list[Heading] = []
    end_at = [len(lines)] * 7
    for index in reversed(document.hashes):
        line = lines[index]
        depth = level(line)
        if not depth:
            continue
        name = title(line, depth)
        if name is not None:
            found.append(Heading(index, depth, name, end_at[depth]))
        # A heading without a title is no section, yet it ends those above it.
        end_at[depth:] = [index] * (7 - depth)
    found.reverse()
    return found


def find(headings: list[Heading], name: str) -> int | None:
    """Give the position of the first heading with this title (lower case); None where there is none."""
    return next((at for at, heading in enumerate(headings) if heading.title.lower() == name), None)


def children(headings: list[Heading], parent: int) -> list[int]:
    """List the positions of the headings that stand directly below another."""
    found: list[int] = []
    depth = 7
    for at in range(parent + 1, len(headings)):
        here = headings[at].level
        if here <= headings[parent].level:
            break
        if here <= depth:
            found.append(at)
            depth = here
    return found


def is_filled(document: Lines, heading: Heading) -> bool:
    """Tell whether there is anything but white space under a heading."""
    return any(document.lines[index].strip(WHITE) for index in range(heading.line + 1, heading.end))


def content(document: Lines, region: Region) -> str:
    """Give what stands under a heading, trimmed, with line feeds."""
    return "\n".join(document.lines[region.heading + 1 : region.end]).strip(WHITE)


def requirement_text(document: Lines, heading: Heading) -> str:
    """Give a requirement's text as this reader sees it: its body, or its title where there is none."""
    lines = content(document, Region(heading.line, heading.end)).split("\n")
    fenced = mask(lines)
    captured: list[str] = []
    metadata: list[str] = []
    for line, hidden in zip(lines, fenced, strict=True):
        if hidden:
            continue
        if level(line):
            break
        bare = line.strip(WHITE)
        if bare:
            (metadata if is_metadata(bare) else captured).append(bare)
    return "\n".join(captured or metadata) or heading.title


def may_be_long(document: Lines, heading: Heading, limit: int) -> bool:
    """Tell cheaply whether a requirement's text could have more than `limit` UTF-16 units."""
    if len(heading.title) * 2 > limit:
        return True
    size = 0
    for index in range(heading.line + 1, heading.end):
        line = document.lines[index]
        size += 2 * len(line) + 1
        if size > limit:
            return True
        if line[:1] == "#" and not document.masked(index) and level(line):
            return False
    return False


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, in which the format's limits are measured; a broken byte counts as one."""
    if text.isascii():
        return len(text)
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return len(whole.encode("utf-16-le")) // 2
