"""Steps that a scenario lacks, of what a person has answered; and what the gate refuses."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement import step_strategy
from geoflow.improvement.contract import answered_contract
from geoflow.improvement.edit import Candidate, GivenAnswer, apply
from geoflow.improvement.gate import Verdict, judge
from geoflow.improvement.proposal import Proposal
from geoflow.improvement.step_text import leaves, said_step, wants_each, why_no_step
from geoflow.openspec import Spec, parse_spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from tests.improvement.builders import PATH, document

ANSWER = "openspec/questions/when.yaml"
BODY = "The reader SHALL name the file."
OPENED = "#### Scenario: Opened\n- **THEN** the reader names the file\n"
FAILS = "#### Scenario: Power fails\n- **WHEN** power fails\n"


def bare(scenarios: str = OPENED) -> Spec:
    return document(BODY, scenario=scenarios)


def lacking(spec: Spec, code: str = "GF114") -> list[Finding]:
    return [one for one in find_in(spec, []) if one.code == code]


def made(spec: Spec, said: str, code: str = "GF114") -> Candidate | str:
    return step_strategy.from_choice(spec, lacking(spec, code), GivenAnswer(said, ANSWER, 4))


def new(spec: Spec, said: str, code: str = "GF114") -> Spec:
    candidate = made(spec, said, code)
    assert isinstance(candidate, Candidate), candidate
    return parse_spec("example", PATH, apply(spec.text, candidate.spans))


def judged(base: Spec, text: str, said: str, code: str = "GF114") -> Verdict:
    finding = lacking(base, code)[0]
    after = parse_spec("example", PATH, text)
    given = GivenAnswer(said, ANSWER, 4) if said else None
    before_findings, after_findings = tuple(find_in(base, [])), tuple(find_in(after, []))
    contract = answered_contract(finding)
    return judge(Proposal(base, after, finding, contract, (), (), before_findings, after_findings, answer=given))


SAID = "a card is shown for 2 s"


def test_the_gate_keeps_a_step_that_is_the_answer() -> None:
    base = bare()
    verdict = judged(base, new(base, SAID).text, SAID)
    assert verdict.kept, verdict.reason
    assert {(one.kind, one.path, one.line) for one in verdict.licences} == {("answer", ANSWER, 4)}


@pytest.mark.parametrize(
    ("old", "put", "check"),
    [
        ("- **THEN** the", "- **WHEN** a card is shown for 3 s\n- **THEN** the", "answer-licenses"),
        ("- **THEN** the", "- **WHEN** a card is shown\n- **THEN** the", "answer-licenses"),
        ("- **THEN** the", f"- **WHEN** {SAID}\n- **AND** it rains\n- **THEN** the", "steps-only"),
        ("- **THEN** the", f"- **WHEN** {SAID}\n- **THEN** soon the", "steps-only"),
        ("- **THEN** the", f"\n- **WHEN** {SAID}\n\nMore.\n\n- **THEN** the", "steps-only"),
        ("- **THEN** the", f"- **GIVEN** {SAID}\n- **THEN** the", "one-step-each"),
        ("- **THEN** the reader names the file", f"- **THEN** the reader names the file\n- **THEN** {SAID}", "one-step-each"),
        ("Opened", "Shut", "scenarios-kept"),
        ("name the file", "name every file", "steps-only"),
    ],
)  # fmt: skip
def test_the_gate_refuses_what_is_more_or_other_than_the_answer(old: str, put: str, check: str) -> None:
    base = bare()
    verdict = judged(base, base.text.replace(old, put, 1), SAID)
    assert verdict.refused_by == check, verdict.reason


def test_the_gate_refuses_a_step_that_nobody_has_answered() -> None:
    base = bare()
    assert judged(base, new(base, SAID).text, "").refused_by == "answer-licenses"


def test_the_gate_refuses_a_step_in_a_scenario_that_lacks_none() -> None:
    base = bare(OPENED + "\n#### Scenario: Shut\n- **WHEN** it rains\n- **THEN** the file is shut\n")
    text = new(base, SAID).text.replace("- **WHEN** it rains", f"- **WHEN** {SAID}\n- **WHEN** it rains")
    assert judged(base, text, SAID).refused_by == "one-step-each"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("scenario", "code", "line"),
    [
        (OPENED, "GF114", "- **WHEN** a card is shown for 2 s\n- **THEN** the"),
        ("#### Scenario: A\n\n* **THEN** it is.\n\n* **AND** more.\n", "GF114", "* **WHEN** a card is shown for 2 s\n\n* **THEN**"),
        ("#### Scenario: A\n  - **THEN** it is\n    for long\n", "GF114", "  - **WHEN** a card is shown for 2 s\n  - **THEN** it is\n"),
        ("#### Scenario: A\n**THEN** it is\n**AND** it was\n", "GF114", "**WHEN** a card is shown for 2 s\n**THEN** it is\n"),
        (FAILS, "GF113", "power fails\n- **THEN** a card is shown for 2 s\n"),
        ("#### Scenario: A\n- **WHEN** it is\n  for long\n- **AND** it was\n", "GF113", "it was\n- **THEN** a card is shown for 2 s\n"),
    ],
)  # fmt: skip
def test_a_step_is_written_as_those_beside_it(scenario: str, code: str, line: str, line_end: str) -> None:
    base = bare(scenario)
    base = parse_spec("example", PATH, base.text.replace("\n", line_end))
    after = new(base, "A card is shown for 2 s.", code)
    assert line.replace("\n", line_end) in after.text
    assert judged(base, after.text, "A card is shown for 2 s.", code).kept
    assert after.text.replace("\r\n", "").count("\n") == (after.text.count("\n") if line_end == "\n" else 0)


def test_a_full_stop_comes_where_such_steps_have_one() -> None:
    base = bare(OPENED + "\n#### Scenario: Shut\n- **WHEN** it rains.\n- **THEN** the file is shut.\n")
    base = parse_spec("example", PATH, base.text.replace("cannot be read", "cannot be read."))
    assert "- **WHEN** a card is shown.\n" in new(base, "a card is shown").text


def test_nothing_is_put_behind_a_table() -> None:
    base = bare(FAILS + "\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert made(base, SAID, "GF113") == step_strategy.MORE_BEHIND


def test_the_question_names_no_more_than_a_few_scenarios() -> None:
    many = "\n".join(
        OPENED.replace("Opened", f"Opened {number}").replace("file", f"file {number}") for number in range(9)
    )
    base = bare(many)
    choice = step_strategy.question(base, lacking(base))
    assert not isinstance(choice, str)
    assert choice.text.startswith(
        "What brings about the 9 scenarios “Opened 0”, “Opened 1”, “Opened 2”, and 6 more of “Reading”?"
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Opened", "“the reader names the file” in the scenario “Opened” of “Reading”?"),
        ("Reading", "“the reader names the file” in the scenario of “Reading”?"),
        ("The reader names the file", "“the reader names the file” of “Reading”?"),
    ],
)
def test_the_question_says_nothing_twice(name: str, told: str) -> None:
    base = bare(OPENED.replace("Opened", name))
    choice = step_strategy.question(base, lacking(base))
    assert not isinstance(choice, str)
    assert choice.text.startswith(f"What brings about {told} The answer becomes the WHEN of the scenario")


@pytest.mark.parametrize(
    ("keyword", "said", "words"),
    [
        ("WHEN", "When the disk is full.", "the disk is full"),
        ("WHEN", "- **WHEN** the disk is full", "the disk is full"),
        ("WHEN", "If 3 files are open", "3 files are open"),
        ("WHEN", "`open()` is\ncalled", "`open()` is called"),
        ("WHEN", "5 s after the start", "5 s after the start"),
        ("THEN", "Then The reader SHALL stop.", "the reader SHALL stop"),
        ("THEN", "no file is written", "no file is written"),
        ("THEN", "it stops when idle", "it stops when idle"),
    ],
)
def test_an_answer_is_read_as_a_step(keyword: str, said: str, words: str) -> None:
    assert said_step(keyword, said) == words


@pytest.mark.parametrize(
    "said",
    ["", "?", "yes", "TBD", "no idea", "I do not know", "to be decided", "what do you mean?", "when it rains, then it stops",
     "THEN it stops", "GIVEN rain WHEN it pours", "it rains. It pours.", "it rains\n\nit pours", "- it rains\n- it pours",
     "# it rains", "the reader SHALL stop", "it [rains](http://a.b)", "it rains \u202e now", "x " * 300, "a" * 100_000,
     "it <b>rains</b>", "it rains `", "it rains,"],
)  # fmt: skip
def test_what_is_no_text_of_a_step_is_told(said: str) -> None:
    assert why_no_step("WHEN", said)
    assert said_step("WHEN", said) == ""


@pytest.mark.parametrize("said", ["They hold at all times", "it always holds.", "Always", "leave it as it is"])
def test_an_answer_may_say_that_no_step_is_wanted(said: str) -> None:
    assert leaves(said)
    assert not leaves(f"{said} when it rains")


def test_an_answer_may_say_that_each_has_its_own() -> None:
    assert wants_each("Each has its own, ask for each")
    assert wants_each("each scenario has its own trigger")
    assert not wants_each("each card has a reader")


HOSTILE = st.lists(
    st.sampled_from(
        ["\n", "\r", "\r\n", "\n\n", "\t", "# ", "### Requirement: X\n", "#### Scenario: X\n", "- **WHEN** ", "- **THEN** ",
         "**", "__", "```", "~~~", "<!--", "-->", "<b>", "&lt;", "\u202e", "\u200b", "\u0000", "\ufeff", "\u2028", "\\", "`",
         "|", "> ", "---", "[a]: b", "geoflow:", "a card", "is shown", "when ", "SHALL", "2 s", ". ", " ", "й", "always"]
    ) | st.text(max_size=8),
    max_size=12,
).map("".join)  # fmt: skip


@given(
    said=HOSTILE,
    code=st.sampled_from(["GF113", "GF114"]),
    several=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_is_answered_nothing_but_one_line_a_scenario_comes(
    said: str,
    code: str,
    several: bool,  # noqa: FBT001 - drawn
    line_end: str,
) -> None:
    one = OPENED if code == "GF114" else FAILS
    base = bare(one + "\n" + one.replace("Scenario: ", "Scenario: Not ") if several else one)
    base = parse_spec("example", PATH, base.text.replace("\n", line_end))
    candidate = made(base, said, code)
    if isinstance(candidate, str):
        assert candidate
        return
    text = apply(base.text, candidate.spans)
    if not judged(base, text, said, code).kept:
        return
    words = said_step("THEN" if code == "GF113" else "WHEN", said)
    line = re.compile(rf"- \*\*(?:WHEN|THEN)\*\* {re.escape(words)}{line_end}")
    assert len(text) - len(base.text) == (2 if several else 1) * (len(words) + len("- **WHEN** ") + len(line_end))
    assert line.sub("", text) == base.text
    assert "".join(words.split()).lower() in "".join(said.split()).lower()
    after = parse_spec("example", PATH, text)
    names = [(each.name, [scenario.name for scenario in each.scenarios]) for each in base.requirements]
    assert names == [(each.name, [scenario.name for scenario in each.scenarios]) for each in after.requirements]


@given(words=st.lists(st.sampled_from("a card is shown not over 2 s `x` the".split()), min_size=2, max_size=6))
def test_a_step_of_other_words_than_the_answer_is_refused(words: list[str]) -> None:
    base, said = bare(), "a card is shown for 2 s"
    verdict = judged(base, new(base, said).text.replace(said, " ".join(words)), said)
    assert not verdict.kept
    assert replace(verdict, passed=()).refused_by == "answer-licenses"
