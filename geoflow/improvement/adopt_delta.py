"""Write a delta from what the documents of a change say: requirements, and the scenarios that name them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from geoflow.improvement.adopt_cut import criterion, distinct
from geoflow.improvement.adopt_material import Material, Part
from geoflow.improvement.adopt_page import Page, Place, Said, Scenario
from geoflow.improvement.adopt_text import bare
from geoflow.improvement.adopt_words import adds
from geoflow.openspec.headings import folded_name

ADDED = "## ADDED Requirements"


@dataclass(slots=True)
class Planned:
    """A requirement of a delta: its name, its statement, and its scenarios. `listed`: the proposal itself lists it."""

    name: str
    statement: str
    places: tuple[Place, ...]
    scenarios: list[Scenario] = field(default_factory=list)
    listed: bool = False

    def is_told_more_by(self, scenario: Scenario) -> bool:
        """Tell whether a scenario says more than the name and the statement do."""
        return adds(scenario.said, f"{self.name}\n{self.statement}")

    @property
    def key(self) -> str:
        """Give the name as a criterion may say it."""
        return self.name.replace("`", "")


@dataclass(frozen=True, slots=True)
class Plan:
    """The requirements of a delta, and the things that have a name and a description, and nothing that must hold."""

    written: tuple[Planned, ...] = ()
    unsaid: tuple[Planned, ...] = ()


def plan_delta(material: Material, fallback: Said) -> Plan:
    """Plan the requirements of a delta; none where nothing was said that one could be made of.

    A criterion goes to the requirement whose name it says to the letter or has as its label, else to the one for the
    change as a whole, and to that as well where it only repeats what the requirement says itself. What no criterion
    speaks of is `unsaid`: a scenario of its own words would say nothing.
    """
    if material.is_empty:
        return Plan()
    title = material.title or fallback
    whole = _whole(title, material.summary)
    named = _distinct([*map(_listed, material.changes), *map(_part, material.parts)], whole.name)
    spoken: list[Planned] = []
    for said in material.criteria or material.clauses:
        made = criterion(said.words, said.place, said.more)
        about = _spoken_of(said.whole, made.title, named)
        spoken += [about] if about else []
        home = next((one for one in (about, whole) if one and one.is_told_more_by(made)), None)
        if home:
            home.scenarios.append(made)
    whole.scenarios += [one for one in material.pairs if not one.whole or whole.is_told_more_by(one)]
    for one in (whole, *named):
        one.scenarios = distinct(one.scenarios)
    written = tuple(one for one in (whole, *named) if one.scenarios)
    return Plan(written, tuple(one for one in named if not one.scenarios and (one not in spoken or not written)))


def _whole(title: Said, summary: Sequence[Said]) -> Planned:
    name = bare(title.words)
    places = (title.place, *(one.place for one in summary))
    # A summary that opens a list ends in a colon; the list stays where it is, and the colon would cut this one off.
    said = " ".join(one.words for one in summary).removesuffix(":")
    statement = f"{name} SHALL meet the following: {said}".rstrip()
    return Planned(name, statement, places)


def _listed(part: Part) -> Planned:
    return Planned(part.name, f"The system SHALL provide {part.what}", (part.place,), listed=True)


def _part(part: Part) -> Planned:
    places = (part.name_place, part.place) if part.name_place else (part.place,)
    name = re.sub(r"(?<=\S)\s+\([^()]*\)$", "", part.name)  # (Python) says what it is written in, and not what it is
    return Planned(name, f"The system SHALL provide {name}: {part.what}", places)


def _distinct(planned: Sequence[Planned], taken: str) -> list[Planned]:
    """Keep the first of equal names: a component that the proposal lists twice is one."""
    seen = {folded_name(taken)}
    kept = []
    for one in planned:
        key = folded_name(one.name)
        if key and key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _spoken_of(words: str, title: str, named: Sequence[Planned]) -> Planned | None:
    labelled = next((one for one in named if folded_name(one.name) == folded_name(title)), None)
    if labelled:
        return labelled
    plain = bare(words).replace("`", "")
    # The plain search first: it is quicker than a pattern for each name.
    spoken = [one for one in named if one.key in plain and re.search(rf"(?<![\w.]){re.escape(one.key)}(?!\w)", plain)]
    return max(spoken, key=lambda one: len(one.name), default=None)


def write_delta(page: Page, planned: Sequence[Planned]) -> Page:
    """Write the section of a delta."""
    page.gap()
    page.add(ADDED, role="heading")
    for one in planned:
        page.gap()
        page.add(f"### Requirement: {one.name}", one.places[:1], "heading")
        page.gap()
        page.add(one.statement, one.places, "statement")
        for scenario in one.scenarios:
            page.scenario(scenario)
        page.gap()
    return page
