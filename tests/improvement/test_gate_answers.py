"""An answer licenses what it says, in the place that it is about, and nothing else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.improvement.gate import CHECKS, Verdict, judge
from geoflow.openspec import parse_spec
from tests.improvement.builders import PATH, SCENARIO, answered, document

OLD = (
    "When the disk is full, the reader SHALL quickly stop, and the command MUST NOT exit with code 0 "
    "unless `--force` is given."
)
ANSWER = "within 2 s of the alarm `E7`"
GOOD = OLD.replace("quickly", ANSWER)
SENTENCE = "The reader MUST NOT send more than 3 alarms to `siren` a day."
SAID = f"{OLD} {SENTENCE}"


def replaced(new: str, answer: str = ANSWER, old: str = OLD, code: str = "GF210") -> Verdict:
    return judge(answered(document(old), document(new), answer, code))


def refusing(new: str, answer: str, code: str, scenario: str = SCENARIO) -> set[str]:
    proposal = answered(document(OLD), document(new, scenario), answer, code)
    return {name for name, look in CHECKS if look(proposal)}


def test_an_answer_in_the_place_of_the_quote_passes_and_is_named_as_the_licence() -> None:
    verdict = replaced(GOOD)
    assert verdict.kept, (verdict.refused_by, verdict.reason)
    assert {licence.word for licence in verdict.licences} == {"2 s", "alarm", "`E7`", "within", "of"}
    assert {licence.source for licence in verdict.licences} == {"answer openspec/questions/how-soon.yaml:4"}


def test_an_answer_as_a_sentence_of_its_own_passes_with_its_modal_and_negation() -> None:
    verdict = replaced(SAID, SENTENCE, code="")
    assert verdict.kept, (verdict.refused_by, verdict.reason)
    assert {"MUST", "NOT", "3", "`siren`"} <= {licence.word for licence in verdict.licences}
    assert {licence.kind for licence in verdict.licences} == {"answer"}


@pytest.mark.parametrize(
    ("check", "new"),
    [
        ("numbers-kept", GOOD.replace("alarm `E7`", "alarm `E7` 9 times")),
        ("numbers-kept", GOOD.replace("2 s", "3 s")),
        ("numbers-kept", GOOD.replace("2 s", "2 ms")),
        ("numbers-kept", GOOD.replace("2 s", "2 s 2 s")),
        ("numbers-kept", GOOD.replace("code 0", "code 1")),
        ("literals-kept", GOOD.replace("`E7`", "`E8`")),
        ("literals-kept", GOOD.replace("`--force`", "`E7`")),
        ("words-licensed", GOOD.replace("alarm", "red alarm")),
        ("words-licensed", GOOD.replace("alarm", "file")),
        ("words-licensed", OLD.replace("quickly", "of the alarm `E7` within 2 s")),
        ("words-licensed", OLD.replace("quickly", "within the alarm `E7`")),
        ("words-licensed", OLD.replace("quickly ", "")),
        ("relations-kept", GOOD.replace("within", "after")),
        ("relations-kept", GOOD.replace("unless", "of")),
        ("words-kept", GOOD.replace("the disk is full", "the alarm")),
        ("sentence-only", GOOD.replace("When the disk is full, the", "The")),
        ("sentence-only", GOOD.replace("stop, and", "stop within 2 s, and")),
        ("modality-kept", GOOD.replace("SHALL", "may")),
        ("modality-kept", GOOD.replace("SHALL", "SHALL and MUST")),
        ("negations-kept", GOOD.replace("MUST NOT", "MUST")),
        ("negations-kept", GOOD.replace("of the alarm", "not of the alarm")),
        ("nothing-hidden", GOOD.replace("`E7`", "`E7` <!-- quickly -->")),
        ("nothing-hidden", GOOD.replace("alarm", "[alarm](http://example.org)")),
        ("nothing-hidden", GOOD.replace("alarm", "<b>alarm</b>")),
        ("nothing-hidden", GOOD.replace("alarm", "ala\u200brm")),
        ("nothing-hidden", GOOD.replace("alarm", "alarm\n#### Scenario: Mine\n- **WHEN** x")),
        ("nothing-hidden", GOOD.replace("alarm", "*alarm*")),
        ("growth-bounded", GOOD.replace("alarm", "alarm of the alarm of the alarm of the alarm of the alarm")),
        ("finding-gone", OLD.replace("quickly", "within 2 s soon")),
    ],
)  # fmt: skip
def test_an_edit_that_does_more_than_the_answer_says_is_refused(check: str, new: str) -> None:
    found = refusing(new, ANSWER, "GF210")
    assert check in found, f"{check} lets it through, refused by {found}"


@pytest.mark.parametrize(
    ("check", "new"),
    [
        ("numbers-kept", SAID.replace("3 alarms", "3 alarms and 4")),
        ("numbers-kept", SAID.replace("3 alarms", "4 alarms")),
        ("negations-kept", SAID.replace("MUST NOT send", "MUST send").replace("MUST NOT exit", "MUST exit")),
        ("modality-kept", SAID.replace("MUST NOT send", "may NOT send")),
        ("modality-kept", SAID.replace("SHALL", "MUST")),
        ("words-licensed", SAID.replace("MUST NOT send", "MUST send")),
        ("words-licensed", SAID.replace(" a day", "")),
        ("words-licensed", SAID.replace("The reader MUST NOT", "The writer MUST NOT")),
        ("words-kept", SAID.replace("quickly ", "")),
        ("sentence-only", f"{SENTENCE} {OLD}"),
        ("sentence-only", SAID.replace("quickly", "quickly and")),
        ("sentence-only", SAID.replace(OLD, OLD.replace("given.", f"given. {SENTENCE}")).replace("given.", "given")),
        ("nothing-hidden", SAID.replace(SENTENCE, f"<!-- {SENTENCE} -->")),
        ("nothing-hidden", SAID.replace("a day.", "a day.\nThe reader waits.")),
        ("form-kept", f"{OLD}\n\n{SENTENCE}"),
        ("form-kept", f"{OLD} {SENTENCE} It stops."),
        ("form-kept", f"{OLD}\n- {SENTENCE}"),
        ("growth-bounded", f"{SAID} {SENTENCE}"),
        ("finding-gone", OLD),
    ],
)  # fmt: skip
def test_a_sentence_that_is_not_the_answer_is_refused(check: str, new: str) -> None:
    found = refusing(new, SENTENCE, "")
    assert check in found, f"{check} lets it through, refused by {found}"


@pytest.mark.parametrize(
    ("check", "scenario"),
    [
        ("steps-kept", SCENARIO.replace("- **THEN** the reader reports `E42`\n", "")),
        ("scenarios-kept", ""),
        ("scenarios-kept", SCENARIO.replace("A file is broken", "A file is fine")),
        ("numbers-kept", SCENARIO.replace("10 MB", "2 s")),
        ("sentence-only", SCENARIO.replace("cannot be read", "is read")),
    ],
)
@pytest.mark.parametrize(("new", "answer", "code"), [(GOOD, ANSWER, "GF210"), (SAID, SENTENCE, "")])
def test_an_answer_licenses_nothing_in_the_scenarios(
    check: str, scenario: str, new: str, answer: str, code: str
) -> None:
    assert check in refusing(new, answer, code, scenario)


def test_an_answer_licenses_nothing_in_another_requirement() -> None:
    base = document(OLD)
    new = parse_spec("example", PATH, document(GOOD).text.replace("keep the file", "keep the alarm"))
    assert judge(answered(base, new, ANSWER)).refused_by == "target-only"


def test_words_of_the_document_are_no_licence_where_an_answer_is_brought_in() -> None:
    assert (
        replaced(OLD.replace("quickly", "within 2 s of the file"), "within 2 s of the alarm").refused_by
        == "words-licensed"
    )


@pytest.mark.parametrize(
    ("old", "answer", "new"),
    [
        ("It SHALL wait TBD s.", "5", "It SHALL wait 5 s."),
        ("It SHALL wait TBD s.", "5 s", "It SHALL wait 5 s."),
        ("It SHALL wait TBD seconds.", "5", "It SHALL wait 5 seconds."),
    ],
)
def test_a_unit_behind_the_quote_may_become_part_of_the_number(old: str, answer: str, new: str) -> None:
    verdict = replaced(new, answer, old, "GF211")
    assert verdict.kept, (verdict.refused_by, verdict.reason)
    assert [licence.kind for licence in verdict.licences] == ["answer"]


@pytest.mark.parametrize(
    "new", ["It SHALL wait 5 ms.", "It SHALL wait 5.", "It SHALL wait 50 s.", "It SHALL wait s 5."]
)
def test_a_unit_behind_the_quote_stays_the_unit(new: str) -> None:
    assert not replaced(new, "5", "It SHALL wait TBD s.", "GF211").kept


@pytest.mark.parametrize(
    ("answer", "piece", "left_out"),
    [
        ("It takes over 2 s. Always.", "2 s", "over"),
        ("It must not take 2 s.", "2 s", "not"),
        ("Never later than 2 s after the alarm.", "2 s after the alarm", "never"),
        ("Anything but 2 s.", "2 s", "but"),
        ("It MAY take 2 s. It could be 3 s.", "3 s", "could"),
    ],
)
def test_a_piece_is_not_cut_off_from_what_turns_it(answer: str, piece: str, left_out: str) -> None:
    verdict = replaced(OLD.replace("quickly", piece), answer)
    assert (verdict.refused_by, verdict.reason) == ("words-licensed", f"leaves out the “{left_out}” of the answer")


def test_a_piece_may_leave_out_the_word_that_stands_there_already() -> None:
    assert replaced(
        "It SHALL stop within 2 s.", "That is within 2 s. Always.", "It SHALL stop within TBD.", "GF211"
    ).kept


_GAPS = [match.start() for match in re.finditer(r"(?<=\s)(?=\S)", SAID)]
_SLIPPED = [
    "never",
    "always",
    "42",
    "only",
    "blue",
    "`x`",
    "if",
    "SHALL",
    "or",
    "alarms",
    "3",
    "NOT",
    "`siren`",
    "*",
    "<!--",
]


@given(st.sampled_from(_GAPS), st.sampled_from(_SLIPPED))
@settings(max_examples=120, deadline=None)
def test_nothing_can_be_slipped_in_beside_a_sentence_that_was_answered(place: int, word: str) -> None:
    assert not replaced(f"{SAID[:place]}{word} {SAID[place:]}", SENTENCE, code="").kept


@given(st.sampled_from([match.start() for match in re.finditer(r"(?<=\s)(?=\S)", GOOD)]), st.sampled_from(_SLIPPED))
@settings(max_examples=120, deadline=None)
def test_nothing_can_be_slipped_in_beside_a_phrase_that_was_answered(place: int, word: str) -> None:
    assert not replaced(f"{GOOD[:place]}{word} {GOOD[place:]}").kept


@given(st.sampled_from([match.span() for match in re.finditer(r"(?<![`-])\b\w+\b(?![`-])", OLD)]))
@settings(max_examples=60, deadline=None)
def test_no_word_but_the_quote_can_be_dropped_under_cover_of_an_answer(place: tuple[int, int]) -> None:
    word = OLD[slice(*place)]
    if word == "quickly":
        return
    dropped = re.sub(r"  +", " ", OLD[: place[0]] + OLD[place[1] :])
    assert not replaced(dropped.replace("quickly", ANSWER)).kept
    assert not replaced(f"{dropped} {SENTENCE}", SENTENCE, code="").kept


@given(st.text(alphabet="ab 2s.,`*_<>#[]()-!\n\u200b", min_size=1, max_size=25))
@settings(max_examples=200, deadline=None)
def test_what_replaces_a_quote_is_never_more_than_a_piece_of_the_answer(text: str) -> None:
    if replaced(OLD.replace("quickly", text)).kept:
        assert text.split() in ([*ANSWER.split()], [])
