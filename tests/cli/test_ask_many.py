"""A hundred questions at once, with a model server that fails at random: none lost, none doubled, killed or not."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.question_files import QuestionFiles
from tests.builders import make_repo, requirement, spec
from tests.servers import Reply, html, http_error, model_server

ROOMS = 55
SAID = [f"How many lamps hang in the hall {number} of the castle?" for number in range(1, ROOMS + 1)]
UNSAID = [f"Which insurance company pays for stolen bicycle {number}?" for number in range(1, 31)]
AGAIN = [*SAID[:8], *(question.lower() for question in UNSAID[:4]), "In the castle, how many lamps hang in the hall 3?"]
QUESTIONS = [*SAID, *UNSAID, *AGAIN, *SAID[:2]]
TREE = {
    "openspec/specs/castle/spec.md": spec(
        *(
            requirement(f"Hall {number}", f"In the hall {number} of the castle {number + 2} lamps SHALL hang.")
            for number in range(1, ROOMS + 1)
        )
    )
}


WELL_AT_FIRST = 9
FAILURES = (None, None, None, None, http_error(500, {"error": "oh"}), html(), "no object {")


class Unreliable:
    """Answers well at first, then well or not, at random."""

    def __init__(self, seed: int) -> None:
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self.asked = 0

    def __call__(self, _body: dict[str, Any]) -> Reply:
        with self._lock:
            self.asked += 1
            failure = self._chance.choice(FAILURES) if self.asked > WELL_AT_FIRST else None
        time.sleep(0.02)
        return failure or {"source": 1, "quote": "lamps SHALL hang", "answer": "Some lamps hang there."}


def command(root: Path, base_url: str) -> "subprocess.Popen[bytes]":
    """Ask all questions; what is answered goes into a file, since nobody reads along."""
    environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": base_url, "GEOFLOW_LLM__PARALLEL": "8"}
    with (root / ".git" / "answers.json").open("wb") as output:
        asking = subprocess.Popen(
            [sys.executable, "-m", "geoflow", "ask", "-", "--open", "--json"],
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    assert asking.stdin
    asking.stdin.write("\n".join(QUESTIONS).encode())
    asking.stdin.close()
    asking.stdin = None
    return asking


def answered(root: Path, base_url: str) -> list[dict[str, Any]]:
    command(root, base_url).wait(timeout=120)
    answers: list[dict[str, Any]] = json.loads((root / ".git" / "answers.json").read_text())["answers"]
    return answers


def states(answers: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(answer["id"], answer["state"]) for answer in answers]


def check(root: Path, answers: list[dict[str, Any]]) -> None:
    """Every question has its final state, in the order of the input, and each unanswered one a file, once."""
    assert len(QUESTIONS) == 100
    assert [answer["question"] for answer in answers] == QUESTIONS
    assert [answer["state"] for answer in answers] == [
        "open" if "bicycle" in question else "answered" for question in QUESTIONS
    ]
    stored = QuestionFiles(root, root / ".git").read()
    assert (len(stored.questions), stored.broken) == (len(UNSAID), ())
    assert {question.text for question in stored.questions.values()} == set(UNSAID)
    assert {answer["file"] for answer in answers if answer["state"] == "open"} == {
        question.path for question in stored.questions.values()
    }
    left = [path.name for path in (root / "openspec").rglob("*") if "new" in path.name]
    assert left == []


def test_a_hundred_questions_have_a_hundred_final_states_whatever_the_server_does(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "castle", TREE)
    unreliable = Unreliable(3)
    with model_server(always=unreliable) as server:
        check(root, answered(root, server.base_url))
    assert unreliable.asked > WELL_AT_FIRST


@pytest.mark.parametrize("calls", [1, 9, 30])
def test_killed_in_the_middle_and_run_again_it_is_the_same(tmp_path: Path, calls: int) -> None:
    whole, killed = (make_repo(tmp_path / name, TREE) for name in ("whole", "killed"))
    unreliable = Unreliable(calls)
    with model_server(always=unreliable) as server:
        expected = answered(whole, server.base_url)
        before = unreliable.asked
        asking = command(killed, server.base_url)
        while unreliable.asked < before + calls and asking.poll() is None:
            time.sleep(0.005)
        asking.send_signal(signal.SIGKILL)
        asking.wait(timeout=60)
        again = answered(killed, server.base_url)
    check(killed, again)
    assert states(again) == states(expected)
