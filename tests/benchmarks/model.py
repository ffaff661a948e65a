"""The second half of `make bench`: what the prompt cache saves a review by seven roles, and geoflow's own share of a run.

Whole commands with the embedded model on the demo's tree, read back from their transcript and their JSON.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from geoflow.adapters.demo_repository import make_demo_repository
from geoflow.adapters.embedded_engine import is_installed
from geoflow.adapters.model_store import ModelStore
from geoflow.quality.roles import ROLES

GEOFLOW = str(Path(sys.executable).parent / "geoflow")
SPEC = "flood-alarm"
SHARE_AIM, FURTHER_AIM, OWN_AIM = 0.7, 200, 0.03
READ, CACHED = "gen_ai.usage.input_tokens", "gen_ai.usage.cache_read.input_tokens"


def run(folder: Path, *arguments: str) -> tuple[dict[str, Any], float]:
    """Run a command to its end; its JSON and its wall time in seconds."""
    began = time.perf_counter()
    environment = {**os.environ, "GEOFLOW_LLM__TRANSCRIPT": "full"}
    done = subprocess.run(
        [GEOFLOW, *arguments, "--json"], cwd=folder, env=environment, capture_output=True, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(arguments)} failed: {done.stdout.decode()} {done.stderr.decode()}")
    return json.loads(done.stdout), seconds


def calls(folder: Path, since: int = 0) -> list[dict[str, Any]]:
    """Read the transcript's lines from the one of this number on."""
    file = folder / ".git" / "geoflow" / "transcript.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()[since:]] if file.exists() else []


def by_requirement(found: list[dict[str, Any]]) -> tuple[list[int], list[int]]:
    """Split the tokens that were evaluated: by the first call on each requirement, and by every further one."""
    first: dict[str, int] = {}
    rest = []
    for call in found:
        evaluated = call[READ] - (call[CACHED] or 0)
        requirement = json.dumps(call["gen_ai.input.messages"][-1]).split("Question (")[0]
        if requirement in first:
            rest.append(evaluated)
        else:
            first[requirement] = evaluated
    return list(first.values()), rest


def own_share(wall: float, cost: dict[str, Any]) -> float:
    """Give the part of a run's wall time in which no model worked."""
    return (wall - float(cost["model_seconds"])) / wall


def main() -> None:
    """Print the figures and write build/bench-model.json."""
    if not is_installed() or not ModelStore().installed():
        sys.exit("The embedded model is not here: geoflow model pull (or: make model).")
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        folder = Path(name) / "demo"
        make_demo_repository(folder)
        run(folder, "ask", "How often does the gauge take a reading?")  # the model is loaded, and nothing more is timed
        warm = len(calls(folder))
        review, review_wall = run(folder, "review", SPEC, "--roles", "all", "--budget", "20m")
        found = calls(folder, warm)
        improve, improve_wall = run(folder, "improve", "--budget", "20m")
    first, rest = by_requirement(found)
    read, cached = sum(call[READ] for call in found), sum(call[CACHED] or 0 for call in found)
    figures = {
        "requirements": review["looked_at"],
        "calls": len(found),
        "prompt_tokens": read,
        "cached_share": cached / read,
        "evaluated_first": sum(first) / len(first),
        "evaluated_further_most": max(rest),
        "own_share_review": own_share(review_wall, review["cost"]),
        "own_share_improve": own_share(improve_wall, improve["cost"]),
        "seconds": {"review": review_wall, "improve": improve_wall},
    }
    print(f"A review of one spec ({review['looked_at']} requirements) by {len(ROLES)} roles: {len(found)} calls")
    print(f"  prompt tokens from the cache    {figures['cached_share']:.1%} of {read} (aim {SHARE_AIM:.0%} or more)")
    print(f"  evaluated for the first role    {figures['evaluated_first']:.0f} tokens on average")
    print(f"  evaluated for a further role    {max(rest)} tokens at most (aim {FURTHER_AIM} or fewer)")
    print(f"geoflow's own share of the wall time (aim {OWN_AIM:.0%} or less)")
    print(f"  review   {figures['own_share_review']:.2%} of {review_wall:.0f} s")
    print(f"  improve  {figures['own_share_improve']:.2%} of {improve_wall:.0f} s")
    report = Path(__file__).parents[2] / "build" / "bench-model.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
