"""What a delta spec says, as names and lines, together with everything in it that will be ignored."""

from typing import Literal, NamedTuple

from geoflow.openspec.blocks import Block, Region, between, blocks_in, sections
from geoflow.openspec.headings import lazy_title, level, normal_name, requirement_name, title
from geoflow.openspec.lines import WHITE, Lines

ADDED, MODIFIED, REMOVED, RENAMED = (f"{word} requirements" for word in ("added", "modified", "removed", "renamed"))
_TITLES = (ADDED, MODIFIED, REMOVED, RENAMED)
_BREAKS = ("\u2028", "\u2029")
Side = Literal["FROM", "TO"]


class Removal(NamedTuple):
    """A name under `## REMOVED Requirements` and its line index."""

    name: str
    line: int


class Rename(NamedTuple):
    """A FROM and TO pair; line indexes of both."""

    old: str
    new: str
    from_line: int
    to_line: int


class Unpaired(NamedTuple):
    """A FROM or TO that has no partner."""

    side: Side
    name: str
    line: int


class Orphan(NamedTuple):
    """A requirement outside the four delta sections; `section` is None above the first section."""

    name: str
    section: str | None
    line: int


class Skipped(NamedTuple):
    """A level-3 heading inside ADDED or MODIFIED that is no requirement."""

    header: str
    section: str
    line: int


class Plan(NamedTuple):
    """Everything a delta asks for. `present` are the section titles found, lower case."""

    added: list[Block]
    modified: list[Block]
    removed: list[Removal]
    renamed: list[Rename]
    unpaired: list[Unpaired]
    orphans: list[Orphan]
    skipped: list[Skipped]
    present: frozenset[str]


def read_plan(document: Lines) -> Plan:
    """Read a delta spec; a section that appears twice counts twice."""
    by_title: dict[str, list[tuple[str, Region]]] = {name: [] for name in _TITLES}
    for name, region in sections(document):
        by_title.get(name.lower(), []).append((name, region))
    unpaired: list[Unpaired] = []
    pairs = [pair for _, region in by_title[RENAMED] for pair in _renames(document, region, unpaired)]
    skipped = [
        item
        for name in (ADDED, MODIFIED)
        for _, region in by_title[name]
        for item in _skipped(document, region, by_title[name][0][0])
    ]
    return Plan(
        added=[block for _, region in by_title[ADDED] for block in blocks_in(document, region)],
        modified=[block for _, region in by_title[MODIFIED] for block in blocks_in(document, region)],
        removed=[name for _, region in by_title[REMOVED] for name in _removals(document, region)],
        renamed=pairs,
        unpaired=sorted(unpaired, key=lambda item: item.line),
        orphans=_orphans(document),
        skipped=sorted(skipped, key=lambda item: item.line),
        present=frozenset(name for name in _TITLES if by_title[name]),
    )


def _open_lines(document: Lines, region: Region) -> list[tuple[int, str]]:
    return [
        (index, document.lines[index]) for index in range(region.heading + 1, region.end) if not document.masked(index)
    ]


def _removals(document: Lines, region: Region) -> list[Removal]:
    found = []
    for index, line in _open_lines(document, region):
        name = requirement_name(line)
        if name is None and "Requirement:" in line:
            bare = line.lstrip(WHITE)
            name = _quoted_name(bare[1:].lstrip(WHITE)) if bare[:1] in ("-", "*", "+") else None
        if name is not None:
            found.append(Removal(name, index))
    return found


def _quoted_name(rest: str) -> str | None:
    """Read `` `### Requirement: name` `` with or without its quotes; case counts here."""
    if rest[:1] == "`":
        rest = rest[1:]
    if rest[:3] != "###":
        return None
    rest = rest[3:].lstrip(WHITE)
    if not rest.startswith("Requirement:"):
        return None
    return _lazy_name(rest[12:])


def _lazy_name(rest: str) -> str | None:
    """Take the shortest name that leaves only a closing back-quote and blanks behind it."""
    core = rest.lstrip(WHITE)
    if not core:
        return "" if rest.strip("\u2028\u2029") else None
    bare = core.rstrip(WHITE)
    stem = bare[:-1] if len(bare) > 1 and bare[-1] == "`" else bare
    if any(mark in stem for mark in _BREAKS):
        return None
    return normal_name(stem)


def _renames(document: Lines, region: Region, unpaired: list[Unpaired]) -> list[Rename]:
    pairs = []
    pending: Unpaired | None = None
    for index, line in _open_lines(document, region):
        if "Requirement:" not in line:
            continue
        side, name = _rename_side(line)
        if side == "FROM":
            if pending:
                unpaired.append(pending)
            pending = Unpaired("FROM", name, index)
        elif side == "TO":
            if pending is None:
                unpaired.append(Unpaired("TO", name, index))
                continue
            pairs.append(Rename(pending.name, name, pending.line, index))
            pending = None
    if pending:
        unpaired.append(pending)
    return pairs


def _rename_side(line: str) -> tuple[Side | None, str]:
    rest = line.lstrip(WHITE)
    if rest[:1] in ("-", "*", "+"):
        rest = rest[1:].lstrip(WHITE)
    sides: tuple[Side, Side] = ("FROM", "TO")
    for side in sides:
        if rest.startswith(f"{side}:"):
            name = _quoted_name(rest[len(side) + 1 :].lstrip(WHITE))
            return (None, "") if name is None else (side, name)
    return None, ""


def _orphans(document: Lines) -> list[Orphan]:
    found = []
    section: str | None = None
    for index in document.hashes:
        line = document.lines[index]
        if level(line) == 2:
            name = title(line, 2)
            section = section if name is None else name
        elif section is None or section.lower() not in _TITLES:
            name = requirement_name(line)
            if name is not None:
                found.append(Orphan(name, section, index))
    return found


def _skipped(document: Lines, region: Region, section: str) -> list[Skipped]:
    found = []
    for index in between(document.hashes, region.heading + 1, region.end):
        line = document.lines[index]
        if level(line) == 3 and requirement_name(line) is None:
            name = lazy_title(line, 3)
            if name is not None:
                found.append(Skipped(name, section, index))
    return found
