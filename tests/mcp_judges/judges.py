"""The judges of the MCP server that others wrote: the public conformance harness and the Inspector's command line."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import MCP_JUDGES

ERAS = ("2025-11-25", "2026-07-28")
PATIENCE = 120.0


class Verdict(NamedTuple):
    """What the harness found in one scenario: how many checks passed, and which did not."""

    passed: int
    failed: tuple[str, ...]


def run_judge(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a judge with the node that was installed for it."""
    path = f"{MCP_JUDGES / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MCP_INSPECTOR_SECRET_STORE": "memory"}
    command = [str(MCP_JUDGES / "node_modules/.bin" / name), *arguments]
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def conformance(url: str, era: str, folder: Path, scenario: str = "") -> dict[str, Verdict]:
    """Run every scenario of an era, or one; {scenario: verdict}. A warning counts as a failure.

    Where the harness gave up waiting, the scenario is run once more: beside the others, what the server asks a client of
    2025-11-25 now and then does not reach it, also from the SDK's application without anything of ours around it.
    """
    chosen = ("--scenario", scenario) if scenario else ("--suite", "all")
    run_judge(
        "conformance",
        "server",
        "--url",
        url,
        *chosen,
        "--spec-version",
        era,
        "--output-dir",
        str(folder),
        "--timeout",
        "8000",
    )
    found = {}
    for file in folder.glob("server-*/checks.json"):
        # The folder is named after the scenario and the time, as in server-caching-2026-11-27T06-56-18-600Z.
        name = file.parent.name.removeprefix("server-")[: -len("-2026-11-27T06-56-18-600Z")]
        checks = json.loads(file.read_text())
        bad = [f"{check['id']}: {check.get('errorMessage')}" for check in checks if _is_bad(check)]
        found[name] = Verdict(Counter(check["status"] for check in checks)["SUCCESS"], tuple(bad))
    for late in [name for name, verdict in found.items() if _gave_up(verdict)]:
        if not scenario:
            found |= conformance(url, era, folder / "again", late)
    return found


def _gave_up(verdict: Verdict) -> bool:
    return all(failed.startswith("scenario-timeout") for failed in verdict.failed) and bool(verdict.failed)


def _is_bad(check: dict[str, Any]) -> bool:
    return check["status"] in ("FAILURE", "WARNING")


def inspect(*arguments: str) -> Any:
    """Run the Inspector's command line, which must succeed; what it prints."""
    done = run_judge("mcp-inspector", "--cli", *arguments, "--format", "json")
    assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)
