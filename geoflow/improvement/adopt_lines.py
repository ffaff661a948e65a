"""A document as the lines of its parts, for a gate that takes some out of it and compares the rest to the letter."""

import re
from collections.abc import Iterator

from geoflow.improvement.adopt_places import plain_name
from geoflow.improvement.adopt_slices import without_blank_tail
from geoflow.openspec.headings import level, requirement_name, scenario_name
from geoflow.openspec.lines import Lines, split, starts

_SECTION = re.compile(r"##[ \t]+(?:added|modified)[ \t]+requirements[ \t]*", re.IGNORECASE)


class Blocks:
    """The lines of a document, parted into the requirements by name and the rest."""

    def __init__(self, text: str) -> None:
        self.parts: list[tuple[str, str]] = []
        document = split(text)
        lines: list[str] = []
        name = ""
        for index, (line, raw) in enumerate(_raw_lines(document)):
            depth = level(line) if line[:1] == "#" and not document.masked(index) else 0
            opens = requirement_name(line) if depth == 3 else None
            if 0 < depth < 4:
                self._close(name, lines)
                name, lines = plain_name(opens) if opens is not None else "", []
            if not (depth == 2 and _SECTION.fullmatch(line)):
                lines.append(raw)
        self._close(name, lines)

    def _close(self, name: str, lines: list[str]) -> None:
        text = _unframed("".join(lines))
        if text:
            self.parts.append((name, text))

    @property
    def names(self) -> list[str]:
        """List the names of its requirements."""
        return [name for name, _ in self.parts if name]

    def taken(self, names: set[str]) -> list[str]:
        """Give the texts of the requirements of these names."""
        return [text for name, text in self.parts if name in names]

    def rest(self, names: set[str]) -> list[str]:
        """Give the texts of everything else."""
        return [text for name, text in self.parts if name not in names]


class Scenarios:
    """The lines of a document, parted into scenarios (requirement, title, text) and the rest."""

    def __init__(self, text: str) -> None:
        self.blocks: list[tuple[str, str, str]] = []
        document = split(text)
        lines: list[str] = []
        at = name = ""
        for index, (line, raw) in enumerate(_raw_lines(document)):
            depth = level(line) if line[:1] == "#" and not document.masked(index) else 0
            if depth:
                self._close(at, name, lines)
                lines = []
                opened = requirement_name(line) if depth == 3 else None
                at = plain_name(opened) if opened is not None else at if depth > 3 else ""
                name = plain_name(scenario_name(line, depth)) if depth > 3 else ""
            lines.append(raw)
        self._close(at, name, lines)

    def _close(self, at: str, name: str, lines: list[str]) -> None:
        text = _unframed("".join(lines))
        if text:
            self.blocks.append((at, name, text))

    def rest(self, *without: tuple[str, str]) -> list[str]:
        """Give the texts of everything but the scenarios of these requirements and titles."""
        return [text for at, name, text in self.blocks if (at, name) not in without]


def _raw_lines(document: Lines) -> Iterator[tuple[str, str]]:
    """Give each line as the format reads it, and as it is in the file, its ending included."""
    begins = starts(document)
    return ((line, document.text[begins[at] : begins[at + 1]]) for at, line in enumerate(document.lines))


def _unframed(text: str) -> str:
    """Give a part without the blank lines around it; blanks inside of its first and last line stay."""
    below = text.lstrip()
    first = max(text.rfind("\n", 0, len(text) - len(below)), text.rfind("\r", 0, len(text) - len(below))) + 1
    return without_blank_tail(text[first:])


def filled(block: str) -> list[str]:
    """List the lines that are not blank, blanks at their ends included."""
    return [line.removesuffix("\r") for line in block.split("\n") if line.strip()]
