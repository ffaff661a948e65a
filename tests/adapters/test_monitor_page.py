"""The report as a page: every text escaped, charts with their data, gaps, thinning, and the same page for the same input."""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from geoflow.adapters.html_page import visible
from geoflow.adapters.measure_text import amount, change_of, number, unit_words
from geoflow.adapters.monitor_page import CHARTS, charted, monitor_page
from geoflow.metrics.measure import BY_NAME, MEASURES

HOSTILE = (
    "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}\udcff"
)


def commits(count: int, **at: Any) -> list[dict[str, Any]]:
    return [
        {
            "commit": f"{number:040x}",
            "committed_at": f"2026-01-{1 + number % 28:02d}T00:00:00Z",
            "subject": f"commit {number}",
            "state": "recorded",
            "edits": 0,
        }
        for number in range(count)
    ]


def measure(name: str, values: Sequence[float | None]) -> dict[str, Any]:
    one = BY_NAME[name]
    return {**one.document(), "group": one.group, "values": list(values)}


def report(shown: list[dict[str, Any]], *measures: dict[str, Any], **more: Any) -> dict[str, Any]:
    calls = {"count": 0, "failed": 0, "slowest": [], "costliest": [], "by_prompt": []}
    head = {"commit": "f" * 40, "branch": "main", "committed_at": "2026-02-01T00:00:00Z"}
    found = {"schema": "geoflow.monitor-report/1", "head": head, "line": len(shown), "commits": shown}
    return {**found, "measures": list(measures), "runs": [], "rules": [], "calls": calls, **more}


def run(name: str, rate: float | None, so_far: float | None) -> dict[str, Any]:
    counts = dict.fromkeys(("edits", "refused", "merged", "merged_edited", "rejected", "stale", "pending"), 1)
    return {
        "run": name,
        "at": "2026-01-01T00:00:00Z",
        **counts,
        "rate": rate,
        "rate_so_far": so_far,
        "rate_low": so_far,
    }


def call(text: str) -> dict[str, Any]:
    figures = {"seconds": 1.0, "first_token": None, "input_tokens": 5, "cached_tokens": None, "output_tokens": 1}
    return {"time": text, "model": text, "prompt": text, "error": text, "cost": 6, **figures}


def hostile_report() -> dict[str, Any]:
    shown = commits(3)
    shown[1] |= {"subject": HOSTILE, "edits": 2}
    sums = {"prompt": HOSTILE, "calls": 1, "failed": 1, "seconds": 1.0, "seconds_p50": 1.0, "tokens": 6}
    calls = {"count": 1, "failed": 1, "slowest": [call(HOSTILE)], "costliest": [call(HOSTILE)], "by_prompt": [sums]}
    rules = [{"code": HOSTILE, "meaning": HOSTILE, "severity": "error", "findings": 3}]
    head = {"commit": "f" * 40, "branch": HOSTILE, "committed_at": "2026-02-01T00:00:00Z"}
    runs = [run(HOSTILE, 50.0, 50.0)]
    return report(shown, measure("size.requirements", [1, 2, 3]), calls=calls, rules=rules, head=head, runs=runs)


def svgs(page: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]  # noqa: S314 - our own


