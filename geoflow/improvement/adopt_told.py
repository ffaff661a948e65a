"""Read back what a written document tells: each scenario beside the words of its requirement, from the text alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from geoflow.improvement.adopt_page import Line, Page
from geoflow.improvement.adopt_steps import step_word
from geoflow.improvement.adopt_text import Piece, read_document
from geoflow.improvement.adopt_words import adds, content
from geoflow.openspec.headings import requirement_name, scenario_name

_REQUIREMENT = 3


@dataclass(slots=True)
class Told:
    """A scenario: its title, its steps, and what its requirement says itself: the name, and all prose above scenarios.

    Tables, lists and fences of the requirement are no statement: they hold what the scenarios are about.
    """

    title: str
    stated: str
    lines: list[Line] = field(default_factory=list)

    @property
    def says_nothing(self) -> bool:
        """Tell whether its steps repeat the requirement."""
        return not adds(" ".join(content(line.text) for line in self.lines), self.stated)


def told_in(page: Page) -> Iterator[Told]:
    """Give the scenarios of a document; what its lines claim to be counts for nothing."""
    stated: list[str] | None = None
    found: Told | None = None
    lines = [line for line in page.lines for _ in line.text.split("\n")]
    for piece, line in zip(_pieces(page), lines, strict=False):
        if piece.kind == "heading":
            if found:
                yield found
            stated, found = _below(piece, stated)
        elif found and _is_step(piece):
            found.lines.append(line)
        elif stated is not None and not found and piece.kind == "text":
            stated.append(piece.words)
    if found:
        yield found


def _below(heading: Piece, stated: list[str] | None) -> tuple[list[str] | None, Told | None]:
    """Tell what stands below a heading: a requirement, a scenario of one, or neither."""
    name = requirement_name(heading.raw)
    if name is not None:
        return [name], None
    if heading.level <= _REQUIREMENT or stated is None:
        return None, None
    return stated, Told(scenario_name(heading.raw, heading.level), "\n".join(stated))


def _is_step(piece: Piece) -> bool:
    goes_on = piece.raw[:1].isspace() and piece.kind != "blank"
    return piece.kind == "item" or goes_on or bool(step_word(piece.raw))


def _pieces(page: Page) -> Sequence[Piece]:
    document = read_document("", page.text)
    return [*document.above, *(piece for one in document.sections for piece in (one.heading, *one.own))]


def hollow(pages: Sequence[Page]) -> list[Told]:
    """List the scenarios that say nothing beyond their requirement."""
    return [told for page in pages for told in told_in(page) if told.says_nothing]
