"""What an adoption cannot know: contradictions, missing triggers, unnamed capabilities. Questions, never choices."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from geoflow.improvement import adopt_codes as codes
from geoflow.improvement.adopt_delta import Planned
from geoflow.improvement.adopt_material import Part
from geoflow.improvement.adopt_page import (
    Adopted,
    AdoptQuestion,
    Page,
    Place,
    PurposeLines,
    Said,
    Scenario,
    without_trigger,
)
from geoflow.improvement.adopt_requirement import Requirement
from geoflow.improvement.adopt_tasks import state_of
from geoflow.improvement.adopt_yaml import Entry, states
from geoflow.openspec.headings import folded_name
from geoflow.openspec.tasks import checkboxes

_MOST_OPTIONS = 4
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What the tree holds besides an item.

    `known` are the names of requirements by capability and where: {capability: {folded name: path}}, of main specs and
    archived changes. `archive` are the archived proposals, {path: text}. `teams` are other files that may speak for it.
    """

    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    archive: Mapping[str, str] = field(default_factory=dict)
    teams: tuple[str, ...] = ()


def about_triggers(item: str, scenarios: Sequence[Scenario]) -> tuple[AdoptQuestion, ...]:
    """Ask once an item what triggers the scenarios that have no WHEN."""
    bare = without_trigger(scenarios)
    if not bare:
        return ()
    first = bare[0]
    text = (
        f"{len(bare)} of {len(scenarios)} scenarios of {item} have no WHEN, since no line of the source joins a "
        f"trigger to the outcome; the first is “{first.title[:80]}”. What triggers them?"
    )
    options = ("They hold at all times", "I write a WHEN into each", "Some are no scenarios, I remove them")
    return (AdoptQuestion(text, first.steps[-1].source, options, quote=first.steps[-1].text, code=codes.TRIGGERS),)


def about_purpose(purpose: PurposeLines, path: str) -> list[AdoptQuestion]:
    """Ask whether a Purpose that comes from another document is right."""
    if not purpose or purpose[0][1][0].path == path:
        return []
    text = f"The Purpose of {path} is cut from {purpose[0][1][0].path}, which speaks of a change. Is it right?"
    options = ("It is right", "I write the Purpose")
    return [AdoptQuestion(text, purpose[0][1][0], options, code=codes.PURPOSE, target=path)]


def about_attached(requirements: Sequence[Requirement], texts: Sequence[str] = ()) -> list[AdoptQuestion]:
    """Ask whether a scenario in a section of its own belongs to the requirement it was put to, where there are others.

    `texts` are the names of those that stayed text, since no scenario stands by them: it may be one of theirs.
    """
    names = [*(one.name for one in requirements), *texts]
    found = [(one.name, scenario) for one in requirements for scenario in one.attached if len(names) > 1]
    return [
        AdoptQuestion(
            f"The scenario “{scenario.title[:80]}” stands in a section of its own and was put below “{name[:80]}”, a "
            "requirement above it. Which is it of?",
            scenario.sources[0],
            tuple(dict.fromkeys([name, *names]))[:_MOST_OPTIONS],
            name,
            scenario.title,
            codes.ATTACHED,
        )
        for name, scenario in found
    ]


def about_turns(scenarios: Sequence[Scenario]) -> list[AdoptQuestion]:
    """Ask of a scenario with two WHENs whether it is two."""
    found = [one for one in scenarios if [step.keyword for step in one.steps].count("WHEN") > 1]
    return [
        AdoptQuestion(
            f"The scenario “{one.title[:80]}” has {[s.keyword for s in one.steps].count('WHEN')} WHENs. Is it one?",
            one.sources[0],
            ("It is one", "Split it at every WHEN"),
            quote=one.title,
            code=codes.WHENS,
        )
        for one in found
    ]


def about_duplicates(capability: str, names: Mapping[str, Place], around: Around) -> list[AdoptQuestion]:
    """Ask whether a document that repeats a main spec or an archived change may go."""
    known = around.known.get(capability, {})
    same = [(name, place) for name, place in names.items() if folded_name(name) in known]
    if not same:
        return []
    name, place = same[0]
    where = known[folded_name(name)]
    text = f"{len(same)} of {len(names)} requirements here have names that {where} has already, such as “{name[:80]}”."
    return [
        AdoptQuestion(
            f"{text} What is this document?",
            place,
            ("A copy, delete it", "It changes them: MODIFIED", "Keep it"),
            code=codes.COPY,
            parts=tuple(one for one, _ in same),
        )
    ]


def about_capability(change: str, default: str, named: Mapping[str, Place], first: Place) -> list[AdoptQuestion]:
    """Ask for the capability of a change that names none, or several."""
    place = next(iter(named.values()), first)
    options = tuple(dict.fromkeys([default, *list(named)[:_MOST_NAMED]]))
    if len(options) == 1:
        options = (default, "Another capability")
    text = f"Which capability does {change} change? Its delta is written for {default}, the name of the change."
    return [AdoptQuestion(text, place, options[:_MOST_OPTIONS], code=codes.CAPABILITY)]


