from pathlib import Path

import pytest

from geoflow.openspec import read_tree, validate
from geoflow.openspec.disk import load
from geoflow.questions.exam import make_exam
from tests.benchmarks.__main__ import check_equal
from tests.benchmarks.history import make_history
from tests.benchmarks.mcp import make_tree
from tests.benchmarks.measure import Candidate, costs, environment, straight_line
from tests.benchmarks.mutants import seen_by_npm
from tests.benchmarks.trees import some_changes, some_rules, some_specs
from tests.builders import git, write_tree
from tests.quality.mutation_trees import FILES


def test_the_generated_trees_are_of_the_size_asked_for_and_have_issues() -> None:
    specs, changes = validate(some_specs(100)), validate(some_changes(40), specs=False)

    assert (len(specs), len(changes)) == (100, 40)
    for reports in (specs, changes):
        flawed = [report for report in reports if report.issues]
        assert 0 < len(flawed) < len(reports) / 4


@pytest.mark.npm
def test_the_npm_cli_sees_a_requirement_without_a_scenario_and_no_word_that_judges() -> None:
    seen = seen_by_npm(FILES, 3)
    assert (seen["S1", "first"], seen["A1", "first"]) == (3, 0)
    assert seen["O4", "first"] == 1


def test_rules_are_as_many_as_asked_for_and_make_an_exam() -> None:
    tree = read_tree(some_rules(250))
    assert sum(len(one.requirements) for one in tree.specs) == 250
    assert len(make_exam(tree, 40).answerable) == 40


def test_the_specs_that_agents_search_hold_as_many_rules_in_many_files_as_in_few(tmp_path: Path) -> None:
    few, many = (make_tree(tmp_path / str(n), n, 200) for n in (100, 5))
    trees = [read_tree(load(str(root))) for root in (few, many)]
    assert [len(tree.specs) for tree in trees] == [2, 40]
    assert [sum(len(one.requirements) for one in tree.specs) for tree in trees] == [200, 200]


@pytest.mark.npm
def test_both_sides_say_the_same_of_the_generated_trees(tmp_path: Path) -> None:
    assert check_equal(write_tree(tmp_path / "specs", some_specs(60))) > 0
    assert check_equal(write_tree(tmp_path / "changes", some_changes(20))) > 0


def test_a_straight_line_is_found_and_a_curve_is_told() -> None:
    line = straight_line({100: 250.0, 1000: 2050.0, 5000: 10050.0})
    assert (round(line.fixed), round(line.each, 6), round(line.deviation, 6)) == (50, 2.0, 0.0)
    assert straight_line({100: 100.0, 1000: 10_000.0, 5000: 250_000.0}).deviation > 0.5


def test_commands_are_measured_in_turns_as_whole_processes(tmp_path: Path) -> None:
    turns: list[str] = []
    busy = ("python3", "-c", "sum(range(10**6))")

    measured = costs(
        {name: Candidate(busy, tmp_path, lambda name=name: turns.append(name)) for name in "ab"},  # type: ignore[misc]
        runs=2,
    )

    assert turns == list("ababab")
    assert all(cost.cpu > 0 and cost.wall > 0 and cost.spread >= 1 for cost in measured.values())


def test_measured_processes_may_store_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in environment()


def test_the_generated_history_has_the_length_asked_for_and_commits_of_every_kind(tmp_path: Path) -> None:
    project = make_history(tmp_path / "p", 300, specs=10, merges=True)
    assert len(git(project, "rev-list", "main").splitlines()) == 300
    assert len(git(project, "rev-list", "--merges", "main").splitlines()) >= 4
    paths = git(project, "log", "--format=", "--name-only", "--no-renames", "main").split()
    for place in ("openspec/specs/", "openspec/changes/reports-", "openspec/changes/archive/", "src/"):
        assert sum(path.startswith(place) for path in paths) >= 10
