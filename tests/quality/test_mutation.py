"""Mutation operators: each makes exactly the change it is named for, in its target and nowhere else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.openspec import read_tree
from geoflow.openspec.model import Spec, Tree
from geoflow.quality.mutation.held_out import HELD_OUT
from geoflow.quality.mutation.mutant import Mutant, Operator
from geoflow.quality.mutation.operators import EQUIVALENT, OPERATORS, mutants
from geoflow.quality.mutation.phrasings import FIRST
from tests.builders import requirement, spec
from tests.quality.mutation_trees import FILES, GATE, LIMIT, LOG, PATH, tree

EVERY = {operator.id: operator for operator in OPERATORS + EQUIVALENT}
each = pytest.mark.parametrize("operator", EVERY.values(), ids=EVERY)


def made(name: str, wanted: str = "", *, among: Tree | None = None, seed: int = 1) -> list[Mutant]:
    """Make all mutants of one operator, or those of one requirement."""
    found = mutants(among or tree(), seed, 50, [EVERY[name]])
    return [mutant for mutant in found if wanted in ("", mutant.requirement)]


def one(name: str, wanted: str) -> Mutant:
    (mutant, *_) = made(name, wanted)
    return mutant


def block_of(text: str, name: str) -> str:
    """Give a requirement's block out of a document."""
    (document,) = read_tree({PATH: text}).specs
    (found,) = [one for one in document.requirements if one.name == name]
    return text[found.start : found.end]


@each
@pytest.mark.parametrize("crlf", [False, True])
def test_everything_but_the_target_is_the_same_byte_for_byte(operator: Operator, *, crlf: bool) -> None:
    among = tree(crlf=crlf)
    found = list(mutants(among, 1, 50, [operator]))
    assert found or (crlf and operator.setting == "change"), "the tree has nothing for this operator"
    for mutant in found:
        start, end = mutant.edit.start, mutant.edit.end
        assert mutant.after != mutant.before
        assert mutant.after[:start] == mutant.before[:start]
        assert mutant.after.endswith(mutant.before[end:])
        assert mutant.good == mutant.before[start:end]
        if mutant.path == mutant.home:
            (target,) = [
                one
                for document in among.specs
                if document.path == mutant.path
                for one in document.requirements
                if one.name == mutant.requirement
            ]
            assert target.start <= start <= end <= target.end
        if mutant.before:
            assert ("\n" in mutant.after.replace("\r\n", "")) == ("\n" in mutant.before.replace("\r\n", ""))


@each
def test_one_seed_gives_the_same_mutants_and_another_one_others(operator: Operator) -> None:
    twice = [[mutant.after for mutant in mutants(tree(), 3, 50, [operator])] for _ in range(2)]
    assert twice[0] == twice[1]


def test_another_seed_gives_other_mutants() -> None:
    texts = {tuple(mutant.after for mutant in mutants(tree(), seed, 1)) for seed in range(3)}
    assert len(texts) == 3


def test_no_more_mutants_are_made_than_are_wanted() -> None:
    assert len(list(mutants(tree(), 1, 2, [EVERY["A1"]]))) == 4  # two of each half


def test_every_phrasing_of_both_halves_differs_and_no_half_is_thin() -> None:
    assert FIRST.keys() == HELD_OUT.keys()
    for kind in FIRST:
        first, held = ({phrasing.text for phrasing in half[kind]} for half in (FIRST, HELD_OUT))
        assert not first & held
        assert min(len(first), len(held)) >= 12, kind


def test_no_scenario_is_left() -> None:
    assert block_of(one("S1", "Closing").after, "Closing").strip() == "\n".join(GATE.splitlines()[:2])


def test_a_scenario_loses_its_outcome_with_the_steps_that_go_on_from_it() -> None:
    blocks = {mutant.after for seed in range(4) for mutant in made("S3", "Closing", seed=seed)}
    by_hand = "- **THEN** the gate shows the reason\n- **AND** the lamp is lit\n"
    assert blocks == {
        FILES[PATH].replace(by_hand, "", 1),
        FILES[PATH].replace("passed\n- **THEN** the gate closes\n", "passed\n", 1),
    }


