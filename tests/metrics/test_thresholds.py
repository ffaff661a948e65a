"""Thresholds alone: rules, levels, what is unknown, what is accepted, what is noise."""

import pytest

from geoflow.metrics.snapshot import Quantity
from geoflow.metrics.thresholds import Checked, Sides, check
from geoflow.settings import Accepted, Level, Threshold

NAME, NOISY = "quality.findings", "llm.duration_p50"


def sides(before: float | None, after: float | None, *past: float, name: str = NAME) -> Sides:
    def side(value: float | None) -> dict[str, Quantity]:
        return {} if value is None else {name: Quantity(value, "1")}

    return Sides(side(before), side(after), {name: past} if past else {})


def one(threshold: Threshold, what: Sides, *accepted: Accepted) -> Checked:
    (found,) = check([threshold], accepted, what)
    return found


@pytest.mark.parametrize(
    ("threshold", "before", "after", "verdict"),
    [
        (Threshold(NAME, min=3), None, 3, "pass"),
        (Threshold(NAME, min=3), None, 2.9, "fail"),
        (Threshold(NAME, max=3), None, 3, "pass"),
        (Threshold(NAME, max=3), None, 4, "fail"),
        (Threshold(NAME, max_decrease=0), 5, 5, "pass"),
        (Threshold(NAME, max_decrease=0), 5, 9, "pass"),
        (Threshold(NAME, max_decrease=2), 5, 3, "pass"),
        (Threshold(NAME, max_decrease=2), 5, 2.5, "fail"),
        (Threshold(NAME, max_increase=0), 5, 4, "pass"),
        (Threshold(NAME, max_increase=2), 5, 7, "pass"),
        (Threshold(NAME, max_increase=2), 5, 8, "fail"),
        (Threshold(NAME, max_increase=0.1), 0.3, 0.4, "pass"),
        (Threshold(NAME, max_increase=2, level="warn"), 5, 8, "warn"),
        (Threshold(NAME, max_increase=2), None, 8, "skipped"),
        (Threshold(NAME, max_increase=2), 5, None, "skipped"),
        (Threshold(NAME, min=2), 5, None, "skipped"),
    ],
)
def test_rules(threshold: Threshold, before: float | None, after: float | None, verdict: str) -> None:
    found = one(threshold, sides(before, after))
    assert found.verdict == verdict
    assert ("not known" in found.why) == (verdict == "skipped")


def test_each_rule_of_a_threshold_is_judged_by_itself() -> None:
    found = check([Threshold(NAME, max=10, max_increase=0)], (), sides(5, 6))
    assert [(one.rule, one.verdict) for one in found] == [("max", "pass"), ("max_increase", "fail")]


@pytest.mark.parametrize("level", ["warn", "fail"])
def test_an_accepted_regression_never_fails_and_is_shown_with_its_reason(level: Level) -> None:
    found = one(Threshold(NAME, max_increase=0, level=level), sides(5, 6), Accepted(NAME, "rewritten next week"))
    assert (found.verdict, found.accepted) == ("warn", "rewritten next week")


def test_what_is_accepted_and_did_not_happen_is_not_spoken_of() -> None:
    found = one(Threshold(NAME, max_increase=0), sides(5, 5), Accepted(NAME, "why"), Accepted("size.words", "why"))
    assert (found.verdict, found.accepted) == ("pass", "")


def test_a_noisy_measure_is_held_against_the_median_of_those_before_and_their_spread() -> None:
    threshold, past = Threshold(NOISY, max_increase=0), (9.0, 10.0, 10.0, 11.0, 12.0)
    # Median 10, MAD 1: up to 10 + 3 * 1.4826 is noise.
    assert one(threshold, sides(1, 14.4, *past, name=NOISY)).verdict == "pass"
    assert one(threshold, sides(1, 14.5, *past, name=NOISY)).verdict == "fail"
    assert one(threshold, sides(1, 14.4, *past[:4], name=NOISY)).verdict == "skipped"
    assert one(Threshold(NOISY, max=12), sides(None, 14, name=NOISY)).verdict == "fail"
