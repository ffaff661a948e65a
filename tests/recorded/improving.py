"""Improve on the demo's repository, with the calls of a model recorded or replayed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from geoflow.adapters.demo_repository import make_demo_repository

TRANSCRIPT = Path(__file__).with_name("demo-improve.jsonl")
EDITS = Path(__file__).with_name("demo-improve.json")


def improve_demo(folder: Path, *options: str, **environment: str) -> dict[str, Any]:
    """Make the demo's repository in a new folder and improve it there; the run as `--json` gives it."""
    make_demo_repository(folder)
    words = [sys.executable, "-m", "geoflow", "improve", "--dry-run", "--json", *options]
    done = subprocess.run(words, cwd=folder, env=os.environ | environment, stdout=subprocess.PIPE, check=False)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def outcome(result: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Shorten a run to what the loop decided: edits with their new text, and refusals with the check behind them."""
    if "edits" not in result:
        raise AssertionError(f"{result['message']}: after a change of prompts or rules type: python -m tests.recorded")
    edits = [
        [one["finding"]["code"], one["path"], one["requirement"], one["strategy"], one["new"]]
        for one in result["edits"]
    ]
    refused = [[one["finding"]["code"], one["finding"]["requirement"], one["check"]] for one in result["refused"]]
    return {"edits": edits, "refused": refused}
