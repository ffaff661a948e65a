import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.questions.condition import asked_condition, is_turned_around, negations, stated_condition


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("What happens when the power fails?", "the power fails"),
        ("what HAPPENS if the door isn't closed", "the door isn't closed"),
        ("What does the kiln do if a sensor is missing?", "a sensor is missing"),
        ("What should the user do once the kiln is cold?", "the kiln is cold"),
        ("What is done after each firing?", "each firing"),
        ("What occurs as soon as smoke is detected?", "smoke is detected"),
        ("What happens\nwhile it cools?", "it cools"),
        ("What happens whenever a firing ends?", "a firing ends"),
        ("What happens when it cools? And what when it does not?", "it cools"),
    ],
)
def test_a_question_for_an_outcome_has_a_condition(question: str, condition: str) -> None:
    assert asked_condition(question) == condition


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("What happens unless the door is locked?", "unless the door is locked"),
        ("What does a login do without a password?", "without a password"),
    ],
)
def test_the_word_that_turns_a_condition_around_belongs_to_it(question: str, condition: str) -> None:
    assert asked_condition(question) == condition
    assert negations(condition) == 1


@pytest.mark.parametrize(
    "question",
    [
        "",
        "How long does it cool before the door unlocks?",
        "When does the siren sound?",
        "Who is told when the power fails?",
        "What is the limit when uploading?",
        "What do admins see?",
        "What happens when?",
        "Whatever happens when it cools",
        "What is it? Does it stop when it is cold?",
    ],
)
def test_another_question_has_none(question: str) -> None:
    assert asked_condition(question) == ""


def test_a_scenario_states_the_steps_before_then() -> None:
    text = "- **GIVEN** a hot kiln\n- **WHEN** the power fails\n- **THEN** the door stays locked\n- **AND** it waits"
    assert stated_condition(text, is_scenario=True) == "- **GIVEN** a hot kiln\n- **WHEN** the power fails\n"


@pytest.mark.parametrize(
    "then", ["THEN it stops", "* __Then__ it stops", "+ then it stops", "  - *THEN*: it stops", "`THEN` it stops"]
)
def test_then_is_known_however_it_is_marked(then: str) -> None:
    assert stated_condition(f"- WHEN it burns\n{then}", is_scenario=True).strip() == "- WHEN it burns"


def test_then_inside_a_sentence_ends_no_condition() -> None:
    text = "- **WHEN** the door opens and then closes\n- **THEN** it locks"
    assert "then closes" in stated_condition(text, is_scenario=True)


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("The siren SHALL sound when smoke is detected, and stop later.", "when smoke is detected"),
        ("If the power fails, the door stays locked.", "If the power fails"),
        ("The kiln SHALL stop unless\nit is cold: always.", "unless\nit is cold"),
        ("The kiln SHALL cool.", "The kiln SHALL cool."),
        ("", ""),
    ],
)
def test_a_sentence_states_its_clause_or_holds_always(sentence: str, clause: str) -> None:
    assert stated_condition(sentence, is_scenario=False) == clause


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("the door is locked", 0),
        ("the door is not locked", 1),
        ("the door isn't locked", 1),
        ("the door isn’t locked", 1),
        ("no token and NO password", 2),
        ("the login fails without a reason", 2),
        ("a knot, a notebook, a noble failure", 0),
        ("", 0),
    ],
)
def test_words_that_turn_a_condition_around_are_counted(text: str, count: int) -> None:
    assert negations(text) == count


GIVEN_NOT = "- **GIVEN** no backup\n- **WHEN** the disk is full\n- **AND** nobody is not told\n"


def test_the_negations_of_the_steps_around_when_need_not_be_asked_for() -> None:
    assert not is_turned_around("the disk is full", GIVEN_NOT)
    assert not is_turned_around("the disk is full and nobody is not told", GIVEN_NOT)
    assert not is_turned_around("there is no backup, the disk is full and nobody is not told", GIVEN_NOT)


def test_one_negation_more_or_less_turns_a_condition_around() -> None:
    assert is_turned_around("the disk is full", "- **WHEN** the disk is not full\n")
    assert is_turned_around("the disk is not full", "- **WHEN** the disk is full\n")
    assert is_turned_around("unless the disk is full", "if the disk is full")
    assert not is_turned_around("without a token", "when there is no token")


@given(st.text())
def test_no_condition_is_turned_around_against_itself(text: str) -> None:
    assert not is_turned_around(text, text)


@given(text=st.text(), is_scenario=st.booleans())
def test_what_is_stated_is_a_piece_of_the_text(text: str, *, is_scenario: bool) -> None:
    assert stated_condition(text, is_scenario=is_scenario) in text


@given(st.text())
def test_what_is_asked_is_a_piece_of_the_question(question: str) -> None:
    assert asked_condition(question) in question


@given(st.text(alphabet="abc def", min_size=1).map(str.strip).filter(bool))
def test_any_condition_of_words_is_found_behind_what_happens_when(condition: str) -> None:
    assert asked_condition(f"What happens when {condition}?") == condition
