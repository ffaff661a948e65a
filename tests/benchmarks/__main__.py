"""`make bench`: geoflow and the npm CLI side by side, both answers checked to be equal first."""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from geoflow.openspec import Issue, Report, Span, load
from tests.benchmarks.measure import Candidate, Cost, costs, environment, straight_line
from tests.benchmarks.trees import some_changes, some_specs
from tests.builders import write_tree
from tests.conformance.npm import judge, ours
from tests.conftest import CORPUS, NPM_OPENSPEC
from tests.openspec.test_corpus import unpack

REPORT = Path(__file__).parents[2] / "build" / "bench.json"
GEOFLOW = str(Path(sys.executable).parent / "geoflow")
LARGEST = CORPUS / "Soju06+codex-lb.tar.gz"
ALL = ("validate", "--all", "--json")
RUNS = 10
GROWTH_RUNS = 3


class Row(NamedTuple):
    """One comparison: what was measured, both costs, and the most that geoflow should take of the npm CLI's CPU."""

    what: str
    geoflow: Cost
    npm: Cost
    aim: float

    @property
    def ratio(self) -> float:
        return self.geoflow.cpu / self.npm.cpu


def check_equal(root: Path) -> int:
    """Ask both about a tree and compare every verdict and issue; the number of issues."""
    done = subprocess.run([GEOFLOW, *ALL], cwd=root, env=environment(), capture_output=True, check=False)
    reports = [_report(item) for item in json.loads(done.stdout)["items"]]
    files = load(str(root), archive=False)
    theirs = judge(root)
    mine = [ours(report, like, strict=False, files=files) for report, like in zip(reports, theirs, strict=True)]
    differences = [(one, other) for one, other in zip(mine, theirs, strict=True) if one != other]
    if differences:
        sys.exit(f"The answers differ on {len(differences)} items, the first: {differences[0]}")
    return sum(len(report.issues) for report in reports)


def _report(item: Mapping[str, Any]) -> Report:
    return Report(item["id"], item["type"], tuple(_issue(one) for one in item["issues"]))


def _issue(one: Mapping[str, Any]) -> Issue:
    texts = {name: one[name] for name in Issue._fields if name != "span"}
    return Issue(**texts, span=Span(**one["span"]))


def compare(what: str, root: Path, *, aim: float, cached: bool, arguments: tuple[str, ...] = ALL) -> Row:
    """Measure both on a tree; without the cache it is removed before each run."""
    forget = (lambda: None) if cached else (lambda: shutil.rmtree(root / ".git" / "geoflow", ignore_errors=True))
    measured = costs(
        {
            "geoflow": Candidate((GEOFLOW, *arguments), root, forget),
            "npm": Candidate((str(NPM_OPENSPEC), *arguments), root),
        },
        runs=RUNS,
    )
    row = Row(what, measured["geoflow"], measured["npm"], aim)
    _print_row(row)
    return row


def comparisons(folder: Path) -> list[Row]:
    """Measure what git hooks call, on trees where both give the same answer."""
    hundred = _tree(folder / "hundred", some_specs(100))
    issues = check_equal(hundred)
    print(f"100 generated specs: the same verdicts and {issues} issues on both sides.")
    rows = []
    if LARGEST.is_file():
        largest = unpack(LARGEST, folder)
        _with_git(largest)
        print(f"{LARGEST.name}: the same verdicts and {check_equal(largest)} issues on both sides.")
    else:
        print(f"{LARGEST.name} is not beside the project: its two rows are left out.")
    print(f"\n{'':44}{'CPU, ms':>24}{'':16}{'wall, ms':>24}")
    print(f"{'':44}" + f"{'geoflow':>10}{'npm':>10}{'ratio':>8}" * 2 + f"{'aim':>8}")
    rows.append(compare("--version", hundred, aim=0.1, cached=True, arguments=("--version",)))
    rows.append(compare("100 generated specs, no cache", hundred, aim=0.1, cached=False))
    rows.append(compare("100 generated specs, cached", hundred, aim=0.1, cached=True))
    if LARGEST.is_file():
        rows.append(compare("the largest real tree, no cache", largest, aim=0.3, cached=False))
        rows.append(compare("the largest real tree, cached", largest, aim=0.1, cached=True))
    return rows


def _print_row(row: Row) -> None:
    ours, theirs = row.geoflow, row.npm
    cpu = f"{ours.cpu:10.1f}{theirs.cpu:10.1f}{row.ratio:8.3f}"
    wall = f"{ours.wall:10.1f}{theirs.wall:10.1f}{ours.wall / theirs.wall:8.3f}"
    print(f"{row.what:44}{cpu}{wall}{row.aim:8.1f}", flush=True)


def growth(folder: Path) -> list[dict[str, Any]]:
    """Measure trees of several sizes, without and with the cache, and lay a straight line through each."""
    series = {"specs": (some_specs, (100, 1000, 5000)), "changes": (some_changes, (100, 300, 1000))}
    found = []
    for what, (make, sizes) in series.items():
        roots = {size: _tree(folder / f"{what}-{size}", make(size)) for size in sizes}
        for cached in (False, True):
            points = {size: _one(root, cached=cached) for size, root in roots.items()}
            found.append(_print_growth(what, points, cached=cached))
    requirements = (100, 1000, 5000)
    roots = {n: _tree(folder / f"file-{n}", some_specs(1, requirements=n)) for n in requirements}
    found.append(_print_growth("requirements in one file", {n: _one(root, cached=False) for n, root in roots.items()}))
    return found


def _one(root: Path, *, cached: bool) -> float:
    forget = (lambda: None) if cached else (lambda: shutil.rmtree(root / ".git" / "geoflow", ignore_errors=True))
    return costs({"geoflow": Candidate((GEOFLOW, *ALL), root, forget)}, runs=GROWTH_RUNS)["geoflow"].cpu


def _print_growth(what: str, points: dict[int, float], *, cached: bool = False) -> dict[str, Any]:
    line = straight_line(points)
    sizes = "".join(f"{size:>7}: {cpu:8.1f}" for size, cpu in points.items())
    fit = f"{line.fixed:.1f} ms and {line.each * 1000:.1f} µs each, at most {line.deviation:.0%} off"
    print(f"{what + (', cached' if cached else ', no cache'):36}{sizes}   {fit}", flush=True)
    return {"what": what, "cached": cached, "cpu_ms": points, **line._asdict()}


def _tree(folder: Path, files: Mapping[str, str]) -> Path:
    write_tree(folder, files)
    _with_git(folder)
    return folder


def _with_git(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)


def main() -> None:
    """Print the tables and write build/bench.json."""
    if not NPM_OPENSPEC:
        sys.exit("The npm openspec CLI is not installed: make npm (needs node).")
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        rows = comparisons(Path(name))
        print("\nCPU in ms as trees grow (median of 3), and the straight line through it:")
        lines = growth(Path(name))
    missed = [row.what for row in rows if row.ratio > row.aim]
    print("\nEvery aim is reached." if not missed else f"\nNot reached: {', '.join(missed)}.")
    machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    table = [
        {**row._asdict(), "geoflow": row.geoflow._asdict(), "npm": row.npm._asdict(), "ratio": row.ratio}
        for row in rows
    ]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"machine": machine, "runs": RUNS, "comparisons": table, "growth": lines}, indent=2))
    print(f"Written: {REPORT}")


if __name__ == "__main__":
    main()