def about_modified(changes: Sequence[Part], around: Around) -> list[AdoptQuestion]:
    """Ask of what is listed as MODIFIED while no main spec has it: it is written as ADDED."""
    names = {name for known in around.known.values() for name in known}
    found = [one for one in changes if one.verb == "MODIFIED" and folded_name(one.name) not in names]
    return [
        AdoptQuestion(
            f"“{one.name[:80]}” is listed as MODIFIED, and no main spec has a requirement of that name. What is it?",
            one.place,
            (
                "A new requirement: ADDED",
                "A requirement of another name",
                "No requirement at all",
            ),
            one.name,
            code=codes.MODIFIED,
        )
        for one in found
    ]


def about_states(change: str, path: str, found: Sequence[Entry]) -> list[AdoptQuestion]:
    """Ask where a change says that it is done while its milestones are not, or the other way round."""
    own, stones = states(list(found))
    if own is None or not stones:
        return []
    says = state_of(own.text)
    other = [stone for stone in stones if state_of(stone.text) and state_of(stone.text) != says]
    if not says or not other or (says == "open" and len(other) < len(stones)):
        return []
    text = f"{change} says of itself “{own.text}”, and {len(other)} of its {len(stones)} milestones “{other[0].text}”."
    return [
        AdoptQuestion(
            f"{text} Which is true?",
            Place(path, own.line),
            ("The change is done", "The milestones are right"),
            code=codes.STATES,
        )
    ]


def about_struck(planned: Sequence[Planned], files: Mapping[str, str]) -> list[AdoptQuestion]:
    """Ask of what the proposal lists while a line of the tasks that names it is struck out."""
    found = []
    for path, text in files.items():
        for number, line in enumerate(text.split("\n"), 1) if path.lower().endswith("tasks.md") else ():
            struck = "".join(re.findall(r"~~.+?~~", line)) if "~~" in line else ""
            found += [
                AdoptQuestion(
                    f"The proposal lists “{one.name[:80]}”, and the tasks strike it out. Is it required?",
                    Place(path, number),
                    ("It is required", "It is not, remove it", "Another one takes its place"),
                    one.name,
                    code=codes.STRUCK,
                )
                for one in planned
                if struck and _squashed(one.name) in _squashed(struck)
            ]
    return found


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def about_tasks(change: str, unknown: Sequence[Place], page: Page, path: str) -> list[AdoptQuestion]:
    """Ask whether tasks are done of which nothing says so; they are written as open on this page, for this path."""
    if not unknown:
        return []
    text = f"Nothing says whether {len(unknown)} tasks of {change} are done; they are written as open. Are they?"
    options = ("They are open", "All are done", "I tick those that are done")
    open_ones = [line.text for line in page.lines if line.role == "task" and set(line.sources) & set(unknown)]
    parts = tuple(box.text for text in open_ones for box in checkboxes(text))
    return [AdoptQuestion(text, unknown[0], options, code=codes.TASKS, target=path, parts=parts)]


def about_unsaid(things: Sequence[tuple[str, Place]], *, stated: bool = False) -> list[AdoptQuestion]:
    """Ask what must hold for things of which no requirement was made, since a scenario would only repeat their words.

    Args:
        things: Their names and where they stand.
        stated: Whether the source itself says that they are required.
    """
    if not things:
        return []
    (name, place), count = things[0], len(things)
    subject = f"{count} things such as “{name[:80]}” are" if count > 1 else f"“{name[:80]}” is"
    says = "required, and no scenario says more than that" if stated else "described, and nothing says what must hold"
    text = f"{subject} {says}, so no requirement was written. What must hold?"
    options = ("I say what must hold", "It is a description, not required", "It is out of date, I remove it")
    return [AdoptQuestion(text, place, options, code=codes.DESCRIBED)]


def about_beside(lines: Sequence[Said]) -> list[AdoptQuestion]:
    """Ask about the lines of a YAML list that name no outcome, while the others of it became scenarios."""
    if not lines:
        return []
    first, count = lines[0], len(lines)
    subject = f"{count} lines such as “{first.words[:80]}” stand" if count > 1 else f"“{first.words[:80]}” stands"
    text = f"{subject} beside what became scenarios, and nothing says what must hold. What must?"
    options = ("I say what must hold", "It is data, nothing must hold", "It is out of date, I remove it")
    return [AdoptQuestion(text, first.place, options, quote=first.words, code=codes.BESIDE)]


def cannot(
    kind: Literal["spec", "change"], item: str, place: Place, around: Around, asked: Sequence[AdoptQuestion]
) -> Adopted:
    """Say that only the author can turn an item into requirements, and ask for it."""
    text = f"{item} says nowhere what must hold when it is done: no criterion, no test, no scenario."
    spoken = tuple(f"{path} speaks for it" for path in around.teams[:2])
    options = ("I write its requirements", *spoken, "It is out of date, delete it")
    question = AdoptQuestion(f"{text} Who says it?", place, options, code=codes.UNSAID)
    return left_to_author(kind, item, [*asked, question])


def left_to_author(kind: Literal["spec", "change"], item: str, asked: Sequence[AdoptQuestion]) -> Adopted:
    """Leave an item as it is, with questions that say what is missing."""
    return Adopted(kind, item, questions=tuple(asked), why_not="only the author can say what it requires")
