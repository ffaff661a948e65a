"""The sixth part of `make bench`: what a review by rule costs, of a whole tree and of one document that changed.

Whole processes, medians; and how the cost grows with the number of requirements. There is no peer to compare with.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.__main__ import GEOFLOW, GROWTH_RUNS, LARGEST, RUNS
from tests.benchmarks.measure import Candidate, Cost, costs, straight_line
from tests.benchmarks.trees import some_requirements
from tests.builders import git, write_tree
from tests.openspec.test_corpus import unpack

WHOLE_AIM, ONE_AIM = 1_500.0, 300.0
REVIEW = (GEOFLOW, "review", "--rules-only", "--json")
SIZES = (500, 1_500, 5_000)


def _with_one_change(root: Path) -> tuple[Path, str]:
    """Commit a tree, change its largest spec and stage it; the root and the spec's name."""
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "start")
    specs = root / "openspec" / "specs"
    largest = max(specs.rglob("spec.md"), key=lambda path: path.stat().st_size)
    text = largest.read_text("utf-8")
    largest.write_text(text.replace(" SHALL ", " SHALL quickly ", 1), "utf-8")
    git(root, "add", "-A")
    return root, largest.parent.relative_to(specs).as_posix()


def of_tree(what: str, root: Path) -> dict[str, Any]:
    """Measure the ways in which hooks and people ask."""
    root, name = _with_one_change(root)
    ways: dict[str, tuple[str, ...]] = {
        "all of it": (),
        "one spec by name": (name,),
        "what is staged": ("--staged",),
        "since a commit": ("--since", "HEAD"),
    }
    found = costs({way: Candidate((*REVIEW, *more), root) for way, more in ways.items()}, runs=RUNS)
    for way, cost in found.items():
        aim = ONE_AIM if ways[way] else WHOLE_AIM
        print(f"{what + ', ' + way:44}{cost.cpu:10.1f} ms CPU{cost.wall:10.1f} ms wall (aim {aim:,.0f})", flush=True)
    return {way: cost._asdict() for way, cost in found.items()}


def growth(folder: Path) -> dict[str, Any]:
    """Measure trees of several sizes, and lay a straight line through them."""
    points: dict[int, float] = {}
    for size in SIZES:
        root = write_tree(folder / f"requirements-{size}", some_requirements(size))
        cost: Cost = costs({"": Candidate(REVIEW, root)}, runs=GROWTH_RUNS)[""]
        points[size] = cost.cpu
    line = straight_line(points)
    sizes = "".join(f"{size:>7}: {cpu:8.1f}" for size, cpu in points.items())
    print(f"requirements{sizes}   {line.fixed:.1f} ms and {line.each * 1000:.1f} µs each, {line.deviation:.0%} off")
    return {"cpu_ms": points, **line._asdict()}


def main() -> None:
    """Print the figures and write build/bench-rules.json."""
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        folder = Path(name)
        if LARGEST.is_file():
            report["largest"] = of_tree("review by rule, the largest real tree", unpack(LARGEST, folder))
        else:
            print(f"{LARGEST.name} is not beside the project: its rows are left out.")
        report["growth"] = growth(folder)
    file = Path(__file__).parents[2] / "build" / "bench-rules.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
