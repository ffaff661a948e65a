"""The gate of an adoption: good ones pass, and each kind of damage is refused by the check that is there for it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from geoflow.improvement.adopt_page import Adopted, Line, Page, Place, Scenario, Step
from geoflow.improvement.gate_adopt import CHECKS, Adoption, judge_adoption
from tests.improvement.adopting import CHANGE, SPEC, Done, adopt_change, adopt_spec, coded, hand_written

FENCED = "```\nWHEN it starts\nTHEN it heats\n```\n"
TEXT = hand_written(
    coded(
        "KLN-001",
        "Heater",
        "The lamp does not glow when the door opens",
        "It takes 5 s",
        text="Holds the heat.\n\n```\ncode = 1\n```\n\n<!-- a note -->",
    ),
    after=f"\n## Scenario 1: Cold\n{FENCED}\n## Scenario 2: Warm\n{FENCED}",
)
Damage = Callable[[list[Line]], list[Line]]


def judged(done: Done, page: list[Line], scenarios: tuple[Scenario, ...] | None = None) -> tuple[str, str]:
    adopted = replace(done.adopted, pages={SPEC: Page(page)}, scenarios=scenarios or done.adopted.scenarios)
    verdict = judge_adoption(Adoption(adopted, done.sources, done.issues))
    return verdict.refused_by, verdict.reason


def without(words: str) -> Damage:
    return lambda lines: [line for line in lines if words not in line.text]


def changed(old: str, new: str) -> Damage:
    return lambda lines: [replace(line, text=line.text.replace(old, new)) for line in lines]


def test_an_adoption_passes_every_check() -> None:
    done = adopt_spec(TEXT)
    assert done.verdict.passed == tuple(name for name, _ in CHECKS)
    assert judged(done, done.adopted.pages[SPEC].lines) == ("", "")


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        (without("Holds the heat"), "words-kept"),
        (changed("does not glow", "does glow"), "words-kept"),
        (changed("5 s", "6 s"), "words-kept"),
        (changed("| KLN-001.1 |", "| KLN-001.2 |"), "words-kept"),
        (changed("code = 1", "code  =   1"), "fences-kept"),
        (changed("Holds the heat.", "Holds the heat at all times."), "words-sourced"),
        (changed("the door opens", "the door never opens"), "words-sourced"),
        (changed("- **WHEN** the door opens", "- **WHEN** opens the door"), "steps-cut"),
        (changed("<!-- a note -->", "a note"), "nothing-hidden"),
        (changed("Holds the heat.", "[Holds](the) heat."), "nothing-hidden"),
        (changed("Holds the heat.", "<Holds> the heat."), "nothing-hidden"),
    ],
)
def test_damage_is_refused_by_the_check_that_is_there_for_it(damage: Damage, check: str) -> None:
    done = adopt_spec(TEXT)
    assert done.kept, done.verdict
    assert judged(done, damage(done.adopted.pages[SPEC].lines))[0] == check


def test_words_that_moved_into_a_comment_are_lost() -> None:
    done = adopt_spec(TEXT)
    hidden = changed("Holds the heat.", "<!-- Holds the heat. -->")(done.adopted.pages[SPEC].lines)
    assert judged(done, hidden)[0] == "words-kept"


def test_two_scenarios_that_were_run_into_one_are_refused() -> None:
    done = adopt_spec(TEXT)
    lines = done.adopted.pages[SPEC].lines
    second = next(at for at, line in enumerate(lines) if line.text == "#### Scenario: Warm")
    merged = [line for at, line in enumerate(lines) if not (second - 1 <= at <= second + 1)]
    merged.append(replace(lines[second], text="Warm"))
    assert judged(done, merged) == ("scenarios-counted", "the source has 2 scenarios, the result 1")


def test_a_trigger_from_one_line_and_an_outcome_from_another_are_no_scenario() -> None:
    done = adopt_spec(TEXT)
    lines = [line for line in done.adopted.pages[SPEC].lines if line.role == "step"]
    steps = tuple(
        Step(word, line.text, line.sources[0]) for word, line in zip(("WHEN", "THEN"), lines[1:3], strict=True)
    )
    assert len({step.source for step in steps}) == 2
    joined = Scenario("Both", (steps[0].source,), steps)
    refused, reason = judged(done, done.adopted.pages[SPEC].lines, scenarios=(joined,))
    assert refused == "relations-sourced"
    assert "joins lines that nothing joins" in reason


@pytest.mark.parametrize(
    ("keyword", "line", "refused"),
    [("", 5, ""), ("", 6, "relations-sourced"), ("AND", 5, "relations-sourced"), ("", 3, "relations-sourced")],
)
def test_only_a_line_right_below_goes_on_with_a_step(keyword: str, line: int, refused: str) -> None:
    done = adopt_spec(TEXT)
    scenario = Scenario("Both", (), (Step("THEN", "a", Place(SPEC, 4)), Step(keyword, "b", Place(SPEC, line))))
    assert judged(done, done.adopted.pages[SPEC].lines, scenarios=(scenario,))[0] == refused


def test_labelled_steps_of_two_documents_are_no_scenario() -> None:
    done = adopt_spec(TEXT)
    steps = (Step("WHEN", "a", Place("a", 1), labelled=True), Step("THEN", "b", Place("b", 1), labelled=True))
    joined = Scenario("Both", (), steps)
    assert judged(done, done.adopted.pages[SPEC].lines, scenarios=(joined,))[0] == "relations-sourced"


@pytest.mark.parametrize("path", ["openspec/specs/other/spec.md", "README.md", "openspec/specs/kiln/../other/spec.md"])
def test_nothing_outside_the_items_own_folder_is_written(path: str) -> None:
    done = adopt_spec(TEXT)
    pages = {**done.adopted.pages, path: Page([Line("Requirements")])}
    verdict = judge_adoption(Adoption(replace(done.adopted, pages=pages), done.sources, ()))
    assert verdict.refused_by == "in-its-folder"


def test_a_file_that_is_removed_must_stand_under_another_name() -> None:
    files = {"PROPOSAL.md": "# Kiln\n\n## Success Criteria\n\n- [ ] The lid closes\n"}
    done = adopt_change(files)
    assert done.kept, done.verdict
    pages = {path: page for path, page in done.adopted.pages.items() if not path.endswith("proposal.md")}
    lost = replace(done.adopted, pages=pages)
    assert judge_adoption(Adoption(lost, done.sources, ())).refused_by == "words-kept"


def test_a_task_may_not_be_ticked_or_unticked_on_the_way() -> None:
    path = CHANGE + "tasks.md"
    source = {path: "- [x] 1.1 Cut\n- [ ] 1.2 Fit\n"}
    for text in ("- [ ] 1.1 Cut\n- [ ] 1.2 Fit", "- [x] 1.1 Cut\n- [x] 1.2 Fit"):
        lines = [Line(line, (Place(path, number),)) for number, line in enumerate(text.split("\n"), 1)]
        adopted = Adopted("change", "add-kiln", {path: Page(lines)}, frozenset({path}))
        assert judge_adoption(Adoption(adopted, source, ())).refused_by == "states-kept"


def test_what_validation_finds_fault_with_is_refused() -> None:
    twice = hand_written(coded("KLN-001", "Heater", "It glows"), coded("KLN-001", "Heater", "It glows"))
    done = adopt_spec(twice)
    assert done.verdict.refused_by == "valid"
    assert "OS-S9" in done.verdict.reason
