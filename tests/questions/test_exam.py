from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec.disk import load
from geoflow.openspec.model import Tree
from geoflow.openspec.tree import read_tree
from geoflow.questions.exam import Exam, make_exam
from geoflow.questions.exam_item import Item
from geoflow.questions.passage import is_searched
from geoflow.questions.same import sameness
from tests.builders import requirement, spec
from tests.conftest import CORPUS
from tests.openspec.test_corpus import unpack

SMALL_TREE = CORPUS / "laurentftech+pi-outpost.tar.gz"
PATH = "openspec/specs/kiln/spec.md"
DELTA = "openspec/changes/fire/specs/kiln/spec.md"
LONG = "the power fails during a long firing"


def scenario(when: str, then: str, name: str = "One") -> str:
    return f"#### Scenario: {name}\n- **WHEN** {when}\n- **THEN** {then}\n"


OUTAGE = scenario(LONG, "the door stays locked until morning")
SIREN = scenario("heavy smoke is seen above the kiln", "a siren sounds for everybody", "Two")


def exam_of(*requirements: str, items: int = 10, **more: str) -> Exam:
    return make_exam(read_tree({PATH: spec(*requirements), **more}), items)


def told(body: str) -> list[tuple[str, str, str]]:
    """The questions made from the body of one requirement: kind, question, answer."""
    return [(item.kind, item.question, item.answer) for item in exam_of(requirement("Firing", body, "")).answerable]


