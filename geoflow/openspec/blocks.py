"""Where the blocks of a document lie, as ranges of lines: the reader that archive, edits and keyword checks share."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from geoflow.openspec.headings import is_divider, is_section, level, requirement_name, scenario_name, title
from geoflow.openspec.lines import WHITE, Lines


class Block(NamedTuple):
    """A requirement: the line of its heading, and the line after its last."""

    name: str
    start: int
    end: int


class Region(NamedTuple):
    """A stretch of lines under a heading: the heading's line, and the line after the last."""

    heading: int
    end: int


class SpecBlocks(NamedTuple):
    """The requirements of a main spec, and the `## Requirements` section that holds them."""

    section: Region | None
    blocks: list[Block]


def spec_blocks(document: Lines) -> SpecBlocks:
    """Find the first `## Requirements` section and the requirements in it."""
    lines = document.lines
    heading = next((index for index in document.hashes if is_section(lines[index], "requirements")), None)
    if heading is None:
        return SpecBlocks(None, [])
    end = next((index for index in document.hashes if index > heading and is_divider(lines[index])), len(lines))
    region = Region(heading, end)
    return SpecBlocks(region, blocks_in(document, region))


def blocks_in(document: Lines, region: Region) -> list[Block]:
    """Find the requirements of a region; each runs to the next requirement or level-2 heading."""
    found: list[Block] = []
    name, start = None, 0
    for index in between(document.hashes, region.heading + 1, region.end):
        line = document.lines[index]
        following = None if line[:4] == "####" else requirement_name(line)
        if following is None and not is_divider(line):
            continue
        if name is not None:
            found.append(Block(name, start, index))
        name, start = following, index
    if name is not None:
        found.append(Block(name, start, region.end))
    return found


def between(indexes: list[int], start: int, end: int) -> list[int]:
    """Select the indexes from `start` to before `end` of a sorted list."""
    return indexes[bisect_left(indexes, start) : bisect_left(indexes, end)]


def body_text(document: Lines, block: Block) -> str:
    """Read the body of a requirement: the lines up to the first heading, trimmed, blank and fenced ones left out.

    Lines such as `**Priority**: high` count only where nothing else is there.
    """
    captured: list[str] = []
    metadata: list[str] = []
    for fenced, line in block_lines(document, block):
        if fenced:
            continue
        if line[:1] == "#" and level(line):
            break
        bare = line.strip(WHITE)
        if bare:
            (metadata if is_metadata(bare) else captured).append(bare)
    return "\n".join(captured or metadata)


def block_lines(document: Lines, block: Block) -> Iterator[tuple[bool, str]]:
    """Walk the lines below a requirement's heading, each with whether it is fenced; the block counts as trimmed."""
    lines = document.lines
    last = _last_line(document, block)
    for index in range(block.start + 1, last):
        yield document.masked(index), lines[index]
    if last > block.start:
        # Trimmed, a `#### ` without a title that ends a block is no heading any more.
        yield document.masked(last), lines[last].rstrip(WHITE)


def _last_line(document: Lines, block: Block) -> int:
    last = block.end - 1
    while last > block.start and not document.lines[last].strip(WHITE):
        last -= 1
    return last


class BlockScenario(NamedTuple):
    """A level-4 heading in a requirement: its name, and whether anything stands under it."""

    name: str
    filled: bool


def block_scenarios(document: Lines, block: Block) -> list[BlockScenario]:
    """List the scenarios of a requirement as deltas and merges count them: level-4 headings only."""
    found: list[BlockScenario] = []
    waiting = False
    for fenced, line in block_lines(document, block):
        depth = level(line) if line[:1] == "#" and not fenced else 0
        if depth == 4:
            found.append(BlockScenario(scenario_name(line), filled=False))
            waiting = True
        elif 0 < depth < 4:
            waiting = False
        elif waiting and line.strip(WHITE):
            found[-1] = found[-1]._replace(filled=True)
            waiting = False
    return found


def is_metadata(bare: str) -> bool:
    """Tell whether a trimmed line is of the form `**Word**: value`."""
    if not bare.startswith("**"):
        return False
    close = bare.find("*", 2)
    return close > 2 and bare.startswith("**:", close)


def sections(document: Lines) -> list[tuple[str, Region]]:
    """List the level-2 sections with a title, in order; each ends where the next begins."""
    found = []
    for index in document.hashes:
        line = document.lines[index]
        if is_divider(line):
            name = title(line, 2)
            if name is not None:
                found.append((name, index))
    ends = [index for _, index in found[1:]] + [len(document.lines)]
    return [(name, Region(index, end)) for (name, index), end in zip(found, ends, strict=False)]
