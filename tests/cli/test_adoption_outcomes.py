"""What became of adopted items, on real git, and what that teaches the next run."""

from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, write_tree
from tests.cli.adopted_runs import (
    FILES,
    KILN,
    document,
    ids,
    improve,
    outcomes,
    person_says,
    repository,
    why_left,
)
from tests.cli.improving import bring
from tests.cli.verbs import state_of
from tests.fakes import QueueModel
from tests.improvement.adopting import CHANGE, SPEC, coded, hand_written
from tests.workflow.test_improve_history import STOP
from tests.workflow.test_improve_history import run as run_with


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(tmp_path / "r", monkeypatch)


def rewrite(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text("utf-8")
    assert old in text
    write_tree(root, {path: text.replace(old, new)})
    git(root, "commit", "-qam", "by hand")


def commit_of(run: dict[str, Any], item: str) -> str:
    return str(next(one["commit"] for one in run["adopted"] if one["item"] == item))


@pytest.mark.parametrize("way", ["merge", "squash", "rebase", "cherry-pick"])
def test_an_item_is_merged_however_it_came_to_the_base_branch(root: Path, way: str) -> None:
    run = document()
    assert outcomes() == {"spec/kiln": "pending", "change/add-kiln": "pending"}
    bring(root, run, way)
    git(root, "branch", "-D", run["branch"])
    assert outcomes() == {"spec/kiln": "merged", "change/add-kiln": "merged"}


@pytest.mark.parametrize("way", ["merge", "squash"])
def test_an_item_of_which_people_rewrote_a_requirement_is_merged_and_edited(root: Path, way: str) -> None:
    bring(root, document(), way)
    rewrite(root, SPEC, "### Requirement: KLN-001: Heater", "### Requirement: The heater")
    assert outcomes() == {"spec/kiln": "merged-edited", "change/add-kiln": "merged"}
    (one,) = [one for one in document("--outcomes")["runs"][0]["adopted"] if one["item"] == "spec/kiln"]
    assert one["parts"] == {"as_it_was": 1, "edited": 1, "gone": 0}
    shown = improve("--outcomes").stdout
    assert "merged-edited adopted  spec/kiln (1 as adopted, 1 edited, 0 gone)" in shown
    assert "Adopted items: 1 merged, 1 merged-edited." in shown


def test_an_item_of_which_only_a_part_is_there_is_merged_in_part(root: Path) -> None:
    bring(root, document(), "merge")
    text = (root / SPEC).read_text("utf-8")
    write_tree(root, {SPEC: text[: text.index("### Requirement: KLN-002")]})
    git(root, "commit", "-qam", "without the door")
    assert outcomes()["spec/kiln"] == "merged-partly"


def test_an_item_that_is_left_as_it_was_in_a_merge_was_rejected(root: Path) -> None:
    """The branch is there still, and was merged but for this item."""
    run = document()
    git(root, "merge", "-q", "--no-commit", "--no-ff", run["branch"])
    git(root, "checkout", "-q", run["base"], "--", SPEC)
    git(root, "commit", "-q", "-m", "all but the kiln")
    assert outcomes() == {"spec/kiln": "rejected", "change/add-kiln": "merged"}
    assert "its branch was merged without it" in why_left()["spec/kiln"]


def test_the_other_items_of_a_picked_one_are_pending_until_the_branch_is_gone(root: Path) -> None:
    run = document()
    git(root, "cherry-pick", commit_of(run, "change/add-kiln"))
    assert outcomes() == {"spec/kiln": "pending", "change/add-kiln": "merged"}
    git(root, "branch", "-D", run["branch"])
    assert outcomes() == {"spec/kiln": "rejected", "change/add-kiln": "merged"}


def test_work_on_a_source_and_ticks_of_tasks_decide_nothing(root: Path) -> None:
    run = document()
    rewrite(root, SPEC, "It is quick", "It is quick enough")
    assert outcomes()["spec/kiln"] == "pending"
    git(root, "reset", "-q", "--hard", "HEAD~")
    git(root, "merge", "-q", run["branch"])
    rewrite(root, f"{CHANGE}tasks.md", "- [ ] 1.1", "- [x] 1.1")
    assert outcomes() == {"spec/kiln": "merged", "change/add-kiln": "merged"}


def test_a_later_run_that_edits_a_merged_item_leaves_it_merged(root: Path) -> None:
    """The record of that run tells how the requirement stood before."""
    text = "The heater SHALL gracefully stop within 10 s."
    write_tree(root, {SPEC: hand_written(coded("KLN-001", "Heater", "It glows", text=text))})
    git(root, "commit", "-qam", "a vague word")
    first = document("kiln")
    bring(root, first, "squash")
    second = run_with(root, QueueModel(STOP), targets=("kiln",))
    assert [edit.requirement for edit in second.edits] == ["KLN-001: Heater"]
    git(root, "merge", "-q", second.branch)
    assert {run["run"]: run["adopted"][0]["outcome"] for run in document("--outcomes")["runs"] if run["adopted"]} == {
        first["run"]: "merged"
    }


def test_an_archived_change_is_found_in_the_specs(root: Path) -> None:
    bring(root, document("add-kiln"), "squash")
    delta = (root / f"{CHANGE}specs/add-kiln/spec.md").read_text("utf-8")
    text = delta.replace("## ADDED Requirements", "# x\n\n## Purpose\nWhat a lid does.\n\n## Requirements")
    write_tree(root, {"openspec/specs/add-kiln/spec.md": text})
    (root / "openspec/changes/archive").mkdir()
    git(root, "mv", CHANGE.rstrip("/"), "openspec/changes/archive/2026-11-27-add-kiln")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "archive")
    assert outcomes() == {"change/add-kiln": "merged"}


