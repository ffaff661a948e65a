"""Write a hand-written specification as an OpenSpec spec or delta: its own requirements, the rest as it stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from geoflow.improvement.adopt_page import Page, Place, PurposeLines, Scenario
from geoflow.improvement.adopt_requirement import (
    BARE,
    CODED,
    NAMED,
    SCENARIO,
    Requirement,
    left_over,
    replace_heading,
    requirement_of,
    scenario_of,
)
from geoflow.improvement.adopt_settle import nearest, with_what_adds
from geoflow.improvement.adopt_text import Document, Section, bare, cells, label

PURPOSE = re.compile(r"^(?:\d+[.)]\s*)?(?:purpose|overview|summary|abstract|goals?|introduction)$", re.IGNORECASE)
_HOLDS = re.compile(r"^(?:\d+[.)]\s*)?(?:[\w/-]+ ){0,2}requirements$", re.IGNORECASE)
_DELTA = re.compile(r"^(?:added|modified) requirements$", re.IGNORECASE)
_PLAIN = re.compile(r"^(?:\d+[.)]\s*)?requirements$", re.IGNORECASE)
_SECTION = 2
_CASES = re.compile(r"^(?:\d+[.)]\s*)?(?:test cases|scenarios)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a document states itself: its requirements, and the sections that they took up.

    `texts` are sections that state something of which no scenario says more: they stay as text.
    """

    requirements: tuple[Requirement, ...]
    taken: frozenset[int]
    texts: tuple[tuple[Requirement, int], ...] = ()

    @property
    def unsaid(self) -> list[tuple[str, Place]]:
        """List the names of what stays text, with their places."""
        return [(one.name, one.place) for one, _ in self.texts]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """List all scenarios."""
        return tuple(scenario for one in self.requirements for scenario in one.scenarios)


def read_requirements(document: Document) -> Read:
    """Find the requirements that a document states, with the scenarios beside them."""
    taken: set[int] = set()
    found: list[Requirement] = []
    named: set[int] = set()
    around = _around(document)
    for index, section in enumerate(document.sections):
        outer = around.get(index)
        if index in taken or not _states(document, index, outer):
            continue
        made = requirement_of(document, index, None if outer and _is_plain(outer.title) else outer)
        found.append(made)
        named |= set() if made.verbatim else {index}
        taken |= set(range(index, section.end))
    if not found:
        found = _from_pairs(document, taken)
    _attach(document, found, taken)
    lines = {piece.line: piece for section in document.sections for piece in section.own}
    starts = {section.heading.line: index for index, section in enumerate(document.sections)}
    read = [with_what_adds(one, lines) for one in found]
    named -= {starts[one.place.line] for one in read if not one.scenarios}
    taken |= _emptied(document, taken, named)
    texts = tuple((one, starts[one.place.line]) for one in read if not one.scenarios)
    return Read(tuple(one for one in read if one.scenarios), frozenset(taken), texts)


def _around(document: Document) -> dict[int, Section]:
    """Tell for each section which `... Requirements` section it lies in."""
    inside: dict[int, Section] = {}
    for index, section in enumerate(document.sections):
        if _HOLDS.match(section.title):
            inside |= dict.fromkeys(range(index + 1, section.end), section)
    return inside


def _is_plain(title: str) -> bool:
    return bool(_PLAIN.match(title) or _DELTA.match(title))


def _states(document: Document, index: int, around: Section | None) -> bool:
    section = document.sections[index]
    if section.heading.level == 1 or _HOLDS.match(section.title):
        return False
    if NAMED.match(section.title) or BARE.match(section.title):
        return True
    return bool(CODED.match(section.title)) and (around is not None or _is_required(section))


def _is_required(section: Section) -> bool:
    marks = [label(piece.words) for piece in section.own if piece.kind == "text"]
    rows = [cells(piece.words) for piece in section.own if piece.kind == "row"]
    return any(name.lower() == "status" and rest.lower().startswith(("required", "must")) for name, rest in marks) or (
        bool(rows) and rows[0][:1] == ["Requirement"]
    )


def _from_pairs(document: Document, taken: set[int]) -> list[Requirement]:
    """Make one requirement, named as the document is, of test cases with a condition before and one after."""
    for index, section in enumerate(document.sections):
        below = range(index + 1, section.end)
        pairs = {at: scenario_of(document.path, document.sections[at]) for at in below}
        pairs = {at: (scenario, used) for at, (scenario, used) in pairs.items() if scenario}
        if not _CASES.match(section.title) or not pairs or not document.title:
            continue
        heading = next(one.heading for one in document.sections if one.heading.level == 1)
        name = re.sub(r"^(?:Specification|Spec)\s*:\s*|\s+Spec(?:ification)?$", "", document.title).strip()
        made = Requirement(name, Place(document.path, heading.line), name)
        for at, (scenario, used) in pairs.items():
            made.scenarios += [scenario] if scenario else []
            made.body += left_over(document.sections[at].own, used)
            taken.add(at)
        return [made]
    return []


