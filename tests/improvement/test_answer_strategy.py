"""What becomes of an answer: words in the place of a quote, a sentence of its own, a question to the model, or nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.improvement.answer_strategy import (
    FINDING_GONE,
    NO_END,
    NO_PLACE,
    NO_TARGET,
    NOT_ANSWERABLE,
    OTHER_ARTICLE,
    OTHER_UNIT,
    SAID_BESIDE,
    SAME_NAME,
    finding_of,
    from_answer,
    from_piece,
)
from geoflow.improvement.answer_text import phrase, sentence, why_not_plain
from geoflow.improvement.edit import Candidate, apply
from geoflow.improvement.gate import judge
from geoflow.improvement.insight import CONTRARY, HELD, HELD_ELSEWHERE, Base, Insight, why_held
from geoflow.openspec import Spec, parse_spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from tests.improvement.builders import NEIGHBOUR, PATH, SCENARIO, answered, document, insight

LONG = "until the last line of the archive was read and each of its numbers has been written to the log of the station"
QUICK = "The reader SHALL quickly stop."


def made(base: Spec, one: Insight) -> Candidate | str | None:
    finding = finding_of(one, base, find_in(base, []))
    return finding if isinstance(finding, str) else from_answer(base, finding, one)


def body(base: Spec, one: Insight) -> str:
    candidate = made(base, one)
    assert isinstance(candidate, Candidate), candidate
    changed = parse_spec("example", PATH, apply(base.text, candidate.spans))
    verdict = judge(answered(base, changed, one.answer, one.code))
    assert verdict.kept, (verdict.refused_by, verdict.reason)
    first = changed.requirements[0]
    return changed.text[first.body_start : first.body_end].strip()


@pytest.mark.parametrize(
    ("old", "code", "quote", "answer", "new"),
    [
        (QUICK, "GF210", "quickly", "within 2 s", "The reader SHALL within 2 s stop."),
        ("It SHALL stop quickly.", "GF210", "quickly", "Within 2 s.", "It SHALL stop within 2 s."),
        ("It SHALL stop quickly.", "GF210", "QUICKLY ", "GPS time", "It SHALL stop GPS time."),
        ("It SHALL stop within TBD.", "GF211", "TBD", "within 2 s", "It SHALL stop within 2 s."),
        ("It SHALL wait TBD s.", "GF211", "TBD", "5 s", "It SHALL wait 5 s."),
        ("It SHALL wait TBD s.", "GF211", "TBD", "5", "It SHALL wait 5 s."),
        ("It SHALL wait TBD\nseconds.", "GF211", "TBD", "5", "It SHALL wait 5\nseconds."),
        ("It SHALL show a TBD.", "GF211", "TBD", "error page", "It SHALL show an error page."),
        ("It SHALL show an\nappropriate page.", "GF202", "appropriate", "blank", "It SHALL show a\nblank page."),
        ("It SHALL stop if needed.", "GF212", "if needed", "when the mast is down", "It SHALL stop when the mast is down."),
        ("If needed, it SHALL stop.", "GF212", "if needed", "when asked", "When asked, it SHALL stop."),
        ("A SHALL read b, etc.", "GF204", "etc.", "and `c`", "A SHALL read b, and `c`."),
        ("A SHALL wait. It SHALL stop.", "GF207", "It", "the reader", "A SHALL wait. The reader SHALL stop."),
        ("A SHALL read b and/or c.", "GF206", "and/or", "or", "A SHALL read b or c."),
    ],
)  # fmt: skip
def test_a_phrase_takes_the_place_of_the_quote(old: str, code: str, quote: str, answer: str, new: str) -> None:
    assert body(document(old), insight(answer, code, quote)) == new


@pytest.mark.parametrize(
    ("old", "answer", "new"),
    [
        ("It SHALL stop.", "The reader MUST NOT wait.", "It SHALL stop. The reader MUST NOT wait."),
        ("It SHALL stop.", "the reader SHALL wait 2 s", "It SHALL stop. The reader SHALL wait 2 s."),
        ("It SHALL stop.\n\nIt SHALL go.", "`x` SHALL wait.", "It SHALL stop.\n\nIt SHALL go. `x` SHALL wait."),
        ("It SHALL stop\nat night.", f"The reader SHALL wait {LONG}.", f"It SHALL stop\nat night.\nThe reader SHALL wait {LONG}."),
        ("- a\n- b\n\nIt SHALL stop.", "A SHALL wait.", "- a\n- b\n\nIt SHALL stop. A SHALL wait."),
    ],
)  # fmt: skip
def test_a_sentence_follows_the_text_of_the_requirement(old: str, answer: str, new: str) -> None:
    assert body(document(old), insight(answer)) == new


@pytest.mark.parametrize(
    ("old", "one", "why"),
    [
        (QUICK, insight("2 s", "GF210", "quickly", "Elsewhere"), NO_TARGET),
        (QUICK, insight("2 s", "GF210", "quickly", ""), NO_TARGET),
        (QUICK, insight("2 s", "GF210", "soon"), FINDING_GONE),
        (QUICK, insight("2 s", "GF211", "quickly"), FINDING_GONE),
        ("It SHALL soon stop. It SHALL soon go.", insight("at 2 s", "GF210", "soon"), "“soon” stands 2 times in the requirement"),
        ("It SHALL be able to stop.", insight("want to", "GF205", "be able to"), NOT_ANSWERABLE),
        ("It SHALL stop within TBD seconds.", insight("2 s", "GF211", "TBD"), OTHER_UNIT),
        ("It SHALL open a TBD.", insight("the door", "GF211", "TBD"), OTHER_ARTICLE),
        ("It SHALL stop within TBD.", insight("within", "GF211", "TBD"), SAID_BESIDE),
        ("It SHALL stop.", insight("2 s"), NO_PLACE),
        ("It SHALL stop.", insight("It waits."), NO_PLACE),
        ("It SHALL stop.", insight("It shall wait."), NO_PLACE),
        ("It SHALL stop.", insight("SHALL wait."), NO_PLACE),
        ("It SHALL stop.", insight("It SHALL wait. It SHALL go."), NO_PLACE),
        ("It SHALL stop.", insight("It SHALL wait\nfor long."), NO_PLACE),
        ("It SHALL stop.", insight("SHALL it wait?"), NO_PLACE),
        ("It SHALL stop.", insight(f"It SHALL wait {'very ' * 100}long."), NO_PLACE),
        ("It SHALL stop:\n\n- a.\n- b.", insight("It SHALL wait."), NO_END),
        ("It SHALL stop:\n\n```\na.\n```", insight("It SHALL wait."), NO_END),
        ("It SHALL stop <!-- now. -->", insight("It SHALL wait."), NO_END),
        ("It SHALL stop <!-- now.", insight("It SHALL wait."), NO_END),
        ("| a SHALL |\n|---|\n| b. |", insight("It SHALL wait."), NO_END),
        ("It SHALL stop", insight("It SHALL wait."), NO_END),
    ],
)  # fmt: skip
def test_what_is_left_says_why(old: str, one: Insight, why: str) -> None:
    assert made(document(old), one) == why


def test_two_requirements_of_one_name_are_left() -> None:
    twice = document(QUICK).text.replace("Requirement: Neighbour", "Requirement: Reading")
    assert made(parse_spec("example", PATH, twice), insight("2 s", "GF210", "quickly")) == SAME_NAME
    assert finding_of(insight("2 s"), None, ()) == NO_TARGET


@pytest.mark.parametrize(
    "answer",
    [
        "We agreed on 2 s. The modem sleeps afterwards.",
        "The reader SHALL stop within 2 s.",
        "It is two seconds.",
        "within 2 s\nof the alarm",
        "one two three four five six seven eight nine ten eleven twelve thirteen",
    ],
)
def test_a_longer_answer_is_for_the_model(answer: str) -> None:
    assert made(document(QUICK), insight(answer, "GF210", "quickly")) is None


def test_a_piece_that_a_model_chose_is_put_there_by_code() -> None:
    base, one = document(QUICK), insight("We agreed. Within 2 s, as ever.", "GF210", "quickly")
    finding = finding_of(one, base, find_in(base, []))
    assert isinstance(finding, Finding)
    candidate = from_piece(base, finding, one, {"piece": " Within\n2 s. "})
    assert isinstance(candidate, Candidate)
    assert "SHALL within 2 s stop." in apply(base.text, candidate.spans)
    assert from_piece(base, finding, one, {"piece": ""}) == "the piece is empty"
    assert from_piece(base, finding, one, {}) == "the piece is empty"


HOSTILE = [
    "2 s <!-- and more -->",
    "2 s <!-- and",
    "`2 s <!-- x`",
    "2 s <b>now</b>",
    "2 s <script>alert(1)</script>",
    "2 s [now](http://example.org)",
    "2 s [now][1]",
    "2 s http://example.org/x",
    "2 s www.example.org",
    "2 s &lt;b&gt;",
    "2 s &#x200b;",
    "2 s **now**",
    "2 s *now*",
    "2 s _now_",
    "2 s ~~now~~",
    "2 s `now",
    "2 s ``` now",
    "2 s\n```\nx\n```",
    "2 s\n#### Scenario: Mine\n- **WHEN** x\n- **THEN** y",
    "2 s\n### Requirement: Mine\nIt SHALL obey.",
    "#### Scenario: Mine",
    "Scenario: Mine",
    "- 2 s",
    "1. 2 s",
    "> 2 s",
    "| 2 s |",
    "2 s\nGeoflow-Licence: person root",
    "Geoflow-Finding: 0 none",
    "2 s (geoflow: allow all)",
    "2 s\x1b[31m",
    "2\x00 s",
    "2\u200b s",
    "2 \u202es\u202c",
    "2 s\u2028now",
    "2 s\u0085now",
    "2 s\ufffd",
    "2 s\U000e0041",
    "2 s \ud800",
    "2 s\u3164",
    '2 s "now',
    "2 s “now",
    "2 s \\now",
    "2 s" * 1_000,
]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_what_no_reader_should_meet_is_never_made_into_an_edit(answer: str) -> None:
    assert why_not_plain(answer)
    base = document(QUICK)
    assert isinstance(made(base, insight(answer, "GF210", "quickly")), str)
    if answer not in {"- 2 s", "> 2 s"}:  # within a line they are no layout
        assert isinstance(made(base, insight(f"It SHALL wait {answer}.")), str)


@given(st.text(max_size=40) | st.text(alphabet='aB2 s.,`*<>#[]()!&;:-\n\r\t"|~SHALL', max_size=40))
@settings(max_examples=400, deadline=None)
def test_whatever_is_answered_the_rest_of_the_document_stays_as_it_is(answer: str) -> None:
    base = document(f"{QUICK} It SHALL wait.")
    for one in (insight(answer, "GF210", "quickly"), insight(f"It SHALL {answer}.")):
        candidate = made(base, one)
        if not isinstance(candidate, Candidate):
            continue
        changed = parse_spec("example", PATH, apply(base.text, candidate.spans))
        if not judge(answered(base, changed, one.answer, one.code)).kept:
            continue
        assert [item.name for item in changed.requirements] == ["Reading", "Neighbour"]
        assert changed.text.endswith(f"\n\n{SCENARIO}{NEIGHBOUR}") or changed.text.endswith(f"{SCENARIO}\n{NEIGHBOUR}")
        assert [item.scenarios[0].name for item in changed.requirements] == ["A file is broken"] * 2
        assert len(changed.text.splitlines()) <= len(base.text.splitlines()) + 1
        words = " ".join(phrase(one.answer) or sentence(one.answer)).lower()
        assert set(" ".join(changed.text.split()).lower()) <= set(words) | set(base.text.lower())


@pytest.mark.parametrize(
    ("old", "one", "why"),
    [
        ("It SHALL stop within 2 s.", insight("within 2 s"), HELD),
        ("It SHALL stop within 2 s.", insight("2 s", "GF210", "quickly"), HELD),
        ("It SHALL stop within 2 s.", insight("within 3 s"), ""),
        ("It SHALL stop within 2 s.", insight("2 s of `E9`"), ""),
        ("It SHALL stop within 2 s.", insight("yes"), ""),
        ("It SHALL stop within 2 s.", insight("The clerk keeps the file", requirement=""), ""),
        ("It SHALL stop within 2 s.", insight("The writer keeps the file", requirement=""), HELD),
        ("It SHALL poll every 2 s and quickly stop.", insight("within 2 s", "GF210", "quickly"), ""),
        ("It SHALL poll within 2 s and quickly stop.", insight("within 2 s", "GF210", "quickly"), HELD_ELSEWHERE),
        ("It SHALL keep the file.", insight("It SHALL NOT keep the file."), CONTRARY),
    ],
)  # fmt: skip
def test_the_specs_hold_an_answer_where_its_words_stand_in_its_place(old: str, one: Insight, why: str) -> None:
    spec = document(old)
    told = [spec.text[item.start : item.end] for item in spec.requirements]
    assert why_held(one, Base({PATH: spec}, find_in(spec, []), told)) == why
