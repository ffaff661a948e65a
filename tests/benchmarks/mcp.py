"""The fifth part of `make bench`: what an agent waits for a search over stdio, beyond the search itself.

A real process of `geoflow mcp`, asked one call at a time, in both eras of the protocol; its index is on disk and warm.
Times are wall time in milliseconds; the search itself is measured in turns with the calls, in this process.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.cli.context import open_passages
from geoflow.questions.terms import query_terms
from geoflow.workflow.ask import HITS
from tests.benchmarks.trees import some_rules
from tests.builders import git, write_tree

REQUIREMENTS, CALLS, WARM = 5_000, 60, 10
AIM = 10.0
ERAS = {"2026-07-28": "auto", "2025-11-25": "legacy"}


class Waited(NamedTuple):
    """Milliseconds of each call, and of the search in it."""

    calls: Sequence[float]
    searches: Sequence[float]

    def figures(self) -> dict[str, float]:
        """Give the medians, and the p95 of what the calls cost beyond their searches."""
        beyond = sorted(call - search for call, search in zip(self.calls, self.searches, strict=True))
        return {
            "call p50": statistics.median(self.calls),
            "search p50": statistics.median(self.searches),
            "beyond p50": statistics.median(beyond),
            "beyond p95": beyond[int(len(beyond) * 0.95)],
        }


def make_tree(root: Path, in_each: int, requirements: int = REQUIREMENTS) -> Path:
    """Make a repository of generated requirements, so many in each spec, from specs of a hundred."""
    files = some_rules(requirements)
    if in_each != 100:
        files = {name: text for path, whole in files.items() for name, text in _split(path, whole, in_each).items()}
    write_tree(root, files)
    git(root, "init", "-q")
    return root


def _split(path: str, text: str, in_each: int) -> dict[str, str]:
    head, *blocks = text.split("### Requirement: ")
    groups = [blocks[start : start + in_each] for start in range(0, len(blocks), in_each)]
    folder = path.removesuffix("/spec.md")
    return {
        f"{folder}-{number}/spec.md": head + "".join(f"### Requirement: {block}" for block in group)
        for number, group in enumerate(groups)
    }


def wait_for_searches(root: Path, mode: Any) -> Waited:
    """Call `search_specs` over stdio, each call in turn with its search in this process."""
    import anyio
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    calls: list[float] = []
    searches: list[float] = []

    async def converse() -> None:
        environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": "none"}
        server = StdioServerParameters(command=sys.executable, args=["-m", "geoflow", "mcp"], cwd=root, env=environment)
        async with Client(stdio_client(server), mode=mode) as client:
            for number in range(WARM + CALLS):
                query = f"requirement {number} of {'kelames molores tanines'.split()[number % 3]} within seconds"
                began = time.perf_counter()
                result = await client.call_tool("search_specs", {"query": query})
                calls.append((time.perf_counter() - began) * 1000)
                assert not result.is_error, result.content
                searches.append(_search(root, query))

    anyio.run(converse)
    return Waited(calls[WARM:], searches[WARM:])


def _search(root: Path, query: str) -> float:
    files, passages, terms = WorkTreeDocuments(root).read("live"), open_passages(root), query_terms(query)
    began = time.perf_counter()
    passages.search(files, [terms], HITS)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print the figures and write build/bench-mcp.json."""
    report: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        for in_each in (100, 5):
            root = make_tree(Path(name) / str(in_each), in_each)
            for era, mode in ERAS.items():
                figures = wait_for_searches(root, mode).figures()
                what = f"{REQUIREMENTS:,} requirements, {in_each} in a spec, {era}"
                report[what] = figures
                shown = ", ".join(f"{name} {value:.1f} ms" for name, value in figures.items())
                print(f"search_specs over stdio, {what}: {shown} (aim beyond p50: {AIM:.0f})", flush=True)
    file = Path(__file__).parents[2] / "build" / "bench-mcp.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
