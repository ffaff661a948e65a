"""The check for scenarios that say nothing: read back from the text that is written, whatever the adoption claims."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.improvement.adopt_page import Adopted, Line, Page, Place, Role
from geoflow.improvement.adopt_told import hollow, told_in
from geoflow.improvement.gate_adopt import Adoption, judge_adoption, scenarios_say_something
from tests.improvement.adopting import SPEC, adopt_change, adopt_spec, coded, hand_written

STATED = "### Requirement: Embed\nThe system SHALL provide Embed: Token ID → Hidden vector\n"


def page_of(text: str, role: Role = "step") -> Page:
    """Write a page whose every line claims to be `role` and to come from the line of a source that it is."""
    return Page([Line(line, (Place(SPEC, number),), role) for number, line in enumerate(text.split("\n"), 1)])


def refused(text: str, source: str | None = None, role: Role = "step") -> str:
    adopted = Adopted("spec", "kiln", {SPEC: page_of(text, role)}, frozenset({SPEC}))
    return scenarios_say_something(Adoption(adopted, {SPEC: text if source is None else source}, ()))


def requirement(*steps: str, stated: str = STATED, title: str = "Embed") -> str:
    return f"## ADDED Requirements\n\n{stated}\n#### Scenario: {title}\n\n" + "".join(f"{step}\n" for step in steps)


SOURCE = "no step stands here\n" * 40
REPEATS = [
    ["- **THEN** Token ID → Hidden vector"],
    ["- **THEN** the system provide EMBED"],
    ["- **THEN** hidden vector, token ID."],
    ["- **WHEN** Token ID", "- **THEN** Hidden vector"],
    ["- **WHEN** Token ID", "- **THEN** **Hidden** `vector`"],
    ["- THEN is a hidden vector"],
    ["- **THEN** the system can provide hidden vectors"],
    ["  Hidden vector"],
    ["- **THEN** …"],
    [],
]


@pytest.mark.parametrize("steps", REPEATS)
@pytest.mark.parametrize("role", ["step", "kept", "statement", "scenario"])
def test_steps_that_only_repeat_are_refused_whatever_their_lines_claim_to_be(steps: list[str], role: Role) -> None:
    assert "says nothing that its requirement does not say" in refused(requirement(*steps), SOURCE, role)


@pytest.mark.parametrize(
    "step",
    [
        "- **THEN** no Hidden vector",
        "- **THEN** Token ID → Hidden vector in 5 ms",
        "- **THEN** Token ID ↔ Hidden vector",
        "- **THEN** 2 Hidden vector",
        "- **THEN** Hidden vectors or Token ID",
    ],
)
def test_one_word_number_sign_or_negation_more_says_something(step: str) -> None:
    assert refused(requirement(step), SOURCE) == ""


def test_a_title_says_nothing_for_its_steps() -> None:
    assert refused(requirement("- **THEN** Hidden vector", title="It glows in 5 ms"), SOURCE)


def test_one_scenario_that_says_nothing_among_others_is_refused() -> None:
    text = requirement("- **THEN** it glows") + "\n#### Scenario: Again\n- **THEN** Hidden vector\n"
    assert "“Again”" in refused(text, SOURCE)


def test_a_sentence_further_down_in_the_requirement_counts_and_its_tables_lists_and_fences_do_not() -> None:
    more = "\n| KLN-1 | It glows |\n\n- It hums\n\n```\nIt burns\n```\n\nIt smokes.\n"
    for words in ("It glows", "It hums", "It burns"):
        assert refused(requirement(f"- **THEN** {words}", stated=STATED + more), SOURCE) == ""
    assert refused(requirement("- **THEN** It smokes", stated=STATED + more), SOURCE)


def test_what_another_requirement_or_a_section_says_counts_for_nothing() -> None:
    text = requirement("- **THEN** it glows") + "\n### Requirement: Lamp\nThe lamp SHALL burn.\n\n#### Scenario: On\n"
    assert refused(f"{text}- **THEN** Token ID\n\n## Notes\n\n#### Scenario: None\n- **THEN** it glows\n", SOURCE) == ""


def test_a_fence_hides_no_scenario_and_makes_none() -> None:
    fenced = f"{STATED}\n```\n#### Scenario: Fenced\n- **THEN** Token ID\n```\n"
    assert refused(requirement("- **THEN** it glows", stated=fenced), SOURCE) == ""
    assert [told.title for told in told_in(page_of(requirement("- **THEN** it glows", stated=fenced)))] == ["Embed"]


def test_a_line_that_holds_several_does_not_shift_what_comes_after() -> None:
    lines = page_of(requirement("- **THEN** it glows", stated=STATED)).lines
    joined = Page([replace(lines[0], text="## ADDED Requirements\n\nNote.\n"), *lines[1:]])
    assert [told.lines[0].text for told in told_in(joined)] == ["- **THEN** it glows"]


def test_what_the_author_wrote_as_steps_stays_even_where_it_repeats() -> None:
    text = requirement("- **WHEN** Token ID", "- **THEN** Hidden vector")
    assert refused(text) == ""
    fenced = "```\nWHEN it starts\nTHEN it must heat\n```\n"
    done = adopt_spec(
        hand_written(
            f"### K-1: Heat\n**Status:** Required\n\nWhen it starts, it must heat.\n\n#### Scenario 1: A\n{fenced}"
        )
    )
    assert done.kept, done.verdict
    assert len(done.adopted.scenarios) == 1


def test_the_gate_refuses_an_adoption_whose_scenario_was_emptied() -> None:
    done = adopt_spec(hand_written(coded("KLN-001", "Heater", "It glows")))
    lines = done.adopted.pages[SPEC].lines
    emptied = [replace(line, text="- **THEN** Holds the heat") if line.role == "step" else line for line in lines]
    text = next(line for line in lines if "Holds the heat." in line.text)
    sourced = [replace(line, sources=text.sources) if line.role == "step" else line for line in emptied]
    adopted = replace(done.adopted, pages={SPEC: Page([*sourced, Line("It glows", (Place(SPEC, 1),))])})
    assert judge_adoption(Adoption(done.adopted, done.sources, done.issues)).refused_by == ""
    assert scenarios_say_something(Adoption(adopted, done.sources, done.issues))


WORD = st.sampled_from("kiln heats lid 900 C not opens closes → < 5 s `door` the is shall".split())
PHRASE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(PHRASE, st.randoms(use_true_random=False))
def test_any_order_of_the_words_of_a_statement_says_nothing(words: str, chance: object) -> None:
    shuffled = words.split()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    stated = f"### Requirement: X\nThe system SHALL provide {words}.\n"
    assert refused(requirement(f"- **THEN** {' '.join(shuffled)}".upper(), stated=stated), SOURCE)
    assert refused(requirement(f"- **THEN** {' '.join(shuffled)} brightly", stated=stated), SOURCE) == ""


def _hollow(texts: Sequence[Page]) -> list[str]:
    return [told.title for told in hollow(texts)]


@settings(max_examples=100, deadline=None)
@given(PHRASE, st.lists(PHRASE, max_size=4), st.lists(st.tuples(PHRASE, PHRASE), max_size=3))
def test_no_adoption_makes_a_scenario_that_says_nothing(
    summary: str, criteria: list[str], parts: list[tuple[str, str]]
) -> None:
    items = "".join(f"- [ ] {one}\n" for one in criteria)
    listed = "".join(f"- **ADDED** {name} for {what}\n" for name, what in parts)
    text = f"# Kiln\n\n## Summary\n\n{summary}\n\n## What Changes\n\n{listed}\n## Success Criteria\n\n{items}"
    done = adopt_change({"proposal.md": text})
    assert _hollow(list(done.adopted.pages.values())) == []
    assert done.verdict.refused_by != "scenarios-say-something"
    stated = adopt_spec(hand_written(coded("KLN-001", "Heater", *criteria, text=f"It must {summary}.")))
    assert _hollow(list(stated.adopted.pages.values())) == []
    assert stated.verdict.refused_by != "scenarios-say-something"
