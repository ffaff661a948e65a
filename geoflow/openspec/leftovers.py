"""What a spec holds besides its title, its Purpose and its requirements.

A spec whose last requirement is removed may be deleted only if nothing else would go with the file. What counts as
part of a requirement follows how Markdown renders: a list item takes its indented lines and the lines that lazily
continue its paragraph. The judgement on each line is that of the npm CLI 1.13.2.
"""

import re
from collections.abc import Iterator

from geoflow.openspec.headings import lazy_title, title
from geoflow.openspec.lines import WHITE, mask
from geoflow.openspec.mains import Entry, Main
from geoflow.openspec.rebuild import foreign_tail, surroundings

_SECTION = re.compile(r" {0,3}##[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]")
_TITLE = re.compile(r" {0,3}#[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]")
_HTML_HEADING = re.compile(r" {0,3}<h[1-6](?![0-9A-Za-z_])", re.IGNORECASE)
_ANY_HTML_HEADING = re.compile(r"<h[1-6](?![0-9A-Za-z_])", re.IGNORECASE)
_RULER = re.compile(r" {0,3}(?:=+|-+)")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|\Z)")
_SCENARIO = re.compile(r" {0,3}####[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]")
_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])")
_INTERRUPTS = re.compile(r" {0,3}(?:>|(?:[-*_][ \t]*){3,}\Z|(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|\Z)|[<|])")


def unaccounted(main: Main) -> tuple[str, ...]:
    """List the lines (trimmed, each once) of a main spec that no merge knows, in order of where they are looked for."""
    before, _, preamble, after = surroundings(main)
    found = list(_around_purpose(before))
    for text in (preamble, after):
        found += (line.strip(WHITE) for line in text.split("\n") if line.strip(WHITE))
    for block in main.blocks:
        raw = Entry(block.name, main.document, block, "").raw()
        tail = foreign_tail(raw)
        found += [tail[0]] if tail else []
        found += _Reader(raw).strays()
    return tuple(dict.fromkeys(found))


def _around_purpose(before: str) -> Iterator[str]:
    """Find what stands above the requirements and is neither the title nor Purpose."""
    lines = before.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fenced = mask(lines)
    in_purpose = titled = False
    previous = ""
    for index, line in enumerate(lines):
        last, previous = previous, line if line.strip(WHITE) else ""
        if not previous:
            continue
        section = None if fenced[index] else _section_title(line)
        if section is not None:
            in_purpose = section.lower() == "purpose"
            if not in_purpose:
                yield line.strip(WHITE)
            continue
        if not fenced[index]:
            underlined = in_purpose and bool(last.strip(WHITE)) and _is_ruler(line)
            if underlined or _HTML_HEADING.match(line):
                yield (last if underlined else line).strip(WHITE)
                in_purpose = False
                continue
            if _TITLE.match(line) and title(line.lstrip(" "), 1) is not None:
                if titled or in_purpose:
                    yield line.strip(WHITE)
                    in_purpose = False
                titled = True
                continue
        if not in_purpose:
            yield line.strip(WHITE)


def _section_title(line: str) -> str | None:
    if not _SECTION.match(line):
        return None
    return lazy_title(line.lstrip(" "), 2)


def _is_ruler(line: str) -> bool:
    return _RULER.fullmatch(line.rstrip(WHITE)) is not None


class _Reader:
    """Walks a requirement's lines and knows which list item or scenario it is in."""

    __slots__ = ("bullets_seen", "content", "fenced", "in_scenario", "lines", "paragraph", "scenario_seen")

    def __init__(self, raw: str) -> None:
        self.lines = raw.split("\n")
        self.fenced = mask(self.lines)
        self.scenario_seen = self.in_scenario = self.bullets_seen = self.paragraph = False
        self.content: int | None = None  # the column where the open list item's text begins

    def strays(self) -> Iterator[str]:
        """Find the lines that belong to no text, scenario or list item."""
        for index, line in enumerate(self.lines):
            if not line.strip(WHITE):
                self.in_scenario = self.in_scenario and not self.bullets_seen
                self._close()
            elif index:
                stray = self._stray(index, line)
                if stray:
                    yield stray

    def _close(self) -> None:
        self.content, self.paragraph = None, False

    def _stray(self, index: int, line: str) -> str:
        inside = self.content is not None and _column(_indent(line)) >= self.content
        shown = _drop_columns(line, self.content or 0) if inside else line
        if self.fenced[index]:
            self.content = self.content if inside else None
            self.paragraph = False
            return ""
        if index > 1 and _is_ruler(shown) and self.lines[index - 1].strip(WHITE):
            self._close()
            return self.lines[index - 1].strip(WHITE)
        lazy = self.paragraph and self.in_scenario and not _INTERRUPTS.match(shown)
        if (inside or lazy) and not _is_heading(shown):
            self.paragraph = not _INTERRUPTS.match(shown)
            return ""
        return self._opening(line)

    def _opening(self, line: str) -> str:
        """Judge a line that continues nothing."""
        item = _item_head(line)
        self.content = _column(item) if item else None
        self.paragraph = bool(item)
        if _is_scenario(line):
            self.scenario_seen = self.in_scenario = True
            self.bullets_seen = False
            return ""
        if item and self.in_scenario:
            self.bullets_seen = True
            return ""
        plain = bool(item) or line.lstrip(WHITE)[:1] not in ("|", "<")
        return "" if plain and not self.scenario_seen else line.strip(WHITE)


def _is_scenario(line: str) -> bool:
    return _SCENARIO.match(line) is not None and line.lstrip(" ")[4:].lstrip(WHITE).lower().startswith("scenario:")


def _is_heading(line: str) -> bool:
    return _HEADING.match(line) is not None or _ANY_HTML_HEADING.match(line.lstrip(WHITE)) is not None


def _item_head(line: str) -> str:
    """Give the part of a list item's line before its text, empty for any other line."""
    bare = line.lstrip(WHITE)
    mark = _ITEM.match(bare)
    if mark is None:
        return ""
    rest = bare[mark.end() :]
    text = rest.lstrip(WHITE)
    return line[: len(line) - len(text)] if len(text) < len(rest) else ""


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _column(head: str) -> int:
    """Count columns, with tab stops every four."""
    column = 0
    for character in head:
        column += 4 - column % 4 if character == "\t" else 1
    return column


def _drop_columns(line: str, columns: int) -> str:
    column = index = 0
    while index < len(line) and column < columns and line[index] in " \t":
        column += 4 - column % 4 if line[index] == "\t" else 1
        index += 1
    return line[index:]
