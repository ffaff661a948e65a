"""The run steps of the composite action and of the workflow, executed as GitHub's runner executes them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "geoflow" / "action.yml"
WORKFLOW = ROOT / "templates" / "ci" / "workflow.yml"
_EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


class Ran(NamedTuple):
    """A job that was run: exit status and output by step, and where the runner keeps files."""

    steps: dict[str, "subprocess.CompletedProcess[str]"]
    temp: Path

    @property
    def summary(self) -> str:
        return (self.temp / "summary").read_text("utf-8")

    @property
    def comment(self) -> str:
        return (self.temp / "geoflow-reports" / "comment.md").read_text("utf-8")


def load(file: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML

    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(file.read_text("utf-8"))
    return loaded


def run_steps(steps: list[dict[str, Any]], folder: Path, temp: Path, values: dict[str, str], **environment: str) -> Ran:
    """Run the scripts of some steps in bash until one fails, with expressions in `env` replaced by `values`.

    An installed geoflow stands in the runner's folder already, so that no step needs the network.
    """
    bin_folder = temp / "geoflow" / "bin"
    bin_folder.mkdir(parents=True)
    for name, command in (("geoflow", "-P -m geoflow"), ("python", "")):
        (bin_folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        (bin_folder / name).chmod(0o755)
    done: dict[str, subprocess.CompletedProcess[str]] = {}
    known = dict(values)
    for step in (one for one in steps if "run" in one):
        output = temp / f"output-{len(done)}"
        output.touch()
        env = {name: _EXPRESSION.sub(lambda found: known[found[1]], value) for name, value in step["env"].items()}
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(temp / "summary")}
        world = {**os.environ, "PYTHONPATH": str(ROOT), "RUNNER_TEMP": str(temp), "GITHUB_ACTIONS": "true"}
        script = temp / f"script-{len(done)}.sh"
        script.write_text(step["run"])
        shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        ended = subprocess.run(
            shell, cwd=folder, env={**world, **files, **environment, **env}, capture_output=True, text=True, check=False
        )
        done[step["name"]] = ended
        for line in output.read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            known[f"steps.{step['id']}.outputs.{name}"] = value
        if ended.returncode:
            break
    return Ran(done, temp)


def run_action(folder: Path, temp: Path, inputs: dict[str, str] | None = None, **environment: str) -> Ran:
    """Run the action but for its installation."""
    action = load(ACTION)
    defaults = {name: str(one["default"]) for name, one in action["inputs"].items()}
    values = {f"inputs.{name}": value for name, value in {**defaults, **(inputs or {})}.items()}
    steps = [one for one in action["runs"]["steps"] if one.get("name") != "Install geoflow"]
    temp.mkdir()
    return run_steps(steps, folder, temp, values, **environment)
