"""`geoflow monitor report` as a person types it, on real repositories."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.page_file import check_page
from geoflow.cli.app import app
from geoflow.errors import GeoflowError
from tests.benchmarks.history import make_history
from tests.builders import git, make_repo, requirement, spec
from tests.workflow.monitoring import SPEC, commit, fill, record, three_records

MARK = '<meta name="generator" content="geoflow monitor report">'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["monitor", "report", *arguments])


def answer(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["schema"] == "geoflow.monitor-report/1"
    return document


def refused(*arguments: str) -> tuple[str, int]:
    result = run(*arguments, "--json")
    return json.loads(result.stdout)["code"], result.exit_code


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three commits with records."""
    folder = three_records(tmp_path / "p")
    monkeypatch.chdir(folder)
    return folder


def test_the_page_lies_in_the_git_folder_unless_told_and_the_work_tree_stays_clean(project: Path) -> None:
    result = run()
    page = project / ".git/geoflow/report.html"
    assert (result.exit_code, result.stdout) == (0, f"{page}\n")
    assert "3 recorded commits of 3" in result.stderr
    assert "geoflow monitor backfill --complete" in result.stderr
    assert MARK in page.read_text("utf-8")
    assert git(project, "status", "--porcelain") == ""
    assert run().exit_code == 0


def test_the_same_repository_gives_the_same_page(project: Path) -> None:
    first = run("--out", "-").stdout
    assert first == run("--out", "-").stdout
    assert first.startswith("<!DOCTYPE html>")


def test_figures_are_those_of_the_records(project: Path) -> None:
    found = answer()
    [requirements] = [one for one in found["measures"] if one["name"] == "size.requirements"]
    assert (requirements["values"], requirements["unit"], found["page"]) == ([1, 2, 4], "{requirement}", None)
    assert [one["state"] for one in found["commits"]] == ["recorded"] * 3
    assert len(answer("--last", "2")["commits"]) == 2
    assert not (project / ".git/geoflow/report.html").exists()


def test_only_a_commit_that_changed_the_specs_can_lack_a_record(project: Path) -> None:
    (project / "README.md").write_text("code alone")
    git(project, "commit", "-q", "-am", "code alone")
    commit(project, 5)
    commit(project, 6)
    record(project)
    found = answer()
    assert found["line"] == 6
    assert [one["state"] for one in found["commits"]] == [*["recorded"] * 3, "missing", "recorded"]
    assert [one["values"] for one in found["measures"] if one["name"] == "size.specs"] == [[1, 1, 1, None, 1]]
    assert "1 that changed the specs have no record" in run().stderr


def test_findings_at_head_are_counted_by_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = spec(requirement("A", "The gate SHALL gracefully open."), requirement("B", "The gate SHALL properly close."))
    monkeypatch.chdir(make_repo(tmp_path / "p", {SPEC: text}))
    counts = {one["code"]: (one["findings"], one["severity"]) for one in answer()["rules"]}
    assert counts["GF201"] == (2, "warning")


def test_a_run_of_improve_and_its_merge_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = spec(requirement("A", "The gate should open within 5 s."))
    folder = make_repo(tmp_path / "p", {SPEC: text})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    done = json.loads(CliRunner().invoke(app, ["improve", "--json"]).stdout)
    edits = len(done["edits"])
    assert edits
    git(folder, "merge", "-q", "--no-ff", "-m", "Merge <b>improve</b>", done["branch"])
    found = answer("--out", str(tmp_path / "page.html"))
    assert [(one["subject"], one["edits"]) for one in found["commits"]] == [
        ("start", 0),
        ("Merge <b>improve</b>", edits),
    ]
    [told] = found["runs"]
    assert (told["run"], told["merged"], told["rate"], told["rate_so_far"]) == (done["run"], edits, 100.0, 100.0)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Merge &lt;b&gt;improve&lt;/b&gt;" in page
    assert "Merge rate over runs: 100 %" in page


def test_kept_model_calls_are_told(project: Path) -> None:
    line = {
        "schema": "geoflow.call/1",
        "time": "2026-01-01T00:00:00Z",
        "gen_ai.prompt.name": "ask",
        "geoflow.duration": 7.5,
    }
    folder = project / ".git/geoflow"
    folder.mkdir(exist_ok=True)
    (folder / "transcript.jsonl").write_text(json.dumps(line) + "\nbroken\n")
    assert [one["seconds"] for one in answer()["calls"]["slowest"]] == [7.5]
    assert "7.5 s" in run("--out", "-").stdout


def test_nothing_of_the_user_is_overwritten_without_force(project: Path, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text("the user's own")
    assert refused("--out", str(place)) == ("file-exists", 2)
    assert place.read_text() == "the user's own"
    assert run("--out", str(place), "--force").exit_code == 0
    assert run("--out", str(place)).exit_code == 0
    (tmp_path / "link.html").symlink_to(place)
    assert refused("--out", str(tmp_path / "link.html")) == ("file-exists", 2)
    assert refused("--out", str(tmp_path)) == ("not-a-file", 2)
    assert refused("--out", str(tmp_path / "none/page.html")) == ("no-folder", 2)


def test_a_page_of_another_command_is_not_its_own(tmp_path: Path) -> None:
    for name in ("bench review", "bench improve", "monitor report"):
        place = tmp_path / "page.html"
        place.write_text(f'<meta name="generator" content="geoflow {name}">')
        check_page(place, name, force=False)
        with pytest.raises(GeoflowError, match="no page of this command"):
            check_page(place, f"{name}s", force=False)


def test_what_cannot_go_together_is_typed_wrong(project: Path) -> None:
    for arguments in (["--out", "-"], ["--open"]):
        assert refused(*arguments) == ("usage", 2)
    assert run("--out", "-", "--open").exit_code == 2


def test_a_long_history_is_one_page_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_history(tmp_path / "p", 1_500, specs=12, merges=True)
    git(folder, "reset", "-q", "--hard")
    fill(folder)
    monkeypatch.chdir(folder)
    page = run("--out", "-", "--last", "5000").stdout
    assert "120 steps at most" in page
    assert len(page) < 1_500_000
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))
