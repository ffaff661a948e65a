"""history, compare, backfill, export, measures, prune, push and pull through the real command line."""

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.git import open_repository
from geoflow.cli.app import app
from geoflow.cli.progress import silent_progress
from geoflow.metrics.measure import MEASURES
from geoflow.workflow.backfill import backfill
from geoflow.workflow.show_snapshots import show_snapshots
from tests.benchmarks.history import make_history
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.workflow.monitoring import (
    SPEC,
    assert_every_commit_is_right,
    commit,
    fill,
    make_project,
    notes_of,
    recorder_of,
    text,
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["monitor", *arguments])


def answer(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr + result.stdout
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["schema"] == "geoflow.monitor/1"
    return document


def code(*arguments: str) -> tuple[str, int]:
    result = run(*arguments, "--json")
    return json.loads(result.stdout)["code"], result.exit_code


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three commits, none of them recorded."""
    folder = make_project(tmp_path / "p")
    commit(folder, 2)
    commit(folder, 4)
    monkeypatch.chdir(folder)
    return folder


def test_backfill_records_all_and_then_nothing(project: Path) -> None:
    assert answer("backfill", "--dry-run")["lacking"] == 3
    assert git(project, "for-each-ref", "refs/notes") == ""
    done = answer("backfill")
    assert (done["commits"], done["with_openspec"], done["lacking"], done["written"]) == (3, 3, 3, 3)
    assert_every_commit_is_right(project)
    assert answer("backfill")["written"] == 0
    assert "0 of 3 commits with openspec/ had no record" in run("backfill").stdout


def test_backfilled_records_equal_fresh_ones_and_independent_ones(tmp_path: Path) -> None:
    project = make_history(tmp_path / "p", 400, specs=12, merges=True)
    git(project, "reset", "-q", "--hard")
    fill(project)
    names = git(project, "rev-list", "HEAD").splitlines()
    sampled = random.Random(3).sample(names, 20)
    kept = {name: json.loads(notes_of(project, name)) for name in sampled}
    git(project, "update-ref", "-d", "refs/notes/geoflow")
    from geoflow.workflow.record_snapshot import record_snapshot

    recorder = recorder_of(project)
    for name in sampled:
        fresh = record_snapshot(recorder, revision=name, complete=False).snapshot.document()
        assert (fresh["derived"], fresh["inputs"]) == (kept[name]["derived"], kept[name]["inputs"])
    fill(project)
    assert_every_commit_is_right(project, "--no-walk", *sampled[:6])


def test_complete_backfilled_records_equal_what_record_measures(tmp_path: Path) -> None:
    from geoflow.workflow.record_snapshot import record_snapshot

    project = make_history(tmp_path / "p", 30, specs=2)
    git(project, "reset", "-q", "--hard")
    backfill(recorder_of(project), silent_progress(), with_quality=True)
    sampled = random.Random(4).sample(git(project, "rev-list", "HEAD").splitlines(), 20)
    kept = {one.snapshot.commit: one.snapshot for one in show_snapshots(open_repository(project), 30)}
    git(project, "update-ref", "-d", "refs/notes/geoflow")
    for name in sampled:
        fresh = record_snapshot(recorder_of(project), revision=name).snapshot
        assert "quality.findings" in fresh.derived
        assert (fresh.derived, fresh.inputs) == (kept[name].derived, kept[name].inputs)


def test_the_complete_record_is_kept_and_computed_once_a_state(project: Path) -> None:
    git(project, "commit", "-q", "--allow-empty", "-m", "the same specs")
    answer("backfill", "--complete")
    snapshots = answer("history", "quality", "readability")["snapshots"]
    assert len(snapshots) == 4
    assert all("quality.findings" in one["derived"] and "readability.grade" in one["derived"] for one in snapshots)
    before = git(project, "rev-parse", "refs/notes/geoflow")
    answer("backfill", "--complete")
    assert answer("record")["recorded"] is False
    assert git(project, "rev-parse", "refs/notes/geoflow") == before


def test_history_shows_named_measures_oldest_first(project: Path) -> None:
    fill(project)
    lines = run("history", "size.requirements", "churn.requirements_added").stdout.splitlines()
    assert lines[0].split() == ["commit", "day", "size.requirements", "churn.requirements_added"]
    assert [line.split()[2:] for line in lines[1:]] == [["1", "1"], ["2", "1"], ["4", "2"]]
    assert len(answer("history", "--limit", "2")["snapshots"]) == 2


def test_history_says_how_to_get_what_nobody_asked_for(project: Path) -> None:
    assert "geoflow monitor backfill" in run("history").stdout
    fill(project)
    assert "geoflow monitor backfill --complete" in run("history", "quality").stderr


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal(project: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    fill(project)
    for arguments in (["history"], ["history", "churn"], ["compare"], ["measures"]):
        assert max(map(len, run(*arguments).stdout.splitlines())) <= width, arguments


def test_a_misspelt_measure_is_told_with_the_nearest(project: Path) -> None:
    for arguments in (["history", "size.requirments"], ["measures", "coverag"], ["export", "--measure", "churm"]):
        assert code(*arguments) == ("unknown-measure", 2)
    assert "did you mean size.requirements?" in run("history", "size.requirments").stderr


def test_compare_judges_by_the_aim_and_keeps_what_it_worked_out(project: Path) -> None:
    write_tree(project, {SPEC: spec(requirement("Rule 0", "The system SHALL gracefully stop.", ""))})
    git(project, "commit", "-q", "-am", "worse")
    document = answer("compare", "HEAD~1", "HEAD")
    verdicts = {one["name"]: (one["change"], one["verdict"]) for one in document["changes"]}
    assert verdicts["coverage.with_failure_scenario"] == (-100, "worse")
    assert verdicts["size.requirements"] == (-3, "changed")
    assert verdicts["quality.smell_density"][1] == "worse"
    assert len(notes_of(project, "HEAD").splitlines()) == 1
    told = run("compare")
    assert "-100.0!" in told.stdout
    assert "the same; --all shows them" in told.stderr
    assert "size.specs" not in told.stdout
    assert "size.specs" in run("compare", "--all").stdout


def test_a_commit_compared_with_itself_is_the_same(project: Path) -> None:
    assert {one["verdict"] for one in answer("compare", "HEAD", "HEAD")["changes"]} == {"same"}


@pytest.mark.parametrize("name", ["nowhere", "--all", "-p", "HEAD~99", "\x1b[31m", "main:openspec"])
def test_an_unknown_commit_is_told(project: Path, name: str) -> None:
    result = CliRunner().invoke(app, ["monitor", "compare", "--json", "--", name, "HEAD"])
    assert (json.loads(result.stdout)["code"], result.exit_code) == ("unknown-commit", 2)


def test_waived_findings_do_not_count(project: Path) -> None:
    smelly = spec(requirement("Rule", "The system SHALL gracefully stop."))
    write_tree(project, {SPEC: smelly})
    git(project, "commit", "-q", "-am", "smelly")
    waived = smelly.replace("gracefully stop.", "gracefully stop.\n\n<!-- geoflow: allow GF201 measured elsewhere -->")
    write_tree(project, {SPEC: waived})
    git(project, "commit", "-q", "-am", "waived")
    before, after = answer("compare")["snapshots"]
    value = {name: (before["derived"][name]["value"], after["derived"][name]["value"]) for name in after["derived"]}
    assert value["quality.waived"] == (0, 1)
    assert value["quality.findings"][0] - value["quality.findings"][1] == 1
    assert value["quality.smell_density"][1] < value["quality.smell_density"][0]


def test_the_project_s_settings_of_that_commit_count_and_the_environment_does_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smelly = spec(requirement("Rule", "The system SHALL gracefully stop."))
    write_tree(project, {SPEC: smelly})
    git(project, "commit", "-q", "-am", "smelly")
    monkeypatch.setenv("GEOFLOW_RULES__OFF", "GF201")
    first = answer("record")["snapshots"][0]["derived"]["quality.findings"]["value"]
    write_tree(project, {"openspec/geoflow.yaml": "rules:\n  off: [GF201]\n"})
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "switched off")
    assert answer("record")["snapshots"][0]["derived"]["quality.findings"]["value"] == first - 1
    write_tree(project, {"openspec/geoflow.yaml": "rules: [\n"})
    git(project, "commit", "-q", "-am", "settings that cannot be read")
    assert answer("record")["snapshots"][0]["derived"]["quality.findings"]["value"] == first


def test_observed_measures_count_each_model_call_once(project: Path) -> None:
    state = project / ".git" / "geoflow"
    state.mkdir()
    call = {"schema": "geoflow.call/1", "time": "2026-01-01T00:00:00+00:00", "geoflow.duration": 2.5}
    tokens = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 7}
    (state / "transcript.jsonl").write_text(json.dumps(call | tokens) + "\nbroken\n")
    observed = answer("record")["snapshots"][0]["observed"]
    assert (observed["llm.calls"]["value"], observed["llm.input_tokens"]["value"]) == (1, 100)
    assert observed["llm.duration_p50"] == {"value": 2.5, "unit": "s"}
    assert observed["machine.memory"]["value"] > 1_000_000
    assert observed["questions.asked"]["value"] == observed["loop.runs"]["value"] == 0
    commit(project, 5)
    assert answer("record")["snapshots"][0]["observed"]["llm.calls"]["value"] == 0


def test_export_in_every_form(project: Path) -> None:
    fill(project)
    assert len(answer("export")["snapshots"]) == 3
    lines = run("export", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["commit"] for line in lines] == git(project, "rev-list", "HEAD").splitlines()
    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv", "--measure", "size.requirements").stdout)))
    assert [(row["measure"], row["value"], row["unit"]) for row in rows] == [
        ("size.requirements", number, "{requirement}") for number in ("4", "2", "1")
    ]
    prometheus = run("export", "--format", "prometheus").stdout
    assert "# TYPE geoflow_size_requirements gauge\ngeoflow_size_requirements 4\n" in prometheus
    assert "geoflow_validity_valid_percent 100" in prometheus
    up = {one["name"] for one in json.loads(run("export", "--format", "github-action-benchmark").stdout)}
    down = {
        one["name"] for one in json.loads(run("export", "--format", "github-action-benchmark", "--aim", "down").stdout)
    }
    assert "validity.valid" in up
    assert "validity.errors" in down
    assert not up & down
    badge = json.loads(run("export", "--format", "badge").stdout)
    assert badge == {
        "schemaVersion": 1,
        "label": "coverage with failure scenario",
        "message": "100 %",
        "color": "brightgreen",
    }


def test_export_without_records_is_empty_in_its_form(project: Path) -> None:
    assert answer("export")["snapshots"] == []
    assert run("export", "--format", "csv").stdout == "commit,committed_at,recorded_at,measure,value,unit\n"
    assert json.loads(run("export", "--format", "badge").stdout)["message"] == "unknown"
    assert json.loads(run("export", "--format", "github-action-benchmark").stdout) == []


def test_a_hostile_note_moves_no_cursor_and_is_no_formula(project: Path) -> None:
    fill(project)
    record = json.loads(notes_of(project, "HEAD")) | {"recorded_at": "2099-01-01T00:00:00Z"}
    record["derived"] = {"=HYPERLINK(1)": {"value": 1, "unit": "+\x1b[31m"}, '"x\n# TYPE y': {"value": 2, "unit": "1"}}
    git(project, "notes", "--ref=geoflow", "append", "-m", json.dumps(record))
    for form in ("csv", "prometheus", "json", "jsonl", "badge"):
        assert "\x1b" not in run("export", "--format", form).stdout
    cells = [cell for row in csv.reader(io.StringIO(run("export", "--format", "csv").stdout)) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    lines = run("export", "--format", "prometheus").stdout.splitlines()
    assert all(line.startswith(("# HELP geoflow_", "# TYPE geoflow_", "geoflow_")) for line in lines)


def test_measures_are_one_table_in_three_forms() -> None:
    names = [measure.name for measure in MEASURES]
    assert [one["name"] for one in answer("measures")["measures"]] == names
    assert all(name in run("measures").stdout for name in names)
    rows = [line for line in run("measures", "--format", "markdown").stdout.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == names
    assert {one["name"].split(".")[0] for one in answer("measures", "churn")["measures"]} == {"churn"}
    with_everything = answer("measures", "size.specs")["measures"][0]
    assert with_everything == {
        "name": "size.specs",
        "unit": "{spec}",
        "aim": "info",
        "meaning": "main specs",
        "source": "",
        "kind": "derived",
        "kept": "history",
        "noisy": False,
    }


def test_push_and_pull_say_what_they_did(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code("push") == ("no-remote", 3)
    assert code("pull", "nowhere") == ("no-remote", 2)
    git(tmp_path, "clone", "-q", "--bare", "p", "remote.git")
    git(project, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert "would be pushed to origin" in run("push", "--dry-run").stdout
    assert "nothing new" in run("push").stdout
    fill(project)
    assert "were pushed to origin" in run("push").stdout
    git(tmp_path, "clone", "-q", "remote.git", "other")
    monkeypatch.chdir(tmp_path / "other")
    told = {"schema": "geoflow.monitor/1", "remote": "origin", "pulled": True, "pushed": False}
    assert answer("pull") == told | {"runs": [], "refused": {}}
    assert "nothing new at origin" in run("pull").stdout
    assert_every_commit_is_right(tmp_path / "other")


def test_prune_says_what_goes(project: Path) -> None:
    fill(project)
    commit(project, 3, SPEC, "--amend")
    assert "1 would be removed" in run("prune", "--dry-run").stdout
    assert answer("prune")["removed"] == 1
    assert answer("prune")["removed"] == 0


def test_the_hook_s_options_go_together(project: Path) -> None:
    assert answer("record", "--hook")["snapshots"] == []
    assert '"source":"hook"' in notes_of(project, "HEAD")


@pytest.mark.parametrize("command", ["backfill", "history", "compare", "export", "prune", "push", "pull"])
def test_an_unborn_branch_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "p", {SPEC: text(1)}, commit=False))
    assert code(command) == ("unborn-branch", 3)
