"""What a proposal, plan or YAML document of a change says that requirements and scenarios can be cut from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from geoflow.improvement.adopt_cut import is_process
from geoflow.improvement.adopt_page import Place, Said, Scenario, Step
from geoflow.improvement.adopt_tests import tests_in
from geoflow.improvement.adopt_text import Document, Piece, Section, bare, cells, goes_on, label, tidy

_CRITERIA = re.compile(
    r"\b(?:success|acceptance)\s+(?:criteria|metrics)\b|^(?:verification|acceptance) checklist$|^verification$"
    r"|^definition of done$|^criteria$|^AC$|^done when$",
    re.IGNORECASE,
)
_SUMMARY = re.compile(r"^(?:\d+[.)]\s*)?(?:summary|overview|abstract|goals?|purpose)$", re.IGNORECASE)
_PARTS = re.compile(r"^(?:proposed )?solution$|^approach$|^core capabilities$|^what changes$", re.IGNORECASE)
_UNSURE = re.compile(
    r"^(?:benefits|behaviou?r|behaviou?rs|key features|features|capabilities|impact|scope|rules|constraints)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"^\*{0,2}(?P<verb>ADDED|MODIFIED|REMOVED|NEW)\*{0,2}\s*:?\s+(?P<rest>\S.*)$")
_PART = re.compile(r"^\*\*(?P<name>[^*]{2,60})\*\*\s*(?:\([^)]*\)\s*)?(?:[-–—]+|:)\s+(?P<what>\S.*)$")
_PART_INSIDE = re.compile(r"^\*\*(?P<name>[^*]{2,60}):\*\*\s+(?P<what>\S.*)$")
_COMPONENT = frozenset({"component", "module", "subsystem"})
_WHAT = frozenset({"purpose", "description", "responsibility", "role"})
_CHECKS = re.compile(r"\btests?$", re.IGNORECASE)
_HOUSEKEEPING = re.compile(r"^\W*(?:cd \S+ && )?(?:mkdir|ls|touch|cp|mv|rm|chmod|cat|git)\b")
_FAILS = re.compile(r"^\W*(?:fail|pass)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is to be there: its name and what it is for. `verb` is how a proposal lists it (`ADDED`)."""

    name: str
    what: str
    place: Place
    verb: str = ""
    name_place: Place | None = None


