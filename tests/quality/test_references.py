"""References to specs and requirements that are nowhere in the tree."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.references import find_references
from tests.builders import requirement
from tests.openspec.deltas import delta, tree

OTHER = requirement("Open the gate", "The gate SHALL open.")


def found(text: str) -> list[tuple[str, str]]:
    files = tree(
        {"front-gate": [OTHER, requirement("Refer", text)], "area/back-yard": [OTHER]},
        {"one": {"side-door": delta(added=[requirement("Open the door", "It SHALL open.")], removed=["Bar the door"])}},
    )
    findings = find_references(read_tree(files))
    for finding in findings:
        assert files[finding.path][finding.start : finding.end] == finding.quote
    return [(finding.quote, finding.fix) for finding in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It SHALL open as the `front-gate` capability says.", []),
        ("It SHALL open as the `back-yard` spec says.", []),
        ("It SHALL open as the `side-door` spec says.", []),
        ("It SHALL open; see the `front-gat` capability.", [("front-gat", "is it “front-gate”?")]),
        ("It SHALL open; see the spec `roof-top`.", [("roof-top", "name a spec that there is")]),
        (
            "It SHALL open, see `openspec/specs/roof/spec.md`.",
            [("openspec/specs/roof/spec.md", "name a spec that there is")],
        ),
        ("It SHALL open, see openspec/specs/front-gate/spec.md.", []),
        ("It SHALL read `openspec/specs/roof/spec.md` and ``see the `roof-top` spec``.", []),
        ("It SHALL take the `OpenAPI` spec and the `roof` spec.", []),
        ("It SHALL write the `roof-top` spec file.", []),
        ("It SHALL open, see the “Open the gate” requirement.", []),
        ("It SHALL open, see the requirement “open the  Door”.", []),
        ("It SHALL open, see the `Bar the door` requirement.", []),
        ("It SHALL open, see the “Open the gates” requirement.", [("Open the gates", "is it “Open the gate”?")]),
        ("It SHALL open, see the “Paint it red” requirement.", [("Paint it red", "name a requirement that there is")]),
        ("It SHALL open.\n<!-- see the `roof-top` capability -->\n```\nthe `roof-top` spec\n```", []),
    ],
)
def test_what_is_named_must_be_there(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected
