"""Settle what is left open once a document's requirements are read: which scenarios say something, and whose one is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from geoflow.improvement.adopt_cut import distinct
from geoflow.improvement.adopt_page import Scenario
from geoflow.improvement.adopt_requirement import Requirement
from geoflow.improvement.adopt_text import Piece
from geoflow.improvement.adopt_words import adds, stems


def with_what_adds(made: Requirement, lines: Mapping[int, Piece]) -> Requirement:
    """Give a requirement whose scenarios say more than it does itself; the lines of the others stay in its body.

    Args:
        made: The requirement.
        lines: The pieces of its document by their lines.
    """
    if made.verbatim:
        return made
    prose = (piece.words for piece in (*made.texts, *made.body) if piece.kind == "text")
    marks = (word for name, rest, _ in made.marks for word in (name, rest))
    known = "\n".join((made.name, made.subject, *marks, *prose))
    there = {piece.line for piece in made.body}
    empty = [one for one in made.scenarios if one.whole and not adds(one.said, known)]
    body = [lines[place.line] for one in empty for place in one.sources if place.line not in there]
    kept = distinct([one for one in made.scenarios if one not in empty])
    return replace(made, scenarios=kept, body=[*made.body, *body])


def nearest(above: Sequence[Requirement], scenario: Scenario) -> Requirement:
    """Choose whose scenario one in a section of its own is: the last one's, unless another speaks more of it.

    Args:
        above: The requirements above it, in order; one at least.
        scenario: The scenario.
    """
    words = stems(f"{scenario.title} {scenario.said}")
    shared = [
        len(words & stems(" ".join([one.name, *(piece.raw for piece in (*one.texts, *one.body))]))) for one in above
    ]
    most = max(shared)
    free = [one for one, count in zip(above, shared, strict=True) if count == most and not one.scenarios]
    return free[-1] if free and most > shared[-1] else above[-1]
