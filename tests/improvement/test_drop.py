"""Drops: which of two requirements stays is a person's word, and nothing that only the other one had is lost."""

import pytest

from geoflow.improvement import drop_strategy
from geoflow.improvement.contract import contract_of
from geoflow.improvement.edit import Candidate, GivenAnswer, apply
from geoflow.improvement.gate import Verdict, judge
from geoflow.improvement.proposal import Proposal, requirement_named
from geoflow.openspec import Spec, parse_spec, read_tree
from geoflow.quality.copies import find_copies
from geoflow.quality.finding import Finding
from tests.builders import spec

ONE, OTHER = "openspec/specs/one/spec.md", "openspec/specs/other/spec.md"
SAID = "The store SHALL keep 3 copies of each file for 5 days."


def block(name: str, scenario: str = "Kept", text: str = SAID, then: str = "3 copies are there") -> str:
    return f"### Requirement: {name}\n{text}\n\n#### Scenario: {scenario}\n- **WHEN** a file comes\n- **THEN** {then}\n"


def tree(**texts: str) -> dict[str, Spec]:
    found = read_tree({f"openspec/specs/{name}/spec.md": text for name, text in texts.items()})
    return {one.path: one for one in found.specs}


def copy_in(specs: dict[str, Spec]) -> Finding:
    return find_copies(read_tree({path: one.text for path, one in specs.items()}))[0]


def dropped(specs: dict[str, Spec], answer: str) -> Candidate | str:
    return drop_strategy.from_choice(specs, copy_in(specs), GivenAnswer(answer, "openspec/questions/q.yaml", 3))


def judged(specs: dict[str, Spec], made: Candidate, text: str, answer: GivenAnswer | None = None) -> Verdict:
    base = specs[made.finding.path]
    path, name = made.kept or ("", "")
    kept = requirement_named(specs[path], name)
    new = parse_spec(base.id, base.path, text)
    there = (specs[path], kept) if kept else None
    contract = contract_of(made.finding)
    return judge(
        Proposal(base, new, made.finding, contract, (), (), (), (), answer=answer, region=made.region, kept=there)
    )


def test_the_question_offers_both_ways_and_to_keep_both() -> None:
    specs = tree(one=spec(block("First"), block("Third", text="The writer SHALL end.")), other=spec(block("Second")))
    asked = drop_strategy.question(specs, copy_in(specs))
    assert not isinstance(asked, str)
    assert asked.options == (
        "Keep “First” of one and drop “Second” of other",
        "Keep “Second” of other and drop “First” of one",
        "Keep both",
    )


@pytest.mark.parametrize(("keep", "drop", "path"), [("First", "Second", OTHER), ("Second", "First", ONE)])
def test_the_one_that_the_answer_drops_goes_and_all_else_stays(keep: str, drop: str, path: str) -> None:
    last = block("Third", text="The writer SHALL end.")
    specs = tree(one=spec(block("First"), last), other=spec(last, block("Second")))
    answer = f"Keep “{keep}” and drop “{drop}”"
    made = dropped(specs, answer)
    assert isinstance(made, Candidate), made
    assert made.finding.path == path
    text = apply(specs[path].text, made.spans)
    assert [one.name for one in parse_spec("x", path, text).requirements] == ["Third"]
    assert "\n\n\n" not in text
    verdict = judged(specs, made, text, made.answer)
    assert verdict.kept, verdict
    assert judged(specs, made, text).refused_by == "answer-licenses"
    assert judged(specs, made, text, GivenAnswer("Keep both", "q", 1)).refused_by == "answer-licenses"
    assert judged(specs, made, text.replace("writer", "reader"), made.answer).refused_by in {"one-less", "target-only"}


def test_scenarios_of_the_dropped_one_go_to_the_one_that_stays_in_the_same_document() -> None:
    specs = tree(one=spec(block("First"), block("Second", "Late", then="5 days later none is there")))
    made = dropped(specs, "Keep “First” and drop “Second”")
    assert isinstance(made, Candidate), made
    text = apply(specs[ONE].text, made.spans)
    only = parse_spec("one", ONE, text).requirements
    assert [(one.name, [scenario.name for scenario in one.scenarios]) for one in only] == [("First", ["Kept", "Late"])]
    assert judged(specs, made, text, made.answer).kept
    assert judged(specs, made, text.replace("5 days later", "6 days later"), made.answer).refused_by == "said-by-kept"


def test_a_scenario_in_another_document_is_not_lost() -> None:
    specs = tree(one=spec(block("First")), other=spec(block("Second", "Late", then="5 days later none is there")))
    assert "only the one to be dropped has the scenario “Late”" in str(dropped(specs, "Keep “First” and drop “Second”"))


def test_a_requirement_that_says_more_is_not_dropped_for_another() -> None:
    specs = tree(one=spec(block("First"), block("Second")))
    made = dropped(specs, "Keep “First” and drop “Second”")
    assert isinstance(made, Candidate)
    changed = tree(one=specs[ONE].text.replace("for 5 days", "for 4 days", 1))
    assert judged(changed, made, apply(changed[ONE].text, made.spans), made.answer).refused_by == "said-by-kept"


@pytest.mark.parametrize("answer", ["Drop one", "Keep “First” and drop “Third”", "Keep both"])
def test_an_answer_that_names_no_pair_drops_nothing(answer: str) -> None:
    specs = tree(one=spec(block("First"), block("Second")))
    assert isinstance(dropped(specs, answer), str)
