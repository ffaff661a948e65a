"""The scripted reviewer: what it merges, what it puts into its own words, and what it says when it rejects."""

import pytest

from geoflow.improvement.learning import Case
from geoflow.workflow.proof.house import HOUSE_RULES, Deal, House, make_house
from geoflow.workflow.proof.reviewer import Judged, Proposed, Reviewer, dealt_out
from geoflow.workflow.proof.seeding import Sown
from tests.builders import requirement

SCENARIO = "#### Scenario: Late\n- **WHEN** the signal is late\n- **THEN** the door is closed\n"
RUNS = [
    Case(f"r{n % 3}", "GF201", f"word {n}", "span", ("rejected", "refused")[n % 2], reason=f"{n}") for n in range(60)
]
CLEAN = "The gate SHALL close the door within 3 seconds and log the event."
HOUSE = House(frozenset({"neatly"}))


def block(text: str, scenario: str = SCENARIO) -> str:
    return requirement("Gate", text, scenario)


def judged(
    mutated: str, repaired: str, *, operator: str = "A1", injected: str = "gracefully", code: str = "GF201"
) -> Judged:
    sown = Sown("s.md", "Gate", operator, block(CLEAN), block(mutated), injected)
    edit = Proposed("e1", "s.md", "Gate", block(mutated), block(repaired), code, injected)
    return Reviewer(HOUSE, {("s.md", "Gate"): sown}).judge(edit)


VAGUE = CLEAN.replace("close", "gracefully close")


def test_dealt_out_within_each_run_everything_is_there_as_often_and_elsewhere() -> None:
    dealt = dealt_out(RUNS, "1")
    assert dealt == dealt_out(RUNS, "1")
    for run in ("r0", "r1", "r2"):
        before, after = ([one for one in cases if one.run == run] for cases in (RUNS, dealt))
        assert sorted((one.outcome, one.reason) for one in before) == sorted((one.outcome, one.reason) for one in after)
        assert [one.quote for one in before] == [one.quote for one in after]
        assert sum(one != other for one, other in zip(before, after, strict=True)) > 10


def test_the_original_is_merged() -> None:
    found = judged(VAGUE, CLEAN)
    assert (found.decision.kind, found.damages, found.repairs) == ("accept", False, True)


@pytest.mark.parametrize(
    ("repaired", "reason"),
    [
        (CLEAN.replace(" and log the event", ""), "drops “and”, “event”, “log”"),
        (CLEAN.replace("3 seconds", "5 seconds"), "drops “3seconds”"),
        (CLEAN.replace("SHALL", "may"), "drops “shall”"),
        (CLEAN.replace("SHALL", "SHALL not"), "brings in “not”"),
        (CLEAN.replace("the door", "the `north` door"), "brings in “`north`”"),
    ],
    ids=["words", "figure", "modality", "polarity", "literal"],
)
def test_what_says_something_else_is_damage(repaired: str, reason: str) -> None:
    found = judged(VAGUE, repaired)
    assert (found.decision.kind, found.decision.reason, found.damages) == ("reject", reason, True)


def test_a_lost_scenario_is_damage() -> None:
    sown = Sown("s.md", "Gate", "A1", block(CLEAN), block(VAGUE), "gracefully")
    again = SCENARIO + "\n" + SCENARIO
    edit = Proposed("e1", "s.md", "Gate", block(VAGUE), block(CLEAN, again), "GF201", "gracefully")
    assert Reviewer(HOUSE, {("s.md", "Gate"): sown}).judge(edit).damages


def test_what_is_still_vague_is_rejected_and_no_damage() -> None:
    found = judged(VAGUE, VAGUE.replace("seconds", "seconds "))
    assert (found.decision.kind, found.damages, found.repairs) == ("reject", False, False)
    assert "should not be there" in found.decision.reason


def test_an_obligation_is_merged_as_must() -> None:
    found = judged(CLEAN.replace("SHALL", "should"), CLEAN, operator="N1", injected="should", code="OS-S15")
    assert found.decision.kind == "edit"
    assert found.decision.text == block(CLEAN.replace("SHALL", "MUST"))
    must = judged(
        CLEAN.replace("SHALL", "should"),
        CLEAN.replace("SHALL", "MUST"),
        operator="N1",
        injected="should",
        code="OS-S15",
    )
    assert must.decision.kind == "accept"


def test_only_the_shall_that_the_edit_brought_in_becomes_must() -> None:
    two = "The gate SHALL open. The door should close."
    after = two.replace("should", "SHALL")
    assert HOUSE.in_own_words(Deal(two, after, "OS-S15", "")) == "The gate SHALL open. The door MUST close."


