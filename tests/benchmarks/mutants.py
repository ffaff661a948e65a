"""What the npm openspec CLI and geoflow's rules see of the same mutants, side by side.

For the npm CLI any new ERROR or WARNING on the mutated item counts (as `validate --strict` fails for it), whatever it
says; for geoflow a finding counts only on the mutated requirement, of a rule that fits. At most one mutant a document
stands in a copy, since the npm CLI's places are those of documents.

Usage: python -m tests.benchmarks.mutants [FOLDER] [MUTANTS AN OPERATOR]
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.templates import JinjaTemplates
from geoflow.openspec import read_tree
from geoflow.openspec.disk import load
from geoflow.quality.mutation.mutant import Mutant
from geoflow.quality.mutation.operators import OPERATORS, mutants
from geoflow.quality.mutation.rounds import Files, rounds
from geoflow.workflow.bench_review import ReviewBench, bench_review
from geoflow.workflow.limits import Limits
from geoflow.workflow.review import Reviewer
from tests.builders import write_tree
from tests.conftest import NPM_OPENSPEC
from tests.fakes import SilentProgress

SEED = 1
Issues = Mapping[str, Counter[str]]


def main() -> None:
    """Print one row an operator and half."""
    folder, count = Path(sys.argv[1] if len(sys.argv) > 1 else "."), int(sys.argv[2] if len(sys.argv) > 2 else 10)
    files = {path: text for path, text in load(str(folder)).items() if not path.startswith("openspec/changes/")}
    reviewer = Reviewer(None, JinjaTemplates(), SystemClock(), SilentProgress())
    document = bench_review(ReviewBench(reviewer, SEED, count), files, Limits()).document()
    seen = seen_by_npm(files, count)
    head = f"{folder.name}: {document['requirements']} requirements, up to {count} mutants an operator and half"
    sys.stdout.write(f"{head}\n")
    shares: list[tuple[float, float]] = []
    for row in document["operators"]:
        if row["mutants"]:
            share = seen[row["id"], row["half"]] / row["mutants"]
            shares.append((share, row["recall"]))
            name = f"{row['id']} {row['title']}" + (" (held out)" if row["half"] == "held-out" else "")
            sys.stdout.write(f"{name:<46} openspec {share:4.0%}  geoflow {row['recall']:4.0%}  of {row['mutants']}\n")
    npm, own = (sum(pair[side] for pair in shares) / len(shares) for side in (0, 1))
    sys.stdout.write(f"{'mean of the rows':<46} openspec {npm:4.0%}  geoflow {own:4.0%}\n")


def seen_by_npm(files: Files, count: int) -> Counter[tuple[str, str]]:
    """Count the mutants of each operator and half with a new issue on their item."""
    seen: Counter[tuple[str, str]] = Counter()
    as_it_is = issues(files)
    for one in rounds(files, mutants(read_tree(files), SEED, count, OPERATORS), one_a_document=True):
        before = as_it_is if one.is_plain else issues(one.good)
        after = issues(one.bad)
        for mutant in one.mutants:
            new = any(after.get(item, Counter()) - before.get(item, Counter()) for item in items_of(mutant))
            seen[mutant.operator.id, mutant.half] += new
    return seen


def items_of(mutant: Mutant) -> Iterable[str]:
    """Name the items that a mutant lies in, as `issues` does."""
    if mutant.edit.prefixes:
        return [prefix.rstrip("/").rpartition("/")[2] for prefix in mutant.edit.prefixes]
    return {path.removeprefix("openspec/specs/").removesuffix("/spec.md") for path in (mutant.path, mutant.home)}


def issues(files: Files) -> Issues:
    """Let the npm CLI validate a tree; its errors and warnings by item."""
    with tempfile.TemporaryDirectory() as folder:
        write_tree(Path(folder), files)
        command = ["node", str(NPM_OPENSPEC), "validate", "--all", "--strict", "--json", "--no-interactive"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found: dict[str, Counter[str]] = {}
    for item in json.loads(done.stdout)["items"]:
        told = (f"{one['level']} {one['message']}" for one in item["issues"] if one["level"] != "INFO")
        found.setdefault(item["id"], Counter()).update(told)
    return found


if __name__ == "__main__":
    main()
