"""What past edits teach: what people do not want is left, and strategies are tried by their record."""

import pytest

from geoflow.improvement.learning import Case, Policy, RejectFilter, is_explored, records

WORD = "gracefully"


def case(outcome: str, quote: str = WORD, *, run: str = "r1", person: bool = True, strategy: str = "span") -> Case:
    return Case(run, "GF201", quote, strategy, outcome, person, "it is our word" if person else "")


def test_three_rejections_are_enough() -> None:
    assert RejectFilter([case("rejected")] * 2).unwanted("GF201", WORD) is None
    found = RejectFilter([case("rejected")] * 3).unwanted("GF201", WORD)
    assert found is not None
    assert (len(found.cases), found.reason) == (3, "it is our word")


@pytest.mark.parametrize("taken", ["merged", "merged-edited"])
def test_one_acceptance_outweighs_three_rejections_and_two_any_number(taken: str) -> None:
    assert RejectFilter([*[case("rejected")] * 3, case(taken)]).unwanted("GF201", WORD) is None
    assert RejectFilter([*[case("rejected")] * 9, *[case(taken)] * 2]).unwanted("GF201", WORD) is None


@pytest.mark.parametrize("place", [0, 4, 9])
def test_one_slip_among_many_rejections_is_no_change_of_mind(place: int) -> None:
    past = [case("rejected")] * 9
    past.insert(place, case("merged"))
    found = RejectFilter(past).unwanted("GF201", WORD)
    assert found is not None
    assert len(found.cases) == 9


def test_what_is_taken_as_often_as_rejected_is_never_left_by_a_chance_row_of_rejections() -> None:
    past = [*[case("merged"), case("rejected")] * 10, *[case("rejected")] * 5]
    assert RejectFilter(past).unwanted("GF201", WORD) is None


UNLESS = ("unless it rains", "unless the disk is full", "unless this is impractical")


def said(quote: str, reason: str, outcome: str = "rejected", *, code: str = "GF203", person: bool = True) -> Case:
    return Case("r1", code, quote, "span", outcome, person, reason)


def test_reasons_that_name_a_word_leave_every_quote_that_has_it() -> None:
    past = RejectFilter([said(quote, "we keep “unless”") for quote in UNLESS[:2]])
    found = past.unwanted("GF203", UNLESS[2])
    assert found is not None
    assert (found.spelt, found.reason) == ("unless", "we keep “unless”")
    assert past.unwanted("GF203", "where possible") is None
    assert past.unwanted("GF204", UNLESS[2]) is None
    assert [one.spelt for one in past.groups] == ["unless"]


@pytest.mark.parametrize(
    "cases",
    [
        [said(UNLESS[0], "we keep unless")],
        [said(quote, "it reads worse") for quote in UNLESS[:2]],
        [said(quote, "we keep unless", person=False) for quote in UNLESS[:2]],
        [*(said(quote, "we keep unless") for quote in UNLESS[:2]), said("unless told", "", "merged")],
        [said(quote, "“unless” stays", code="OS-S15") for quote in UNLESS[:2]],
    ],
    ids=["one", "about the edit", "no person", "one was taken", "no rule of wording"],
)
def test_less_than_that_leaves_no_other_quote(cases: list[Case]) -> None:
    assert RejectFilter(cases).unwanted(cases[0].code, UNLESS[2]) is None


@pytest.mark.parametrize(
    ("code", "quote", "left"),
    [
        ("GF201", "Gracefully", True),
        ("GF201", "quickly", False),
        ("GF202", WORD, False),
    ],
)
def test_alike_are_the_same_rule_and_the_same_words(code: str, quote: str, *, left: bool) -> None:
    assert (RejectFilter([case("rejected")] * 3).unwanted(code, quote) is not None) is left


def test_long_quotes_are_alike_when_nearly_all_their_words_are() -> None:
    long = "the reader opens the file, checks every line of it, writes the ledger, signs it twice and closes the file"
    past = RejectFilter([case("rejected", long)] * 3)
    assert past.unwanted("GF201", long.replace("closes", "shuts"))
    assert past.unwanted("GF201", "the reader opens the file") is None


def test_a_run_that_was_dropped_as_a_whole_is_one_rejection() -> None:
    dropped = [case("rejected", person=False)] * 5
    assert RejectFilter(dropped).unwanted("GF201", WORD) is None
    thrice = [case("rejected", person=False, run=run) for run in ("a", "b", "c")]
    assert RejectFilter(thrice).unwanted("GF201", WORD)


@pytest.mark.parametrize("outcome", ["pending", "stale", "refused"])
def test_what_nobody_judged_teaches_the_filter_nothing(outcome: str) -> None:
    assert RejectFilter([case(outcome)] * 9).groups == []


def test_each_kind_is_told_once() -> None:
    assert [one.quote for one in RejectFilter([case("rejected")] * 4).groups] == [WORD]


def test_one_in_twenty_is_tried_all_the_same() -> None:
    tried = sum(is_explored(f"finding{number}", "run") for number in range(4000))
    assert 120 < tried < 300
    assert is_explored("finding1", "run") == is_explored("finding1", "run")


def test_the_record_counts_what_became_of_edits() -> None:
    (record,) = records([case("merged"), case("merged-edited"), case("rejected"), case("refused"), case("pending")])
    assert (record.code, record.strategy, record.gained, record.count) == ("GF201", "span", 1.5, 4)


def test_without_a_past_the_order_is_as_given() -> None:
    assert Policy([], "run").ordered("GF201", ["span", "sentence"]) == ["span", "sentence"]
    elsewhere = records([case("merged", strategy="sentence")])
    assert Policy(elsewhere, "run").ordered("GF299", ["span", "sentence"]) == ["span", "sentence"]


def test_the_better_strategy_begins_nearly_always_and_the_other_now_and_then() -> None:
    past = [*[case("refused")] * 20, *[case("merged", strategy="sentence")] * 20]
    firsts = [Policy(records(past), f"run{n}").ordered("GF201", ["span", "sentence"])[0] for n in range(200)]
    assert firsts.count("sentence") > 190
    even = [*[case("merged"), case("rejected")], *[case("merged", strategy="sentence")]]
    firsts = [Policy(records(even), f"run{n}").ordered("GF201", ["span", "sentence"])[0] for n in range(200)]
    assert 20 < firsts.count("span") < 180


def test_a_run_is_repeatable() -> None:
    past = records([case("merged"), case("rejected", strategy="sentence")])
    orders = {tuple(Policy(past, "run").ordered("GF201", ["span", "sentence"])) for _ in range(20)}
    assert len(orders) == 1
