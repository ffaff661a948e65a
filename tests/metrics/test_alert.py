"""What counts as worse: thresholds, aims, and what moves with every commit."""

from collections.abc import Mapping, Sequence

import pytest

from geoflow.metrics.alert import Alert, alerts
from geoflow.metrics.behind import is_behind
from geoflow.metrics.measure import BY_NAME
from geoflow.metrics.snapshot import Quantity
from geoflow.metrics.thresholds import DEFAULTS, Sides
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.rules import RULES
from geoflow.settings import Accepted, Threshold

FAILURES, WORDS, FINDINGS = "coverage.with_failure_scenario", "structure.words_per_requirement", "quality.findings"


def of(values: Mapping[str, float]) -> dict[str, Quantity]:
    return {name: Quantity(value, BY_NAME[name].unit) for name, value in values.items()}


def found(
    before: Mapping[str, float],
    after: Mapping[str, float],
    past: Mapping[str, Sequence[float]] | None = None,
    thresholds: Sequence[Threshold] = DEFAULTS,
    accepted: Sequence[Accepted] = (),
) -> list[Alert]:
    return alerts(thresholds, accepted, Sides(of(before), of(after), past or {}))


def test_a_measure_is_worse_by_its_aim_alone() -> None:
    before = {FINDINGS: 3, "size.words": 100, "readability.grade": 9}
    worse = found(before, {FINDINGS: 5, "size.words": 900, "readability.grade": 8})
    assert [(one.measure, one.before, one.after.value, one.level) for one in worse] == [(FINDINGS, 3, 5, "worse")]
    assert worse[0].told == "quality.findings 5 (was 3)"


def test_a_broken_threshold_comes_first_and_a_failing_one_before_a_warning() -> None:
    before = {FINDINGS: 3, FAILURES: 50, "validity.valid": 100}
    after = {FINDINGS: 5, FAILURES: 40, "validity.valid": 90}
    assert [(one.measure, one.level) for one in found(before, after)] == [
        ("validity.valid", "fail"),
        (FAILURES, "warn"),
        (FINDINGS, "worse"),
    ]
    assert found(before, after)[1].told == f"{FAILURES} 40 % (was 50 %)"


def test_a_threshold_that_allows_a_change_silences_the_aim() -> None:
    loose = [Threshold(FINDINGS, max_increase=5)]
    assert found({FINDINGS: 3}, {FINDINGS: 5}, thresholds=loose) == []
    assert [one.level for one in found({}, {FINDINGS: 5}, thresholds=[Threshold(FINDINGS, max=4)])] == ["fail"]


@pytest.mark.parametrize(
    ("past", "told"),
    [
        ([20, 24, 22, 25, 21, 23], []),  # it moves by as much with every commit
        ([22, 22, 22, 22, 22, 22], [WORDS]),
        ([22, 22], []),  # too few to tell what is usual
        ([23.9, 23.9, 23.9, 23.9, 23.9], [WORDS]),
        ([30, 31, 30, 29, 30], []),  # worse than the commit before, and better than most
    ],
)
def test_what_moves_with_every_commit_is_worse_only_beyond_three_deviations(past: list[float], told: list[str]) -> None:
    assert [one.measure for one in found({WORDS: 22}, {WORDS: 24}, {WORDS: past})] == told


def test_an_average_that_moved_by_less_than_one_percent_tells_nothing() -> None:
    flat = {WORDS: [26.2] * 9, FAILURES: [50.0] * 9}
    assert found({WORDS: 26.2}, {WORDS: 26.4}, flat, thresholds=()) == []
    assert [one.measure for one in found({FAILURES: 50}, {FAILURES: 49.9}, flat, thresholds=())] == [FAILURES]


def test_a_count_is_worse_from_the_first_record_on() -> None:
    assert [one.measure for one in found({FINDINGS: 1}, {FINDINGS: 2}, {FINDINGS: [1]})] == [FINDINGS]
    assert found({"work.done_tasks": 90}, {"work.done_tasks": 50}, {"work.done_tasks": [90]}) == []


def test_noisy_measures_go_by_the_median_of_records_before_where_a_threshold_is_set() -> None:
    slow = "llm.duration_p50"
    limit = [Threshold(slow, max_increase=0, level="warn")]
    assert found({}, {slow: 9}, {slow: [1, 1.2, 0.8, 1.1, 0.9]}, limit)[0].before == 1
    assert found({}, {slow: 1.2}, {slow: [1, 1.2, 0.8, 1.1, 0.9]}, limit) == []
    assert found({slow: 1}, {slow: 9}) == []  # nobody asked for a limit


def test_what_people_accept_and_what_is_unknown_is_not_told() -> None:
    accepted = [Accepted(FINDINGS, "imported"), Accepted(FAILURES, "imported")]
    assert found({FINDINGS: 3, FAILURES: 9}, {FINDINGS: 5, FAILURES: 8}, accepted=accepted) == []
    assert found({}, {FINDINGS: 5, FAILURES: 8}) == []
    assert alerts(DEFAULTS, (), Sides({FINDINGS: Quantity(3, "1")}, of({FINDINGS: 5}), {})) == []


def finding(code: str, severity: Severity = "warning") -> Finding:
    return Finding(code, severity, "p", 1, 1, "r", "m", "f", "q", 0, 1)


@pytest.mark.parametrize(
    ("measure", "behind", "beside"),
    [
        ("quality.smell_density", finding("GF210"), finding("GF101")),
        ("quality.placeholders", finding("GF211"), finding("GF210")),
        ("set.conflicts", finding("GF312"), finding("GF311")),
        ("coverage.with_failure_scenario", finding("OS-S4"), finding("OS-S10")),
        ("structure.specs_without_purpose", finding("OS-S10"), finding("OS-S4")),
        ("validity.errors", finding("OS-S4", "error"), finding("OS-S4", "warning")),
        ("quality.errors", finding("GF301", "error"), finding("GF301", "warning")),
    ],
)
def test_findings_behind_a_measure(measure: str, behind: Finding, beside: Finding) -> None:
    assert measure in BY_NAME
    assert is_behind(measure, behind)
    assert not is_behind(measure, beside)


def test_no_finding_is_behind_the_count_of_all() -> None:
    assert not any(is_behind(FINDINGS, finding(code)) for code in RULES)
