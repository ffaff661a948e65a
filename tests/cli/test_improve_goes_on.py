"""A run of improve that was killed goes on where it was; two at once are kept apart."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.verbs import state_of
from tests.servers import ModelServer, hang, model_server

PATH = "openspec/specs/depot/spec.md"
COUNT = 6
FILES = {
    PATH: spec(
        *(
            requirement(f"Shelf {n}", f"The depot SHALL gracefully count shelf {n} within {n + 2} seconds.")
            for n in range(COUNT)
        )
    )
}


def good(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer as a model does that always drops the vague word."""
    return {"old_span": "gracefully count", "new_span": "count"}


def start(root: Path, server: ModelServer | None, *words: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": server.base_url if server else "none"}
    command = [sys.executable, "-m", "geoflow", "improve", *words]
    return subprocess.Popen(command, cwd=root, env=environment, stdout=-1, stderr=-1, text=True)


def finished(root: Path, server: ModelServer | None, *words: str) -> tuple[int, dict[str, Any], str]:
    process = start(root, server, "--json", *words)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, json.loads(out), err


def killed_in_call(root: Path, server: ModelServer, number: int, *words: str) -> None:
    """Kill a run in its call of this number, counted from what the server was asked before."""
    number += len(server.requests)
    process = start(root, server, *words)
    end = time.monotonic() + 60
    while len(server.requests) < number and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate()


def tree_of(root: Path, branch: str) -> str:
    return git(root, "rev-parse", f"{branch}^{{tree}}")


def journals(root: Path) -> list[str]:
    return sorted(path.name for path in (root / ".git/geoflow/improve").glob("*"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "r", FILES)


def test_a_killed_run_goes_on_without_asking_again_and_ends_as_if_nobody_had_killed_it(
    tmp_path: Path, root: Path
) -> None:
    whole = make_repo(tmp_path / "whole", FILES)
    before = state_of(root)
    with model_server(always=good) as server:
        undisturbed = finished(whole, server)[1]
    with model_server(*[good] * 3, hang(), always=good) as server:
        killed_in_call(root, server, 4)
        (journal,) = journals(root)
        status, document, err = finished(root, server)
        assert len(server.requests) == COUNT + 1  # the one that was under way is asked once more
    assert status == 0
    assert document["run"] == journal.removesuffix(".jsonl")
    assert document["resumed"] == {"done": 3, "total": COUNT}
    assert f"goes on with the run {document['run']}, which was killed, 3 of {COUNT} findings done" in err
    assert (document["cost"]["calls"], document["cost"]["recalled_calls"]) == (COUNT - 3, 3)
    assert tree_of(root, document["branch"]) == tree_of(whole, undisturbed["branch"])
    assert [edit["cost"]["calls"] for edit in document["edits"]] == [1] * COUNT
    assert state_of(root) == before
    assert journals(root) == []


def test_fresh_starts_anew_and_leaves_nothing_of_the_killed_run(root: Path) -> None:
    with model_server(*[good] * 3, hang(), always=good) as server:
        killed_in_call(root, server, 4)
        document, err = finished(root, server, "--fresh")[1:]
        assert len(server.requests) == COUNT + 4
    assert document["resumed"] is None
    assert "goes on" not in err
    assert journals(root) == []


def test_what_was_killed_on_another_commit_is_removed_with_a_note(root: Path) -> None:
    with model_server(*[good] * 2, hang(), always=good) as server:
        killed_in_call(root, server, 3)
        write_tree(root, {"README.md": "moved\n"})
        git(root, "add", "-A")
        git(root, "commit", "-qm", "moved")
        document = finished(root, server)[1]
    assert document["resumed"] is None
    assert any("was killed on another commit" in note for note in document["notes"])
    assert journals(root) == []


def test_a_run_for_other_items_is_left_for_whoever_names_them_again(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r2", {**FILES, "openspec/specs/quay/spec.md": FILES[PATH]})
    with model_server(*[good] * 2, hang(), always=good) as server:
        killed_in_call(root, server, 3, "depot")
        assert finished(root, server, "quay")[1]["resumed"] is None
        assert len(journals(root)) == 1
        asked = len(server.requests)
        assert finished(root, server, "depot")[1]["resumed"] == {"done": 2, "total": COUNT}
        assert len(server.requests) == asked + COUNT - 2


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x00\xff" * 500, b'{"schema":"geoflow.journal/1"}\n', b"[" * 100_000, b'{"request": 1}\n{"done": "x"}\n'],
    ids=["empty", "binary", "headless", "deep", "odd"],
)
def test_a_damaged_journal_costs_the_calls_and_nothing_else(root: Path, damage: bytes) -> None:
    with model_server(*[good] * 3, hang(), always=good) as server:
        killed_in_call(root, server, 4)
        (file,) = (root / ".git/geoflow/improve").glob("*.jsonl")
        file.write_bytes(damage)
        status, document, _ = finished(root, server)
    assert status == 0
    assert len(document["edits"]) == COUNT


def test_a_reply_that_was_tampered_with_is_asked_again(root: Path) -> None:
    with model_server(*[good] * 3, hang(), always=good) as server:
        killed_in_call(root, server, 4)
        (file,) = (root / ".git/geoflow/improve").glob("*.jsonl")
        file.write_bytes(file.read_bytes().replace(b"old_span", b"cold_spa"))
        document = finished(root, server)[1]
        assert len(server.requests) == 4 + COUNT
    assert len(document["edits"]) == COUNT


def test_bare_geoflow_names_the_killed_run_and_what_goes_on_with_it(root: Path) -> None:
    def bare(*words: str) -> str:
        command = [sys.executable, "-m", "geoflow", *words]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout

    assert "unfinished" not in bare()
    with model_server(*[good] * 3, hang(), hang()) as server:
        killed_in_call(root, server, 4)
        (run,) = (name.removesuffix(".jsonl") for name in journals(root))
        assert f"unfinished: the run {run}, 3 of {COUNT} findings done; goes on with: geoflow improve" in bare()
        (row,) = json.loads(bare("--json"))["unfinished"]
        assert (row["run"], row["done"], row["total"], row["pid"]) == (run, 3, COUNT, 0)
        process = start(root, server)
        while len(server.requests) < 5:
            time.sleep(0.01)
        assert f"at work: the run {run}, 3 of {COUNT} findings done, process {process.pid}" in bare()
        process.kill()
        process.communicate()
    git(root, "commit", "-q", "--allow-empty", "-m", "moved")
    assert "the commit has moved" in bare()


def test_a_second_run_is_told_who_is_at_work_also_in_a_linked_work_tree(tmp_path: Path, root: Path) -> None:
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    with model_server(always=hang()) as server:
        first = start(root, server)
        end = time.monotonic() + 60
        while not server.requests and time.monotonic() < end:
            time.sleep(0.01)
        for place in (root, tmp_path / "linked"):
            status, document, _ = finished(place, None)
            assert (status, document["code"]) == (3, "improve-at-work")
            assert f"process {first.pid} in {root}" in document["message"]
            assert f"kill {first.pid}" in document["fix"]
        # what only looks is kept out of nothing
        assert finished(root, None, "--dry-run")[0] == 1
        first.kill()
        first.communicate()
    assert finished(tmp_path / "linked", None)[1]["schema"] == "geoflow.improve/1"


def test_what_ends_the_first_run_is_what_was_typed(root: Path) -> None:
    with model_server(*[good] * 2, hang()) as server:
        first = start(root, server, "--json")
        end = time.monotonic() + 60
        while len(server.requests) < 3 and time.monotonic() < end:
            time.sleep(0.01)
        fix = finished(root, None)[1]["fix"]
        subprocess.run(fix.rpartition(": ")[2].split(), check=True)
        out, _ = first.communicate(timeout=60)
    assert first.returncode == 130
    assert len(json.loads(out)["edits"]) == 2
