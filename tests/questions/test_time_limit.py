"""How fast something happens: answered by what sets it a limit of time, and by nothing else."""

import pytest

from geoflow.adapters.passage_index import SqlitePassages
from geoflow.questions.candidates import best_candidates
from geoflow.questions.retrieval import ranked
from geoflow.questions.terms import query_terms
from geoflow.questions.time_limit import asked_limit, states_limit
from tests.builders import requirement, spec

OPENING = "#### Scenario: A card\n- **WHEN** a card is held to the reader\n- **THEN** the gate opens within 3 seconds\n"
LEFT = "#### Scenario: Nobody\n- **WHEN** nobody drives through within 20 seconds\n- **THEN** the gate closes\n"
SIREN = "#### Scenario: Stuck\n- **WHEN** the gate is stuck\n- **THEN** the siren sounds for 30 seconds\n"
GATE = spec(
    requirement("Opening", "The gate SHALL open once a card was read.", OPENING),
    requirement("Closing", "The gate SHALL close behind each car.", LEFT),
    requirement("Stuck", "A gate that is stuck SHALL be told to the guard.", SIREN),
)


def answers(question: str) -> list[str]:
    found = SqlitePassages(None).search({"openspec/specs/g/spec.md": GATE.encode()}, [query_terms(question)], 20)[0]
    best = best_candidates(found, ranked(found), 5, question)
    return [one.extract.text for one in best[:1] if one.answers]


@pytest.mark.parametrize("word", ["fast", "quickly", "soon", "QUICKLY"])
def test_the_limit_answers_though_nobody_writes_the_word(word: str) -> None:
    [answer] = answers(f"How {word} does the gate open?")
    assert "the gate opens within 3 seconds" in answer


@pytest.mark.parametrize(
    "question",
    [
        "How fast does the gate close?",  # within 20 seconds is when it does
        "How fast does the siren sound?",  # for 30 seconds is how long it does
        "How fast does the lift open?",
        "How fast?",
        "How beautifully does the gate open?",
    ],
)
def test_what_has_no_limit_is_not_answered(question: str) -> None:
    assert answers(question) == []


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("The lamp SHALL be lit within two working days.", True),
        ("The reply SHALL come in under 200 ms.", True),
        ("The report SHALL be sent no later than 24 hours after the end.", True),
        ("When no reply comes within 2 seconds, the logger SHALL warn.", False),
        ("The logger SHALL warn of no reply within the last line.", False),
        ("The siren SHALL sound for 30 seconds.", False),
        ("A reading SHALL be taken every 60 seconds.", False),
        ("The door SHALL stay within 20 metres.", False),
        ("At most 3 tries SHALL be made.", False),
    ],
)
def test_a_sentence_states_a_limit_outside_its_condition(text: str, *, stated: bool) -> None:
    assert states_limit(text, is_scenario=False) is stated


def test_a_scenario_states_it_from_then_on() -> None:
    assert states_limit(OPENING, is_scenario=True)
    assert not states_limit(LEFT, is_scenario=True)
    assert not states_limit("- **WHEN** it opens within 3 seconds\n", is_scenario=True)


def test_only_how_makes_a_question_of_the_word() -> None:
    assert asked_limit("Is the gate fast, and how?") == ""
    assert asked_limit("And how  quickly is it shut?") == "quickly"
