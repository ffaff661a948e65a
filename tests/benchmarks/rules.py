"""The sixth part of `make bench`: what a review by rule costs, of a whole tree and of one document that changed.

Whole processes, medians; and how the cost grows with the number of requirements. There is no peer to compare with.
"""

import itertools
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


def _committed(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "start")
    return root


def _forget(root: Path) -> None:
    """Remove what earlier reviews kept."""
    for kept in (root / ".git" / "geoflow").glob("findings-*"):
        kept.unlink()


class _Edits:
    """Changes a word of a spec before each run, so that no run finds the text of one before."""

    def __init__(self, root: Path, path: Path) -> None:
        self._root, self._path = root, path
        self._text = path.read_text("utf-8")
        self._words = itertools.count()

    def stage(self) -> None:
        word = f" SHALL quickly{next(self._words)} "
        self._path.write_text(self._text.replace(" SHALL ", word, 1), "utf-8")
        git(self._root, "add", "-A")

    def take_back(self) -> None:
        self._path.write_text(self._text, "utf-8")
        git(self._root, "add", "-A")


def of_tree(what: str, root: Path) -> dict[str, Any]:
    """Measure the ways in which hooks and people ask: with nothing kept, and where the smallest and largest changed."""
    root = _committed(root)
    specs = root / "openspec" / "specs"
    by_size = sorted(specs.rglob("spec.md"), key=lambda path: path.stat().st_size)
    found = {"all of it, nothing kept": (WHOLE_AIM, Candidate(REVIEW, root, lambda: _forget(root)))}
    rows = _measured(what, found)
    for size, path in (("smallest", by_size[0]), ("largest", by_size[-1])):
        edits = _Edits(root, path)
        ways: dict[str, tuple[str, ...]] = {
            "all": (),
            "by name": (path.parent.relative_to(specs).as_posix(),),
            "staged": ("--staged",),
            "since": ("--since", "HEAD"),
        }
        rows |= _measured(
            what,
            {
                f"{size} changed, {way}": (ONE_AIM, Candidate((*REVIEW, *more), root, edits.stage))
                for way, more in ways.items()
            },
        )
        edits.take_back()
    return rows


def _measured(what: str, candidates: dict[str, tuple[float, Candidate]]) -> dict[str, Any]:
    found = costs({way: candidate for way, (_, candidate) in candidates.items()}, runs=RUNS)
    for way, cost in found.items():
        aim = candidates[way][0]
        print(f"{what + ', ' + way:64}{cost.cpu:10.1f} ms CPU{cost.wall:10.1f} ms wall (aim {aim:,.0f})", flush=True)
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
