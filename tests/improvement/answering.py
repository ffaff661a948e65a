"""Builders for answers about adopted items, and a short way to carry them out."""

from collections.abc import Mapping
from dataclasses import dataclass

from geoflow.improvement.adopt_answers import carry_out
from geoflow.improvement.adopt_codes import CAPABILITY, Order, meaning
from geoflow.improvement.adopt_places import folder_of
from geoflow.improvement.gate_adopt_answer import Carried, judge_answer
from geoflow.openspec import Issue, validate

FOLDER = "openspec/changes/add-kiln/"
DELTA = f"{FOLDER}specs/kiln/spec.md"
MAIN = "openspec/specs/kiln/spec.md"
TASKS = f"{FOLDER}tasks.md"
ONE = "#### Scenario: It glows\n\n- **WHEN** the door opens\n- **THEN** the lamp glows\n"
TWO = (
    "#### Scenario: A round\n\n- **GIVEN** a full kiln\n- **WHEN** the door closes\n- **THEN** it heats\n"
    "- **AND** the lamp glows\n- **WHEN** the timer ends\n  of the load\n- **THEN** it cools\n"
)


def block(name: str, *scenarios: str, text: str = "The kiln SHALL hold the heat.") -> str:
    """Write a requirement."""
    return f"### Requirement: {name}\n\n{text}\n\n" + "\n".join(scenarios or (ONE,)) + "\n"


def delta(*blocks: str, after: str = "") -> str:
    """Write an adopted delta: a title, requirements, and what else the source said."""
    return f"# Kiln\n\nAbout the kiln.\n\n## ADDED Requirements\n\n{''.join(blocks)}{after}"


def main_spec(*blocks: str) -> str:
    """Write a main spec that validation finds nothing in."""
    purpose = "Says what the kiln owes to the potters who fire their pots in it, and to nobody else at all."
    return f"# Kiln Specification\n\n## Purpose\n\n{purpose}\n\n## Requirements\n\n{''.join(blocks)}"


def order(code: str, answer: str, options: tuple[str, ...] = (), **about: object) -> Order:
    """Make the order of an answer that asks for one."""
    deed, said = meaning(code, answer, options)
    assert deed, said
    parts = options if code == CAPABILITY else about.pop("parts", ())
    return Order(deed, str(about.pop("path", DELTA)), parts=parts, chosen=said, **about)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Outcome:
    """What came of an order: the files after it, and why nothing did, if so."""

    files: Mapping[str, str]
    why: str = ""


def issues_of(files: Mapping[str, str], folder: str) -> tuple[Issue, ...]:
    """Validate an item."""
    item = folder.split("/")[2]
    return tuple(issue for one in validate(dict(files)) if one.id == item for issue in one.issues)


def carried(
    made: Order, code: str, answer: str, files: Mapping[str, str], changes: Mapping[str, str | None]
) -> Carried:
    """Put together what the gate looks at."""
    after = {path: text for path, text in {**files, **changes}.items() if text is not None}
    folder = folder_of(made.path)
    issues = issues_of(files, folder), issues_of(after, folder)
    return Carried(made, code, answer, made.parts, "Ada", files, changes, issues)


def do(code: str, answer: str, files: Mapping[str, str], options: tuple[str, ...] = (), **about: object) -> Outcome:
    """Carry an answer out and put it through the gate."""
    made = order(code, answer, options, **about)
    changes = carry_out(made, files)
    if isinstance(changes, str):
        return Outcome(files, changes)
    _, reason = judge_answer(carried(made, code, answer, files, changes))
    after = {path: text for path, text in {**files, **changes}.items() if text is not None}
    return Outcome(files if reason else after, reason)