def _attach(document: Document, found: Sequence[Requirement], taken: set[int]) -> None:
    """Give scenarios that stand in sections of their own to a requirement above them; which one is asked about."""
    following = iter(found)
    upcoming, above = next(following, None), None
    for index, section in enumerate(document.sections):
        while upcoming and upcoming.place.line < section.heading.line:
            above, upcoming = upcoming, next(following, None)
        if above is None or index in taken or not SCENARIO.match(section.title):
            continue
        scenario, used = scenario_of(document.path, section)
        if scenario:
            chosen = nearest([one for one in found if one.place.line <= above.place.line], scenario)
            chosen.scenarios.append(scenario)
            chosen.attached.append(scenario)
            chosen.body += left_over(section.own, used)
            taken.add(index)


def _emptied(document: Document, taken: set[int], named: set[int]) -> set[int]:
    """Find the sections of which nothing is left: no line of their own, every subsection taken.

    One whose title says more than Requirements is told by a requirement in it (`named`), or it stays.
    """
    empty: set[int] = set()
    for index in reversed(range(len(document.sections))):
        section = document.sections[index]
        below = range(index + 1, section.end)
        bare_section = all(piece.kind in ("blank", "rule") for piece in section.own)
        told = _HOLDS.match(section.title) and any(at in named for at in below)
        goes = told or _is_plain(section.title) or _CASES.match(section.title)
        if goes and bare_section and below and all(at in taken or at in empty for at in below):
            empty.add(index)
    return empty


def write_document(document: Document, read: Read, heading: str, purpose: PurposeLines = ()) -> Page:
    """Write a document with its requirements below `heading`, and everything else as it stands.

    Args:
        document: The document.
        read: Its requirements.
        heading: The heading of its requirements, such as `## Requirements`.
        purpose: Lines for a Purpose with their places, where the document says none itself.
    """
    page = Page()
    page.keep(document.path, document.above)
    own = next((at for at, one in enumerate(document.sections) if PURPOSE.match(one.title)), None)
    wanted, written = purpose if own is None else (), False
    loose = _loose(document, read, own)
    for index, section in enumerate(document.sections):
        if index in loose:
            continue
        if wanted and section.heading.level != 1:
            wanted = _write_purpose(page, wanted)
        if index not in read.taken and not _is_plain(section.title):
            _keep(page, document, section, is_purpose=index == own)
        elif not written:
            written = True
            _write_requirements(page, document, read, heading, loose)
    if wanted:
        _write_purpose(page, wanted)
    if not written:
        _write_requirements(page, document, read, heading, loose)
    return page


def _loose(document: Document, read: Read, own: int | None) -> list[int]:
    """Find the sections that would stand right behind the requirements, where each would be one, or a scenario."""
    found, written, inside = list[int](), False, False
    for index, section in enumerate(document.sections):
        goes = index in read.taken or _is_plain(section.title)
        if goes:
            written, inside = True, inside or not written
        elif index == own or section.heading.level <= _SECTION:
            inside = False
        elif inside:
            found.append(index)
    return found


def _write_purpose(page: Page, purpose: PurposeLines) -> PurposeLines:
    page.gap()
    page.add("## Purpose", role="heading")
    page.gap()
    for text, places in purpose:
        page.add(text, places)
    page.gap()
    return ()


def _write_requirements(page: Page, document: Document, read: Read, heading: str, loose: Sequence[int]) -> None:
    plain = [one for one in document.sections if _is_plain(one.title)]
    page.gap()
    page.add(heading, [Place(document.path, one.heading.line) for one in plain], "heading")
    page.gap()
    for section in plain:
        page.keep(document.path, [piece for piece in section.own if piece.kind != "rule"])
    for index in loose:
        section = document.sections[index]
        page.gap()
        page.keep(document.path, [replace_heading(section.heading), *section.own])
    for text, index in read.texts:
        _write_text(page, document, text, index)
    for one in read.requirements:
        one.write(page, document.path)


def _write_text(page: Page, document: Document, text: Requirement, index: int) -> None:
    """Write a section as text: below `Requirements` every heading would be a requirement."""
    section = document.sections[index]
    page.gap()
    page.add(f"**{text.name}**", [text.place, *text.named_at])
    page.gap()
    for one in (section, *document.below(index)):
        own = one.own if one is section else [replace_heading(one.heading), *one.own]
        page.keep(document.path, own)


def _keep(page: Page, document: Document, section: Section, *, is_purpose: bool) -> None:
    heading = section.heading
    place = Place(document.path, heading.line)
    page.gap()
    if is_purpose:
        page.add("## Purpose", [place], "heading")
        if bare(heading.words) != section.title:
            page.gap()
            page.add(f"### {heading.words}", [place], "heading")  # a sign in the heading stays to be read
    else:
        page.add(heading.raw, [place], "heading")
    page.keep(document.path, section.own)
