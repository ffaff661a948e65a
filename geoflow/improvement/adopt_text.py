"""Read a hand-written Markdown document into pieces, each with its source line.

OpenSpec's own readers decide what a line is, so headings and fences are read as they read them, line by line; a
CommonMark parser would see other fences and headings in the same text, and blocks where lines are to be accounted for.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from geoflow.openspec.headings import level
from geoflow.openspec.lines import WHITE, Lines, split
from geoflow.quality.prose import masked

Kind = Literal["heading", "fence", "row", "rule", "item", "comment", "text", "blank"]
_ITEM = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,3}[.)])[ \t]+(?:\[(?P<box>[ xX~/-]?)\][ \t]+)?(?P<words>\S.*)$"
)
_RULE = re.compile(r"^\s*(?:\|?[ \t:|-]*-{2,}[ \t:|-]*\|?|={3,}|\*{3,}|_{3,})\s*$")
_LABEL = re.compile(
    r"^(?:\*\*|__)?(?P<label>[A-Za-z][\w /&()-]{0,40}?)(?:\*\*|__)?[ \t]*:[ \t]*(?:\*\*|__)?[ \t]*(?P<rest>.*)$"
)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})\s*(\S*)")


class Piece(NamedTuple):
    """A line: what it is, its number (from 1), the line as it stands, and its words without the mark before them.

    `level` is that of a heading or the indent of a list item; `box` is what a checkbox holds, None where there is none.
    """

    kind: Kind
    line: int
    raw: str
    words: str
    level: int = 0
    box: str | None = None


class Section(NamedTuple):
    """A heading with its own pieces (those up to the next heading), and the index behind its last subsection."""

    heading: Piece
    own: Sequence[Piece]
    end: int

    @property
    def title(self) -> str:
        """Give the title without marks and emoji, to be compared."""
        return " ".join(_SIGNS.sub(_unsigned, bare(self.heading.words)).split())


class Document(NamedTuple):
    """A document as pieces: those above the first heading, and the sections in order."""

    path: str
    lines: Sequence[str]
    above: Sequence[Piece]
    sections: Sequence[Section]

    def below(self, index: int) -> Sequence[Section]:
        """List the subsections of a section, at any depth."""
        return self.sections[index + 1 : self.sections[index].end]

    @property
    def title(self) -> str:
        """Give the title of the document, as its first heading of level 1 says it."""
        return next((one.title for one in self.sections if one.heading.level == 1), "")


def read_document(path: str, text: str) -> Document:
    """Read a document; no text makes this fail, and every line is in exactly one piece."""
    source = split(text)
    pieces = _pieces(source)
    starts = [index for index, piece in enumerate(pieces) if piece.kind == "heading"]
    ends = _ends([pieces[index].level for index in starts])
    borders = [*starts, len(pieces)]
    sections = [
        Section(pieces[start], pieces[start + 1 : borders[at + 1]], ends[at]) for at, start in enumerate(starts)
    ]
    return Document(path, source.lines, pieces[: borders[0]], sections)


def _ends(levels: Sequence[int]) -> list[int]:
    ends, open_at = [len(levels)] * len(levels), list[int]()
    for at, depth in enumerate(levels):
        while open_at and levels[open_at[-1]] >= depth:
            ends[open_at.pop()] = at
        open_at.append(at)
    return ends


def _pieces(source: Lines) -> list[Piece]:
    nested = _nested(source.lines)
    pieces, in_comment = list[Piece](), False
    for index, line in enumerate(source.lines):
        fenced = source.masked(index) or nested[index]
        if fenced:
            pieces.append(Piece("fence", index + 1, line, line))
            continue
        starts = "<!--" in line
        if in_comment or starts:
            tail = line.rpartition("<!--")[2] if starts else line
            in_comment = "-->" not in tail
            pieces.append(Piece("comment", index + 1, line, line))
        else:
            pieces.append(_piece(index + 1, line))
    return pieces


def _nested(lines: Sequence[str]) -> list[bool]:
    """Mark fenced lines where a fence that names a language opens inside another one, which simple readers miss."""
    marks, opened = [False] * len(lines), list[str]()
    for index, line in enumerate(lines):
        found = _FENCE.match(line) if "```" in line or "~~~" in line else None
        marks[index] = bool(opened) or found is not None
        if found is None:
            continue
        if opened and not found[2] and found[1].startswith(opened[-1]):
            opened.pop()
        elif not opened or found[2]:
            opened.append(found[1])
    # Where the nesting does not come out even, nothing is known of it, and the format's own reading stands.
    return [False] * len(lines) if opened else marks


def _piece(number: int, line: str) -> Piece:
    bare_line = line.strip(WHITE)
    depth = level(line) if line[:1] == "#" else 0
    if not bare_line:
        return Piece("blank", number, line, "")
    if depth:
        return Piece("heading", number, line, line[depth:].strip(WHITE), depth)
    if _RULE.match(line):
        return Piece("rule", number, line, "")
    if bare_line[0] == "|":
        return Piece("row", number, line, bare_line)
    item = _ITEM.match(line)
    if item:
        return Piece("item", number, line, item["words"].strip(WHITE), len(item["indent"]), item["box"])
    return Piece("text", number, line, bare_line)


def goes_on(pieces: Sequence[Piece], at: int) -> list[Piece]:
    """List the lines in which the list item at this index goes on: indented text right below it."""
    found: list[Piece] = []
    for piece in pieces[at + 1 :]:
        if piece.kind != "text" or not piece.raw[:1].isspace():
            break
        found.append(piece)
    return found


def cells(row: str) -> list[str]:
    """Split a table row into its cells, without the marks at both ends; a bar in code or behind a backslash is none."""
    shown = re.sub(r"`[^`]*`|\\\|", lambda found: "\0" * len(found.group()), row)
    borders = [-1, *(at for at, character in enumerate(shown) if character == "|"), len(row)]
    found = [row[start + 1 : end].strip() for start, end in pairwise(borders)]
    return found[1:-1] if row.rstrip().endswith("|") else found[1:]


def label(words: str) -> tuple[str, str]:
    """Split `**Label:** rest`, the colon inside or outside the marks; two empty texts where there is no label."""
    found = _LABEL.match(words)
    return (found["label"].strip(), found["rest"].strip()) if found else ("", "")


_SIGNS = re.compile(r"[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]\ufe0f?")
_ARROWS = frozenset("←↑→↓↔⇐⇒⇔≤≥≠≈∞√∑−×±")


def _unsigned(found: re.Match[str]) -> str:
    return found.group() if found.group()[0] in _ARROWS else ""


def bare(words: str) -> str:
    """Give words without marks of emphasis, as a heading should read; code keeps its marks."""
    parts = re.split(r"(`[^`]*`)", words)
    plain = [
        part if at % 2 else re.sub(r"\*\*|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)|__|~~", "", part)
        for at, part in enumerate(parts)
    ]
    return " ".join("".join(plain).split()).rstrip(" #")


def tidy(words: str) -> str:
    """Give words with their marks, but for those that nothing closes (`Required**`)."""
    shown = masked(words)
    for mark in ("**", "__"):
        if shown.count(mark) % 2:
            words = words.replace(mark, "")
    return " ".join(words.split())
