"""Capabilities parted, and nothing of the sealed part where learners look."""

from pathlib import Path

import pytest

from geoflow.errors import GeoflowError
from geoflow.workflow.proof.arms import chosen_arms
from geoflow.workflow.proof.seeding import KINDS, sow
from geoflow.workflow.proof.split import split_by_capability
from tests.builders import git
from tests.workflow.proof.trees import experiment, small_tree


def test_every_capability_is_in_one_part() -> None:
    files = small_tree()
    split = split_by_capability(files, 1)
    parts = [set(split.train), set(split.validation), set(split.sealed)]
    assert set.union(*parts) == set(files)
    assert sum(map(len, parts)) == len(files)
    assert [len(part) for part in parts] == [4, 3, 5]
    assert split == split_by_capability(files, 1)
    assert split.sealed.keys() != split_by_capability(files, 2).sealed.keys()


def test_changes_are_left_out() -> None:
    files = small_tree(4) | {"openspec/changes/x/proposal.md": "# X\n"}
    split = split_by_capability(files, 1)
    assert all(path.startswith("openspec/specs/") for path in split.seen | dict(split.sealed))


def test_two_capabilities_are_too_few() -> None:
    with pytest.raises(GeoflowError, match="at least 3 main specs with requirements, and here there are 2") as caught:
        split_by_capability(small_tree(2), 1)
    assert caught.value.code == "too-few-specs"


def test_defects_are_sown_one_a_requirement_and_the_same_for_a_seed() -> None:
    files = small_tree()
    field = sow(files, "1:1", 30)
    assert len(field.sown) == 30
    assert {one.operator for one in field.sown.values()} <= set(KINDS)
    assert len({one.operator for one in field.sown.values()}) >= 5
    assert all(one.original != one.mutated and one.mutated in field.files[one.path] for one in field.sown.values())
    assert all(one.original in files[one.path] for one in field.sown.values())
    assert field == sow(files, "1:1", 30)
    assert field != sow(files, "1:2", 30)


def test_nothing_of_the_sealed_part_is_ever_in_the_repository_that_learns(tmp_path: Path) -> None:
    files = small_tree()
    _, grounds = experiment(tmp_path, chosen_arms("all"), files)
    split = split_by_capability(files, 1)
    folder = grounds["all-1"].folder
    held = git(folder, "log", "--all", "--name-only", "--format=").split()
    assert set(split.seen) <= set(held)
    assert not set(held) & set(split.sealed)
    words = {path.split("/")[2].replace("-", " ") for path in split.sealed}
    everything = git(folder, "log", "--all", "-p", "-m", "--format=%B")  # with the records of runs, which are commits
    assert all(f"{path.split('/')[2].replace('-', ' ')} controller" in everything for path in split.seen)
    assert [word for word in sorted(words) if f"{word} controller" in everything] == []


def test_what_is_measured_leaves_no_run_and_no_feedback(tmp_path: Path) -> None:
    _, grounds = experiment(tmp_path, chosen_arms("all"))
    sealed = grounds["all-1-sealed"]
    assert sealed.runs.records() == {}
    assert sealed.branches("geoflow/") == []
    assert not [path for path in sealed.documents.read() if path.startswith("openspec/feedback/")]
    assert grounds["all-1"].runs.records() != {}
    assert [path for path in grounds["all-1"].documents.read() if path.startswith("openspec/feedback/")]