def test_a_triage_decides_before_anything_is_merged(root: Path) -> None:
    run = document()
    document("--triage", "--reject", "kiln:not our words", "--accept", "add-kiln")
    assert outcomes() == {"spec/kiln": "rejected", "change/add-kiln": "pending"}
    waits = why_left()
    assert waits["change/add-kiln"].startswith(f"it waits on the branch {run['branch']}-triaged")
    assert waits["spec/kiln"] == "", "an agent's rejection teaches nothing"


def test_what_was_taken_waits_on_the_branch_of_the_triage_though_the_runs_own_is_gone(root: Path) -> None:
    run = document()
    taken = document("--triage", "--accept", "all")["branch"]
    git(root, "branch", "-D", run["branch"])
    assert outcomes() == {"spec/kiln": "pending", "change/add-kiln": "pending"}
    assert {one["outcome"] for one in document("--outcomes")["runs"][0]["edits"]} == {"pending"}
    assert why_left()["spec/kiln"].startswith(f"it waits on the branch {taken}")
    git(root, "branch", "-D", taken)
    assert outcomes() == {"spec/kiln": "rejected", "change/add-kiln": "rejected"}


def test_what_a_person_rejected_comes_back_with_another_text_or_when_it_is_asked_for(root: Path) -> None:
    run = document()
    person_says(root, run["run"], ids(run)["spec/kiln"], "reject", "we write our specs ourselves")
    git(root, "branch", "-D", run["branch"])
    left = why_left()["spec/kiln"]
    assert f"people rejected its adoption in the run {run['run']}: we write our specs ourselves" in left
    assert left.endswith("geoflow improve kiln --fresh")
    assert left in " ".join(improve("--dry-run", "kiln").stdout.split())
    assert [one["why_not"] for one in document("kiln", "--dry-run", "--fresh")["adopted"]] == [""]
    write_tree(root, {SPEC: KILN.replace("It is quick", "It is quick enough")})
    git(root, "commit", "-qam", "other words")
    assert why_left()["spec/kiln"] == ""


def test_an_item_whose_branch_was_deleted_is_left_until_somebody_accepts_it(root: Path) -> None:
    first = document("kiln")
    git(root, "branch", "-D", first["branch"])
    assert "its branch was deleted" in why_left()["spec/kiln"]
    again = document("kiln", "--fresh")
    assert why_left()["spec/kiln"].startswith("it waits on the branch")
    git(root, "merge", "-q", again["branch"])
    write_tree(root, {SPEC: KILN})
    git(root, "commit", "-qam", "back to the old form")
    git(root, "branch", "-D", again["branch"])
    assert "its branch was merged without it" in why_left()["spec/kiln"]


def test_the_filter_has_a_switch_and_is_explained(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = document("kiln")
    git(root, "branch", "-D", run["branch"])
    before = state_of(root)
    anew = "geoflow improve kiln --fresh"
    assert document("--explain")["filter"]["adoptions"] == [
        {"item": "spec/kiln", "run": run["run"], "reason": "its branch was deleted", "anew": anew}
    ]
    shown = improve("--explain").stdout
    assert "spec/kiln is not put into OpenSpec form, since people rejected that:" in shown
    assert "have it anew: geoflow improve kiln --fresh" in shown
    assert state_of(root) == before
    monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", "none")
    assert why_left()["spec/kiln"] == ""
    assert document("--explain")["filter"]["adoptions"] == []


def test_an_item_can_be_judged_by_its_id(root: Path) -> None:
    from typer.testing import CliRunner

    from geoflow.cli.app import app

    run = document("kiln")
    done = CliRunner().invoke(app, ["feedback", ids(run)["spec/kiln"], "--reject", "not so"])
    assert done.exit_code == 0, done.output
    assert (outcomes()["spec/kiln"], FILES[SPEC]) == ("rejected", KILN)
