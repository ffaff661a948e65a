"""The passages that questions are answered from: requirement-sized pieces of the documents, with their lines."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from geoflow.openspec.headings import level
from geoflow.openspec.lines import split, starts
from geoflow.openspec.model import Change, Requirement, Tree

Source = Literal["spec", "change", "history"]
LONGEST = 8_000
"""A longer piece, in characters, is cut at its lines."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document. `text` is its exact source, heading included; lines count from 1, the last included.

    `source` tells what holds (`spec`) from what an active change proposes (`change`) and from what an archived one did
    (`history`); `topic` is the capability, or the change's id for a proposal.
    """

    path: str
    line: int
    end_line: int
    heading: str
    text: str
    source: Source
    topic: str


class _Piece(NamedTuple):
    start: int
    end: int
    heading: str


def is_searched(path: str) -> bool:
    """Tell whether questions are answered from this file: specs, and the proposals and deltas of active changes."""
    parts = path.split("/")
    if parts[:2] == ["openspec", "specs"]:
        return parts[-1] == "spec.md"
    if parts[:2] != ["openspec", "changes"] or len(parts) < 4 or parts[2] == "archive":
        return False
    return parts[3:] == ["proposal.md"] or (parts[3] == "specs" and parts[-1] == "spec.md")


def is_history(path: str) -> bool:
    """Tell whether this file says what was decided once: the proposals, designs and deltas of archived changes."""
    parts = path.split("/")
    if parts[:3] != ["openspec", "changes", "archive"] or len(parts) < 5:
        return False
    return parts[4:] in (["proposal.md"], ["design.md"]) or (parts[4] == "specs" and parts[-1] == "spec.md")


def passages(tree: Tree) -> tuple[Passage, ...]:
    """Cut every main spec and change into passages, in the order of the documents; archived changes come last."""
    found: list[Passage] = []
    for spec in tree.specs:
        found += _of_document(spec.path, spec.text, spec.requirements, "spec", spec.id)
    for change in (*tree.changes, *tree.archived):
        found += _of_change(change)
    return tuple(found)


def _of_change(change: Change) -> Iterator[Passage]:
    source: Source = "history" if change.archived else "change"
    yield from _of_document(f"{change.path}/proposal.md", change.proposal, (), source, change.id)
    if change.archived:
        yield from _of_document(f"{change.path}/design.md", change.design, (), source, change.id)
    for delta in change.deltas:
        yield from _of_document(delta.path, delta.text, (*delta.added, *delta.modified), source, delta.id)


def _of_document(
    path: str, text: str, requirements: Sequence[Requirement], source: Source, topic: str
) -> Iterator[Passage]:
    whole = sorted(_Piece(requirement.start, requirement.end, requirement.name) for requirement in requirements)
    pieces = sorted([*whole, *_outside(_sections(text), whole)])
    line, counted = 1, 0
    for piece in (part for whole_piece in pieces for part in _bounded(whole_piece, text)):
        body = text[piece.start : piece.end].rstrip()
        line += count_lines(text[counted : piece.start])
        counted = piece.start
        yield Passage(path, line, line + count_lines(body), piece.heading, body, source, topic)


def _outside(sections: Sequence[_Piece], whole: Sequence[_Piece]) -> Iterator[_Piece]:
    begins = [piece.start for piece in whole]
    for section in sections:
        before = bisect_left(begins, section.end)
        if before == 0 or whole[before - 1].end <= section.start:
            yield section


def _bounded(piece: _Piece, text: str) -> Iterator[_Piece]:
    start = piece.start
    while piece.end - start > LONGEST:
        cut = text.rfind("\n", start, start + LONGEST) + 1 or start + LONGEST
        yield _Piece(start, cut, piece.heading)
        start = cut
    if text[start : piece.end].strip():
        yield _Piece(start, piece.end, piece.heading)


def _sections(text: str) -> list[_Piece]:
    """Cut a text at its headings of level 1 to 3; a heading with nothing below it is no piece."""
    document = split(text)
    offsets = starts(document)
    cuts = [index for index in document.hashes if 1 <= level(document.lines[index]) <= 3]
    pieces = []
    for index, following in pairwise([*cuts, len(document.lines)]):
        if any(line.strip() for line in document.lines[index + 1 : following]):
            heading = document.lines[index].strip("# \t")
            pieces.append(_Piece(offsets[index], offsets[following], heading))
    before = cuts[0] if cuts else len(document.lines)
    if any(line.strip() for line in document.lines[:before]):
        pieces.insert(0, _Piece(offsets[0], offsets[before], ""))
    return pieces


def count_lines(text: str) -> int:
    """Count the line endings in a text; LF, CRLF and CR each end one line."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")
