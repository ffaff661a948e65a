"""Arms and rounds: real merges, arms that differ in one thing only, and no way round the gate but the bench's."""

import ast
import dataclasses
import inspect
from pathlib import Path

import pytest
from typer.main import get_command

import geoflow
from geoflow.cli.app import app
from geoflow.errors import GeoflowError
from geoflow.improvement.gate import judge
from geoflow.settings import ImproveSettings, Settings
from geoflow.workflow.improve import ImproveOptions
from geoflow.workflow.proof.arms import ARMS, chosen_arms, teachable
from geoflow.workflow.proof.result import MEASURES, Experiment
from geoflow.workflow.workshop import Workshop
from tests.builders import git
from tests.workflow.proof.trees import experiment


def last(found: Experiment, name: str) -> dict[str, float]:
    (arm,) = [one for one in found.document()["arms"] if one["name"] == name]
    figures = arm["rounds"][-1]
    assert isinstance(figures, dict)
    return figures


def test_what_the_reviewer_takes_is_merged_by_git(tmp_path: Path) -> None:
    _, grounds = experiment(tmp_path, chosen_arms("all"), noise=0)
    folder = grounds["all-1"].folder
    assert git(folder, "branch", "--format=%(refname:short)").split().count("round-01") == 1
    merges = git(folder, "log", "--merges", "--format=%s", "round-01")
    assert merges.startswith("Merge geoflow/improve/")
    assert merges.endswith("-triaged")
    assert "Geoflow-Run: " in git(folder, "log", "--format=%b", "round-01")
    kinds = git(folder, "grep", "-h", "verdict:", "main", "--", "openspec/feedback").splitlines()
    assert {"verdict: accept", "verdict: reject"} <= set(kinds)


def test_a_frozen_arm_is_the_same_after_each_round(tmp_path: Path) -> None:
    found, _ = experiment(tmp_path, chosen_arms("frozen"))
    (curve,) = found.curves
    assert len(curve.points) == 3
    assert curve.points[0] == curve.points[1] == curve.points[2]
    assert curve.points[0].sum.tried > 0


def test_the_same_seed_gives_the_same_experiment(tmp_path: Path) -> None:
    first, _ = experiment(tmp_path / "1", chosen_arms("all,shuffled"))
    second, _ = experiment(tmp_path / "2", chosen_arms("all,shuffled"))
    assert first.document() == second.document()
    other, _ = experiment(tmp_path / "3", chosen_arms("all,shuffled"), seeds=(2,))
    assert other.document()["arms"] != first.document()["arms"]


def test_all_arms_in_the_small_setting(tmp_path: Path) -> None:
    found, _ = experiment(tmp_path, ARMS)
    document = found.document()
    run, not_run = ({one["name"] for one in document[key]} for key in ("arms", "not_run"))
    assert run | not_run == {arm.name for arm in ARMS}
    assert {"frozen", "filter", "policy", "all", "shuffled", "ungated"} <= run
    for arm in document["arms"]:
        assert [one["round"] for one in arm["rounds"]] == [0, 1, 2]
        assert set(MEASURES) <= arm["rounds"][0].keys()
    begin = {arm["name"]: arm["rounds"][0]["merge_rate"] for arm in document["arms"] if arm["name"] != "ungated"}
    assert len(set(begin.values())) == 1  # before the first round nobody has learnt anything


def test_without_the_gate_damage_is_delivered_and_with_it_hardly_any(tmp_path: Path) -> None:
    found, _ = experiment(tmp_path, chosen_arms("frozen,ungated"), sealed=20)
    assert last(found, "ungated")["damaging"] > 0.05
    assert last(found, "frozen")["damaging"] <= 0.01


@pytest.mark.parametrize(
    ("name", "known", "why"),
    [
        ("induction", ("filter", "policy"), "this geoflow has no learner named induction"),
        ("lessons", ("filter", "policy", "induction"), "this geoflow has no learner named lessons"),
        ("unreplayed", ("filter", "lessons"), "lessons cannot be stored without a replay here"),
        ("lessons", ("filter", "lessons"), ""),
        ("all", ("filter",), ""),
    ],
)
def test_an_arm_whose_learner_is_not_there_is_told_as_not_run(name: str, known: tuple[str, ...], why: str) -> None:
    (arm,) = chosen_arms(name)
    assert arm.why_not(known, can_skip_replay=False) == why


def test_an_arm_that_was_not_run_has_no_figures(tmp_path: Path) -> None:
    arm = dataclasses.replace(chosen_arms("lessons")[0], name="foresight", needs=frozenset({"foresight"}))
    found, _ = experiment(tmp_path, [*chosen_arms("frozen"), arm])
    document = found.document()
    assert [one["name"] for one in document["arms"]] == ["frozen"]
    assert document["not_run"] == [
        {"letter": "E", "name": "foresight", "why": "this geoflow has no learner named foresight"}
    ]


def test_what_is_stored_needs_somebody_who_writes_it() -> None:
    every = ("filter", "policy", "induction", "lessons", "prompts")
    assert teachable(every, studies=False) == ("filter", "policy")
    assert teachable(every, studies=True) == ("filter", "policy", "induction", "lessons")


def test_arms_are_chosen_by_name_or_letter() -> None:
    assert [arm.letter for arm in chosen_arms("frozen, F,all")] == ["A", "F"]
    assert chosen_arms("every") == ARMS
    assert chosen_arms("frozen")[0].switches(("filter", "policy")) == ("none",)
    assert chosen_arms("all")[0].switches(("filter", "policy")) == ("filter", "policy")
    with pytest.raises(GeoflowError, match="no arm 'nobody'"):
        chosen_arms("frozen,nobody")


def test_stopped_in_the_second_seed_the_first_one_counts(tmp_path: Path) -> None:
    found, _ = experiment(tmp_path, chosen_arms("frozen,filter"), rounds=1, seeds=(1, 2))
    whole = found.document()
    assert whole["setting"]["seeds"] == [1, 2]
    del found.curves[-1].points[-1]
    found.stopped = True
    part = found.document()
    assert part["setting"]["seeds"] == [1]
    assert [one["name"] for one in part["arms"]] == ["frozen", "filter"]
    alone, _ = experiment(tmp_path / "alone", chosen_arms("frozen,filter"), rounds=1)
    assert part["arms"] == alone.document()["arms"]


def test_every_run_of_every_arm_has_the_same_budget(tmp_path: Path) -> None:
    found, _ = experiment(tmp_path, chosen_arms("frozen,all"), tokens_each=200)
    assert all(point.run_out for curve in found.curves for point in curve.points)
    assert all(point.tokens <= 12 * 200 for curve in found.curves for point in curve.points)


def test_no_option_and_no_setting_of_improve_can_take_the_gate_away() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    options = {option for one in commands["improve"].params for option in one.opts}
    assert not [option for option in options if "gate" in option or "check" in option]
    assert not [
        one.name for one in dataclasses.fields(ImproveSettings) + dataclasses.fields(Settings) if "gate" in one.name
    ]
    assert not [one.name for one in dataclasses.fields(ImproveOptions) if "gate" in one.name]
    (gate,) = [one for one in dataclasses.fields(Workshop) if one.name == "gate"]
    assert gate.default is judge


def test_only_the_bench_names_another_gate() -> None:
    naming = set()
    for file in Path(inspect.getfile(geoflow)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and any(keyword.arg == "gate" for keyword in node.keywords):
                naming.add(file.name)
    assert naming == {"bench_improve_parts.py"}
