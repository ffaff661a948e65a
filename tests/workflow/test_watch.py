"""What a save changed: new and gone findings, items that are invalid, and the same state as a whole look."""

import random

import pytest

from geoflow.quality.kept import Kept
from geoflow.workflow.rule_findings import Rules
from geoflow.workflow.watch import NOTHING, look_again
from tests.builders import requirement, spec

GATE, LOCK = "openspec/specs/gate/spec.md", "openspec/specs/lock/spec.md"
FILES = {
    GATE: spec(requirement("Open", "The gate SHALL open within 2 s."), requirement("Close", "The gate SHALL close.")),
    LOCK: spec(requirement("Turn", "The lock SHALL turn quickly.")),
}
RULES = Rules()


def test_the_first_look_is_at_everything() -> None:
    state, look = look_again(RULES, NOTHING, FILES)
    assert look.paths == (GATE, LOCK)
    assert [one.code for one in state.all_findings if one.path == LOCK] == ["GF210"]


def test_a_vague_word_is_new_and_then_gone() -> None:
    state, _ = look_again(RULES, NOTHING, FILES)
    vague = FILES | {GATE: FILES[GATE].replace("within 2 s", "quickly")}
    state, look = look_again(RULES, state, vague)
    assert ([one.code for one in look.new], look.gone, look.paths) == (["GF210"], (), (GATE,))
    _, look = look_again(RULES, state, FILES)
    assert ([one.code for one in look.gone], look.new) == (["GF210"], ())


def test_an_item_that_becomes_invalid_is_named_until_it_is_mended_or_gone() -> None:
    state, _ = look_again(RULES, NOTHING, FILES)
    broken, look = look_again(RULES, state, FILES | {LOCK: "# nothing\n"})
    assert look.broken == (("spec", "lock"),)
    other, look = look_again(RULES, broken, FILES | {LOCK: "# nothing\n", GATE: FILES[GATE] + "\n"})
    assert look.broken == (("spec", "lock"),)
    assert look_again(RULES, other, FILES)[1].broken == ()
    assert look_again(RULES, other, {GATE: FILES[GATE]})[1].broken == ()


def test_a_delta_that_is_gone_has_its_change_looked_at_again() -> None:
    change = {
        "openspec/changes/add-bell/proposal.md": "## Why\nVisitors wait.\n\n## What Changes\n- A bell.\n",
        "openspec/changes/add-bell/specs/bell/spec.md": "## ADDED Requirements\n\n"
        + requirement("Ring", "The bell SHALL ring."),
    }
    state, look = look_again(RULES, NOTHING, FILES | change)
    assert look.broken == ()
    _, look = look_again(RULES, state, FILES | dict([next(iter(change.items()))]))
    assert look.broken == (("change", "add-bell"),)


def test_other_rules_look_at_everything_again() -> None:
    state, _ = look_again(RULES, NOTHING, FILES)
    _, look = look_again(Rules(off=frozenset({"GF210"})), state, FILES, whole=True)
    assert ([one.code for one in look.gone], look.paths) == (["GF210"], ())


@pytest.mark.parametrize("seed", range(5))
def test_after_any_saves_what_is_known_of_a_document_is_what_a_whole_look_says(seed: int) -> None:
    choice = random.Random(seed)
    texts = ["open within 2 s", "open quickly", "be opened", "open and/or close", "open if possible"]
    kept = Kept()
    rules = Rules(kept=kept)
    state, files = look_again(rules, NOTHING, FILES)[0], FILES
    for _ in range(8):
        path = choice.choice([GATE, LOCK])
        names = choice.sample(["Open", "Close", "Turn"], choice.randint(1, 3))
        files = files | {path: spec(*(requirement(name, f"The part SHALL {choice.choice(texts)}.") for name in names))}
        state, _ = look_again(rules, state, files)
        kept.settle()
        whole = look_again(RULES, NOTHING, files)[0]
        assert state.findings.get(path) == whole.findings.get(path)
        assert (state.broken, state.files) == (whole.broken, whole.files)
