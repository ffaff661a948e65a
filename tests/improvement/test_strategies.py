"""Strategies: what code writes by itself, and how a model's words become an edit of the document."""

from collections.abc import Mapping

import pytest

from geoflow.improvement.edit import Candidate, SpanEdit, apply
from geoflow.improvement.span_strategy import (
    SpanQuestion,
    from_reply,
    from_sentence,
    reword_schema,
    span_question,
    span_schema,
)
from geoflow.improvement.template_strategy import from_template
from geoflow.openspec import Spec, parse_spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from tests.improvement.builders import PATH, document, find


def mended(base: Spec, code: str) -> str:
    candidate = from_template(base, find(base, code))
    assert candidate is not None
    return apply(base.text, candidate.spans)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("GF101", "A reader must wait.", "A reader MUST wait."),
        ("GF205", "The reader SHALL be able to stop.", "The reader SHALL stop."),
        ("GF205", "The reader SHALL be able to\nstop.", "The reader SHALL stop."),
    ],
)
def test_a_template_mends_form_in_the_body(code: str, old: str, new: str) -> None:
    assert mended(document(old), code) == document(new).text


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("GF111", "##### Scenario: One", "#### Scenario: One"),
        ("GF111", "**Scenario: One**", "#### Scenario: One"),
        ("GF111", "**Scenario 2: One:**", "#### Scenario 2: One"),
        ("GF112", "- WHEN asked", "- **WHEN** asked"),
        ("GF112", "* **Then:** it stops", "* **THEN** it stops"),
    ],
)
def test_a_template_mends_form_in_a_scenario(code: str, old: str, new: str) -> None:
    lines = {"GF111": f"{old}\n- **WHEN** a\n- **THEN** b\n", "GF112": f"#### Scenario: One\n{old}\n- **THEN** b\n"}
    base = document("The reader SHALL stop.", lines[code])
    assert mended(base, code) == base.text.replace(old, new)


def asked(base: Spec, code: str) -> tuple[Finding, SpanQuestion]:
    finding = find(base, code)
    question = span_question(base, finding)
    assert question is not None
    return finding, question


def reply(old: str, value: Mapping[str, str], code: str = "GF201") -> str:
    base = document(old)
    finding, question = asked(base, code)
    make = from_sentence if "sentence" in value else from_reply
    candidate = make(base, finding, question, value)
    if isinstance(candidate, str):
        return candidate
    changed = apply(base.text, candidate.spans)
    return parse_spec("example", PATH, changed).requirements[0].text


@pytest.mark.parametrize(
    ("old", "old_span", "new_span", "new"),
    [
        ("The reader SHALL gracefully stop.", "gracefully stop", "stop", "The reader SHALL stop."),
        ("The reader SHALL gracefully stop.", "gracefully", "", "The reader SHALL stop."),
        ("The reader SHALL stop gracefully.", "gracefully", "", "The reader SHALL stop."),
        ("The reader SHALL stop\ngracefully at night.", "stop gracefully", "stop", "The reader SHALL stop\nat night."),
        ("The reader SHALL stop (gracefully) now.", "gracefully", "", "The reader SHALL stop now."),
        ("The reader SHALL stop (now, gracefully).", "gracefully", "", "The reader SHALL stop (now)."),
        ("The reader SHALL stop gracefully.", "stop gracefully", "stop.", "The reader SHALL stop."),
    ],
)
def test_a_span_is_replaced_and_its_seams_are_mended(old: str, old_span: str, new_span: str, new: str) -> None:
    assert " ".join(reply(old, {"old_span": old_span, "new_span": new_span}).split()) == " ".join(new.split())


@pytest.mark.parametrize(
    ("old_span", "new_span"), [("etc.", ""), (", etc.", ""), ("images, etc.", "images"), ("images, etc.", "images.")]
)
def test_a_list_that_is_closed_at_the_end_keeps_its_full_stop(old_span: str, new_span: str) -> None:
    value = {"old_span": old_span, "new_span": new_span}
    assert reply("The reader SHALL read text, images, etc.", value, "GF204") == "The reader SHALL read text, images."


