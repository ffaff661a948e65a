"""The report of agreement per rule that `make conformance` prints."""

import pytest

from tests.conformance.agreement import PROPERTY, Tally, summed, table


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Counts of agreement, which travel with the test's report."""
    counts = Tally([])
    request.node.user_properties.append((PROPERTY, counts.rows))
    return counts


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for found in terminalreporter.stats.values() for report in found]
    rows = [
        row
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == PROPERTY and isinstance(value, list)
        for row in value
    ]
    total = summed(rows)
    if not total:
        return
    terminalreporter.section("agreement with the npm CLI, by rule")
    for line in table(total):
        terminalreporter.write_line(line)
    wrong = sum(count for (_, _, agreed), count in total.items() if not agreed)
    verdict = f"{sum(total.values()) - wrong} comparisons agree, {wrong} disagree"
    terminalreporter.write_line(verdict, red=bool(wrong), green=not wrong, bold=True)
