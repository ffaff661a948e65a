"""The seventh part of `make bench`: what `improve` takes besides the model, which answers at once here.

The aims are those of the first user: a document updated in 50 ms, past work analysed in 200 ms, one turn of the loop in
1 s, 10,000 updates an hour. There is no peer to compare with.
"""

import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.run_journal import RunJournal
from geoflow.adapters.templates import JinjaTemplates
from geoflow.cli.context import open_past
from geoflow.ports import ChatRequest
from geoflow.workflow.budget import Limits
from geoflow.workflow.improve import ImproveOptions, ImproveResult, improve
from geoflow.workflow.improve_session import Workshop
from geoflow.workflow.past_cases import learn
from tests.benchmarks.trees import some_requirements
from tests.builders import git, write_tree
from tests.conftest import CORPUS
from tests.fakes import QueueModel, SilentProgress
from tests.openspec.test_corpus import unpack

UPDATE_AIM, FEEDBACK_AIM, TURN_AIM, HOURLY_AIM = 50.0, 200.0, 1_000.0, 10_000
TURNS, EDITS, RUNS, EDITS_A_RUN = 5, 60, 100, 20
REAL = ("Fission-AI+OpenSpec", "Soju06+codex-lb")
PER_SPEC = 5
_QUOTED, _SENTENCE = re.compile("“([^”]+)”"), re.compile(r"^Sentence: (.*)$", re.MULTILINE)


def answer(request: ChatRequest) -> Mapping[str, Any]:
    """Answer as a model does that always drops the words that it is asked about."""
    asked = request.messages[-1].content
    words = (_QUOTED.findall(asked) or ["x"])[-1]
    if "sentence" in str(request.schema):
        sentence = _SENTENCE.search(asked)
        return {"sentence": (sentence[1] if sentence else asked).replace(f" {words}", "", 1)}
    return {"old_span": f" {words}", "new_span": ""}