def test_a_scenario_loses_its_conditions() -> None:
    after = one("S4", "Log").after
    assert after == FILES[PATH].replace("- **GIVEN** a valid key\n- **WHEN** the user opens the gate\n", "")


def test_one_scenario_of_two_is_dropped() -> None:
    document = read_tree({PATH: one("S2", "Closing").after}).specs[0]
    assert [len(one.scenarios) for one in document.requirements] == [1, 1, 1]


@pytest.mark.parametrize(("name", "words"), [("N1", {"should"}), ("N2", {"may", "can"})])
def test_the_obligation_is_weakened(name: str, words: set[str]) -> None:
    mutant = one(name, "Log")
    assert mutant.injected in words
    assert mutant.after == FILES[PATH].replace("SHALL log", f"{mutant.injected} log")


def test_the_text_is_taken_and_the_scenarios_stay() -> None:
    assert one("N3", "Log").after == FILES[PATH].replace(LOG.splitlines()[1], "")


@pytest.mark.parametrize("name", ["A1", "A2", "A3", "A4", "A6", "A7", "P2", "M1", "M2", "R2"])
def test_words_of_the_right_half_are_put_into_the_sentence(name: str) -> None:
    for mutant in made(name):
        words = {p.text.strip(" ,;") for kind in (FIRST, HELD_OUT)[mutant.half == "held-out"].values() for p in kind}
        assert mutant.injected.lower() in {word.lower() for word in words}
        assert mutant.injected in mutant.after
        assert len(mutant.after.splitlines()) == len(mutant.before.splitlines())


def test_who_has_to_do_it_becomes_a_pronoun_after_a_condition_too() -> None:
    mutant = one("A4", "Limit")
    assert f"When the queue is full, {mutant.injected} MUST accept" in mutant.after
    assert mutant.injected[0].islower()


def test_a_passive_has_nobody_who_acts() -> None:
    assert "\nThe reason SHALL be displayed within 30 seconds when" in one("A5", "Closing").after
    (held,) = made("A5", "Log")
    assert held.half == "held-out"
    assert "\nEach opening SHALL be logged with its time for the user." in held.after


def test_an_amount_becomes_words() -> None:
    assert re.search(r"within (a|the) [a-z ]+ when", one("Q1", "Closing").after)
    assert re.search(r"MUST accept [a-z ]+ retries", one("Q1", "Limit").after)


def test_a_number_and_a_unit_change_in_the_text_alone() -> None:
    number = one("Q2", "Limit")
    assert number.good == "3"
    assert number.bad != "3"
    unit = {mutant.after for seed in range(6) for mutant in made("Q3", "Closing", seed=seed)}
    assert unit == {FILES[PATH].replace("30 seconds", "30 minutes"), FILES[PATH].replace("5 minutes", "5 hours")}


def test_an_outcome_is_turned_round_in_words_that_are_english() -> None:
    turned = {mutant.bad for seed in range(8) for mutant in made("S7", seed=seed)}
    assert turned >= {"does not show", "does not contain", "is not", "are not"}


@pytest.mark.parametrize(("name", "injected"), [("C1", "SHALL NOT"), ("U2", "### Requirement:")])
def test_a_copy_stands_behind_the_original_under_a_name_of_its_own(name: str, injected: str) -> None:
    mutant = one(name, "Log")
    names = [one.name for one in read_tree({PATH: mutant.after}).specs[0].requirements]
    assert names == ["Closing", "Log", *mutant.edit.names, "Limit"]
    assert injected in mutant.injected
    assert block_of(mutant.after, "Log") == LOG.rstrip()


def test_the_opposite_stands_in_another_capability() -> None:
    for mutant in made("C4"):
        assert mutant.path != mutant.home
        assert mutant.before == FILES[mutant.path]
        assert (
            len(read_tree({mutant.path: mutant.after}).specs[0].requirements)
            == len(read_tree({mutant.path: mutant.before}).specs[0].requirements) + 1
        )