@pytest.mark.parametrize("live", ["", "0123456789abcdef"])
def test_no_text_becomes_markup_wherever_it_stands(live: str) -> None:
    page = monitor_page(hostile_report(), live=live)
    assert page.count("<script") == bool(live)
    assert "<img" not in page
    assert "onerror=alert(1)&gt;" in page
    assert "{{ 7*7 }}" in page
    assert not {"\x1b", "\N{RIGHT-TO-LEFT OVERRIDE}", "\udcff"} & set(page)
    assert r"\x1b[31m\x202e\xdcff" in page


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = monitor_page(hostile_report())
    assert "default-src 'none'" in page
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:,)""", page.replace("src=x onerror", ""))
    assert "@import" not in page
    assert "url(" not in page


def test_every_chart_has_a_title_a_description_and_its_data() -> None:
    values = [measure(name, [1.0, None, 3.0]) for name in sorted(CHARTS)]
    page = monitor_page(report(commits(3), *values))
    charts = [one for one in svgs(page) if one.get("role") == "img"]
    assert len(charts) == len(CHARTS)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for chart in charts:
        assert {f"{one.tag[0]}-" for one in chart if one.tag in {"title", "desc"}} == {"t-", "d-"}
        assert set(str(chart.get("aria-labelledby")).split()) <= set(ids)
    assert page.count("<summary>Data: ") == len(CHARTS)


def test_charts_are_of_measures_that_there_are() -> None:
    assert {one.name for one in MEASURES} >= CHARTS


def test_of_a_group_that_nobody_chose_charts_for_the_first_have_one() -> None:
    size = [measure(one.name, [1]) for one in MEASURES if one.group == "size"]
    work = [measure(one.name, [1]) for one in MEASURES if one.group == "work"]
    chosen = frozenset({"work.open_tasks"})
    assert charted([*size, *work], chosen) == {"work.open_tasks", "size.specs", "size.requirements", "size.scenarios"}


def test_a_commit_without_a_record_is_a_gap_a_row_and_a_count() -> None:
    shown = commits(4)
    shown[1]["state"] = "missing"
    page = monitor_page(report(shown, measure("size.requirements", [1, None, 3, 4])))
    assert "; 1 without a record" in page
    assert "no record</td>" in page
    [chart] = [one for one in svgs(page) if one.get("role") == "img"]
    lines = [str(one.get("points")).split() for one in chart if one.tag == "polyline"]
    assert [len(line) for line in lines] == [2]


def test_a_row_that_reads_like_the_one_before_is_left_out() -> None:
    page = monitor_page(report(commits(50), measure("size.requirements", [5.0] * 30 + [6.0] * 20)))
    table = page[page.index("<summary>Data: Requirements") :].partition("</table>")[0]
    assert table.count('<th scope="row"') == 2
    assert "▲ +1" in table


def test_ten_thousand_commits_are_thinned_and_the_worst_is_still_told() -> None:
    values = [100.0] * 10_000
    values[4_321] = 3.0
    page = monitor_page(report(commits(10_000), *(measure(name, list(values)) for name in CHARTS)))
    assert "120 steps at most" in page
    assert page.count("3.0 %") >= 5
    assert len(page) < 1_500_000


def test_better_and_worse_are_said_in_words_and_noise_is_not_judged() -> None:
    page = monitor_page(
        report(
            commits(2),
            measure("coverage.with_failure_scenario", [10.0, 12.5]),
            measure("quality.findings", [3, 5]),
            measure("machine.memory", [1000, 5000]),
            measure("size.requirements", [1, 1]),
        )
    )
    for said in ("▲ +2.5 points, better", "▲ +2, worse", "▲ +3.9 KiB<", "unchanged"):
        assert said in page


def test_merges_of_improve_are_marked_in_charts_and_listed() -> None:
    shown = commits(3)
    shown[2] |= {"edits": 1, "subject": "Merge improve"}
    page = monitor_page(report(shown, measure("size.requirements", [1, 2, 3])))
    assert f"1 edit of improve came in with {shown[2]['commit'][:10]}" in page
    assert "Merge improve" in page[page.index('id="merges"') :]


def test_the_learning_curve_shows_runs_that_were_decided_on() -> None:
    runs = [run("a", None, None), run("b", 50.0, 50.0), run("c", 100.0, 75.0)]
    page = monitor_page(report(commits(1), measure("size.requirements", [1]), runs=runs))
    assert "Merge rate over runs: 75 %" in page
    assert "up to the first that was decided on 50 %" in page
    undecided = monitor_page(report(commits(1), measure("size.requirements", [1]), runs=runs[:1]))
    assert "Nobody has decided on an edit yet" in undecided


def test_without_anything_the_page_says_what_to_type() -> None:
    page = monitor_page(report([]))
    for said in ("geoflow monitor backfill", "No run of improve is kept", "No model call is kept"):
        assert said in page


def test_an_observed_value_of_before_is_told_with_its_commit() -> None:
    page = monitor_page(report(commits(3), measure("edits.merge_rate", [None, 40.0, None])))
    assert "from 0000000000, 1 commit ago" in page


def test_the_same_input_gives_the_same_page() -> None:
    assert monitor_page(hostile_report()) == monitor_page(hostile_report())


def test_units_and_amounts_read_as_prose() -> None:
    assert all(unit_words(one.unit) and "{" not in unit_words(one.unit) for one in MEASURES)
    assert unit_words("{finding}/(100.{requirement})") == "findings for every 100 requirements"
    assert (amount(12, "%"), amount(0.25, "s"), number(1234567, "{word}")) == ("12.0 %", "0.25 s", "1,234,567")
    assert (number(2_252_341_248, "By"), number(12, "By")) == ("2.1 GiB", "12 bytes")
    assert change_of(3.0, 1.0, "down", "{finding}")["text"] == "▼ −2, better"
    assert change_of(None, 1.0, "down", "{finding}")["text"] == ""


def test_what_a_page_would_hide_is_shown() -> None:
    assert visible("a\u200bb\nc") == "a\\x200bb\nc"
