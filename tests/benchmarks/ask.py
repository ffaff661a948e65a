"""The third part of `make bench`: how long the documents take to answer, and their index to be built and updated.

In one process, as agents use it: the index is on disk and warm. Times are wall time in milliseconds.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.passage_index import SqlitePassages
from geoflow.adapters.templates import JinjaTemplates
from geoflow.cli.progress import silent_progress
from geoflow.openspec import read_tree
from geoflow.questions.exam import make_exam
from geoflow.questions.passage import is_searched
from geoflow.workflow.ask import ask
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.reading import Reader
from tests.benchmarks.trees import some_rules
from tests.builders import write_tree
from tests.conftest import CORPUS
from tests.openspec.test_corpus import unpack

LARGEST = CORPUS / "Soju06+codex-lb.tar.gz"
REQUIREMENTS, QUESTIONS = 5_000, 40
ANSWER_AIM, BUILD_AIM, UPDATE_AIM = 50.0, 2_000.0, 100.0


def milliseconds(do: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def answers(root: Path, index: SqlitePassages) -> dict[str, float]:
    """Ask questions made from a tree, one after the other, as its index is warm; the documents answer."""
    documents = WorkTreeDocuments(root)
    tree = read_tree({path: data.decode() for path, data in documents.read("live").items() if is_searched(path)})
    exam = make_exam(tree, QUESTIONS)
    desk = AskDesk(documents, index, Reader(lambda: None, JinjaTemplates()), silent_progress())
    ask(["Is the index warm already?"], desk)
    taken = sorted(milliseconds(lambda item=item: ask([item.question], desk)) for item in exam.answerable)  # type: ignore[misc]
    return {"median": statistics.median(taken), "p95": taken[int(len(taken) * 0.95)], "most": taken[-1]}


def index_times(root: Path, index: SqlitePassages) -> dict[str, float]:
    """Build an index, find nothing to do, and update it after one edit of the largest spec."""
    files = WorkTreeDocuments(root).read("live")
    largest = max((path for path in files if is_searched(path)), key=lambda path: len(files[path]))
    edited = {**files, largest: files[largest] + b"\nOne sentence more.\n"}

    def look(at: Mapping[str, bytes]) -> float:
        return milliseconds(lambda: index.search(at, [("sentence",)], 1))

    return {"build": look(files), "unchanged": look(files), "update": look(edited)}


def _print(what: str, figures: Mapping[str, float], aims: Mapping[str, float]) -> None:
    shown = ", ".join(
        f"{name} {value:.1f} ms" + (f" (aim {aims[name]:,.0f})" if name in aims else "")
        for name, value in figures.items()
    )
    print(f"{what}: {shown}", flush=True)


def main() -> None:
    """Print the figures and write build/bench-ask.json."""
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        folder = Path(name)
        made = write_tree(folder / "rules", some_rules(REQUIREMENTS))
        report["generated"] = answers(made, SqlitePassages(folder / "made.sqlite"))
        _print(
            f"ask, {REQUIREMENTS:,} generated requirements, before any model",
            report["generated"],
            {"median": ANSWER_AIM},
        )
        if LARGEST.is_file():
            root, index = unpack(LARGEST, folder), SqlitePassages(folder / "largest.sqlite")
            report["index"] = index_times(root, index)
            _print(f"index of {LARGEST.name}", report["index"], {"build": BUILD_AIM, "update": UPDATE_AIM})
            report["largest"] = answers(root, index)
            _print(f"ask, {LARGEST.name}, before any model", report["largest"], {"median": ANSWER_AIM})
        else:
            print(f"{LARGEST.name} is not beside the project: its rows are left out.", file=sys.stderr)
    file = Path(__file__).parents[2] / "build" / "bench-ask.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