def test_a_paraphrase_keeps_who_and_what() -> None:
    for mutant in made("U3", "Log"):
        assert "log each opening with its time for the user" in mutant.injected
        assert "gate controller" in mutant.injected
        assert mutant.injected not in mutant.before


@pytest.mark.parametrize("operator", [one for one in OPERATORS if one.setting == "change"], ids=lambda one: one.id)
def test_a_change_that_is_right_in_itself_is_made_wrong_in_one_file(operator: Operator) -> None:
    for mutant in mutants(tree(), 1, 50, [operator]):
        files = {**FILES, **mutant.companions, **({mutant.path: mutant.before} if mutant.before else {})}
        assert mutant.path not in mutant.companions
        assert mutant.path.startswith(mutant.edit.prefixes)
        changes = read_tree(files).changes
        assert len(changes) == (2 if operator.id == "O5" else 1)
        wrong = read_tree({**files, mutant.path: mutant.after}).changes
        assert wrong != changes


def test_the_delta_names_what_the_main_spec_does_not_have() -> None:
    mutant = one("O1", "Log")
    assert mutant.after == mutant.before.replace("Requirement: Log", f"Requirement: {mutant.injected}")
    assert "## MODIFIED Requirements" in mutant.before


def test_a_number_of_a_delta_is_changed_where_the_main_spec_has_it() -> None:
    mutant = one("O6", "Limit")
    assert f"MUST accept {mutant.bad} retries" in mutant.after
    assert LIMIT.split("\n\n", 1)[0] in mutant.before


@pytest.mark.parametrize("operator", EQUIVALENT, ids=lambda one: one.id)
def test_an_equivalent_text_has_the_same_requirements_and_scenarios(operator: Operator) -> None:
    for mutant in mutants(tree(), 1, 50, [operator]):
        texts = (mutant.before, mutant.after)
        shapes = [
            [
                (one.name, sorted((scenario.name, len(scenario.steps)) for scenario in one.scenarios))
                for one in read_tree({mutant.path: text}).specs[0].requirements
            ]
            for text in texts
        ]
        assert shapes[0] == shapes[1]


def test_only_white_space_marks_or_order_differ_where_nothing_else_may() -> None:
    for name in ("E1", "E2", "E3", "E4"):
        for mutant in made(name):
            before, after = (sorted(re.sub(r"[*-]", " ", text).split()) for text in (mutant.before, mutant.after))
            assert before == after


def test_a_condition_is_put_first() -> None:
    mutant = one("E6", "Closing")
    first = "When the user closes it, the gate controller SHALL display the reason within 30 seconds."
    assert mutant.after == mutant.before.replace(GATE.splitlines()[1], first)


NAMES = st.text(st.characters(categories=["L", "N"], include_characters=" `*-é"), min_size=1, max_size=20)
LINES = st.lists(
    st.sampled_from([*GATE.splitlines(), *LIMIT.splitlines()[1:], "```", "| a | b |", "", "It MUST."]), max_size=14
)


@settings(max_examples=60, deadline=None)
@given(blocks=st.lists(st.tuples(NAMES, LINES), min_size=1, max_size=4), seed=st.integers(0, 1000), crlf=st.booleans())
def test_no_text_breaks_an_operator_and_each_edit_stays_in_its_place(
    *, blocks: list[tuple[str, list[str]]], seed: int, crlf: bool
) -> None:
    text = spec(*(requirement(name, "\n".join(lines)) for name, lines in blocks))
    text = text.replace("\n", "\r\n") if crlf else text
    among = read_tree({PATH: text})
    for mutant in mutants(among, seed, 2):
        start, end = mutant.edit.start, mutant.edit.end
        assert 0 <= start <= end <= len(mutant.before)
        assert mutant.after[:start] == mutant.before[:start]
        assert mutant.after != mutant.before
        if mutant.path == mutant.home:
            assert mutant.before == text
            assert _holds(among.specs[0], mutant)


def _holds(document: Spec, mutant: Mutant) -> bool:
    return any(
        one.name == mutant.requirement and one.start <= mutant.edit.start <= mutant.edit.end <= one.end
        for one in document.requirements
    )
