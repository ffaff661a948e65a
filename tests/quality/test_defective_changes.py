"""Eleven changes that are wrong in a way of their own: all but one are found without a model."""

from collections.abc import Mapping, Sequence

import pytest

from geoflow.openspec import read_tree, validate
from geoflow.quality.findings import find_all
from tests.builders import GOOD_SCENARIO, requirement
from tests.openspec.deltas import delta, tree

FAST = "The gate SHALL open within 2 seconds after the button was pushed."
TWO = f"{GOOD_SCENARIO}\n#### Scenario: Pushed twice\n- **WHEN** the button is pushed twice\n- **THEN** the gate opens once\n"
OPEN = requirement("Open", FAST, TWO)
MAIN = {"gate": [OPEN]}
BILLING = "# Proposal\n\n## Capabilities\n\n### New Capabilities\n- `billing`: sends bills\n"

Files = Mapping[str, str]


def one(**sections: Sequence[str]) -> dict[str, str]:
    """Lay out the main specs and a change with this delta for the gate."""
    return tree(MAIN, {"one": {"gate": delta(**sections)}})  # type: ignore[arg-type]


def with_tasks(text: str | None) -> dict[str, str]:
    files = one(added=[requirement("Ring", "The gate SHALL ring when it opens.")])
    path = "openspec/changes/one/tasks.md"
    return {name: there for name, there in files.items() if name != path} | ({} if text is None else {path: text})


RIVALS = tree(
    MAIN,
    {
        "one": {"gate": delta(modified=[requirement("Open", FAST.replace("2", "1"), TWO)])},
        "two": {"gate": delta(modified=[requirement("Open", FAST.replace("2", "9"), TWO)])},
    },
)
CASES: dict[str, tuple[Files, str]] = {
    "drops a scenario": (one(modified=[requirement("Open", FAST)]), "OS-D8"),
    "a task id twice": (with_tasks("## 1. Gate\n- [ ] 1.1 One\n- [ ] 1.1 Two\n"), "OS-T3"),
    "modifies what is not there": (one(modified=[requirement("Shut", "The gate SHALL shut.")]), "GF301"),
    "removes what is not there": (one(removed=["Shut"]), "GF301"),
    "adds what is there": (one(added=[OPEN]), "GF302"),
    "two modify one requirement": (RIVALS, "GF303"),
    "weakens a limit": (one(modified=[requirement("Open", FAST.replace("2", "20"), TWO)]), "GF310"),
    "contradicts in the same words": (one(added=[requirement("Wait", FAST.replace("SHALL", "SHALL NOT"))]), "GF312"),
    "a capability without a delta": (
        {
            **one(added=[requirement("Ring", "The gate SHALL ring when it opens.")]),
            "openspec/changes/one/proposal.md": BILLING,
        },
        "GF305",
    ),
    "all tasks done": (with_tasks("- [x] 1.1 Mend the requirement Bananas\n"), "GF308"),
    "no tasks": (with_tasks(None), "GF309"),
}


@pytest.mark.parametrize(("files", "code"), CASES.values(), ids=CASES)
def test_the_defect_is_found(files: Files, code: str) -> None:
    found = {finding.code for finding in find_all(read_tree(files), validate(files), files)}
    assert code in found, found


def test_a_sound_change_has_none_of_them() -> None:
    files = one(added=[requirement("Ring", "The gate SHALL ring when it opens.")])
    assert find_all(read_tree(files), validate(files), files) == []


def test_a_contradiction_in_other_words_needs_a_reader() -> None:
    files = one(added=[requirement("Wait", "The gate SHALL be shut whenever somebody pushed the button.")])
    assert find_all(read_tree(files), validate(files), files) == []
