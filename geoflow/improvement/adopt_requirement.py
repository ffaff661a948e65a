"""Write a requirement from the section of a hand-written document that states it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from geoflow.improvement.adopt_cut import criterion
from geoflow.improvement.adopt_page import Page, Place, Said, Scenario
from geoflow.improvement.adopt_steps import (
    grouped,
    is_scenario,
    labelled_steps,
    paired_steps,
    step_word,
    title_of,
)
from geoflow.improvement.adopt_text import Document, Piece, Section, bare, cells, goes_on, label, tidy
from geoflow.openspec.headings import requirement_name
from geoflow.openspec.rules import is_normative
from geoflow.quality.prose import masked

CODED = re.compile(r"^(?P<code>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+(?:\.\d+)*)\s*[:.–-]\s*(?P<name>\S.*)$")
NAMED = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?\s*)?Requirement\s*\d*\s*:\s*(?P<name>\S.*)$", re.IGNORECASE)
BARE = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?\s*)?Requirement$", re.IGNORECASE)
SCENARIO = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?\s*)?(?:Scenario|Test case)\s*\d*\s*[:.-]\s*\S", re.IGNORECASE)
_CODED_ROW = re.compile(r"^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+(?:\.\d+)*$")
_CRITERIA = re.compile(r"^(?:acceptance|success)(?: criteria)?$|^criteria$|^AC$", re.IGNORECASE)
_WEAK = re.compile(r"(?<![\w-])(must|shall)(?![\w-])")
_SCENARIO_LEVEL = 4


@dataclass(slots=True)
class Requirement:
    """A requirement in the making; `named_at` is where its name stands, if that is not its own heading.

    `verbatim` are all its lines where it is in OpenSpec form already: it stays as it is. `attached` are
    scenarios that stood in a section of their own below it.
    """

    name: str
    place: Place
    subject: str
    texts: list[Piece] = field(default_factory=list)
    marks: list[tuple[str, str, Piece]] = field(default_factory=list)
    body: list[Piece] = field(default_factory=list)
    scenarios: list[Scenario] = field(default_factory=list)
    named_at: tuple[Place, ...] = ()
    verbatim: list[Piece] = field(default_factory=list)
    attached: list[Scenario] = field(default_factory=list)

    def write(self, page: Page, path: str) -> None:
        """Write it: the name, the statement, the rest of its body as it stands, its scenarios."""
        page.gap()
        if self.verbatim:
            page.keep(path, self.verbatim)
            return
        page.add(f"### Requirement: {self.name}", [self.place, *self.named_at], "heading")
        page.gap()
        self._write_statement(page, path)
        page.gap()
        page.keep(path, _trimmed(self.body))
        for scenario in self.scenarios:
            page.scenario(scenario)
        page.gap()

    def _write_statement(self, page: Page, path: str) -> None:
        everything = [*self.texts, *(piece for piece in self.body if piece.kind != "fence")]
        weak = next((piece for piece in self.texts if _weak(piece.raw)), None)
        if any(is_normative(piece.raw) for piece in everything) or weak:
            for name, rest, piece in self.marks:
                page.add(f"**{name}**: {rest}" if rest else f"**{name}**", [Place(path, piece.line)])
            if self.marks:
                page.gap()
            for piece in self.texts:
                text = _strong(piece.raw) if piece is weak else piece.raw
                page.add(text, [Place(path, piece.line)], "statement")
            return
        places = [self.place, *self.named_at, *(Place(path, piece.line) for _, _, piece in self.marks)]
        marks = "; ".join(f"{name}: {rest}" if rest else name for name, rest, _ in self.marks)
        opening = f"{self.subject} SHALL meet the following{f' ({marks})' if marks else ''}:"
        for first in self.texts[:1]:
            opening, places = f"{opening} {first.raw.strip()}", [*places, Place(path, first.line)]
        page.add(opening, places, "statement")
        page.keep(path, self.texts[1:])


def _weak(text: str) -> re.Match[str] | None:
    return _WEAK.search(masked(text))


def _strong(text: str) -> str:
    found = _weak(text)
    return text[: found.start()] + found.group().upper() + text[found.end() :] if found else text


def _trimmed(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Drop blank pieces at both ends, and all but one of those in a row."""
    kept: list[Piece] = []
    for piece in pieces:
        if piece.kind != "blank" or (kept and kept[-1].kind != "blank"):
            kept.append(piece)
    while kept and kept[-1].kind == "blank":
        kept.pop()
    return kept


def requirement_of(document: Document, index: int, around: Section | None = None) -> Requirement:
    """Read the requirement that a section states, its subsections included.

    Args:
        document: The document.
        index: The section.
        around: The section around it, where its title says that these are requirements (`Safety Requirements`).
    """
    section, path = document.sections[index], document.path
    name, subject = _name(section, document)
    made = Requirement(name, Place(path, section.heading.line), subject)
    if BARE.match(section.title):
        made.named_at = tuple(Place(path, one.heading.line) for one in document.sections if one.heading.level == 1)[:1]
    below = document.below(index)
    if _is_formal(section, below):
        made.verbatim = [piece for one in (section, *below) for piece in (one.heading, *one.own)]
        made.scenarios = [_formal(path, one) for one in below if one.heading.level == _SCENARIO_LEVEL]
        return made
    _read(made, path, section.own)
    for one in below:
        _read_below(made, path, one)
    if not made.scenarios:
        made.scenarios = _from_rows(path, made.body)
    if around:
        made.marks.append((bare(around.heading.words), "", around.heading))
    return made


def _is_formal(section: Section, below: Sequence[Section]) -> bool:
    normal = requirement_name(section.heading.raw) is not None and any(is_normative(one.raw) for one in section.own)
    return normal and any(one.heading.raw.startswith("#### Scenario:") for one in below)


def _formal(path: str, section: Section) -> Scenario:
    steps, _ = labelled_steps(path, section.own)
    return Scenario(title_of(section.title), (Place(path, section.heading.line),), tuple(steps))


def _name(section: Section, document: Document) -> tuple[str, str]:
    title = bare(section.heading.words)
    if BARE.match(title):
        plain = re.sub(r"^(?:Specification|Spec)\s*:\s*|\s+Spec(?:ification)?$", "", document.title).strip() or title
        return plain, plain
    named = NAMED.match(title)
    name = named["name"] if named else title
    coded = CODED.match(name)
    return name, coded["name"] if coded else name


def _read(made: Requirement, path: str, pieces: Sequence[Piece]) -> None:
    """Sort the lines of a section: marks, texts before the first list or table, criteria, labelled steps, the rest."""
    taken = _steps_in(made, path, pieces)
    in_criteria = False
    for at, piece in enumerate(pieces):
        if piece.line in taken:
            continue
        name, rest = label(piece.words) if piece.kind in ("text", "item") else ("", "")
        if piece.kind == "text" and _CRITERIA.match(name) and not rest:
            in_criteria = True
            continue
        if in_criteria and piece.kind in ("item", "blank"):
            if piece.kind == "item" and not piece.level:
                taken |= _take(made, path, pieces, at)
            elif piece.kind == "item":
                made.body.append(piece)
            continue
        in_criteria = False
        _sort(made, piece, name, rest)


def _sort(made: Requirement, piece: Piece, name: str, rest: str) -> None:
    if piece.kind == "text" and name.lower() in ("priority", "status") and rest and not made.texts:
        value = tidy(rest)
        made.marks.append((name, value, piece))
    elif piece.kind == "text" and not made.body and not (name and not rest):
        made.texts.append(piece)
    elif piece.kind != "blank" or made.body:
        made.body.append(piece)


def _steps_in(made: Requirement, path: str, pieces: Sequence[Piece]) -> set[int]:
    """Take the scenarios that lie in a section as labelled steps; the lines that they take up."""
    taken: set[int] = set()
    if not any(step_word(piece.raw) for piece in pieces):
        return taken
    for head, group in grouped(pieces):
        steps, used = labelled_steps(path, group)
        if is_scenario(steps):
            places = (Place(path, head.line),) if head else (made.place, *made.named_at)
            title = title_of(head.words.rstrip(":")) if head else made.subject
            made.scenarios.append(Scenario(title, places, tuple(steps)))
            taken |= used | ({head.line} if head else set())
    return taken


def _read_below(made: Requirement, path: str, section: Section) -> None:
    scenario, used = scenario_of(path, section)
    if scenario:
        made.scenarios.append(scenario)
        made.body += left_over(section.own, used)
    elif _CRITERIA.match(section.title):
        _read_criteria(made, path, section.own)
    else:
        if not re.match(r"^(?:Scenarios|Test Cases)$", section.title, re.IGNORECASE):
            made.body.append(replace_heading(section.heading))
        _read(made, path, section.own)


def scenario_of(path: str, section: Section) -> tuple[Scenario | None, set[int]]:
    """Read the scenario that a section is, and which of its lines that takes up; None where it is none, or several."""
    if len([group for _, group in grouped(section.own) if is_scenario(labelled_steps(path, group)[0])]) > 1:
        return None, set()
    steps, used = labelled_steps(path, section.own) if SCENARIO.match(section.title) else ([], set())
    if not is_scenario(steps):
        steps, used = paired_steps(path, section.own)
    if not steps:
        return None, set()
    return Scenario(title_of(bare(section.heading.words)), (Place(path, section.heading.line),), tuple(steps)), used


def left_over(pieces: Sequence[Piece], used: set[int]) -> list[Piece]:
    """Give the pieces that a scenario did not take up: they are kept in its requirement."""
    return [piece for piece in pieces if piece.line not in used]


def _read_criteria(made: Requirement, path: str, pieces: Sequence[Piece]) -> None:
    taken: set[int] = set()
    for at, piece in enumerate(pieces):
        if piece.kind == "item" and not piece.level:
            taken |= _take(made, path, pieces, at)
        elif piece.line not in taken:
            made.body.append(piece)


def _take(made: Requirement, path: str, pieces: Sequence[Piece], at: int) -> set[int]:
    """Take the list item at this index as a criterion; the lines that it goes on in."""
    more = [Said(tidy(piece.words), Place(path, piece.line)) for piece in goes_on(pieces, at)]
    made.scenarios.append(criterion(pieces[at].words, Place(path, pieces[at].line), more))
    return {one.place.line for one in more}


def replace_heading(heading: Piece) -> Piece:
    """Turn a heading into a line in bold, since below a requirement every heading counts as a scenario."""
    return heading._replace(kind="text", raw=f"**{bare(heading.words)}**")


def _from_rows(path: str, body: Sequence[Piece]) -> list[Scenario]:
    """Make a scenario of every row that has a code of its own: those are obligations, other rows are data."""
    found = []
    for piece in body:
        row = cells(piece.words) if piece.kind == "row" else []
        if len(row) > 1 and _CODED_ROW.match(bare(row[0])):
            found.append(criterion(f"**{bare(row[0])}**: {row[1]}", Place(path, piece.line)))
    return found