def check_place(item: Item, text: str) -> None:
    """The place stands on its lines, and the answer in it, both to the letter."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert item.place in text
    assert item.place.replace("\r\n", "\n").replace("\r", "\n") in "\n".join(lines[item.line - 1 : item.end_line])
    assert item.answer in item.place
    assert bool(item.answer) != (item.kind == "hidden")


def test_a_scenario_is_asked_for_by_its_condition() -> None:
    item = exam_of(requirement("Firing", "The kiln fires.", OUTAGE)).answerable[0]
    assert item.question == f"What happens when {LONG}?"
    assert (item.kind, item.path, item.answer) == ("outcome", PATH, "the door stays locked until morning")
    assert item.place == OUTAGE.rstrip()


def test_a_number_is_asked_for_by_the_clause_around_it() -> None:
    assert told("The hot kiln SHALL cool down for 6 hours before the door unlocks.") == [
        ("number", "The hot kiln SHALL cool down for how many hours before the door unlocks?", "6 hours")
    ]


def test_a_name_is_asked_for_by_the_clause_around_it() -> None:
    assert told("The kiln SHALL append every finished firing to `firing.log` at once.") == [
        ("name", "The kiln SHALL append every finished firing to what at once?", "`firing.log`")
    ]


@pytest.mark.parametrize(
    "body",
    [
        "The kiln SHALL cool down for 6 hours and then for 7 hours before the door unlocks.",
        "It cools for 6 hours.",
        "The plugin SHALL require a command line of version 1.5.0 before it starts.",
        "The kiln SHALL have the temperature of T-1000 before the door unlocks.",
        "The kiln SHALL cool down slowly before the heavy door unlocks.",
        "",
    ],
)
def test_a_sentence_without_exactly_one_gap_of_its_own_gives_no_question(body: str) -> None:
    assert told(body) == []


@pytest.mark.parametrize(
    "steps",
    [
        f"- **WHEN** {LONG}\n",
        f"- **WHEN** {LONG}\n- **THEN**\n",
        f"- **WHEN** {LONG}\n- **WHEN** the door opens\n- **THEN** it stops\n",
        "- **WHEN** it fails\n- **THEN** it stops\n",
        f"- **WHEN** {'the kiln burns clay ' * 20}\n- **THEN** it stops\n",
    ],
)
def test_a_scenario_without_one_condition_and_an_outcome_gives_no_question(steps: str) -> None:
    assert exam_of(requirement("Firing", "The kiln fires.", f"#### Scenario: S\n{steps}")).answerable == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_an_answer_over_several_lines_is_given_as_it_is_written(ending: str) -> None:
    wrapped = scenario("the power fails\n  during a long firing", "the door stays locked\n  until morning")
    text = spec(requirement("Firing", "The kiln fires.", wrapped)).replace("\n", ending)
    item = make_exam(read_tree({PATH: text}), 5).answerable[0]
    assert item.question == f"What happens when {LONG}?"
    assert item.answer == f"the door stays locked{ending}  until morning"
    check_place(item, text)


def test_what_two_places_would_answer_is_not_asked() -> None:
    again = scenario(f"{LONG}.", "something else happens then")
    assert exam_of(requirement("A", "It fires.", OUTAGE), requirement("B", "It burns.", again)).answerable == ()


def test_nor_what_two_places_would_answer_in_nearly_the_same_words() -> None:
    again = scenario("the powers fail during the long firings", "something else happens then")
    assert exam_of(requirement("A", "It fires.", OUTAGE), requirement("B", "It burns.", again)).answerable == ()


def test_no_more_are_asked_than_wanted_and_half_as_many_are_hidden() -> None:
    scenarios = [
        scenario(f"the {letter * 5} kiln meets {letter * 6} clay {letter * 7}", f"{letter * 8} {letter * 9} rings")
        for letter in ascii_lowercase
    ]
    every = [requirement(f"R{number}", "It fires.", one) for number, one in enumerate(scenarios)]
    for items in (0, 1, 2, 7, 12):
        made = exam_of(*every, items=items)
        assert (len(made.answerable), len(made.hidden)) == (items, items // 2)


def test_the_kinds_are_asked_in_turn() -> None:
    body = "The hot kiln SHALL cool down for 6 hours before the door unlocks.\nThe kiln SHALL append every finished firing to `firing.log`."
    made = exam_of(requirement("A", body, OUTAGE), requirement("B", "It burns.", SIREN))
    assert [item.kind for item in made.answerable] == ["outcome", "number", "name", "outcome"]


def test_the_same_tree_gives_the_same_exam() -> None:
    files = {PATH: spec(requirement("A", "It fires.", OUTAGE), requirement("B", "It burns.", SIREN)), DELTA: "x"}
    assert make_exam(read_tree(files), 4) == make_exam(read_tree(dict(reversed(files.items()))), 4)


def test_an_empty_tree_gives_an_empty_exam() -> None:
    assert make_exam(Tree((), (), ()), 10) == Exam((), (), {})


def test_a_hidden_scenario_is_gone_and_nothing_else_of_the_text_is() -> None:
    made = exam_of(requirement("A", "It fires.", OUTAGE), requirement("B", "It burns.", SIREN), items=2)
    assert len(made.hidden) == 1
    text = spec(requirement("A", "It fires.", OUTAGE), requirement("B", "It burns.", SIREN))
    assert made.hidden[0].place not in made.without[PATH]
    assert made.without[PATH].split() == text.replace(made.hidden[0].place, "").split()
    assert "### Requirement: A" in made.without[PATH]
    assert "### Requirement: B" in made.without[PATH]


def hidden(*more: str, **files: str) -> Exam:
    """An exam with the outage as the only scenario, which is hidden where nothing else says it."""
    return exam_of(requirement("A", "It fires.", OUTAGE), *more, items=2, **files)


def test_its_copies_in_active_changes_are_gone_with_it() -> None:
    copied = f"## MODIFIED Requirements\n\n{requirement('A', 'It fires faster.', OUTAGE)}"
    made = hidden(**{DELTA: copied})
    assert [item.question for item in made.hidden] == [f"What happens when {LONG}?"]
    assert set(made.without) == {PATH, DELTA}
    assert "Scenario" not in made.without[DELTA]
    assert "It fires faster." in made.without[DELTA]


@pytest.mark.parametrize("section", ["ADDED", "MODIFIED"])
def test_a_copy_under_another_name_is_another_place_that_says_it(section: str) -> None:
    renamed = OUTAGE.replace("Scenario: One", "Scenario: Renamed")
    made = hidden(**{DELTA: f"## {section} Requirements\n\n{requirement('A', 'It fires.', renamed)}"})
    assert (made.hidden, made.without) == ((), {})


@pytest.mark.parametrize(
    "elsewhere",
    [
        "In the night the door SHALL stay locked until the morning comes.",
        "the door stays locked until morning",
        "If the power fails during a long firing, everything else SHALL go on.",
    ],
)
def test_what_a_sentence_says_elsewhere_cannot_be_hidden(elsewhere: str) -> None:
    assert hidden().hidden != ()
    assert hidden(requirement("B", elsewhere, "")).hidden == ()
    assert hidden(**{"openspec/changes/fire/proposal.md": f"## Why\n{elsewhere}\n"}).hidden == ()


def test_the_condition_turned_around_elsewhere_keeps_none_from_being_hidden() -> None:
    other = scenario("the power never fails during a long firing", "all lamps shine green", "Three")
    asked = [item.question for item in hidden(requirement("B", "It burns.", other)).hidden]
    assert asked[0] in {f"What happens when {LONG}?", "What happens when the power never fails during a long firing?"}


def test_hidden_questions_have_no_answer_and_their_place() -> None:
    item = hidden().hidden[0]
    assert (item.kind, item.answer, item.place) == ("hidden", "", OUTAGE.rstrip())


WORDS = st.lists(st.sampled_from("kiln door power smoke clay siren guard lock burn cool".split()), min_size=4).map(
    " ".join
)
GAPS = st.sampled_from(["6 hours", "`a.log`", "7", "2.5 s", "-3 °C", '"quoted text"', "10%", "1.5.0", "no gap"])
SENTENCE = st.builds("The {} SHALL take {} for the {}.".format, WORDS, GAPS, WORDS)
STEP = st.one_of(WORDS, st.builds("{}\n  {}".format, WORDS, WORDS), st.builds("**{}** `x` {}".format, WORDS, WORDS))
SPEC = st.lists(
    st.builds(
        lambda number, body, when, then: requirement(f"R{number}", body, scenario(when, then, f"S{number}")),
        st.integers(0, 99),
        st.lists(SENTENCE, max_size=3).map("\n".join),
        STEP,
        STEP,
    ),
    max_size=5,
).map(lambda made: spec(*made))


@given(text=SPEC, ending=st.sampled_from(["\n", "\r\n", "\r"]), items=st.integers(0, 12))
def test_every_answer_stands_in_its_place_and_every_place_on_its_lines(text: str, ending: str, items: int) -> None:
    written = text.replace("\n", ending)
    check(make_exam(read_tree({PATH: written}), items), {PATH: written})


@pytest.mark.corpus
@pytest.mark.skipif(not SMALL_TREE.is_file(), reason="the real OpenSpec trees are not beside the project")
def test_so_it_is_in_a_real_tree(tmp_path: Path) -> None:
    files = {path: text for path, text in load(str(unpack(SMALL_TREE, tmp_path))).items() if is_searched(path)}
    made = make_exam(read_tree(files), 120)
    assert len(made.answerable) == 120
    assert made.hidden
    check(made, files)


def check(made: Exam, files: dict[str, str]) -> None:
    for item in (*made.answerable, *made.hidden):
        check_place(item, files[item.path])
    for items in (made.answerable, made.hidden):
        assert len({sameness(item.question) for item in items}) == len(items)
    for item in made.hidden:
        assert all(item.place not in text for text in made.without.values())
    for path, text in made.without.items():
        assert is_rest_of(text, files[path])


def is_rest_of(shorter: str, text: str) -> bool:
    """Tell whether one text is another with some of its lines taken out, blank ones aside."""
    rest = iter(filter(str.strip, text.splitlines()))
    return all(line in rest for line in filter(str.strip, shorter.splitlines()))
