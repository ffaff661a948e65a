"""The report in a real browser: nothing asked for, nothing complained of, nothing too wide, and live where it is served."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.monitor_page import monitor_page
from tests.adapters.test_monitor_page import HOSTILE, commits, hostile_report, measure, report
from tests.browser import Browser, Page, chromium
from tests.cli.monitor_serving import TOKEN, serving
from tests.workflow.monitoring import commit, fill, make_project, record

WIDTHS, SCHEMES = (390, 1280), ("light", "dark")
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Texts whose contrast with what lies behind them is below AA, by the formula of WCAG 2.2.
TOO_FAINT = """(() => {
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
  const behind = (one) => { for (; one; one = one.parentElement) {
    const found = rgb(getComputedStyle(one).backgroundColor); if (found.length < 4 || found[3] > 0) return found.slice(0, 3); }
    return [255, 255, 255]; };
  const faint = [];
  for (const one of document.querySelectorAll("main *, nav *")) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    if (!one.getClientRects().length) continue;
    const style = getComputedStyle(one), inSvg = one instanceof SVGElement;
    const [a, b] = [light(rgb(inSvg ? style.fill : style.color)), light(behind(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(one.tagName + ": " + one.textContent.slice(0, 40));
  }
  return faint;
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("browser")) as running:
        yield running


def full_report() -> dict[str, Any]:
    """A report with everything in it, hostile texts and long names among it."""
    shown = commits(300)
    for place in (50, 51, 200):
        shown[place] |= {"edits": 3, "subject": f"{HOSTILE} {'x' * 400}"}
    shown[100]["state"] = "missing"
    values = [float(place % 17) for place in range(300)]
    measures = [
        measure(name, [None if place == 100 else value for place, value in enumerate(values)])
        for name in ("size.requirements", "coverage.with_failure_scenario", "machine.memory", "edits.merge_rate")
    ]
    found = hostile_report()
    return report(shown, *measures, **{name: found[name] for name in ("runs", "rules", "calls")})


def test_the_report_is_quiet_and_fits_in_every_window(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(monitor_page(full_report()), encoding="utf-8")
    for width in WIDTHS:
        for scheme in SCHEMES:
            page = Page(browser, file.as_uri(), width, scheme)
            assert page.value(TOO_WIDE) == 0, (width, scheme)
            page.value(OPEN_ALL)
            assert page.value(TOO_WIDE) == 0, (width, scheme, "with all data open")
            assert page.value(TOO_FAINT) == [], (width, scheme)
            assert page.requests() == [file.as_uri()]
            assert page.complaints() == []
            assert page.value("document.images.length + document.scripts.length") == 0
            dark = page.value("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
            assert dark == (scheme == "dark")


def test_a_screen_reader_gets_names_of_charts_and_everything_can_be_reached_by_keys(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(monitor_page(full_report()), encoding="utf-8")
    page = Page(browser, file.as_uri(), 1280)
    nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
    names: dict[str, list[str]] = {}
    for node in nodes:
        names.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    assert any(
        name.startswith("Requirements, requirements 299 commits") for name in names["image"] + names.get("img", [])
    )
    assert all(name for role in ("image", "link", "heading", "navigation") for name in names.get(role, []))
    wide = page.value("[...document.querySelectorAll('.wide')].every((one) => one.tabIndex === 0 && one.ariaLabel)")
    assert wide is True


def test_on_paper_there_is_no_navigation_and_nothing_is_cut_off(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(monitor_page(full_report()), encoding="utf-8")
    page = Page(browser, file.as_uri(), 794, "dark")
    page.ask("Emulation.setEmulatedMedia", media="print")
    assert page.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.value(TOO_WIDE) == 0
    assert page.value(TOO_FAINT) == []


def test_a_served_page_comes_up_to_date_by_itself(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path / "p")
    fill(project)
    monkeypatch.chdir(project)
    with serving() as server:
        page = Page(browser, f"{server.told['url']}/?token={TOKEN}", 390)
        assert page.value("location.href") == f"{server.told['url']}/"
        assert page.value("document.cookie") == ""
        assert page.value("[...document.querySelectorAll('h3')].some((one) => one.textContent === 'Requirements: 1')")
        page.value("document.querySelector('#size').closest('section').querySelector('details').open = true")
        commit(project, 4)
        record(project)
        shown = page.value(
            """new Promise((kept) => {
              const look = () => [...document.querySelectorAll("h3")].some((one) => one.textContent === "Requirements: 4");
              const watch = new MutationObserver(() => { if (look()) kept(true); });
              watch.observe(document.body, { childList: true, subtree: true });
              if (look()) kept(true);
            })"""
        )
        assert shown is True
        assert page.value("document.querySelector('#size').closest('section').querySelector('details').open") is True
        assert page.complaints() == []
        asked = {re.sub(r"\?.*", "", one) for one in page.requests()}
        assert asked == {f"{server.told['url']}/{name}" for name in ("", "live.js", "events")}