def workshop(root: Path) -> Workshop:
    """Join what improve works with, as the command does."""
    repository = open_repository(root)
    return Workshop(
        repository=repository,
        model=QueueModel(always=answer),
        templates=JinjaTemplates(),
        clock=SystemClock(),
        progress=SilentProgress(),
        runs=repository.runs,
        learn=lambda run: learn(open_past(root, repository), run, ("filter", "policy")),
        journal=RunJournal(repository.state_folder, root),
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Tell how many milliseconds something takes, and what it gives."""
    begun = time.perf_counter()
    found = work()
    return (time.perf_counter() - begun) * 1000, found


def of_tree(what: str, root: Path) -> dict[str, Any]:
    """Measure one turn of the loop, a long run, and single updates."""
    improve(workshop(root), ImproveOptions(Limits(calls=1)))
    turns = [_turn(root) for _ in range(TURNS)]
    whole, result = timed(lambda: improve(workshop(root), ImproveOptions(Limits(calls=EDITS))))
    assert isinstance(result, ImproveResult)
    turn = statistics.median(turns)
    taken = [one.cost for one in result.edits] + [one.cost for one in result.refused]
    updates = sorted(1000 * cost.seconds for cost in taken[1:])
    count = max(len(result.edits), 1)
    # The part of a long run that is no turn's, by edit: what one more edit costs from the reply to its commit.
    each = (whole - turn) / max(count - 1, 1)
    figures = {
        "turn": turn,
        "update": each,
        "gate_median": statistics.median(updates),
        "gate_worst": updates[-1],
        "hourly": 3_600_000 / (whole / count),
        "edits": count,
    }
    _tell(f"{what}, one turn of the loop", f"{turn:10.1f} ms", f"aim {TURN_AIM:,.0f}")
    _tell(f"{what}, an update to its commit", f"{each:10.1f} ms", f"aim {UPDATE_AIM:,.0f}; {count} edits")
    worst = f"median; the slowest {updates[-1]:.1f} ms"
    _tell(f"{what}, of it rules and gate", f"{figures['gate_median']:10.1f} ms", worst)
    _tell(f"{what}, updates an hour", f"{figures['hourly']:10,.0f}   ", f"aim {HOURLY_AIM:,}, the turn included")
    return figures


def _turn(root: Path) -> float:
    """Take one finding through the whole loop: read, look everywhere, learn, ask, gate, commit, publish."""
    taken, result = timed(lambda: improve(workshop(root), ImproveOptions(Limits(calls=1))))
    edits = len(result.edits)
    # Edits of form cost no call, so a turn has more than one edit where there are such: they are its own work as well.
    assert edits or result.refused
    return taken


def feedback(root: Path) -> dict[str, Any]:
    """Measure what it takes to read a hundred kept runs, what people said, and what became of each edit."""
    result = improve(workshop(root), ImproveOptions(Limits(calls=EDITS_A_RUN)))
    repository = open_repository(root)
    (name,) = [one for one in repository.runs.records() if one == result.run]
    record = json.loads(repository.runs.records()[name])
    record["edits"] = (record["edits"] * EDITS_A_RUN)[:EDITS_A_RUN]
    said: dict[str, str] = {}
    for number in range(RUNS):
        run = f"20260101-{number:06}-000aaaa"
        edits = [
            {**edit, "finding": {**edit["finding"], "id": f"{number:04x}{index:08x}"}}
            for index, edit in enumerate(record["edits"])
        ]
        content = json.dumps({**record, "run": run, "edits": edits, "branch": ""}).encode()
        repository.runs.publish(run, "", result.base, content)
        for edit in edits[::2]:
            target = f"{run}/{edit['finding']['id']}"
            verdict = ("accept", "reject")[number % 2]
            said[f"openspec/feedback/{number:04x}{len(said):08x}.yaml"] = (
                f"target: {target}\nverdict: {verdict}\nby: Ada <ada@example.org>\nkind: person\n"
                f"at: 2026-01-01T00:00:00Z\nreason: it reads worse\n"
            )
    write_tree(root, said)
    past = open_past(root, repository)
    taken = [timed(lambda: learn(past, "20260101", ("filter", "policy")))[0] for _ in range(TURNS)]
    median = statistics.median(taken)
    what = f"past work analysed, {RUNS} runs of {EDITS_A_RUN} edits, {len(said)} judgements"
    _tell(what, f"{median:10.1f} ms", f"aim {FEEDBACK_AIM:,.0f}")
    return {"feedback": median, "first": taken[0]}


def _tell(what: str, figure: str, more: str) -> None:
    print(f"{what:72}{figure}  ({more})", flush=True)


def _committed(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "bench")
    git(root, "config", "user.email", "bench@localhost")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "start")
    return root


def _real_trees(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name in REAL:
        packed = CORPUS / f"{name}.tar.gz"
        if packed.is_file():
            found[name] = unpack(packed, folder / name)
        else:
            print(f"{name} is not beside the project: its rows are left out.")
    return found


def _made_up(folder: Path, specs: int) -> Path:
    """Make specs of five requirements each, one of them with a vague word."""
    made: dict[str, str] = {}
    for number, text in enumerate(some_requirements(specs * PER_SPEC).values()):
        head, *blocks = text.split("### Requirement: ")
        for part in range(0, len(blocks), PER_SPEC):
            body = "".join(f"### Requirement: {block}" for block in blocks[part : part + PER_SPEC])
            name = f"openspec/specs/area-{number}-{part}/spec.md"
            made[name] = head + body.replace(" SHALL ", " SHALL quickly ", 1)
    return write_tree(folder, made)


def main() -> None:
    """Print the figures and write build/bench-improve.json."""
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors; the model answers at once")
    report: dict[str, Any] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        folder = Path(name)
        trees = {**_real_trees(folder), "1,000 made-up specs": _made_up(folder / "made-up", 1_000)}
        for what, root in trees.items():
            report[what] = of_tree(what, _committed(root))
        for what, root in list(trees.items())[-2:]:
            report[what] |= feedback(root)
    report["load_after"] = os.getloadavg()[0]
    file = Path(__file__).parents[2] / "build" / "bench-improve.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
