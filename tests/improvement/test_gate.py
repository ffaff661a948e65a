"""The gate refuses what loses, weakens, hides or invents, and lets a plain repair through."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.gate import CHECKS, judge
from geoflow.openspec import Issue, Span, parse_spec
from geoflow.workflow.workbench import Workbench
from tests.improvement.builders import PATH, document, proposal, reworded

OLD = (
    "When the disk is full, the reader SHALL gracefully stop within 10 s, and the command MUST NOT exit with code 0 "
    "unless `--force` is given."
)
GOOD = OLD.replace("gracefully stop", "stop")


def test_a_plain_repair_passes_every_check() -> None:
    verdict = judge(reworded(OLD, GOOD))
    assert verdict.kept
    assert verdict.passed == tuple(name for name, _ in CHECKS)
    assert verdict.licences == ()


@pytest.mark.parametrize(
    ("check", "new"),
    [
        ("changes-something", OLD),
        ("finding-gone", OLD.replace("gracefully stop", "properly stop")),
        ("words-kept", GOOD.replace(" and the command MUST NOT exit with code 0 unless `--force` is given", "")),
        ("words-kept", GOOD.replace("When the disk is full, the", "The")),
        ("words-kept", GOOD.replace("the reader SHALL stop", "the reader SHALL halt")),
        ("words-licensed", GOOD.replace("the reader", "the friendly reader")),
        ("words-licensed", GOOD.replace("the reader", "the writer file reader broken report")),
        ("numbers-kept", GOOD.replace("10 s", "20 s")),
        ("numbers-kept", GOOD.replace("10 s", "10 ms")),
        ("numbers-kept", GOOD.replace(" within 10 s", "")),
        ("numbers-kept", GOOD.replace("stop", "stop 3 times")),
        ("literals-kept", GOOD.replace("`--force`", "`--yes`")),
        ("literals-kept", GOOD.replace("`--force`", "--force")),
        ("modality-kept", GOOD.replace("SHALL", "should")),
        ("modality-kept", GOOD.replace("SHALL", "may")),
        ("modality-kept", GOOD.replace("SHALL", "shall")),
        ("modality-kept", GOOD.replace("MUST NOT exit", "exits")),
        ("negations-kept", GOOD.replace("MUST NOT", "MUST")),
        ("negations-kept", GOOD.replace("SHALL stop", "SHALL not stop")),
        ("relations-kept", GOOD.replace("unless", "if")),
        ("relations-kept", GOOD.replace("within", "after")),
        ("relations-kept", GOOD.replace("When", "While")),
        ("order-kept", "When the reader is full, the disk SHALL stop within 10 s, and the command MUST NOT exit with code 0 unless `--force` is given."),
        ("nothing-hidden", GOOD.replace("within 10 s", "within 10 s <!-- gracefully -->")),
        ("nothing-hidden", GOOD.replace("the disk", "the [disk](http://example.org)")),
        ("nothing-hidden", GOOD.replace("the disk", "<b>the disk</b>")),
        ("nothing-hidden", GOOD.replace("the disk", "the\u200b disk")),
        ("nothing-hidden", GOOD.replace("the disk", "the disk (geoflow: allow GF201)")),
        ("nothing-hidden", f"{GOOD}\n<!-- geoflow: allow GF201 the reader knows what it means -->"),
        ("nothing-hidden", f"{OLD}\n<!-- geoflow: allow GF201 the reader knows what it means -->"),
        ("form-kept", GOOD.replace("stop within", "stop  within")),
        ("form-kept", GOOD.replace("the reader", "the the reader")),
        ("form-kept", GOOD.replace("the reader", "an reader")),
        ("form-kept", GOOD.replace("given.", "given")),
        ("form-kept", GOOD.replace("the reader", "an\nreader")),
        ("form-kept", GOOD.replace("is given.", "is given,")),
        ("form-kept", GOOD.replace("When the disk is full, the reader SHALL", "SHALL when the disk is full, the reader")),
        ("growth-bounded", GOOD + " " + GOOD),
        ("no-new-finding", GOOD.replace("the reader SHALL stop", "the reader SHALL if needed stop")),
    ],
)  # fmt: skip
def test_a_damaging_edit_is_refused(check: str, new: str) -> None:
    verdict = judge(reworded(OLD, new))
    assert not verdict.kept
    refused = {name for name, look in CHECKS if look(reworded(OLD, new))}
    assert check in refused, f"{check} lets it through, refused by {refused}"


def test_a_change_beyond_the_target_is_refused() -> None:
    base = document(OLD)
    new = parse_spec("example", PATH, base.text.replace("gracefully ", "").replace("keep the file", "keep a file"))
    assert judge(proposal(base, new, "GF201")).refused_by == "target-only"


def test_a_change_in_another_sentence_is_refused() -> None:
    two = OLD + " The reader SHALL be quiet."
    new = two.replace("gracefully ", "").replace("The reader SHALL be quiet", "A reader SHALL be quiet")
    assert judge(reworded(two, new)).refused_by == "sentence-only"


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        ("scenarios-kept", "#### Scenario: A file is broken", "#### Scenario: Something breaks"),
        ("steps-kept", "- **THEN** the reader reports `E42`\n", ""),
        ("steps-kept", "- **WHEN** a", "- **GIVEN** a"),
        ("requirements-kept", "### Requirement: Reading", "### Requirement: Reader"),
    ],
)
def test_a_lost_part_is_refused(check: str, old: str, new: str) -> None:
    base = document(OLD)
    changed = parse_spec("example", PATH, base.text.replace("gracefully ", "").replace(old, new, 1))
    refused = {name for name, look in CHECKS if look(proposal(base, changed, "GF201"))}
    assert check in refused


def test_a_text_that_was_there_before_is_refused() -> None:
    base, new = document(OLD), document(GOOD)
    first = new.requirements[0]
    seen = frozenset({" ".join(new.text[first.start : first.end].split())})
    assert judge(proposal(base, new, "GF201", seen=seen)).refused_by == "text-not-seen"


def test_an_edit_that_makes_validation_worse_is_refused() -> None:
    issue = Issue("WARNING", "OS-S15", "requirements[0]", "no SHALL", "write it", PATH, "Reading", Span(1, 1, 1, 1))
    worse = reworded(OLD, GOOD)
    worse = type(worse)(**{**worse.__dict__, "new_issues": (issue,)})
    assert judge(worse).refused_by == "validity-kept"


def test_a_word_of_the_same_document_is_a_licence_with_its_line() -> None:
    verdict = judge(
        reworded("The writer SHALL open. It SHALL stop.", "The writer SHALL open. The writer SHALL stop.", "GF207")
    )
    assert verdict.kept
    assert [(licence.kind, licence.word, licence.path) for licence in verdict.licences] == [("spec", "writer", PATH)]
    assert verdict.licences[0].line > 0


def test_markup_in_a_code_span_is_shown_to_the_reader_and_hides_nothing() -> None:
    old = "`login --provider <name>` SHALL ask. It SHALL stop."
    assert judge(reworded(old, old.replace("It", "`login --provider <name>`"), "GF207")).kept
    assert judge(reworded(old, old.replace("It", "`login --provider` <name>"), "GF207")).refused_by == "nothing-hidden"


def test_a_pronoun_may_only_become_the_subject_before_it() -> None:
    old = "The reader SHALL wait. The writer SHALL open. It SHALL stop."
    assert judge(reworded(old, old.replace("It", "The reader"), "GF207")).refused_by == "subject-named"
    assert judge(reworded(old, old.replace("It", "The neighbour"), "GF207")).refused_by == "subject-named"
    assert judge(reworded(old, old.replace("It", "The writer"), "GF207")).kept


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("GF201", "The reader SHALL stop in a sensible way.", "The reader SHALL stop."),
        ("GF202", "The reader SHALL print an appropriate error.", "The reader SHALL print an error."),
        ("GF203", "The reader SHALL stop if possible.", "The reader SHALL stop."),
        ("GF204", "The reader SHALL read text, images, etc. from disk.", "The reader SHALL read text and images from disk."),
        ("GF204", "The reader SHALL read text, images, etc.", "The reader SHALL read text, images."),
        ("GF204", "The reader SHALL read text, images, etc.\nfrom disk.", "The reader SHALL read text, images\nfrom disk."),
        ("GF205", "The reader SHALL be able to stop.", "The reader SHALL stop."),
        ("GF206", "The reader SHALL read text and/or images.", "The reader SHALL read text or images or both."),
        ("GF101", "The reader must stop.", "The reader MUST stop."),
    ],
)  # fmt: skip
def test_each_contract_lets_its_own_repair_through(code: str, old: str, new: str) -> None:
    verdict = judge(reworded(old, new, code))
    assert verdict.kept, (verdict.refused_by, verdict.reason)


_WORDS = [match.span() for match in re.finditer(r"(?<![`-])\b\w+\b(?![`-])", GOOD)]


@given(st.sampled_from(_WORDS))
@settings(max_examples=60, deadline=None)
def test_no_word_with_meaning_can_be_dropped(place: tuple[int, int]) -> None:
    word = GOOD[slice(*place)]
    shorter = re.sub(r"  +", " ", GOOD[: place[0]] + GOOD[place[1] :])
    free = {"the", "is"}
    assert judge(reworded(OLD, shorter)).kept == (word in free)


@given(st.sampled_from(_WORDS), st.sampled_from(["never", "always", "42", "only", "blue", "`x`", "if", "SHALL", "or"]))
@settings(max_examples=60, deadline=None)
def test_no_word_with_meaning_can_be_slipped_in(place: tuple[int, int], word: str) -> None:
    longer = f"{GOOD[: place[0]]}{word} {GOOD[place[0] :]}"
    assert not judge(reworded(OLD, longer)).kept


@given(st.integers(0, 2000), st.text(min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_character_outside_the_target_can_change(position: int, text: str) -> None:
    base = document(OLD)
    start, end = base.requirements[0].start, base.requirements[0].end
    outside = [i for i in range(len(base.text)) if not start <= i < end]
    at = outside[position % len(outside)]
    mended = base.text.replace("gracefully ", "")
    shift = len(mended) - len(base.text) if at >= end else 0
    changed = mended[: at + shift] + text + mended[at + shift + 1 :]
    if changed != mended:
        assert not judge(proposal(base, parse_spec("example", PATH, changed), "GF201")).kept


OBLIGES = "### Requirement: Other\nThe logger SHALL {} the file.\n\n#### Scenario: A\n- **WHEN** a\n- **THEN** b\n\n"


def with_neighbours(first: str, subject: str) -> str:
    others = "".join(
        OBLIGES.format(verb).replace("Other", verb).replace("The logger", subject) for verb in ("open", "read", "close")
    )
    return f"# S\n\n## Purpose\nSays what the parts of this small example owe.\n\n## Requirements\n### Requirement: Start\n{first}\n\n#### Scenario: A\n- **WHEN** a\n- **THEN** b\n\n{others}"


@pytest.mark.parametrize(
    ("subject", "new", "kept"),
    [
        ("The logger", "The logger SHALL start.", True),
        ("The logger", "The file SHALL start.", False),
        ("The logger", "The small example SHALL start.", False),
    ],
)
def test_a_pronoun_that_begins_a_requirement_may_become_the_usual_subject(
    subject: str, new: str, *, kept: bool
) -> None:
    bench = Workbench({PATH: with_neighbours("It SHALL start.", subject)})
    finding = next(one for one in bench.findings if one.code == "GF207")
    start = bench.document(PATH).text.index("It SHALL")
    span = SpanEdit(start, start + len("It SHALL start."), new)
    verdict = judge(bench.propose(Candidate(finding, (span,), "test")))
    assert verdict.kept is kept
    assert kept or verdict.refused_by == "subject-named"


@pytest.mark.parametrize(
    ("rest", "kept"),
    [
        ("send the file to the logger.", False),
        ("send the file to the loggers.", False),
        ("send the file. The logger keeps it.", True),
        ("send the log.", True),
    ],
)
def test_the_usual_subject_is_no_guess_where_the_sentence_names_it_beside_the_pronoun(rest: str, *, kept: bool) -> None:
    bench = Workbench({PATH: with_neighbours(f"It SHALL {rest}", "The logger")})
    finding = next(one for one in bench.findings if one.code == "GF207")
    start = bench.document(PATH).text.index("It SHALL")
    verdict = judge(bench.propose(Candidate(finding, (SpanEdit(start, start + len("It"), "The logger"),), "test")))
    assert verdict.kept is kept, verdict.reason
    assert kept or verdict.refused_by == "subject-named"


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("The logger should start.", "The logger SHALL start.", ""),
        ("The disk is new. The logger should start.", "The disk is new. The logger SHALL start.", ""),
        (
            "The disk is new. The logger should start.",
            "The disk SHALL be new. The logger SHALL start.",
            "sentence-only",
        ),
        ("The logger may start.", "The logger SHALL start.", "modality-kept"),
        ("The logger can start.", "The logger SHALL start.", "modality-kept"),
        ("The logger should start.", "The logger may start.", "modality-kept"),
    ],
)
def test_advice_may_become_an_obligation_and_a_permission_never(old: str, new: str, check: str) -> None:
    bench = Workbench({PATH: with_neighbours(old, "The logger")})
    finding = next(one for one in bench.findings if one.code == "OS-S15" and one.requirement == "Start")
    start = bench.document(PATH).text.index(old)
    verdict = judge(bench.propose(Candidate(finding, (SpanEdit(start, start + len(old), new),), "test")))
    assert verdict.refused_by == check, verdict.reason


def test_a_heading_that_gets_its_form_takes_its_steps_along() -> None:
    text = with_neighbours("The logger SHALL start.", "The logger").replace(
        "- **THEN** b\n\n### Requirement: open",
        "- **THEN** b\n\n**Scenario: C**\n- **WHEN** c\n- **THEN** d\n\n### Requirement: open",
        1,
    )
    bench = Workbench({PATH: text})
    finding = next(one for one in bench.findings if one.code == "GF111")
    start = text.index("**Scenario: C**")
    right = (SpanEdit(start, start + len("**Scenario: C**"), "#### Scenario: C"),)
    assert judge(bench.propose(Candidate(finding, right, "test"))).kept
    lost = (SpanEdit(start, start + len("**Scenario: C**\n- **WHEN** c"), "#### Scenario: C"),)
    assert judge(bench.propose(Candidate(finding, lost, "test"))).refused_by == "sentence-only"


def test_a_finding_that_was_only_covered_is_not_new() -> None:
    old = "The reader SHALL efficiently always stop within 10 s."
    verdict = judge(reworded(old, old.replace("efficiently ", "")))
    assert verdict.kept, verdict.reason