def test_an_article_before_a_line_break_goes_with_its_noun() -> None:
    value = {"old_span": "appropriate", "new_span": ""}
    assert (
        reply("It SHALL send it over an\nappropriate TLS line.", value, "GF202") == "It SHALL send it over a\nTLS line."
    )


@pytest.mark.parametrize(
    "span", [("appropriate", ""), ("appropriate header", "header"), ("an appropriate header", "a header")]
)
def test_an_article_goes_with_its_noun(span: tuple[str, str]) -> None:
    value = {"old_span": span[0], "new_span": span[1]}
    assert reply("It writes an HTTP code. It SHALL show an appropriate header.", value, "GF202").endswith(
        "show a header."
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"old_span": "", "new_span": "x"}, "old_span is empty"),
        ({"old_span": "elsewhere", "new_span": "x"}, "stands 0 times"),
        ({"old_span": "else\nwhere", "new_span": "x"}, "“else where” stands 0 times"),
        ({"old_span": "the", "new_span": "a"}, "stands 2 times"),
        ({"sentence": ""}, "the sentence is empty"),
    ],
)
def test_a_reply_that_cannot_be_carried_out_says_why(value: Mapping[str, str], reason: str) -> None:
    assert reason in reply("The reader SHALL gracefully stop the clock by the wall.", value)


@pytest.mark.parametrize(
    ("old", "sentence", "new"),
    [
        ("The reader SHALL stop gracefully.", "The reader SHALL stop.", "The reader SHALL stop."),
        ("The reader\nSHALL gracefully\nstop.", "The reader SHALL stop.", "The reader\nSHALL\nstop."),
        ("One thing. The reader SHALL gracefully stop. Two.", "The reader SHALL stop.", "One thing. The reader SHALL stop. Two."),
    ],
)  # fmt: skip
def test_a_sentence_written_anew_changes_only_the_words_that_differ(old: str, sentence: str, new: str) -> None:
    assert reply(old, {"sentence": sentence}) == new


def test_the_question_holds_the_sentence_alone_and_names_the_subjects_before_a_pronoun() -> None:
    base = document("The writer SHALL open. A clerk\nSHALL wait. It SHALL stop. It ends.")
    _, question = asked(base, "GF207")
    assert question.sentence == "It SHALL stop."
    assert "“The writer”, “A clerk”" in question.instruction


def test_a_pronoun_without_a_subject_before_it_is_not_asked_about() -> None:
    base = document("It SHALL stop.")
    assert span_question(base, find(base, "GF207")) is None


def test_schemas_force_every_field_and_bound_its_length() -> None:
    _, question = asked(document("The reader SHALL gracefully stop."), "GF201")
    for schema in (span_schema(question), reword_schema(question)):
        assert sorted(schema["required"]) == sorted(schema["properties"])
        assert all(field["maxLength"] < 200 for field in schema["properties"].values())


def test_overlapping_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply("abcdef", (SpanEdit(0, 3, "x"), SpanEdit(2, 4, "y")))


def test_a_purpose_names_at_most_six_requirements() -> None:
    many = "".join(
        f"### Requirement: Part {n}\nThe part SHALL work.\n\n#### Scenario: S\n- **WHEN** a\n- **THEN** b\n\n"
        for n in range(9)
    )
    base = parse_spec("tide/gauge-log", PATH, f"# T\n\n## Purpose\nshort\n\n## Requirements\n{many}")
    place = base.text.index("short")
    finding = Finding("OS-S11", "warning", PATH, 4, 4, "", "brief", "write", "short", place, place + 5)
    candidate = from_template(base, finding)
    assert isinstance(candidate, Candidate)
    assert candidate.spans[0].new == (
        "short. Covers tide gauge log and says what the part must do, among others: part\n"
        "0; part 1; part 2; part 3; part 4; and part 5."
    )
    assert find_in(base, []) == []
