"""The gate on specs of one's own: damaging edits are refused, repairs are taken, and nothing is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from geoflow.improvement.gate import CHECKS
from tests.builders import make_repo, requirement, spec
from tests.cli.verbs import state_of
from tests.servers import model_server

PARTS = ("door", "alarm", "vent", "burner", "display", "timer", "fan", "lock")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    blocks = [
        requirement(
            f"The {part}",
            f"The controller SHALL close the {part} within {number} seconds of the signal and log the event.",
            f"#### Scenario: {part} signal\n- **WHEN** the {part} signal comes\n- **THEN** the {part} is closed\n\n"
            f"#### Scenario: {part} fault\n- **WHEN** the {part} has a fault\n- **THEN** the controller reports it\n",
        )
        for number, part in enumerate(PARTS, 2)
    ]
    root = make_repo(tmp_path / "kiln", {"openspec/specs/kiln/spec.md": spec(*blocks)})
    monkeypatch.chdir(root)
    return root


def bench(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["bench", "gate", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def test_damage_is_refused_and_repairs_are_taken(root: Path) -> None:
    before = state_of(root)
    found = bench("--per-operator", "6")
    assert found["schema"] == "geoflow.bench-gate/1"
    assert found["damaging_refused"] >= 0.985
    assert found["repairs_accepted"] >= 0.93
    assert found["damaging_refused_held_out"] >= 0.985
    assert state_of(root) == before


def test_each_row_names_the_checks_that_refused(root: Path) -> None:
    found = bench("--per-operator", "3")
    names = {name for name, _ in CHECKS}
    rows = {row["operator"]: row for row in found["damaging"]}
    assert set(rows["S2"]["checks"]) == {"sentence-only"}
    assert {name for row in found["damaging"] for name in row["checks"]} <= names
    assert {"A1", "S5", "N1"} <= {row["operator"] for row in found["repairs"]}
    assert "N2" not in {row["operator"] for row in found["repairs"]}


def test_the_same_seed_gives_the_same(root: Path) -> None:
    assert bench("--per-operator", "2", "--seed", "5") == bench("--per-operator", "2", "--seed", "5")
    assert bench("--per-operator", "2", "--seed", "5") != bench("--per-operator", "2", "--seed", "6")


def test_the_text_has_both_shares(root: Path) -> None:
    shown = CliRunner().invoke(app, ["bench", "gate", "--per-operator", "2"]).stdout
    assert "damaging edits refused: 100.0%" in shown
    assert "repairs accepted: " in shown
    assert "of phrasings that nobody looked at: " in shown


def test_the_veto_of_the_model_that_answers_is_counted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state_of(root)
    with model_server(always={"span": "The controller", "verdict": "different"}) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        found = bench("--per-operator", "1", "--veto", "--budget", "12calls")["veto"]
    assert found["damaging"]["asked"] + found["repairs"]["asked"] == len(found["edits"]) == 6
    assert all("The controller" in one["why"] for one in found["edits"])
    assert "budget" in found["note"]
    assert state_of(root) == before


def test_a_tree_without_requirements_has_nothing_to_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "empty", {"openspec/specs/a/spec.md": "# A\n"}))
    assert bench()["damaging_refused"] is None