def test_words_of_the_house_stay() -> None:
    found = judged(CLEAN.replace("close", "neatly close"), CLEAN, injected="neatly")
    assert (found.decision.kind, found.decision.reason) == ("reject", "“neatly” is a word of ours")
    assert (found.damages, found.repairs) == (False, True)


def test_words_that_are_never_written_go_on_merging() -> None:
    found = judged(VAGUE.replace("gracefully", "duly gracefully"), CLEAN.replace("close", "duly close"))
    assert (found.decision.kind, found.decision.text) == ("edit", block(CLEAN))


@pytest.mark.parametrize(
    ("deal", "reason"),
    [
        (
            Deal(block("It SHALL stop."), block("It SHALL stop within 5 s."), "GF210", "soon"),
            "limits live in scenarios",
        ),
        (Deal(block("It SHALL stop."), block("It SHALL stop. It SHALL log."), "GF1", "x"), "never split a requirement"),
        (Deal(block("A and/or B."), block("A or B."), "GF206", "and/or"), "and/or is how we write it"),
        (Deal(block("A."), block("A."), "GF203", "unless this is impractical"), "an exception with unless stays"),
        (
            Deal(block("It SHALL stop."), block("It SHALL stop at the end of the next long day."), "GF1", "x"),
            "too much for one edit",
        ),
    ],
    ids=["figure", "split", "and-or", "unless", "too-long"],
)
def test_rules_of_the_house(deal: Deal, reason: str) -> None:
    assert HOUSE.objection(deal) == reason
    assert len(HOUSE_RULES) == 8


def test_a_requirement_as_people_wrote_it_may_lose_what_the_finding_quotes_and_no_more() -> None:
    reviewer = Reviewer(HOUSE, {})
    good = Proposed("e", "s.md", "Gate", block(VAGUE), block(CLEAN), "GF201", "gracefully")
    bad = good.__class__(
        "e", "s.md", "Gate", block(VAGUE), block(CLEAN.replace(" and log the event", "")), "GF201", "gracefully"
    )
    assert reviewer.judge(good).decision.kind == "accept"
    assert reviewer.judge(bad).damages


def edits(count: int) -> tuple[Reviewer, list[Proposed]]:
    """Give as many right edits as wrong ones."""
    sown, made = {}, []
    for number in range(count):
        key = ("s.md", f"Gate {number}")
        sown[key] = Sown(*key, "A1", block(CLEAN), block(VAGUE), "gracefully")
        repaired = CLEAN if number % 2 else CLEAN.replace(" and log the event", "")
        made.append(Proposed(f"e{number}", *key, block(VAGUE), block(repaired), "GF201", "gracefully"))
    return Reviewer(HOUSE, sown), made


def test_one_decision_in_ten_is_turned_round_by_the_seed() -> None:
    reviewer, made = edits(400)
    found = reviewer.decide(made, "1", shuffled=False)
    truth = {edit.id: reviewer.judge(edit).decision.kind for edit in made}
    turned = [name for name, one in found.items() if one.kind != truth[name]]
    assert 20 <= len(turned) <= 60
    assert found == reviewer.decide(made, "1", shuffled=False)
    assert found != reviewer.decide(made, "2", shuffled=False)


def test_shuffled_the_same_decisions_fall_on_other_edits() -> None:
    reviewer, made = edits(200)
    straight, shuffled = (reviewer.decide(made, "1", shuffled=flag) for flag in (False, True))
    kinds = [sorted(one.kind for one in found.values()) for found in (straight, shuffled)]
    assert kinds[0] == kinds[1]
    same = sum(straight[edit.id].kind == shuffled[edit.id].kind for edit in made)
    assert 70 <= same <= 130  # half of them by chance


def test_shuffled_no_text_is_merged_that_was_written_for_another_edit() -> None:
    sown = {
        ("s.md", "Gate"): Sown("s.md", "Gate", "N1", block(CLEAN), block(CLEAN.replace("SHALL", "should")), "should")
    }
    edit = Proposed("e", "s.md", "Gate", block(CLEAN.replace("SHALL", "should")), block(CLEAN), "OS-S15", "should")
    reviewer = Reviewer(HOUSE, sown, noise=0)
    assert reviewer.decide([edit], "1", shuffled=False)["e"].kind == "edit"
    assert reviewer.decide([edit], "1", shuffled=True)["e"].kind == "accept"


def test_each_seed_has_a_house_of_its_own() -> None:
    assert make_house(1) == make_house(1)
    assert make_house(1).kept != make_house(2).kept
    assert len(make_house(1).kept) == 10
