"""Scenarios from a requirement's own words, from pieces of it, and from an answer; and what the gate refuses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement import scenario_strategy
from geoflow.improvement.contract import contract_of
from geoflow.improvement.edit import Candidate, GivenAnswer, apply
from geoflow.improvement.gate import Verdict, judge
from geoflow.improvement.proposal import Proposal
from geoflow.openspec import Spec, parse_spec, validate
from geoflow.quality.finding import Finding
from geoflow.quality.structure import from_issue
from geoflow.quality.tokens import tokens
from tests.improvement.builders import PATH, document
from tests.improvement.test_ears import CONDITIONS, RESPONSES, SUBJECTS

ANSWER = "openspec/questions/when.yaml"


def bare(body: str) -> Spec:
    return document(body, scenario="")


def missing(spec: Spec) -> list[Finding]:
    issues = validate({PATH: spec.text})[0].issues
    return [
        replace(one, requirement="Reading")
        for one in (from_issue(i, spec.text, spec.requirements, (0, 0)) for i in issues)
        if one.code == "OS-S4"
    ]


def judged(base: Spec, new: Spec, answer: str = "") -> Verdict:
    finding = missing(base)[0]
    given = GivenAnswer(answer, ANSWER, 4) if answer else None
    return judge(
        Proposal(
            base, new, finding, contract_of(finding), (), (), tuple(missing(base)), tuple(missing(new)), answer=given
        )
    )


def added(base: Spec, made: Candidate | str | None) -> Spec:
    assert isinstance(made, Candidate), made
    return parse_spec("example", PATH, apply(base.text, made.spans))


def written(base: Spec, body: str, scenario: str) -> Spec:
    place = base.requirements[0]
    block = f"### Requirement: Reading\n{body}\n\n{scenario.rstrip()}"
    return parse_spec("example", PATH, base.text[: place.start] + block + base.text[place.end :])


def steps(spec: Spec) -> list[tuple[str, str]]:
    return [(step.keyword, step.text) for step in spec.requirements[0].scenarios[0].steps]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "If the file is broken, the reader SHALL report `E42`.",
            [("WHEN", "the file is broken"), ("THEN", "the reader SHALL report `E42`")],
        ),
        (
            "The reader reads. The reader SHALL report `E42` within 5 s when the file is broken.",
            [("WHEN", "the file is broken"), ("THEN", "the reader SHALL report `E42` within 5 s")],
        ),
        (
            "While the mast is down, when it rains, the roof SHALL close.",
            [("GIVEN", "the mast is down"), ("WHEN", "it rains"), ("THEN", "the roof SHALL close")],
        ),
        (
            "The reader SHALL, once 3 files are open, NOT open another one.",
            [("WHEN", "3 files are open"), ("THEN", "the reader SHALL NOT open another one")],
        ),
    ],
)
def test_a_scenario_is_made_of_the_requirements_own_clauses(body: str, expected: list[tuple[str, str]]) -> None:
    base = bare(body)
    new = added(base, scenario_strategy.from_own_words(base, missing(base)[0]))
    assert steps(new) == expected
    assert judged(base, new).kept, judged(base, new)
    assert validate({PATH: new.text})[0].valid(strict=True)


@given(condition=CONDITIONS, subject=SUBJECTS, response=RESPONSES, behind=st.booleans())
def test_no_word_is_invented_whatever_the_requirement(
    *, condition: str, subject: str, response: str, behind: bool
) -> None:
    first = f"{condition[0].upper()}{condition[1:]}, {subject[0].lower()}{subject[1:]} SHALL {response}."
    base = bare(f"{subject} SHALL {response} {condition}." if behind else first)
    made = scenario_strategy.from_own_words(base, missing(base)[0])
    if made is None:
        return
    new = added(base, made)
    own = {token[:2] for token in tokens(base.requirements[0].text)}
    said = {token[:2] for step in new.requirements[0].scenarios[0].steps for token in tokens(step.text)}
    assert said <= own
    assert judged(base, new).kept, judged(base, new)


@pytest.mark.parametrize("body", ["The reader SHALL report `E42`.", "The reader SHALL check if a file is there."])
def test_without_a_condition_nothing_is_invented(body: str) -> None:
    base = bare(body)
    assert scenario_strategy.from_own_words(base, missing(base)[0]) is None


@pytest.mark.parametrize(
    ("scenario", "check"),
    [
        ("- **WHEN** the disk is full\n- **THEN** the store SHALL keep the file\n", "words-of-source"),
        ("- **WHEN** the day ends\n- **THEN** the store SHALL keep the file for 5 days\n", "words-of-source"),
        ("- **WHEN** the day ends\n- **THEN** keep the file\n", "words-of-source"),
        ("- **WHEN** the day ends\n", "one-scenario-more"),
        ("- **WHEN** the day ends\n- **THEN** the store SHALL keep the file\n\nAnd more.\n", "one-scenario-more"),
    ],
)
def test_the_gate_refuses_what_the_text_does_not_say(scenario: str, check: str) -> None:
    base = bare("Unless the disk is full, the store SHALL keep the file. When the day ends, it SHALL close.")
    new = written(base, base.requirements[0].text, f"#### Scenario: Reading\n{scenario}")
    assert judged(base, new).refused_by == check


def test_a_changed_text_is_refused() -> None:
    base = bare("When the day ends, the store SHALL close within 5 s.")
    scenario = "#### Scenario: The day ends\n- **WHEN** the day ends\n- **THEN** the store SHALL close within 5 s\n"
    new = written(base, "When the day ends, the store SHALL close within 50 s.", scenario)
    assert judged(base, new).refused_by == "text-kept"


def test_an_answer_becomes_a_scenario_and_is_its_licence() -> None:
    base = bare("The reader SHALL report `E42`.")
    answer = "WHEN a file is missing, THEN the reader reports `E42` within 5 s."
    new = added(base, scenario_strategy.from_said(base, missing(base)[0], GivenAnswer(answer, ANSWER, 4)))
    assert steps(new) == [("WHEN", "a file is missing"), ("THEN", "the reader reports `E42` within 5 s")]
    verdict = judged(base, new, answer)
    assert verdict.kept, verdict
    assert ANSWER in {one.path for one in verdict.licences}
    assert judged(base, new, "WHEN a file is missing, THEN nothing happens.").refused_by == "words-of-source"


@pytest.mark.parametrize("answer", ["I do not know", "WHEN it <b>breaks</b>, THEN it ends", "WHEN a <!-- x --> THEN b"])
def test_an_answer_that_is_no_scenario_is_told(answer: str) -> None:
    base = bare("The reader SHALL report `E42`.")
    assert isinstance(scenario_strategy.from_said(base, missing(base)[0], GivenAnswer(answer, ANSWER, 4)), str)


def test_pieces_of_a_model_must_stand_in_the_text() -> None:
    base = bare("Before it writes, the store asks. The store SHALL report `E42` in case a file is locked.")
    finding = missing(base)[0]
    lies = {"when": "a file is gone", "then": "The store SHALL report `E42`"}
    assert isinstance(scenario_strategy.from_pieces(base, finding, lies), str)
    cut = {"when": "a file is locked", "then": "SHALL report `E42`"}
    made = scenario_strategy.from_pieces(base, finding, cut)
    assert judged(base, added(base, made)).refused_by == "words-of-source"


@pytest.mark.parametrize(
    "said",
    ["WHEN The disk is full, THEN The reader SHALL stop", "GIVEN Any disk WHEN It is full THEN The reader SHALL stop."],
)
def test_no_step_of_an_answer_has_the_capital_of_a_sentence_inside(said: str) -> None:
    base = bare("The reader SHALL stop.")
    text = added(base, scenario_strategy.from_said(base, missing(base)[0], GivenAnswer(said, ANSWER, 4)))
    assert [words[:2].islower() for _, words in steps(text)] == [True] * len(steps(text))
    assert judged(base, text, said).kept


@pytest.mark.parametrize(
    ("when", "then"),
    [("When The disk is full", "The reader SHALL stop"), ("if the disk is full,", "Each reader SHALL stop")],
)
def test_no_piece_has_the_capital_of_a_sentence_inside(when: str, then: str) -> None:
    base = bare(f"{then}, {when}.")
    made = scenario_strategy.from_pieces(base, missing(base)[0], {"when": when.strip(","), "then": then})
    assert [words for _, words in steps(added(base, made))] == ["the disk is full", then[0].lower() + then[1:]]
