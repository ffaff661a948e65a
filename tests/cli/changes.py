"""Changes that agents hand in, and a person at a terminal who takes part in their reviews."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from geoflow.cli.mcp_cycle import Changing

IDEA = "Unlock the kiln door during an inspection"
CHANGE = "unlock-the-door"
FOLDER = f"openspec/changes/{CHANGE}"
DELTA = f"{FOLDER}/specs/kiln/spec.md"
SENTENCE = "The kiln SHALL let a porter unlock the door during an inspection."
PROPOSAL = """# Proposal

## Why

An inspector cannot see the inside of the kiln today, because nobody may open the door while it is being inspected.

## What Changes

- A porter may unlock the door during an inspection.

## Capabilities

### New Capabilities

None.

### Modified Capabilities

- `kiln`: one requirement more

## Impact

The door and its lock.
"""


def delta(sentence: str = SENTENCE, scenario: str = "the door unlocks") -> str:
    """Write a delta of one requirement."""
    return (
        f"## ADDED Requirements\n\n### Requirement: Inspection\n{sentence}\n\n"
        f"#### Scenario: A porter comes\n- **WHEN** a porter asks\n- **THEN** {scenario}\n"
    )


def documents(**more: Any) -> dict[str, Any]:
    """Give finished documents, others in their place where they are named."""
    tasks = "# Tasks\n\n## 1. The lock\n\n- [ ] 1.1 Let a porter unlock it\n"
    return {"proposal": PROPOSAL, "tasks": tasks, "specs": {"kiln": delta()}} | more


def change_of(root: Path, change: str = CHANGE) -> dict[str, Any]:
    """Give all of a change, as agents get it."""
    [row] = Changing(root).change(change)["changes"]
    return row


def standing(row: Any) -> tuple[str, str, str]:
    """Give a change's state, and who acts next."""
    return row["state"], row["next"]["kind"], row["next"]["name"]


def at_terminal(*arguments: str) -> str:
    """Run geoflow as a person types it at a terminal; what is shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "geoflow", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(os.environ)) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how a terminal says that nobody is there any more
            while piece := os.read(ours, 1 << 16):
                shown += piece
        code = process.wait()
    os.close(ours)
    assert code == 0, shown.decode()
    return shown.decode().replace("\r\n", "\n")


def said_at_terminal(*arguments: str) -> Any:
    """Run geoflow with `--json` as a person types it at a terminal; its document."""
    return json.loads(at_terminal(*arguments, "--json"))
