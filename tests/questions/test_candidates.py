import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.passage_index import SqlitePassages
from geoflow.questions.candidates import LEAST_CONDITION, LEAST_COVERAGE, Candidate, best_candidates, nearness, present
from geoflow.questions.extract import extracts
from geoflow.questions.passage import Passage
from geoflow.questions.retrieval import Found, Hit, ranked
from geoflow.questions.terms import query_terms
from tests.builders import requirement, spec

PATH = "openspec/specs/kiln/spec.md"


def scenario(name: str, when: str, then: str) -> str:
    return f"#### Scenario: {name}\n- **WHEN** {when}\n- **THEN** {then}\n"


POWER = scenario("Outage", "the power fails during a firing", "the door stays locked")
SENSOR = scenario("Broken sensor", "a sensor fails during a firing", "the burner is shut off")
SMOKE = scenario("Smoke", "smoke is seen during a firing", "the siren sounds")


def candidates(question: str, *requirements: str, limit: int = 14) -> list[Candidate]:
    """Search and choose as `ask` does."""
    found = SqlitePassages(None).search({PATH: spec(*requirements).encode()}, [query_terms(question)], 20)[0]
    return best_candidates(found, ranked(found), limit, question)


def kiln(*scenarios: str) -> str:
    return requirement("Firing", "The kiln SHALL be safe in every firing.", "\n".join(scenarios))


def answers(question: str, *requirements: str) -> list[str]:
    return [one.extract.text for one in candidates(question, *requirements) if one.answers]


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("the power fails during a firing", "the door stays locked"),
        ("a sensor fails during a firing", "the burner is shut off"),
        ("smoke is seen during a firing", "the siren sounds"),
    ],
)
def test_a_condition_is_answered_by_the_scenario_that_states_it(condition: str, outcome: str) -> None:
    best = candidates(f"What happens when {condition}?", kiln(POWER, SENSOR, SMOKE))[0]
    assert outcome in best.extract.text
    assert best.answers


@pytest.mark.parametrize(
    ("condition", "siblings"),
    [
        ("the power fails during a firing", (SENSOR, SMOKE)),
        ("a sensor fails during a firing", (POWER, SMOKE)),
        ("smoke is seen during a firing", (POWER, SENSOR)),
    ],
)
def test_where_its_scenario_is_missing_no_sibling_answers(condition: str, siblings: tuple[str, ...]) -> None:
    assert answers(f"What happens when {condition}?", kiln(*siblings)) == []


def test_a_sentence_that_states_the_condition_answers_as_well() -> None:
    alarm = requirement("Alarm", "The siren SHALL sound when smoke is detected.", "")
    assert answers("What happens if smoke is detected?", alarm) == ["The siren SHALL sound when smoke is detected."]


@pytest.mark.parametrize(
    ("asked", "stated"),
    [
        ("the kiln door is locked", "the kiln door is not locked"),
        ("the kiln door is not locked", "the kiln door is locked"),
        ("the kiln door isn't locked", "the kiln door is locked"),
    ],
)
def test_a_condition_that_is_turned_around_is_no_answer(asked: str, stated: str) -> None:
    door = kiln(scenario("Door", stated, "an alarm sounds"))
    assert answers(f"What happens when {stated}?", door) != []
    assert answers(f"What happens when {asked}?", door) == []


def test_unless_is_not_answered_by_if() -> None:
    door = kiln(scenario("Door", "the kiln door is locked", "the firing starts"))
    assert answers("What happens if the kiln door is locked?", door) != []
    assert answers("What happens unless the kiln door is locked?", door) == []


def test_the_words_of_a_condition_far_from_each_other_do_not_state_it() -> None:
    apart = (
        "a guest is told by every single owner of this workspace that somebody opens many rarely shared public links"
    )
    door = kiln(scenario("Invitation", apart, "the guest joins"))
    assert answers(f"What happens when {apart}?", door) != []
    assert answers("What happens when a guest opens a link?", door) == []


def test_another_question_needs_what_it_asks_for_and_no_condition() -> None:
    cooling = requirement("Cooling", "The kiln SHALL cool for 6 hours before the door unlocks.", "")
    best = candidates("How long does the kiln cool before the door unlocks?", cooling)[0]
    assert (best.condition, best.answers) == (1.0, True)
    assert answers("Which provider bills the invoices of the kiln?", cooling) == []


