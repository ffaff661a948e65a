"""Documents that were written to take long: each is reviewed to its end, and the clock says no more.

A rule that is not linear runs into the time limit of the whole test run instead of failing here by a slow machine.
"""

import pytest

from geoflow.openspec import read_tree, validate
from geoflow.quality.findings import find_all
from tests.builders import requirement, spec

PATH = "openspec/specs/example/spec.md"
SIZE = 100_000
UNITS = {
    "words": "do and see the way it is in some as ",
    "back-quotes": "`",
    "pairs of them": "`a` ",
    "twos of them": "`` ` ",
    "brackets": "(",
    "brackets in brackets": "((a) ",
    "square brackets": "[",
    "quotation marks": '"',
    "stars": "*",
    "underscores": "_",
    "strokes": "/",
    "sentences": ". a ",
    "dots": "...",
    "question marks": "? ",
    "capitals": "ABCD",
    "acronyms": "API ",
    "references": "see `Section 4` ",
    "numbered references": "see section 12 of the policy ",
    "places": "the above list ",
    "identifiers": "Aa_b ",
    "hyphens": "-a",
    "adverbs": "quickly ",
    "amounts": "10 ms ",
    "alternatives": "or/and ",
    "conditions": "if it is ",
    "undecided": "still is has yet ",
    "obligations": "SHALL also do it. ",
    "list items": "\n- a",
    "comments": "<!-- ",
    "waivers": "<!-- geoflow: allow GF204 ",
    "markers": "TBD ",
    "open ends": "and so on ",
    "manners": "in a very sensible and a ",
    "names": "Ab Cd ",
}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_document_that_was_written_to_take_long_is_reviewed(unit: str) -> None:
    text = spec(requirement("Thing", "The tool SHALL " + (unit * (SIZE // len(unit) + 1))[:SIZE]))
    files = {PATH: text}
    tree = read_tree(files)
    found = find_all(tree, validate(files), files)
    assert all(text[one.start : one.end] == one.quote for one in found)


def test_a_reference_in_every_step_is_told_where_it_stands() -> None:
    steps = "".join(f"- **THEN** it stops, see section {number}\n" for number in range(10, 30))
    text = spec(requirement("Thing", "The tool SHALL stop.", f"#### Scenario: S\n- **WHEN** asked\n{steps}"))
    files = {PATH: text}
    found = [one for one in find_all(read_tree(files), validate(files), files) if one.code == "GF215"]
    assert [one.quote for one in found] == [f"section {number}" for number in range(10, 30)]
    assert [text.splitlines()[one.line - 1].endswith(one.quote) for one in found] == [True] * 20
