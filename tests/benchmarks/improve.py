"""The seventh part of `make bench`: what `improve` takes besides the model, which answers at once here.

The aims are those of the first user: a document updated in 50 ms, past work analysed in 200 ms, one turn of the loop in
1 s, 10,000 updates an hour. There is no peer to compare with.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from geoflow.__main__ import collect_seldom
from geoflow.adapters.git import open_repository
from geoflow.adapters.kept_file import KeptFile
from geoflow.adapters.lexicon_file import read_lexicon
from geoflow.adapters.run_journal import RunJournal
from geoflow.adapters.second_process import second_process
from geoflow.cli.calls import Asked
from geoflow.cli.workshops import join_improve, open_past
from geoflow.ports import ChatRequest
from geoflow.quality.kept import Kept
from geoflow.settings import Settings
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.improve_scope import live_files
from geoflow.workflow.limits import Limits
from geoflow.workflow.past_cases import learn
from geoflow.workflow.workbench import Workbench
from tests.benchmarks.trees import some_requirements
from tests.builders import git, write_tree
from tests.conftest import CORPUS
from tests.fakes import QueueModel
from tests.openspec.test_corpus import unpack

UPDATE_AIM, FEEDBACK_AIM, TURN_AIM, HOURLY_AIM = 50.0, 200.0, 1_000.0, 10_000
TURNS, EDITS, RUNS, EDITS_A_RUN = 3, 40, 100, 20
REAL = ("Fission-AI+OpenSpec", "Soju06+codex-lb")
PER_SPEC = 5
_T = TypeVar("_T")
_QUOTED, _SENTENCE = re.compile("“([^”]+)”"), re.compile(r"^Sentence: (.*)$", re.MULTILINE)


def answer(request: ChatRequest) -> Mapping[str, Any]:
    """Answer as a model does that always drops the words that it is asked about."""
    asked = request.messages[-1].content
    words = (_QUOTED.findall(asked) or ["x"])[-1]
    if "sentence" in str(request.schema):
        sentence = _SENTENCE.search(asked)
        return {"sentence": (sentence[1] if sentence else asked).replace(f" {words}", "", 1)}
    return {"old_span": f" {words}", "new_span": ""}


def run(root: Path, calls: int) -> ImproveResult:
    """Run improve as the command does, all of it but the model and the start of the process."""
    repository = open_repository(root, quick=True)
    file = KeptFile(str(root))
    kept = file.read()
    repository.check_delivery()
    shop = join_improve(repository, Settings(), Asked(QueueModel(always=answer)), kept)
    shop = replace(shop, journal=RunJournal(repository.state_folder, root))
    result = improve(shop, ImproveOptions(Limits(calls=calls)))
    file.write(kept)
    return result


def begin_anew(root: Path, *, knowing: bool) -> None:
    """Remove what runs left behind, so that the next one has all of their work to do; `knowing` leaves what is kept."""
    refs = git(root, "for-each-ref", "--format=delete %(refname)", "refs/heads/geoflow", "refs/geoflow")
    subprocess.run(["git", "update-ref", "--stdin"], cwd=root, input=f"{refs}\n".lstrip("\n"), text=True, check=True)
    if not knowing:
        shutil.rmtree(root / ".git" / "geoflow", ignore_errors=True)


class Took(NamedTuple):
    """Milliseconds: of processors, those of the git processes included, and of the clock."""

    cpu: float
    wall: float


def timed(work: Callable[[], _T]) -> tuple[Took, _T]:
    """Tell how long something takes, and what it gives."""
    begun, before = time.perf_counter(), os.times()
    found = work()
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    return Took(cpu * 1000, (time.perf_counter() - begun) * 1000), found


def _median(taken: Sequence[Took]) -> Took:
    return Took(statistics.median(one.cpu for one in taken), statistics.median(one.wall for one in taken))


def of_tree(what: str, root: Path) -> dict[str, Any]:
    """Measure one turn of the loop, a long run, and single updates."""
    run(root, 1)  # what is imported, and read from the disk, is so
    first = _median([_turn(root, knowing=False) for _ in range(TURNS)])
    again = _median([_turn(root, knowing=True) for _ in range(TURNS)])
    look = {known: _median([_look(root, knowing=known) for _ in range(TURNS)]) for known in (False, True)}
    begin_anew(root, knowing=True)
    whole, result = timed(lambda: run(root, EDITS))
    begin_anew(root, knowing=True)
    one, form = timed(lambda: run(root, 0))
    count = len(result.edits) + len(result.refused) - len(form.edits) - len(form.refused)
    # What each more edit costs, from the model's reply to its commit.
    each = Took((whole.cpu - one.cpu) / count, (whole.wall - one.wall) / count)
    gate = statistics.median(1000 * edit.cost.seconds for edit in result.edits if edit.cost.calls)
    made = f"{len(form.edits)} edits of form in it"
    after = _after_merge(root)
    _tell(f"{what}, the first turn in a repository", first, made)
    _tell(f"{what}, of it looking everywhere", look[False], "")
    _tell(f"{what}, a turn after others, the same work", again, f"aim {TURN_AIM:,.0f}; {made}")
    _tell(f"{what}, of it looking everywhere", look[True], "")
    _tell(f"{what}, the turn after a merge", after, f"aim {TURN_AIM:,.0f}")
    _tell(f"{what}, an update to its commit", each, f"aim {UPDATE_AIM:,.0f}; {count} tries; rules and gate {gate:.0f}")
    hourly = 3_600_000 / (whole.wall / len(result.edits))
    print(f"{what}, updates an hour: {hourly:,.0f} (aim {HOURLY_AIM:,}, the turn included)", flush=True)
    turns = {"first": first._asdict(), "again": again._asdict(), "after_merge": after._asdict()}
    return {"turn": turns, "update": each._asdict(), "gate": gate, "hourly": hourly, "edits": count}


def _look(root: Path, *, knowing: bool) -> Took:
    def look() -> None:
        repository = open_repository(root, quick=True)
        file = KeptFile(str(root))
        kept = file.read() if knowing else Kept()
        files = live_files(repository.read(repository.head().commit))
        Workbench(files, lexicon=read_lexicon(files), kept=kept, aside=second_process)

    return timed(look)[0]


def _turn(root: Path, *, knowing: bool) -> Took:
    """Take one finding through the whole loop: read, look everywhere, learn, ask, gate, commit, publish."""
    begin_anew(root, knowing=knowing)
    taken, result = timed(lambda: run(root, 1))
    assert result.edits or result.refused
    return taken


def _after_merge(root: Path) -> Took:
    """Take the next finding through it once what a turn delivered is merged, as a person does."""
    begin_anew(root, knowing=True)
    git(root, "reset", "-q", "--hard")
    start = git(root, "rev-parse", "HEAD")
    taken: list[Took] = []
    for _ in range(TURNS):
        result = run(root, 1)
        git(root, "merge", "-q", "--no-ff", "-m", "merge", result.branch)
        taken.append(timed(lambda: run(root, 1))[0])
    git(root, "reset", "-q", "--hard", start)
    return _median(taken)


def feedback(root: Path) -> dict[str, Any]:
    """Measure what it takes to read a hundred kept runs, what people said, and what became of each edit."""
    begin_anew(root, knowing=True)
    result = run(root, EDITS_A_RUN)
    repository = open_repository(root, quick=True)
    record = json.loads(repository.runs.records()[result.run])
    record["edits"] = (record["edits"] * EDITS_A_RUN)[:EDITS_A_RUN]
    said: dict[str, str] = {}
    for number in range(RUNS):
        name = f"20260101-{number:06}-000aaaa"
        edits = [
            {
                **edit,
                "finding": {**edit["finding"], "id": f"{number:04x}{index:08x}"},
                "new": f"{edit['new'].rstrip()} Run {number} says so.",
            }
            for index, edit in enumerate(record["edits"])
        ]
        content = json.dumps({**record, "run": name, "edits": edits, "branch": ""}).encode()
        repository.runs.publish(name, "", result.base, content)
        for edit in edits[::2]:
            target = f"{name}/{edit['finding']['id']}"
            verdict = ("accept", "reject")[number % 2]
            said[f"openspec/feedback/{number:04x}{len(said):08x}.yaml"] = (
                f"target: {target}\nverdict: {verdict}\nby: Ada <ada@example.org>\nkind: person\n"
                f"at: 2026-01-01T00:00:00Z\nreason: it reads worse\n"
            )
    write_tree(root, said)
    past = open_past(root, repository)
    taken = [timed(lambda: learn(past, "20260101", ("filter", "policy")))[0] for _ in range(TURNS)]
    median = _median(taken)
    what = f"past work analysed, {RUNS} runs of {EDITS_A_RUN} edits, {len(said)} judgements"
    _tell(what, median, f"aim {FEEDBACK_AIM:,.0f}")
    return {"feedback": median._asdict()}


def _tell(what: str, took: Took, more: str) -> None:
    print(f"{what:70}{took.cpu:9.1f} ms CPU{took.wall:9.1f} ms wall  ({more})", flush=True)


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
            made[name] = head + body.replace(" SHALL ", " SHALL gracefully ", 1)
    return write_tree(folder, made)


def main() -> None:
    """Print the figures and write build/bench-improve.json."""
    collect_seldom()
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