@pytest.mark.parametrize(
    ("coverage", "condition", "expected"),
    [
        (LEAST_COVERAGE, LEAST_CONDITION, True),
        (LEAST_COVERAGE - 0.01, 1.0, False),
        (1.0, LEAST_CONDITION - 0.01, False),
    ],
)
def test_an_answer_needs_coverage_and_condition(coverage: float, condition: float, *, expected: bool) -> None:
    extract = extracts(Passage(PATH, 1, 1, "", "The kiln cools.", "spec", "kiln"))[0]
    assert Candidate(extract, coverage, condition).answers is expected


def test_of_two_that_say_the_same_the_shorter_one_is_first() -> None:
    long = f"The kiln SHALL cool down slowly, {'and so on, ' * 20}always."
    best = candidates(
        "Does the kiln cool down slowly?",
        requirement("One", long, ""),
        requirement("Two", "The kiln SHALL cool down slowly.", ""),
    )[0]
    assert best.extract.text == "The kiln SHALL cool down slowly."


def test_no_more_than_the_limit_come() -> None:
    question = "What happens when smoke is seen during a firing?"
    assert len(candidates(question, kiln(POWER, SENSOR, SMOKE), limit=2)) == 2
    assert candidates(question, kiln(POWER, SENSOR, SMOKE), limit=0) == []


@pytest.mark.parametrize("question", ["", "What happens when?", "What happens when it is?", "?"])
def test_a_question_without_content_is_answered_by_nothing(question: str) -> None:
    assert answers(question, kiln(POWER)) == []


def test_a_condition_without_content_is_stated_by_nothing() -> None:
    assert answers("What does the siren do when it is used?", kiln(SMOKE)) == []


def test_no_hits_give_no_candidates() -> None:
    assert best_candidates(Found(("kiln",), (), 0, {}), (), 5, "What happens when the kiln cools?") == []


def test_without_the_question_only_its_terms_count() -> None:
    passage = Passage(PATH, 1, 1, "", "The kiln cools.", "spec", "kiln")
    found = Found(("kiln",), (Hit(passage, 1.0, frozenset({"kiln"})),), 1, {"kiln": 1})
    assert [one.answers for one in best_candidates(found, found.hits, 5)] == [True]


def test_terms_are_present_in_any_inflection() -> None:
    assert present(["cooled", "door", "clay"], "Doors cool.") == ["cooled", "door"]


TEXT = st.lists(st.sampled_from("the kiln door cools not locks power fails twice a".split()), max_size=12).map(" ".join)


@given(TEXT, TEXT)
def test_nearness_lies_between_zero_and_one(asked: str, said: str) -> None:
    assert 0.0 <= nearness(asked, said) <= 1.0


@given(TEXT, TEXT, TEXT)
def test_every_text_is_nearest_to_itself_wherever_it_stands(asked: str, before: str, after: str) -> None:
    assert nearness(asked, asked) == 1.0
    assert nearness(asked, f"{before} {asked} {after}") == 1.0


def test_words_far_from_each_other_are_not_near() -> None:
    assert nearness("power fails", "power fails") == 1.0
    assert nearness("power fails", "fails: power") == 1.0
    assert nearness("power fails", "power one two three four five fails") == 0.0
    assert nearness("power fails", "power") == 0.0
    assert nearness("power", "no such word") == 0.0
    assert nearness("", "") == 1.0


@given(TEXT, st.lists(TEXT, max_size=4))
def test_coverage_is_a_share_and_the_best_stand_first(asked: str, conditions: list[str]) -> None:
    scenarios = [scenario(f"S{number}", when, "it stops") for number, when in enumerate(conditions)]
    for one in candidates(f"What happens when {asked}?", kiln(*scenarios)):
        assert 0.0 <= one.coverage <= 1.0 + 1e-9
        assert one.condition <= 1.0 + 1e-9


@given(st.sampled_from((POWER, SENSOR, SMOKE)), st.permutations((POWER, SENSOR, SMOKE)))
def test_the_order_of_the_scenarios_does_not_matter(wanted: str, order: list[str]) -> None:
    when = wanted.partition("**WHEN** ")[2].partition("\n")[0]
    best = candidates(f"What happens when {when}?", kiln(*order))[0]
    assert best.extract.text.rstrip() in wanted
