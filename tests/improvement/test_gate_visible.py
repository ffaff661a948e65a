"""What a reader sees is what counts: nothing is hidden in an edit, nothing comes to light in it, nothing is disguised."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.gate import judge
from geoflow.improvement.gate_visible import shown_otherwise
from geoflow.workflow.workbench import Workbench
from tests.improvement.builders import PATH, document, proposal, reworded

OLD = "When the disk is full, the reader SHALL gracefully stop within 10 s, and MUST NOT print `E42` or “done”."
GOOD = OLD.replace("gracefully stop", "stop")
MARKS = [
    ("a character reference", "the&nbsp;disk"),
    ("a character reference", "the &#8203;disk"),
    ("a character reference", "the &#x200b;disk"),
    ("a character reference", "the &lt;disk"),
    ("struck-out text", "the ~~disk~~"),
    ("struck-out text", "the ~disk~"),
    ("a footnote", "the disk[^1]"),
    ("a definition of a reference", "the disk\n[disk]: http://example.org"),
    ("a rule or an underlined heading", "the disk\n---\n"),
    ("a rule or an underlined heading", "the disk\n===\n"),
    ("a task box", "[x] the disk"),
    ("an escape", "the \\*disk"),
    ("an indented block", "the\n\n    disk"),
    ("the character U+00A0", "the\u00a0disk"),
    ("the character U+200B", "the \u200bdisk"),
    ("the character U+202E", "the \u202edisk"),
    ("the character U+2066", "the \u2066disk\u2069"),
    ("the character U+00AD", "the di\u00adsk"),
    ("the character U+0336", "the d\u0336i\u0336s\u0336k\u0336"),
    ("the character U+FE0F", "the disk\ufe0f"),
    ("the character U+E0041", "the disk\U000e0041"),
    ("the character U+3164", "the \u3164disk"),
    ("the character U+2028", "the\u2028disk"),
    ("letters of several scripts", "the d\u0456sk"),
]


@pytest.mark.parametrize(("noun", "mark"), MARKS)
def test_what_is_rendered_otherwise_is_named_and_refused(noun: str, mark: str) -> None:
    new = GOOD.replace("the disk", mark)
    assert noun in shown_otherwise(OLD, new)
    assert not judge(reworded(OLD, new)).kept


@pytest.mark.parametrize(("noun", "mark"), [one for one in MARKS if not one[0].startswith(("the char", "letters"))])
def test_what_hid_a_text_may_not_be_taken_away(noun: str, mark: str) -> None:
    old = OLD.replace("the disk", mark)
    assert shown_otherwise(old, GOOD) == f"takes away {noun}"


def test_marks_that_stay_and_marks_in_code_are_no_matter() -> None:
    old = OLD.replace("the disk", "the disk[^1] &amp; ~~tape~~ \u00a0x")
    assert shown_otherwise(old, old.replace("gracefully ", "")) == ""
    assert shown_otherwise(OLD, OLD.replace("`E42`", "`&nbsp; ~~ \\* [x]`")) == ""


ODD = st.characters(categories=["Cf", "Co", "Zl", "Zp", "Mn", "Me"])


@given(odd=ODD, place=st.integers(1, len(GOOD) - 1))
@settings(max_examples=150, deadline=None)
def test_no_character_that_is_not_drawn_comes_in_anywhere(odd: str, place: int) -> None:
    verdict = judge(reworded(OLD, GOOD[:place] + odd + GOOD[place:]))
    assert not verdict.kept, (unicodedata.name(odd, hex(ord(odd))), place)


@given(mark=st.sampled_from([one[1] for one in MARKS]), word=st.sampled_from(["reader", "stop", "print", "within"]))
@settings(max_examples=100, deadline=None)
def test_a_mark_at_any_word_is_refused(mark: str, word: str) -> None:
    assert not judge(reworded(OLD, GOOD.replace(word, mark.replace("disk", word).removeprefix("the "), 1))).kept


def test_a_waiver_of_the_base_lets_no_edit_bring_in_what_it_waives() -> None:
    waived = "<!-- geoflow: allow GF203 the team knows -->\n"
    base, new = (
        document(OLD, scenario=waived),
        document(GOOD.replace("SHALL stop", "SHALL if possible stop"), scenario=waived),
    )
    assert judge(proposal(base, new, "GF201")).refused_by != ""
    bench = Workbench({PATH: base.text})
    assert "GF203" not in {one.code for one in bench.findings}


def test_an_article_is_not_put_before_a_modal_verb() -> None:
    two = "The reader SHALL stop.\nIt MUST print the page."
    assert judge(reworded(two, two.replace("It MUST", "The MUST reader"), "GF207")).refused_by == "form-kept"


def test_two_modal_verbs_in_a_row_are_refused() -> None:
    bench = Workbench({PATH: document("The reader should retry the upload.").text})
    finding = next(one for one in bench.findings if one.code == "OS-S15")
    place = bench.document(PATH).text.index("should")
    verdict = judge(bench.propose(Candidate(finding, (SpanEdit(place, place, "SHALL "),), "a")))
    assert (verdict.refused_by, verdict.reason) == ("form-kept", "leaves two modal verbs in a row behind")
