"""Requirements that say in other words what another one says: only one that lacks nothing may stay for the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement import drop_strategy
from geoflow.improvement.edit import Candidate, GivenAnswer, apply
from geoflow.improvement.said_by import lacks
from geoflow.openspec import Requirement, Spec, parse_spec, read_tree
from geoflow.quality.contrary import find_contrary
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_all
from tests.builders import spec
from tests.improvement.test_drop import ONE, block, judged, tree

LONG = "When the disk is full, the store SHALL delete the 3 oldest files of `tmp` and SHALL NOT delete any other file."
SHORT = "If the disk is full, the store SHALL remove the 3 oldest files of `tmp` and SHALL NOT remove any other file."


def of(text: str) -> Requirement:
    return parse_spec("one", ONE, spec(block("First", text=text))).requirements[0]


def test_a_word_that_stands_for_the_same_is_no_loss() -> None:
    assert (lacks(of(LONG), of(SHORT)), lacks(of(SHORT), of(LONG))) == ("", "")


@pytest.mark.parametrize(
    ("gone", "instead", "lost"),
    [
        ("3 oldest", "oldest", "the number “3”"),
        ("3 oldest", "2 oldest", "the number “3”"),
        ("`tmp`", "`var`", "the literal “`tmp`”"),
        ("SHALL NOT delete any", "SHALL delete any", "the negation “not” as often"),
        ("oldest ", "", "the word “old"),
        ("When the disk is full, the", "The", "the word “when”"),
        ("When the disk", "Unless the disk", "the word “when”"),
        ("When the disk is full", "When the tape is empty and a disk", "the "),
        (" and SHALL NOT", " and may NOT", "the modal verb"),
        ("any other", "other", "the word “any”"),
    ],
)
def test_what_only_the_other_one_says_is_named(gone: str, instead: str, lost: str) -> None:
    assert lacks(of(LONG.replace(gone, instead)), of(LONG)).startswith(lost)


WORDS = LONG.removesuffix(".").split()


@given(index=st.integers(0, len(WORDS) - 1))
def test_no_word_that_means_something_can_go(index: int) -> None:
    rest = [*WORDS[:index], *WORDS[index + 1 :]]
    small = WORDS[index].casefold() in {"the", "is", "of", "and", "store", "disk", "file", "full,", "delete"}
    # A word that stands there twice, or that says nothing by itself, is not missed.
    assert lacks(of(" ".join(rest) + "."), of(LONG)) or small


def copy_in(specs: dict[str, Spec]) -> Finding:
    files = {path: one.text for path, one in specs.items()}
    (found,) = [one for one in find_contrary(read_tree(files)) if one.code == "GF315"]
    return found


def test_the_one_that_is_dropped_leaves_its_scenarios_to_the_other() -> None:
    specs = tree(one=spec(block("First", text=LONG), block("Second", "Late", SHORT, "5 days later none is there")))
    asked = drop_strategy.question(specs, copy_in(specs))
    assert not isinstance(asked, str)
    assert asked.options == (
        "Keep “First” of one and drop “Second” of one",
        "Keep “Second” of one and drop “First” of one",
        "Keep both",
    )
    assert asked.text.startswith("“Second” of one says in other words what “First” of one says. Which one stays? ")
    assert f"“Second”: “{SHORT}”; “First”: “{LONG}”." in asked.text
    made = drop_strategy.from_choice(specs, copy_in(specs), GivenAnswer(asked.options[0], "openspec/questions/q.yaml"))
    assert isinstance(made, Candidate), made
    text = apply(specs[ONE].text, made.spans)
    only = parse_spec("one", ONE, text).requirements
    assert [(one.name, [scenario.name for scenario in one.scenarios]) for one in only] == [("First", ["Kept", "Late"])]
    assert judged(specs, made, text, made.answer).kept
    assert judged(specs, made, text).refused_by == "answer-licenses"
    assert judged(specs, made, text.replace("5 days", "6 days"), made.answer).refused_by == "said-by-kept"


def test_the_one_that_says_more_is_not_offered_to_be_dropped() -> None:
    more = SHORT.replace("full,", "full and the owner agrees,")
    here, there = of(more), of(LONG)
    assert lacks(there, here)
    assert not lacks(here, there)
    assert drop_strategy.says_as_much("GF315", here, there)
    assert not drop_strategy.says_as_much("GF311", here, there)


def test_twins_that_differ_in_a_word_of_their_own_are_left_to_people() -> None:
    scenario = "#### Scenario: Kept\n- **WHEN** a file comes to the store from a reader\n- **THEN** 3 copies are there after it\n"
    texts = ("The store SHALL keep the file safe for its owner.", "The store SHALL keep the file locked for its owner.")
    blocks = [f"### Requirement: {name}\n{text}\n\n{scenario}" for name, text in zip(("A", "B"), texts, strict=True)]
    specs = tree(one=spec(*blocks))
    files = {path: one.text for path, one in specs.items()}
    found = [one for one in find_all(read_tree(files), [], files) if one.code == "GF315"]
    assert [drop_strategy.question(specs, one) for one in found] == ["the two do not say the same any more"] * len(
        found
    )
