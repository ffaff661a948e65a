"""A whole cycle of a change by the commands that people type, with the calls of a model recorded or replayed.

Draft, review by all roles, a person's comment, revise, review again, answer, revise, review, approve, archive. Each
review is stored, a round a role. After each step the npm CLI, where it is there, has to accept the change.
"""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geoflow.cli.mcp_cycle import Changing
from tests.builders import git, make_repo, requirement, spec
from tests.conftest import NPM_OPENSPEC

TRANSCRIPT = Path(__file__).with_name("change-cycle.jsonl")
OUTCOME = Path(__file__).with_name("change-cycle.json")
NAME = "tell-of-low-battery"
IDEA = "Let the gauge send a message to the office within 5 minutes when its battery is low"
COMMENT = "Say 2 minutes instead of 5 minutes, the radio is free most of the time."
TREE = {
    "openspec/specs/gauge-power/spec.md": spec(
        requirement(
            "Battery reading",
            "The gauge SHALL read the voltage of its battery every 10 minutes and keep the last 144 readings.",
            "#### Scenario: A reading is due\n- **WHEN** 10 minutes have passed since the last reading\n"
            "- **THEN** the gauge stores the present voltage\n",
        ),
        requirement(
            "Sleep",
            "The gauge SHALL sleep between two readings, unless the water rises.",
            "#### Scenario: Nothing happens\n- **WHEN** no reading is due\n- **THEN** the gauge sleeps\n",
        ),
        purpose="Keeps a river gauge running for a year on one battery, and tells how long it still will.",
    ),
    "openspec/specs/gauge-messages/spec.md": spec(
        requirement(
            "Message to the office",
            "The gauge SHALL send each message to the office by radio and repeat it after 5 minutes until it is "
            "acknowledged.",
            "#### Scenario: No acknowledgement\n- **WHEN** 5 minutes have passed without an acknowledgement\n"
            "- **THEN** the gauge sends the message again\n",
        ),
        purpose="Brings what a river gauge has to say to the people in the office, however bad the radio is.",
    ),
    "openspec/config.yaml": "schema: spec-driven\n",
}


@dataclass
class Step:
    """One command: what was typed, how it ended, what it said, and how long it took."""

    words: tuple[str, ...]
    code: int
    said: Any
    seconds: float
    accepted: bool | None = None


@dataclass
class Cycling:
    """A cycle under way in the folder `root`; `options` go to each command that asks a model."""

    root: Path
    name: str = NAME
    options: Sequence[str] = ()
    environment: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def run(self, *words: str) -> Any:
        """Type a command at a terminal as its own process; its JSON document."""
        ours, theirs = pty.openpty()
        begun = time.monotonic()
        command = [sys.executable, "-m", "geoflow", *words, "--json"]
        environment = os.environ | self.environment
        with subprocess.Popen(
            command, cwd=self.root, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as process:
            os.close(theirs)
            out, err = process.communicate()
        with suppress(OSError):
            os.close(ours)
        assert b"Traceback" not in err, err.decode()
        said = json.loads(out)
        accepted = self.accepted()
        self.steps.append(Step(words, process.returncode, said, time.monotonic() - begun, accepted))
        assert accepted is not False, f"npm refuses the tree after {' '.join(words)}"
        return said

    def shown(self) -> dict[str, Any]:
        """Give the change as agents get it, with its rounds and what is open."""
        [row] = Changing(self.root).change(self.name)["changes"]
        return dict(row)

    def accepted(self) -> bool | None:
        """Tell whether the npm CLI accepts the change, and once it is archived the specs; None where it is not there."""
        if NPM_OPENSPEC is None:
            return None
        is_active = (self.root / "openspec/changes" / self.name).is_dir()
        what = [self.name, "--type", "change"] if is_active else ["--specs"]
        words = [NPM_OPENSPEC, "validate", *what, "--strict", "--no-interactive"]
        return subprocess.run(words, cwd=self.root, capture_output=True, check=False).returncode == 0


def make(folder: Path) -> Path:
    """Make the repository of the gauge."""
    return make_repo(folder, TREE)


def cycle(at: Cycling, idea: Sequence[str], comment: str) -> None:
    """Run a whole cycle."""
    name = at.name
    drafted = at.run("propose", *idea, "--name", name, *at.options)
    assert drafted.get("change") == name, drafted
    at.run("review", name, "--roles", "all", "--record", "--fail-on", "never", *at.options)
    at.run("review", name, "--comment", comment)
    at.run("propose", "--revise", name, *at.options)
    at.run("review", name, "--roles", "all", "--record", "--fail-on", "never", *at.options)
    for question in _open(at.root):
        at.run("ask", "--answer", question["id"], (question["options"] or ["2"])[-1])
    at.run("propose", "--revise", name, *at.options)
    at.run("review", name, "--roles", "all", "--record", "--fail-on", "never", *at.options)
    for finding in at.shown().get("findings", []):
        at.run("review", name, "--decline", finding["id"], "--comment", "It is as the office wants it.")
    at.run("review", name, "--verdict", "approve")
    at.run("archive", name, "--yes")


def _open(root: Path) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", "geoflow", "ask", "--list", "--json"]
    done = subprocess.run(words, cwd=root, capture_output=True, check=True)
    found = json.loads(done.stdout)["questions"]
    return [one for one in found if one["state"] == "open"]


def outcome(at: Cycling) -> list[list[Any]]:
    """Shorten a cycle to what came of it: per step its verb, exit code and what it decided."""
    return [[" ".join(step.words[:2]), step.code, _decided(step.said)] for step in at.steps]


def _decided(said: dict[str, Any]) -> Any:
    schema = said.get("schema", "")
    if schema == "geoflow.propose/1":
        return {"modified": said["modified"], "text": said["requirement"]["text"], "asks": len(said["questions"])}
    if schema == "geoflow.revise/1":
        return [[one["source"], one["outcome"], [edit["new"] for edit in one["edits"]]] for one in said["handled"]]
    if schema.startswith("geoflow.review/"):
        findings = sorted([one["code"], one["requirement"]] for one in said["findings"])
        came = {name: len(said.get(name, ())) for name in ("resolved", "still_open", "new", "questions")}
        return {"findings": findings, "rounds": [[one["role"], one["verdict"]] for one in said["rounds"]], **came}
    return said.get("state", "")


def archived_spec(root: Path) -> str:
    """Give all main specs, as one text."""
    return "\n".join(path.read_text() for path in sorted((root / "openspec/specs").rglob("spec.md")))


def log(root: Path) -> str:
    """Give what git sees of the root."""
    return git(root, "status", "--porcelain")