@dataclass(slots=True)
class Material:
    """What was found in the documents of a change.

    `clauses` are sentences of YAML under keys of the author's own, `unsure` list items that may be obligations or not.
    `measured_by` is the document whose success criteria count, where several list them.
    """

    title: Said | None = None
    summary: list[Said] = field(default_factory=list)
    criteria: list[Said] = field(default_factory=list)
    clauses: list[Said] = field(default_factory=list)
    unsure: list[Said] = field(default_factory=list)
    process: list[Said] = field(default_factory=list)
    changes: list[Part] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    pairs: list[Scenario] = field(default_factory=list)
    measured_by: str = ""

    def criterion(self, words: str, place: Place, more: tuple[Said, ...] = ()) -> None:
        """Take a criterion, or write it down as talk about the work."""
        said = Said(tidy(words), place, more)
        chosen = self.process if is_process(said.whole) else self.criteria
        if all(one.whole != said.whole for one in chosen):
            chosen.append(said)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing that a requirement could be made of."""
        return not (self.criteria or self.clauses or self.changes or self.parts or self.pairs)


def plain_title(title: str) -> str:
    """Give a title without the words that say what kind of document it heads."""
    kind = r"(?:Proposal|Specification|Spec|Tasks|Implementation Plan|Plan|Change Spec)"
    return re.sub(rf"^{kind}\s*:\s*|\s+{kind}$", "", bare(title), flags=re.IGNORECASE).strip()


def gather(material: Material, document: Document) -> None:
    """Add what a Markdown document says."""
    path = document.path
    heads = [section.heading for section in document.sections if section.heading.level == 1]
    if heads and material.title is None:
        material.title = Said(plain_title(heads[0].words), Place(path, heads[0].line))
    for index, section in enumerate(document.sections):
        _from_section(material, document, index, section)
        _from_labels(material, path, section.own)
        if re.match(r"^(?:unit )?tests$", section.title, re.IGNORECASE):
            material.pairs += tests_in(path, section.own)
    _pairs(material, document)


def _from_section(material: Material, document: Document, index: int, section: Section) -> None:
    path, title = document.path, section.title
    if _CRITERIA.search(title):
        material.measured_by = material.measured_by or path
        for one in (section, *document.below(index)):
            _criteria(material, path, one.own)
    elif _SUMMARY.match(title) and not path.lower().endswith("tasks.md"):
        _summary(material, path, section.own)
    elif _UNSURE.match(title):
        material.unsure += _items(path, section.own)
    for row_name, row_what, piece in _component_rows(section.own):
        material.parts.append(Part(row_name, row_what, Place(path, piece.line)))
    if _PARTS.match(title) or _SUMMARY.match(title):
        _listed_parts(material, path, section.own)
    _changes(material, path, section.own)
    purpose = next(
        ((label(piece.words), piece) for piece in section.own if label(piece.words)[0].lower() == "purpose"), None
    )
    if purpose and purpose[0][1] and section.heading.level > 1:
        name = re.sub(r"^\d+(?:\.\d+)*[.)]\s*", "", title)
        place = Place(path, section.heading.line)
        material.parts.append(Part(name, tidy(purpose[0][1]), Place(path, purpose[1].line), name_place=place))


def _criteria(material: Material, path: str, pieces: Sequence[Piece]) -> None:
    if material.measured_by != path:
        return
    rows = [piece for piece in pieces if piece.kind == "row"]
    for at, piece in enumerate(pieces):
        if piece.kind == "item" and not piece.level:
            material.criterion(piece.words, Place(path, piece.line), _more(path, pieces, at))
    for piece in rows[1:]:
        first, *rest = [cell for cell in cells(piece.words) if cell] or [""]
        material.criterion(f"**{bare(first)}**: {': '.join(rest)}" if rest else first, Place(path, piece.line))


def _summary(material: Material, path: str, pieces: Sequence[Piece]) -> None:
    if material.summary:
        return
    for piece in pieces:
        if piece.kind == "text" and not label(piece.words)[1]:
            material.summary.append(Said(piece.raw.strip(), Place(path, piece.line)))
        elif material.summary or piece.kind != "blank":
            return


def _more(path: str, pieces: Sequence[Piece], at: int) -> tuple[Said, ...]:
    return tuple(Said(tidy(piece.words), Place(path, piece.line)) for piece in goes_on(pieces, at))


def _items(path: str, pieces: Sequence[Piece]) -> list[Said]:
    return [
        Said(tidy(piece.words), Place(path, piece.line), _more(path, pieces, at))
        for at, piece in enumerate(pieces)
        if piece.kind == "item" and not piece.level and not is_process(piece.words)
    ]


def _component_rows(pieces: Sequence[Piece]) -> Iterable[tuple[str, str, Piece]]:
    """Give name, purpose and line of each row of a table of components; every other table is data."""
    columns: tuple[int, int] | None = None
    in_table = False
    for piece in pieces:
        if piece.kind not in ("row", "rule"):
            in_table, columns = False, None
        elif piece.kind == "row" and not in_table:
            in_table = True
            names = [bare(cell).lower() for cell in cells(piece.words)]
            what = next((at for at, name in enumerate(names) if name in _WHAT), None)
            columns = (0, what) if names and names[0] in _COMPONENT and what else None
        elif piece.kind == "row" and columns:
            row = cells(piece.words)
            if len(row) > columns[1] and row[0] and row[columns[1]] and not _CHECKS.search(row[0]):
                yield bare(row[0]), tidy(row[columns[1]]), piece


def _listed_parts(material: Material, path: str, pieces: Sequence[Piece]) -> None:
    listed = []
    for piece in pieces:
        found = (_PART.match(piece.words) or _PART_INSIDE.match(piece.words)) if piece.kind == "item" else None
        if found and not piece.level and not _CHANGE.match(piece.words):
            listed.append(Part(bare(found["name"]), tidy(found["what"]), Place(path, piece.line)))
    # A list that speaks of tests and documents for the most part is about the work, every line of it.
    if sum(is_process(f"{part.name}: {part.what}") for part in listed) * 2 < len(listed):
        material.parts += listed


def _changes(material: Material, path: str, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        found = _CHANGE.match(piece.words) if piece.kind == "item" and not piece.level else None
        if found and not is_process(piece.words):
            words = tidy(found["rest"])
            name = re.split(r"\s+(?:for|to|that|enabling|with|combining|which|of)\s+|[,;:(]", bare(words))[0].strip()
            material.changes.append(Part(name or words, words, Place(path, piece.line), found["verb"]))


def _from_labels(material: Material, path: str, pieces: Sequence[Piece]) -> None:
    """Take what stands below or behind labels such as `**Acceptance Criteria**:` and `**Goal:**`."""
    inside = False
    taken: set[int] = set()
    for at, piece in enumerate(pieces):
        name, rest = label(piece.words) if piece.kind in ("text", "item") else ("", "")
        if name and _CRITERIA.search(name):
            inside = not rest
            if rest:
                material.criterion(rest, Place(path, piece.line))
        elif name.lower() == "goal" and rest and not material.summary:
            material.summary.append(Said(tidy(rest), Place(path, piece.line)))
        elif inside and piece.kind == "item":
            more = _more(path, pieces, at)
            material.criterion(piece.words, Place(path, piece.line), more)
            taken |= {one.place.line for one in more}
        elif piece.kind not in ("blank", "item") and piece.line not in taken:
            inside = False


def _pairs(material: Material, document: Document) -> None:
    """Take `Run:` and the `Expected:` right below it; what fails or passes on purpose, or only tidies, is work."""
    for section in document.sections:
        title: Piece = section.heading
        run: tuple[str, Piece] | None = None
        for piece in section.own:
            name, rest = label(piece.words) if piece.kind in ("text", "item") else ("", "")
            if name.lower().startswith("step ") or (piece.kind == "text" and piece.words.startswith("**Step ")):
                title, run = piece, None
            elif name == "Run" and rest:
                run = (tidy(rest), piece)
            elif name == "Expected" and rest and run and _is_outcome(title, run[0], rest):
                material.pairs.append(_pair(document.path, title, run, (tidy(rest), piece)))
                run = None
            elif piece.kind != "blank":
                run = None


def _is_outcome(title: Piece, run: str, came: str) -> bool:
    # Whoever makes a folder and looks whether it is there is at work; what is made does not show by that.
    work = _FAILS.match(came) or _HOUSEKEEPING.match(run)
    return not (work or is_process(came) or is_process(title.words))


def _pair(path: str, title: Piece, run: tuple[str, Piece], came: tuple[str, Piece]) -> Scenario:
    when = Step("WHEN", f"run {run[0]}", Place(path, run[1].line), labelled=True)
    then = Step("THEN", came[0], Place(path, came[1].line), labelled=True)
    name = re.sub(r"^Step \d+(?:\.\d+)*\s*:\s*", "", bare(title.words)).rstrip(":")
    return Scenario(name, (Place(path, title.line),), (when, then))
