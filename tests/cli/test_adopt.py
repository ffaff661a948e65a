"""`geoflow improve` as a process on a tree that was written by hand: what a person reads, and what scripts get."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.builders import git, make_repo
from tests.improvement.adopting import CHANGE, SPEC, coded, hand_written

HAND_WRITTEN = hand_written(coded("KLN-001", "Heater", "The lamp glows when the door opens", "It is quick"))
FILES = {SPEC: HAND_WRITTEN, f"{CHANGE}notes.md": "# Notes\n\nNothing yet.\n"}


def geoflow(root: Path, *arguments: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"GEOFLOW_LLM__BASE_URL": "none", "COLUMNS": str(columns)}
    return subprocess.run(
        [sys.executable, "-m", "geoflow", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_person_reads_three_figures_and_the_questions(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    done = geoflow(root, "improve")
    assert done.returncode == 0, done.stderr
    for expected in (
        "adopted  spec/kiln",
        "valid; 2 scenarios, 1 with a WHEN from the source, 1 without; 1 question left",
        "left     change/add-kiln: only the author can say what it requires",
        "They hold at all times / I write a WHEN into each",
        "Each passed all 11 checks of an adoption: in-its-folder,",
        "1 adopted, 0 kept, 0 refused",
        "in parts:   geoflow improve --triage",
    ):
        assert expected in " ".join(done.stdout.split()) or expected in done.stdout, done.stdout


def test_a_narrow_terminal_and_a_dry_run_say_the_same(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    done = geoflow(root, "improve", "kiln", "--dry-run", columns=40)
    assert done.returncode == 0, done.stderr
    assert "adopted  spec/kiln" in done.stdout
    assert "Nothing was written (--dry-run)." in done.stdout
    assert git(root, "branch", "--list", "geoflow/*") == ""


def test_scripts_get_items_spans_and_questions_and_the_run_is_kept(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    document = json.loads(geoflow(root, "improve", "--json").stdout)
    assert document["schema"] == "geoflow.improve/1"
    by_item = {item["item"]: item for item in document["adopted"]}
    assert by_item["spec/kiln"]["figures"]["valid"] == 1
    assert by_item["change/add-kiln"]["why_not"]
    assert {asked["item"] for asked in document["questions"]} == {"spec/kiln", "change/add-kiln"}
    assert git(root, "rev-parse", document["branch"]) == git(root, "rev-parse", f"refs/geoflow/runs/{document['run']}^")
    kept = json.loads(geoflow(root, "improve", "--outcomes", "--json").stdout)
    assert [run["run"] for run in kept["runs"]] == [document["run"]]


def test_what_waits_on_a_branch_is_neither_adopted_nor_asked_again(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    first = json.loads(geoflow(root, "improve", "--json").stdout)
    second = json.loads(geoflow(root, "improve", "--json").stdout)
    waits = {item["item"]: item["why_not"] for item in second["adopted"]}
    assert waits["spec/kiln"].startswith(f"it waits on the branch {first['branch']}")
    assert second["branch"] == ""
    git(root, "branch", "-qD", first["branch"])
    third = json.loads(geoflow(root, "improve", "--fresh", "--json").stdout)
    assert [item["files"] for item in third["adopted"]] == [item["files"] for item in first["adopted"]]


def test_where_nothing_can_be_adopted_the_exit_code_says_that_nothing_was_kept_only_if_work_is_left(
    tmp_path: Path,
) -> None:
    root = make_repo(tmp_path / "r", {f"{CHANGE}notes.md": "# Notes\n\nNothing yet.\n"})
    done = geoflow(root, "improve")
    assert done.returncode == 0, done.stdout
    assert "left     change/add-kiln" in done.stdout


def test_marks_and_controls_in_a_document_reach_no_terminal(tmp_path: Path) -> None:
    text = hand_written(coded("KLN-001", "Heater [bold]x[/bold]", "It \x1b[31mglows", "It is quick"))
    root = make_repo(tmp_path / "r", {SPEC: text})
    done = geoflow(root, "improve")
    assert "\x1b" not in done.stdout
    assert done.returncode in (0, 1)
