"""Trees of any size for measuring: specs as people write them, and changes against them, a few of them wrong."""

import random

from tests.builders import requirement, spec

_ENDINGS = ("n", "st", "rd", "l", "mp", "rk", "ns", "lt", "x", "ph")
_STEPS = "- **GIVEN** a workspace with two members\n- **WHEN** {who} asks for the report\n- **THEN** {who} gets it\n"
_BODY = (
    "The service {word} answer a request for the report of one workspace within {n} seconds.\n"
    "It covers every member of the workspace, in the order in which they joined it.\n"
)


def some_specs(count: int, *, requirements: int = 5) -> dict[str, str]:
    """Make specs of about 2 KB each: one in ten has an issue."""
    return {f"openspec/specs/{_area(n)}/spec.md": _spec(n, requirements) for n in range(count)}


def some_changes(count: int) -> dict[str, str]:
    """Make changes with a proposal, tasks and two deltas each against 100 specs: one in ten has an issue."""
    files = some_specs(100)
    for n in range(count):
        files |= _change(n)
    return files


def _area(n: int) -> str:
    return f"area-{n % 10}/reports-{n}"


def _spec(n: int, requirements: int) -> str:
    purpose = (
        "TBD" if n % 20 == 7 else f"How the reports of area {n} are made, who may ask for them and how fast they come."
    )
    blocks = "\n".join(_requirement(f"Report {index}", n + index) for index in range(requirements))
    return f"# Reports {n} Specification\n\n## Purpose\n{purpose}\n\n## Requirements\n{blocks}"


def _requirement(name: str, n: int) -> str:
    body = _BODY.format(word="should" if n % 50 == 13 else "SHALL", n=n % 9 + 1)
    scenarios = "\n".join(f"#### Scenario: {who} asks\n{_STEPS.format(who=who)}" for who in ("A member", "A guest"))
    return f"### Requirement: {name}\n{body}\n{scenarios}"


def _change(n: int) -> dict[str, str]:
    folder = f"openspec/changes/change-{n}"
    ticks = "".join(f"- [{'x' if index % 2 else ' '}] 1.{index} Do part {index}\n" for index in range(1, 8))
    modified = "Report 9" if n % 10 == 3 else "Report 1"
    return {
        f"{folder}/.openspec.yaml": "schema: spec-driven\ncreated: 2026-01-31\n",
        f"{folder}/proposal.md": f"# Proposal\n\n## Why\nPeople of area {n} wait too long.\n\n## What Changes\n- Reports\n",
        f"{folder}/tasks.md": f"# Tasks\n\n## 1. Reports\n\n{ticks}",
        f"{folder}/specs/{_area(n % 100)}/spec.md": f"## MODIFIED Requirements\n\n{_requirement(modified, n)}",
        f"{folder}/specs/{_area((n + 1) % 100)}/spec.md": f"## ADDED Requirements\n\n{_requirement(f'Export {n}', n)}",
    }


def some_rules(requirements: int) -> dict[str, str]:
    """Make specs of a hundred requirements each, in words that are as unevenly common as those of a language."""
    chance = random.Random(11)
    words = [f"{a}{b}{c}" for a in ("kel", "mor", "tan", "vir", "sol", "dap") for b in "aeiou" for c in _ENDINGS]
    weights = [1 / (rank + 3) for rank in range(len(words))]

    def phrase(count: int) -> str:
        return " ".join(chance.choices(words, weights, k=count))

    def one(number: int) -> str:
        body = f"The {phrase(3)} SHALL {phrase(7)} within {number} seconds of {phrase(3)}."
        steps = f"- **WHEN** the {phrase(6)}\n- **THEN** the {phrase(6)}\n"
        return requirement(f"{phrase(3)} {number}", body, f"#### Scenario: {phrase(3)}\n{steps}")

    numbers = range(1, requirements + 1)
    return {
        f"openspec/specs/rules-{start // 100}/spec.md": spec(*map(one, numbers[start : start + 100]))
        for start in range(0, requirements, 100)
    }


def some_requirements(count: int) -> dict[str, str]:
    """Make specs of twenty requirements each that read like those of people: no two alike, every tenth nearly so."""
    chance = random.Random(23)
    nouns = [f"{a}{b}" for a in ("bill", "user", "queue", "page", "mail", "order", "stock") for b in _ENDINGS]
    verbs = ("open", "store", "send", "close", "count", "show", "reject", "archive", "merge", "copy")
    ends = ("at once", "in that order", "with its number", "for every member", "before midnight", "in one step")

    def one(number: int) -> str:
        who, what, other = chance.choices(nouns, k=3)
        verb, end = chance.choice(verbs), chance.choice(ends)
        body = f"The {who} service SHALL {verb} the {what} of the {other} within {number} seconds {end}."
        steps = f"- **WHEN** a {who} asks for {what} {number}\n- **THEN** the {other} is {verb}ed {end}\n"
        return requirement(f"{verb} {what} {number}", body, f"#### Scenario: {who} asks\n{steps}")

    numbers = range(1, count + 1)
    return {
        f"openspec/specs/area-{start // 20}/spec.md": spec(*map(one, numbers[start : start + 20]))
        for start in range(0, count, 20)
    }
