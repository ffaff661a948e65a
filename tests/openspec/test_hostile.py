"""Texts of a quarter of a megabyte that a careless reader would take hours for: each is read to its end, and the clock says no more.

A reader that is not linear runs into the time limit of the whole test run instead of failing here by a slow machine.
"""

from collections.abc import Callable

import pytest

from geoflow.openspec import merge, parse_delta, parse_spec, parse_tasks, validate
from geoflow.openspec.lines import split, starts
from geoflow.openspec.metadata import read_metadata
from geoflow.openspec.model import Refusal
from tests.builders import GOOD_SCENARIO, requirement, spec

SIZE = 250_000
UNITS = {
    "blanks": " ",
    "tabs": "\t",
    "wide blanks": "\u3000",
    "line feeds": "\n",
    "carriage returns": "\r",
    "line separators": "\u2028",
    "back-quotes": "`",
    "tildes": "~",
    "fences": "```\n",
    "hashes": "#",
    "hashes with blanks": "# ",
    "level 2": "## \n",
    "requirements without a name": "### Requirement: ",
    "empty scenarios": "#### \n",
    "open comments": "<!--",
    "comments": "<!-- -->",
    "open brackets": "[",
    "boxes": "- [ ]",
    "box lines": "- [ ] 1.1 a\n",
    "bullets": "- ",
    "digits": "1",
    "numbers": "1.1.",
    "stars": "*",
    "metadata": "**a**:",
    "keywords": "SHALL",
    "placeholders": "TBD - created by archiving change ",
    "renames": "- FROM: `### Requirement: A`\n",
    "sections": "## ADDED Requirements\n",
    "backslashes": "\\",
    "quotes": "\"'",
    "broken bytes": "\udc80",
    "zeros": "\x00",
}
MAIN = spec(requirement("A", "The system SHALL work."))
DELTA = "## ADDED Requirements\n" + requirement("B", "It SHALL last.") + "\n## MODIFIED Requirements\n"
MODIFIED = requirement("A", "It MUST work.", GOOD_SCENARIO)


def texts(unit: str) -> list[str]:
    run = (unit * (SIZE // len(unit) + 1))[:SIZE]
    return [run, run + "x"]


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.timeout(120)
def test_every_reader_gets_through_a_hostile_text(unit: str) -> None:
    for text in texts(unit):
        assert starts(split(text))[-1] == len(text)
        assert parse_spec("a", "p", MAIN + text).text.endswith(text)
        assert parse_delta("a", "p", DELTA + text).text.endswith(text)
        assert len(parse_tasks(text)) <= SIZE
        (report,) = validate({"openspec/specs/a/spec.md": MAIN.replace("Says what", text)})
        assert report.id == "a"
        files = {
            "openspec/specs/a/spec.md": MAIN + text,
            "openspec/changes/c/specs/a/spec.md": DELTA + MODIFIED + text,
            "openspec/changes/c/specs/new/spec.md": f"## Purpose\n{text}\n{DELTA}",
            "openspec/changes/c/tasks.md": f"## 1. G\n{text}",
        }
        assert [one.id for one in validate(files)] == ["a", "c"]
        merged = merge(f"## Purpose\n{text}\n{DELTA}", None, capability="a", change="c")
        assert isinstance(merged, Refusal) or merged.text


@pytest.mark.parametrize("unit", ["[", "{", '"', "'", "&a ", "? ", "- ", "skip_specs", "\\"])
@pytest.mark.timeout(120)
def test_metadata_that_is_no_yaml_is_told(unit: str) -> None:
    assert read_metadata((unit * SIZE)[:SIZE]).problem


def many(count: int, path: str, text: str) -> dict[str, str]:
    return {path.format(number): text for number in range(count)}


LISTED = {
    "folders around nothing": lambda n: many(n, "openspec/changes/g/in{0}/sub/x{0}.txt", "x"),
    "folders around changes": lambda n: many(n, "openspec/changes/g/in{0}/proposal.md", "x"),
    "files of a change": lambda n: many(n, "openspec/changes/g/specs/a{0}/note.md", DELTA),
    "deltas of a change": lambda n: many(n, "openspec/changes/g/specs/a{0}/spec.md", DELTA),
    "changes": lambda n: (
        many(n, "openspec/changes/c{0}/specs/a/spec.md", DELTA + MODIFIED) | {"openspec/specs/a/spec.md": MAIN}
    ),
}


@pytest.mark.parametrize("tree", LISTED.values(), ids=LISTED.keys())
@pytest.mark.timeout(120)
def test_no_number_of_files_is_too_many(tree: Callable[[int], dict[str, str]]) -> None:
    assert len(validate(tree(5000), specs=False)) in (1, 5000)


@pytest.mark.parametrize("operation", ["ADDED", "MODIFIED", "REMOVED"])
@pytest.mark.timeout(120)
def test_a_spec_may_have_thousands_of_requirements(operation: str) -> None:
    blocks = [requirement(f"Name {number}", f"It SHALL do {number}.") for number in range(5000)]
    delta = f"## {operation} Requirements\n" + "\n".join(blocks).replace("SHALL", "MUST")

    for main in (spec(*blocks), spec(*blocks[:1])):
        files = {"openspec/specs/a/spec.md": main, "openspec/changes/c/specs/a/spec.md": delta}
        assert [report.id for report in validate(files)] == ["a", "c"]
