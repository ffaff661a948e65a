"""A document in the making: every line knows the source lines that its words were cut from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from geoflow.improvement.adopt_text import Piece

Role = Literal["kept", "heading", "statement", "scenario", "step", "task"]


class Place(NamedTuple):
    """A line of a source document, from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Said:
    """Words of one source line, such as a criterion; `more` are those of the lines that it goes on in."""

    words: str
    place: Place
    more: tuple["Said", ...] = ()

    @property
    def whole(self) -> str:
        """Give all its words."""
        return " ".join([self.words, *(one.words for one in self.more)])


PurposeLines = Sequence[tuple[str, tuple[Place, ...]]]
"""The lines of a Purpose, each with the source lines of its words."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the result, what it is, and where its words come from; `labels`: the source itself names the step."""

    text: str
    sources: tuple[Place, ...] = ()
    role: Role = "kept"
    labels: bool = False

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        places = [{"path": one.path, "line": one.line} for one in self.sources]
        return {"text": self.text, "role": self.role, "sources": places}


@dataclass(slots=True)
class Page:
    """The lines of one document."""

    lines: list[Line] = field(default_factory=list)

    def add(self, text: str, sources: Iterable[Place] = (), role: Role = "kept", *, labels: bool = False) -> None:
        """Add a line."""
        self.lines.append(Line(text, tuple(dict.fromkeys(sources)), role, labels))

    def keep(self, path: str, pieces: Iterable[Piece]) -> None:
        """Add source lines as they stand."""
        for piece in pieces:
            if piece.kind == "blank":
                self.gap()
            else:
                self.add(piece.raw, [Place(path, piece.line)])

    def gap(self) -> None:
        """Add a blank line where there is none yet."""
        if self.lines and self.lines[-1].text.strip():
            self.add("")

    def scenario(self, scenario: "Scenario") -> None:
        """Add a scenario."""
        self.gap()
        self.add(f"#### Scenario: {scenario.title}", scenario.sources, "scenario")
        self.gap()
        for step in scenario.steps:
            text = f"- **{step.keyword}** {step.text}" if step.keyword else f"  {step.text}"
            self.add(text, [step.source], "step", labels=step.labelled)
        self.gap()

    @property
    def text(self) -> str:
        """Give the document's text, with one line feed at its end."""
        return "\n".join(line.text for line in self.lines).rstrip("\n") + "\n"


class Step(NamedTuple):
    """A step: its keyword, its words, the line they were cut from, and whether that line names the step itself."""

    keyword: str
    text: str
    source: Place
    labelled: bool = False


class Scenario(NamedTuple):
    """A scenario that the source holds: its title with the line that says it, and its steps.

    `whole`: the words of its one line, where it was made of one.
    """

    title: str
    sources: tuple[Place, ...]
    steps: tuple[Step, ...]
    whole: str = ""

    @property
    def has_trigger(self) -> bool:
        """Tell whether it has a WHEN."""
        return any(step.keyword == "WHEN" for step in self.steps)

    @property
    def said(self) -> str:
        """Give the words of its steps."""
        return "\n".join(step.text for step in self.steps)


@dataclass(frozen=True, slots=True)
class AdoptQuestion:
    """What only someone who knows can say: a text, the line that it is about, two to four answers to choose from.

    `code` is its kind (`adopt_codes`), `target` the document that an answer would change where that is not the place's,
    `parts` what it is about where that is several.
    """

    text: str
    place: Place
    options: tuple[str, ...]
    requirement: str = ""
    quote: str = ""
    code: str = ""
    target: str = ""
    parts: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        place = {"path": self.place.path, "line": self.place.line}
        return {"text": self.text, **place, "requirement": self.requirement, "options": list(self.options)}


@dataclass(frozen=True, slots=True)
class Adopted:
    """An item in OpenSpec form, before the gate.

    `pages` are the documents that are written, `replaced` the paths among them whose own text became the page (the
    others are new). `unused` are lines of process and the like that no requirement was made of; they stay where they
    are. `removed` are files that have another name now. `why_not` says why nothing could be made; then there are only
    questions, and `unsure` are the lines that may say something nevertheless.
    """

    kind: Literal["spec", "change"]
    id: str
    pages: dict[str, Page] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    scenarios: tuple[Scenario, ...] = ()
    questions: tuple[AdoptQuestion, ...] = ()
    unused: tuple[Place, ...] = ()
    removed: tuple[str, ...] = ()
    unsure: tuple[Said, ...] = ()
    why_not: str = ""

    @property
    def spans(self) -> list[dict[str, Any]]:
        """List where the words of each requirement, scenario, step and task come from, for the record of a run."""
        return [
            {"path": path, "line": number} | line.document()
            for path, page in self.pages.items()
            for number, line in enumerate(page.lines, 1)
            if line.role != "kept"
        ]

    @property
    def renamed(self) -> dict[str, str]:
        """Tell under which name each removed file stands now."""
        first = {path: {at.path for at in page.lines[0].sources} for path, page in self.pages.items() if page.lines}
        return {old: new for old in self.removed for new, sources in first.items() if old in sources}

    @property
    def texts(self) -> dict[str, str]:
        """Give what is to be written: {path: text}."""
        return {path: page.text for path, page in self.pages.items()}


def without_trigger(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """List the scenarios that have no WHEN."""
    return [one for one in scenarios if not one.has_trigger]
