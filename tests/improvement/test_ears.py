"""Conditions put first: what is read, what is moved, and what the gate lets through."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement import ears_strategy
from geoflow.improvement.edit import apply
from geoflow.improvement.gate import judge
from geoflow.improvement.gate_ears import is_condition_moved
from geoflow.improvement.span_strategy import span_question
from geoflow.openspec import Spec, parse_spec
from geoflow.quality.ears import clauses
from geoflow.quality.finding import Finding
from geoflow.quality.tokens import tokens
from tests.improvement.builders import PATH, document, find, proposal

CONDITIONS = st.sampled_from(
    [
        "when the disk is full",
        "if `E42` is set",
        "while 3 copies run",
        "where no limit is given",
        "once the mast is down",
    ]
)
SUBJECTS = st.sampled_from(["The store", "`geoflow sync`", "Each reader", "A writer of 10 MB"])
RESPONSES = st.sampled_from(
    [
        "refuse new files",
        "NOT open it",
        "report `E42` within 5 s",
        "keep 3 copies and no more",
        "send “late” to the owner",
    ]
)


def edited(base: Spec, code: str = "GF220") -> Spec:
    candidate = ears_strategy.by_code(base, find(base, code))
    assert candidate is not None
    return parse_spec("example", PATH, apply(base.text, candidate.spans))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "The store SHALL, when the disk is full, refuse new files.",
            "When the disk is full, the store SHALL refuse new files.",
        ),
        (
            "The store, when the disk is full, SHALL NOT open a file.",
            "When the disk is full, the store SHALL NOT open a file.",
        ),
        (
            "It is small. `sync` SHALL, if it fails, say why. It SHALL end.",
            "It is small. If it fails early, `sync` SHALL say why. It SHALL end.".replace(" early", ""),
        ),
    ],
)
def test_a_condition_in_the_middle_goes_first(old: str, new: str) -> None:
    base = document(old.replace("if it fails", "if the copy fails"))
    assert edited(base).requirements[0].text == new.replace("If it fails", "If the copy fails")


@given(condition=CONDITIONS, subject=SUBJECTS, response=RESPONSES, after_modal=st.booleans())
def test_every_word_number_and_literal_stays_and_the_gate_agrees(
    *, condition: str, subject: str, response: str, after_modal: bool
) -> None:
    middle = (
        f"SHALL, {condition}, {response}"
        if after_modal and "NOT" not in response
        else f", {condition}, SHALL {response}"
    )
    base = document(f"{subject} {middle}.".replace(" ,", ","))
    new = edited(base)
    before, after = (Counter(token[:2] for token in tokens(one.requirements[0].text)) for one in (base, new))
    assert before == after
    verdict = judge(proposal(base, new, "GF220"))
    assert verdict.kept, verdict


@pytest.mark.parametrize(
    "sentence",
    [
        "The store SHALL check if the disk is full.",
        "When a, b, or c happens the store SHALL stop.",
        "The store SHALL close.",
        "The reader SHALL open when the mast is up and SHALL close when it is down.",
    ],
)
def test_a_sentence_that_cannot_be_read_for_sure_is_left(sentence: str) -> None:
    assert clauses(sentence) is None


@pytest.mark.parametrize(
    "new",
    [
        "When idle for 5 s, the writer SHALL wake the reader.",
        "When idle for 50 s, the reader SHALL wake the writer.",
        "When idle for 5 s, the reader SHALL NOT wake the writer.",
        "When idle, the reader SHALL wake the writer for 5 s.",
        "The reader SHALL wake the writer.",
        "If idle for 5 s, the reader SHALL wake the writer.",
    ],
)
def test_the_gate_refuses_everything_but_the_move(new: str) -> None:
    base = document("The reader SHALL, when idle for 5 s, wake the writer.")
    assert not judge(proposal(base, document(new), "GF220")).kept


def test_only_a_whole_condition_counts_as_moved() -> None:
    old = "the store shall when full refuse files".split()
    assert is_condition_moved(old, "when full the store shall refuse files".split())
    assert not is_condition_moved(old, "refuse files the store shall when full".split())
    assert not is_condition_moved(old, "when the store shall full refuse files".split()[::-1])


def pieces(body: str, **value: str) -> object:
    base = document(body)
    place = base.requirements[0].body_start
    finding = Finding("OS-S15", "warning", PATH, 8, 8, "Reading", "m", "f", body, place, place + len(body))
    question = span_question(base, finding)
    assert question is not None
    made = ears_strategy.from_pieces(base, finding, question, value)
    return made if isinstance(made, str) else parse_spec("e", PATH, apply(base.text, made.spans)).requirements[0].text


def test_pieces_that_a_model_chose_are_put_together_with_shall() -> None:
    made = pieces(
        "The lift will stay put while its doors are open.",
        condition="while its doors are open",
        subject="The lift",
        response="will stay put",
    )
    assert made == "While its doors are open, the lift SHALL stay put."


def test_pieces_that_leave_a_word_out_or_add_one_make_no_edit() -> None:
    body = "The lift will stay put for 5 s while its doors are open."
    given = {"condition": "while its doors are open", "subject": "The lift"}
    assert pieces(body, **given, response="will stay put") == "the pieces are not the whole sentence"
    assert "stands 0 times" in str(pieces(body, **given, response="will stay put for 50 s"))
