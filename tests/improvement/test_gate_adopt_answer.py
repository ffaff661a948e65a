"""The gate of answers about adopted items: an edit that does more than was asked is refused, whatever made it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from geoflow.improvement import adopt_codes as codes
from geoflow.improvement.adopt_answers import carry_out
from geoflow.improvement.gate_adopt_answer import CHECKS, judge_answer
from tests.improvement.answering import DELTA, FOLDER, MAIN, ONE, TASKS, TWO, block, carried, delta, main_spec, order

OTHER = "#### Scenario: It is quiet\n\n- **WHEN** it is night\n- **THEN** nothing is heard\n"
NOTES = "## Notes\n\nKeep the lid shut.\n"
FILES = {
    DELTA: delta(block("Heat", TWO, OTHER), block("Lid"), block("Door"), after=NOTES),
    TASKS: "# Tasks\n\n- [ ] 1.1 Cut\n- [ ] 1.2 Glue\n- [x] 1.3 Paint\n",
    MAIN: main_spec(block("Heat", TWO, OTHER), block("Lid")),
    "openspec/specs/oven/spec.md": main_spec(block("Oven")),
    f"{FOLDER}specs/pot/spec.md": delta(block("Pot")),
}
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "split": (codes.WHENS, "Split it at every WHEN", {"quote": "A round"}),
    "move": (codes.ATTACHED, "Door", {"requirement": "Heat", "quote": "It is quiet"}),
    "remove": (codes.STRUCK, "It is not, remove it", {"requirement": "Lid"}),
    "copy": (codes.COPY, "A copy, delete it", {"parts": ("Heat", "Lid", "Door")}),
    "modify": (codes.COPY, "It changes them: MODIFIED", {"parts": ("Heat", "Lid")}),
    "tick": (codes.TASKS, "All are done", {"path": TASKS, "parts": ("1.1 Cut",)}),
    "rename": (codes.CAPABILITY, "oven", {"options": ("kiln", "oven")}),
}


def case(name: str) -> tuple[Any, dict[str, str | None]]:
    """Make what the gate looks at where all is right, and the changes."""
    code, answer, about = CASES[name]
    made = order(code, answer, **about)
    changes = carry_out(made, FILES)
    assert not isinstance(changes, str), changes
    return carried(made, code, answer, FILES, changes), changes


def refused(name: str, **changed: str | None) -> str:
    """Judge a case whose changes are these instead."""
    right, changes = case(name)
    after = {**changes, **changed}
    return judge_answer(carried(right.order, right.code, right.answer, FILES, after))[1]


@pytest.mark.parametrize("name", CASES)
def test_what_was_asked_passes_every_check(name: str) -> None:
    assert judge_answer(case(name)[0]) == (tuple(check for check, _ in CHECKS), "")


@pytest.mark.parametrize("name", CASES)
def test_nothing_passes_without_a_person_or_for_another_answer(name: str) -> None:
    right, _ = case(name)
    assert judge_answer(replace(right, by=" "))[1] == "a-person-said-so: no person stands behind the answer"
    for said in ("Keep it", "It is one", "Remove everything", ""):
        assert judge_answer(replace(right, answer=said))[1].startswith("a-person-said-so")
    assert judge_answer(replace(right, order=replace(right.order, deed="drop-item")))[1].startswith("a-person-said-so")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        MAIN,
        f"{FOLDER}../other/proposal.md",
        f"{FOLDER}specs/../x/spec.md",
        f"{FOLDER}new.md",
        "openspec/questions/a.yaml",
    ],
)
def test_no_file_but_the_items_own_is_written(name: str, path: str) -> None:
    assert refused(name, **{path: "x"}).startswith("in-its-item")


DAMAGES = [
    ("Keep the lid shut.", "Keep the lid open."),
    ("Keep the lid shut.", "Keep the lid shut. "),
    ("# Kiln", "# Oven"),
    ("## Notes", "### Notes"),
    ("SHALL hold the heat", "SHALL hold the  heat"),
    ("1.2 Glue", "1.2 Paint"),
    ("[x] 1.3", "[ ] 1.3"),
    ("[ ] 1.2", "[x] 1.2"),
    ("- **THEN** it cools", "- **THEN** it heats"),
    ("- **AND** the lamp glows\n", ""),
    ("- **GIVEN** a full kiln\n", ""),
    ("### Requirement: Door", "### Requirement: Gate"),
    ("### Requirement: Door", "### Requirement: Door\n\n<!-- hidden -->"),
]
OF_ONE = ["split", "move", "remove", "modify", "tick"]
"""Cases that change one document."""


def made_of(name: str) -> tuple[str, str]:
    """Give the document that a case changes, and its new text."""
    ((path, text),) = case(name)[1].items()
    return path, str(text)


@pytest.mark.parametrize(
    ("name", "old", "new"), [(name, *each) for name in OF_ONE for each in DAMAGES if each[0] in made_of(name)[1]]
)
def test_one_word_more_or_less_is_refused(name: str, old: str, new: str) -> None:
    path, text = made_of(name)
    assert refused(name, **{path: text.replace(old, new)}).startswith("only-what-was-asked")


def test_a_removal_may_not_take_another_requirement_along_or_leave_the_named_one() -> None:
    both = delta(block("Heat", TWO, OTHER), after=NOTES)
    assert refused("remove", **{DELTA: both}) == f"only-what-was-asked: changes more of {DELTA} than was named"
    left = FILES[DELTA].replace("\n### Requirement: Door", "\n\n### Requirement: Door")
    assert refused("remove", **{DELTA: left}).startswith("only-what-was-asked: leaves")
    assert refused("remove", **{DELTA: None}).endswith("with other requirements in it")


def test_a_title_of_a_part_has_no_word_that_the_scenario_has_not() -> None:
    _, changes = case("split")
    text = str(changes[DELTA]).replace("A round: the timer ends of the load", "A round: the bell rings")
    assert refused("split", **{DELTA: text}).endswith("has a title with a word that the scenario has not")


def test_a_part_may_not_lose_what_the_first_opens_with_or_swap_steps() -> None:
    _, changes = case("split")
    good = str(changes[DELTA])
    swapped = good.replace(
        "- **THEN** it heats\n- **AND** the lamp glows\n", "- **AND** the lamp glows\n- **THEN** it heats\n"
    )
    assert refused("split", **{DELTA: swapped}).startswith("only-what-was-asked")
    second = good.rindex("- **GIVEN** a full kiln\n")
    bare = good[:second] + good[second:].replace("- **GIVEN** a full kiln\n", "", 1)
    assert refused("split", **{DELTA: bare}).endswith("a part lacks the steps above the first WHEN")


def test_a_scenario_moves_with_all_its_lines_and_nowhere_else() -> None:
    _, changes = case("move")
    text = str(changes[DELTA])
    assert refused("move", **{DELTA: text.replace("- **THEN** nothing is heard\n", "")}).startswith("only-what-was")
    elsewhere = delta(block("Heat", TWO), block("Lid", ONE, OTHER), block("Door"), after=NOTES)
    assert refused("move", **{DELTA: elsewhere}).startswith("only-what-was-asked: the scenario is not the same one")
    doubled = delta(block("Heat", TWO, OTHER), block("Lid"), block("Door", ONE, OTHER), after=NOTES)
    assert refused("move", **{DELTA: doubled}).startswith("only-what-was-asked")


def test_a_delta_moves_byte_for_byte_and_onto_no_other() -> None:
    new = f"{FOLDER}specs/oven/spec.md"
    assert refused("rename", **{new: FILES[DELTA] + "\n"}) == "only-what-was-asked: does more than to move the delta"
    assert refused("rename", **{f"{FOLDER}specs/pot/spec.md": FILES[DELTA]}).startswith("only-what-was-asked")
    right, _ = case("rename")
    over = replace(right, before={**FILES, new: delta(block("Oven"))})
    assert judge_answer(over)[1].startswith("only-what-was-asked")


def test_an_item_goes_whole_or_not_at_all() -> None:
    files = {f"{FOLDER}a.md": "a\n", f"{FOLDER}b.md": "b\n"}
    answer = "It is out of date, delete it"
    made = order(codes.UNSAID, answer, path=f"{FOLDER}a.md")
    for changes in ({f"{FOLDER}a.md": None}, {f"{FOLDER}a.md": None, f"{FOLDER}b.md": "c\n"}):
        assert judge_answer(carried(made, codes.UNSAID, answer, files, changes))[1].startswith("only-what-was-asked")
    both = dict.fromkeys(files)
    assert judge_answer(carried(made, codes.UNSAID, answer, files, both))[1] == ""


def test_what_validation_would_find_fault_with_is_refused() -> None:
    files = {DELTA: delta(block("Lid"), block("Heat")), MAIN: main_spec(block("Heat", ONE, OTHER))}
    about: dict[str, Any] = {"parts": ("Heat",)}
    made = order(codes.COPY, "It changes them: MODIFIED", **about)
    changes = carry_out(made, files)
    assert not isinstance(changes, str)
    why = judge_answer(carried(made, codes.COPY, "It changes them: MODIFIED", files, changes))[1]
    assert why.startswith("valid: validation would find OS-D8"), "it would drop a scenario of the main spec"


@pytest.mark.parametrize("name", OF_ONE)
@settings(max_examples=60, deadline=None)
@given(data=some.data())
def test_no_random_damage_to_a_good_edit_passes(name: str, data: some.DataObject) -> None:
    path, good = made_of(name)
    start = data.draw(some.integers(0, len(good) - 1))
    end = data.draw(some.integers(start, min(len(good), start + 60)))
    put = data.draw(
        some.sampled_from(["", "x", "\n", "### Requirement: New\n", "#### Scenario: New\n", "```\n", "[x]", "<!--"])
    )
    hurt = good[:start] + put + good[end:]
    if hurt.split() == good.split() and "".join(hurt.split(" ")) == "".join(good.split(" ")):
        return
    why = refused(name, **{path: hurt})
    if not why:  # only blank lines between parts may differ, and a title of a part may have fewer of its words
        assert _told(hurt) == _told(good)


def _told(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#### Scenario: A round:")]
