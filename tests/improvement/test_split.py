"""Splits: where a requirement is cut, what a person's answer says, and that the gate lets nothing be lost."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement import split_strategy
from geoflow.improvement.choice import LEAVE, chosen, is_left, said_cuts
from geoflow.improvement.contract import contract_of
from geoflow.improvement.edit import GivenAnswer, apply
from geoflow.improvement.gate import Verdict, judge
from geoflow.improvement.proposal import Proposal
from geoflow.improvement.splitting import own_name
from geoflow.openspec import Spec, parse_delta, parse_spec, validate
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from geoflow.quality.tokens import tokens
from tests.improvement.builders import PATH, document

FILE = "openspec/questions/where.yaml"
BODY = "When the disk is full, the store SHALL refuse new files within 3 s and SHALL NOT warn `root`."
REFUSES = "#### Scenario: Refused\n- **WHEN** new files come\n- **THEN** it SHALL refuse the files within 3 s\n"
WARNS = "#### Scenario: No warning\n- **WHEN** the disk is full\n- **THEN** it SHALL NOT warn `root`\n"
BOTH = f"{REFUSES}\n{WARNS}"


def compound(base: Spec, code: str = "GF208") -> Finding:
    found = next((one for one in find_in(base, []) if one.code == code), None)
    place = base.requirements[0]
    at = base.text.rindex("SHALL", 0, place.body_end)
    return found or Finding(code, "info", PATH, 8, 8, place.name, "m", "f", "SHALL", at, at + 5)


def split(base: Spec, answer: str) -> Spec | str:
    made = split_strategy.from_choice(base, compound(base), GivenAnswer(answer, FILE, 9))
    return made if isinstance(made, str) else parse_spec("example", PATH, apply(base.text, made.spans))


def judged(base: Spec, text: str, answer: str | None) -> Verdict:
    finding, new = compound(base), parse_spec("example", PATH, text)
    given = GivenAnswer(answer, FILE, 9) if answer else None
    found = (tuple(find_in(base, [])), tuple(find_in(new, [])))
    return judge(Proposal(base, new, finding, contract_of(finding), (), (), *found, answer=given))


def test_the_question_offers_what_code_can_carry_out_and_to_leave_it() -> None:
    base = document(BODY, BOTH)
    asked = split_strategy.question(base, compound(base))
    assert not isinstance(asked, str)
    assert asked.options == (
        "Split before “and SHALL NOT warn `root`.”, with the scenario “No warning”",
        LEAVE,
    )
    assert "When the disk is full, the store SHALL NOT warn `root`." in asked.text


def test_the_first_part_keeps_the_name_and_the_second_its_condition_subject_and_scenario() -> None:
    base = document(BODY, BOTH)
    answer = "Split before “and SHALL NOT warn”, with the scenario “No warning”"
    new = split(base, answer)
    assert isinstance(new, Spec), new
    first, second, neighbour = new.requirements
    assert (first.name, first.text) == (
        "Reading",
        "When the disk is full, the store SHALL refuse new files within 3 s.",
    )
    assert second.name == "Store SHALL NOT warn `root`"
    assert second.text == "When the disk is full, the store SHALL NOT warn `root`."
    assert [[one.name for one in each.scenarios] for each in (first, second)] == [["Refused"], ["No warning"]]
    assert neighbour.name == "Neighbour"
    verdict = judged(base, new.text, answer)
    assert verdict.kept, verdict
    assert verdict.licences[0].source == f"answer {FILE}:9"
    assert validate({PATH: new.text})[0].valid(strict=True)


def test_a_person_may_name_the_part() -> None:
    base = document(BODY, BOTH)
    answer = "split before “SHALL NOT warn” named “Silence on a full disk” with the scenario “No warning”"
    new = split(base, answer)
    assert isinstance(new, Spec), new
    assert new.requirements[1].name == "Silence on a full disk"
    assert judged(base, new.text, answer).kept
    assert judged(base, new.text, "Split before “SHALL NOT warn”").refused_by == "named-by-own-words"


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("SHALL NOT warn `root`.\n\n#", "SHALL warn `root`.\n\n#", "words-shared"),
        ("within 3 s.", "within 30 s.", "words-shared"),
        ("When the disk is full, the store SHALL NOT", "The store SHALL NOT", "words-shared"),
        ("When the disk is full, the store SHALL NOT", "The reader SHALL NOT", "words-shared"),
        ("- **WHEN** new files come\n", "", "scenarios-shared"),
        (f"\n{WARNS}", "\n", "parts-in-place"),
        ("### Requirement: Reading", "### Requirement: Writing", "parts-in-place"),
        ("The writer SHALL keep the file.", "The writer SHALL keep a file.", "target-only"),
    ],
)
def test_the_gate_refuses_a_split_that_loses_or_changes_anything(old: str, new: str, check: str) -> None:
    base = document(BODY, BOTH)
    answer = "Split before “and SHALL NOT warn”, with the scenario “No warning”"
    made = split(base, answer)
    assert isinstance(made, Spec)
    assert old in made.text
    assert judged(base, made.text.replace(old, new, 1), answer).refused_by == check


@pytest.mark.parametrize(
    "answer", [None, LEAVE, "Split before “the store”", "Split before “files” and before “SHALL NOT”"]
)
def test_without_an_answer_that_says_so_nothing_is_split(answer: str | None) -> None:
    base = document(BODY, BOTH)
    made = split(base, "Split before “and SHALL NOT warn”, with the scenario “No warning”")
    assert isinstance(made, Spec)
    assert judged(base, made.text, answer).refused_by == "answer-licenses"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Split it please", split_strategy.NOT_SAID),
        ("Split before “nowhere”", "“nowhere” is no place where it can be split"),
        ("Split before “SHALL NOT warn” with the scenario “Gone”", "the requirement has no scenario “Gone”"),
        ("Split before “SHALL NOT warn”, with none of the scenarios", "no scenario would be left"),
    ],
)
def test_an_answer_that_cannot_be_carried_out_is_told(answer: str, why: str) -> None:
    body = BODY.replace("When the disk is full, the", "The")
    made = split(document(body, BOTH), answer)
    assert isinstance(made, str)
    assert why in made


def test_an_option_is_meant_by_its_number_its_words_and_yes() -> None:
    options = ("Split before “and SHALL warn”", LEAVE)
    for answer in ("1", "Option 1", "1.", "yes", "Yes, split before “and SHALL warn”", options[0]):
        assert [cut.before for cut in said_cuts(chosen(answer, options))] == ["and SHALL warn"], answer
    assert is_left(chosen("2", options))
    assert is_left(chosen("No, it is fine.", options))


def test_a_pronoun_becomes_its_only_subject_and_what_points_back_is_not_cut() -> None:
    body = "The store SHALL refuse new files. It SHALL warn `root`. Both SHALL end."
    base = document(body, BOTH.replace("SHALL NOT", "SHALL"))
    new = split(base, "Split before “SHALL warn”, with the scenario “No warning”")
    assert isinstance(new, Spec), new
    assert new.requirements[1].text == "The store SHALL warn `root`. Both SHALL end."
    assert isinstance(split(base, "Split before “Both SHALL end”"), str)


SUBJECTS = st.sampled_from(["The store", "`geoflow sync`", "The reader of 10 MB"])
ASKED = (
    ("refuse new files within 3 s", "new files come", "they are refused within 3 s"),
    ("NOT open a locked archive", "an archive is locked", "it is not open"),
    ("report `E42` to the owner", "a report is due", "the owner sees `E42`"),
    ("keep 5 copies and no more", "a sixth copy is made", "5 copies are there"),
    ("send “late” when the night begins", "the night begins", "“late” is sent"),
)


@given(subject=SUBJECTS, asked=st.permutations(ASKED), count=st.integers(2, 4), data=st.data())
def test_every_word_and_scenario_is_kept_whatever_is_split(
    *, subject: str, asked: list[tuple[str, str, str]], count: int, data: st.DataObject
) -> None:
    chosen_ones = asked[:count]
    joiners = [
        data.draw(st.sampled_from([" and SHALL ", ", and SHALL ", ". It SHALL ", f". {subject} SHALL "]))
        for _ in chosen_ones
    ]
    body = f"{subject} SHALL {chosen_ones[0][0]}"
    body += "".join(f"{joiner}{one[0]}" for joiner, one in zip(joiners, chosen_ones[1:], strict=False)) + "."
    scenarios = [
        f"#### Scenario: S{n}\n- **WHEN** {one[1]}\n- **THEN** {one[2]}\n" for n, one in enumerate(chosen_ones)
    ]
    base = document(body, "\n".join(scenarios))
    asking = split_strategy.question(base, compound(base))
    if isinstance(asking, str):
        return
    for option in asking.options[:-1]:
        new = split(base, option)
        assert isinstance(new, Spec), (body, option, new)
        verdict = judged(base, new.text, option)
        assert verdict.kept, (body, option, verdict, new.text)
        parts = new.requirements[:-1]
        old, now = (
            Counter(token[:2] for text in texts for token in tokens(text) if token.kind not in {"free", "relation"})
            for texts in ([base.requirements[0].text], [part.text for part in parts])
        )
        assert not old - now
        kept = [new.text[one.start : one.end].strip() for part in parts for one in part.scenarios]
        assert {text.strip() for text in scenarios} <= set(kept)
        assert validate({PATH: new.text})[0].valid(strict=True)


def test_a_delta_that_modifies_a_requirement_is_not_split() -> None:
    text = f"## MODIFIED Requirements\n\n### Requirement: Reading\n{BODY}\n\n{BOTH}"
    delta = parse_delta("example", "openspec/changes/c/specs/example/spec.md", text)
    finding = replace(
        compound(document(BODY, BOTH)), path=delta.path, start=text.rindex("SHALL NOT", 0, text.index("####"))
    )
    assert "a change modifies it" in str(split_strategy.question(delta, finding))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("When no key is assigned, all keys SHALL be considered.", "All keys considered"),
        ("When the share is 0.5 (e.g., at night), the lamp SHALL be dark.", "Lamp dark"),
        ("If the key (old, new) fails, the door SHALL stay shut.", "Stay shut"),
        ("Unknown fields MUST not be ignored.", "Unknown fields MUST not be ignored"),
    ],
)
def test_a_part_is_not_named_by_a_fragment_of_its_condition(text: str, name: str) -> None:
    assert own_name(text, "") == name
