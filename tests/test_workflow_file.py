"""The CI workflow keeps to what makes it safe: least permissions, pinned actions, one job that stands for all."""

import re
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / ".github" / "workflows" / "ci.yml"


def _workflow() -> dict[str, Any]:
    from ruamel.yaml import YAML

    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(FILE.read_text("utf-8"))
    return loaded


def test_the_workflow_may_read_the_code_and_nothing_else() -> None:
    assert _workflow()["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in _workflow()["jobs"].values())


def test_every_action_is_pinned_to_a_commit() -> None:
    uses = [step["uses"] for job in _workflow()["jobs"].values() for step in job["steps"] if "uses" in step]
    assert uses
    assert [action for action in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []


def test_one_job_stands_for_all_others() -> None:
    jobs = _workflow()["jobs"]
    assert jobs["required"]["name"] == "all required checks passed"
    assert set(jobs["required"]["needs"]) == set(jobs) - {"required"}
    assert jobs["required"]["if"] == "always()"


def test_the_workflow_runs_the_one_script_that_runs_everything() -> None:
    assert any(step.get("run") == ".ci/run" for step in _workflow()["jobs"]["check"]["steps"])
