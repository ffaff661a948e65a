"""Read test functions in a fence as scenarios: what a test says of itself, and the values that its comments expect."""

import re
from collections.abc import Iterator, Sequence

from geoflow.improvement.adopt_page import Place, Scenario, Step
from geoflow.improvement.adopt_text import Piece

_DEFINED = re.compile(r"^\s*(?:async )?def (?P<name>test_\w+)\(")
_SAYS = re.compile(r'^\s*"""(?P<words>[^"]+)"""\s*$')
_EXPECTS = re.compile(r"^\s*#\s*(?:Expected|Expects?|Verify)\s*:\s*(?P<words>\S.*)$", re.IGNORECASE)
_GIVEN = re.compile(r"^\s*#\s*(?P<words>\S.*)$")
_THAT = re.compile(r"^(?:Test|Verify|Check) that (?P<words>\S.*)$", re.IGNORECASE)


def tests_in(path: str, pieces: Sequence[Piece]) -> Iterator[Scenario]:
    """Give a scenario for each test that says what it expects, in its comments or in a sentence with `that`."""
    name: tuple[str, Place] | None = None
    steps: list[Step] = []
    for piece in (*pieces, Piece("text", 0, "", "")):
        place = Place(path, piece.line)
        found = _DEFINED.match(piece.raw)
        if found or piece.kind != "fence":
            if name and any(step.keyword != "WHEN" for step in steps):
                yield _scenario(name, steps)
            name, steps = ((found["name"], place) if found else None), []
        elif name:
            steps += _steps(piece.raw, place)


def _steps(raw: str, place: Place) -> list[Step]:
    says = _SAYS.match(raw)
    if says:
        that = _THAT.match(says["words"])
        return [Step("SAYS", that["words"], place, labelled=True)] if that else []
    expects = _EXPECTS.match(raw)
    if expects:
        return [Step("THEN", expects["words"], place, labelled=True)]
    given = _GIVEN.match(raw)
    return [Step("WHEN", given["words"], place, labelled=True)] if given else []


def _scenario(name: tuple[str, Place], said: Sequence[Step]) -> Scenario:
    steps = _ordered(said)
    return Scenario(name[0], (name[1],), steps, steps[0].text if len(steps) == 1 else "")


def _ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Name the second and later steps of a kind AND; what stands behind an outcome is no condition of it."""
    expected = [step for step in steps if step.keyword == "THEN"]
    if not expected:
        return tuple(step._replace(keyword="THEN") for step in steps if step.keyword == "SAYS")
    before = [step for step in steps[: steps.index(expected[0])] if step.keyword == "WHEN"]
    return tuple(
        step._replace(keyword=step.keyword if at == 0 else "AND")
        for group in (before, expected)
        for at, step in enumerate(group)
    )
