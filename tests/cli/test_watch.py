"""Watching as a process: a save is told, the model looks when it is quiet, and a save ends its look."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from tests.builders import make_repo, requirement, spec, write_tree
from tests.servers import model_server

GATE = "openspec/specs/gate/spec.md"
FILES = {
    GATE: spec(requirement("Open", "The gate SHALL open within 2 s.")),
    "openspec/geoflow.yaml": "rules: {off: []}\n",
}
VAGUE = FILES[GATE].replace("within 2 s", "quickly")


class Watching:
    """A `geoflow watch --json` at work."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self, kind: str, timeout: float = 20.0) -> dict[str, Any]:
        """Give the next document of a kind; others before it are passed over."""
        end = time.monotonic() + timeout
        while True:
            document = json.loads(self._lines.get(timeout=max(0.01, end - time.monotonic())))
            assert document["schema"] == "geoflow.watch/1"
            if document["kind"] == kind:
                return dict(document)

    @property
    def is_silent(self) -> bool:
        """Tell whether nothing is waiting to be read."""
        return self._lines.empty()


@contextmanager
def watching(root: Path, *options: str, base_url: str = "none") -> Iterator[Watching]:
    command = [sys.executable, "-m", "geoflow", "watch", "--json", *options]
    environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": base_url}
    with subprocess.Popen(command, cwd=root, env=environment, stdout=-1, stderr=-1, text=True) as process:
        watched = Watching(process)
        try:
            watched.next("start")
            yield watched
        finally:
            process.kill()
            watched.reader.join(20)


def test_a_save_is_told_with_its_line_and_a_mended_one_as_gone(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", FILES)
    with watching(root, "--rules-only") as watched:
        write_tree(root, {GATE: VAGUE})
        told = watched.next("save")
        assert told["paths"] == [GATE]
        assert [(one["code"], one["id"]) for one in told["findings"]] == [("GF210", told["new"][0])]
        (root / GATE).read_text()
        write_tree(root, {GATE: VAGUE})  # the same again
        write_tree(root, {GATE: FILES[GATE]})
        told = watched.next("save")
        assert ([one["code"] for one in told["gone"]], told["new"]) == (["GF210"], [])
        time.sleep(0.5)
        assert watched.is_silent


def test_settings_that_are_saved_hold_at_once_and_broken_ones_leave_it_as_it_was(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", FILES | {GATE: VAGUE})
    with watching(root, "--rules-only") as watched:
        write_tree(root, {"openspec/geoflow.yaml": "rules: {off: [GF210]}\n"})
        assert [one["code"] for one in watched.next("save")["gone"]] == ["GF210"]
        write_tree(root, {"openspec/geoflow.yaml": "rules: [\n"})
        assert "geoflow.yaml:" in watched.next("note")["note"]
        write_tree(root, {GATE: VAGUE + "\n"})
        assert watched.next("save")["findings_in_all"] == 0


def test_ctrl_c_ends_it_with_130(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", FILES)
    with watching(root, "--rules-only") as watched:
        watched.process.send_signal(signal.SIGINT)
        assert watched.process.wait(20) == 130
        assert watched.process.stderr
        assert "Traceback" not in watched.process.stderr.read()


def _objects(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"quote": "SHALL open", "testable": False, "why": "Nobody can test it."}


def test_the_model_looks_at_what_changed_once_it_is_quiet(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", FILES | {"openspec/specs/lock/spec.md": FILES[GATE]})
    with model_server(always=_objects) as server, watching(root, base_url=server.base_url) as watched:
        time.sleep(0.3)
        assert not server.requests
        write_tree(root, {GATE: VAGUE})
        watched.next("save")
        told = watched.next("model")
        assert told["looked_at"] == 1
        assert [(one["code"], one["path"]) for one in told["findings"]] == [("GF501", GATE)]


def test_a_save_ends_the_look_of_the_model_and_does_not_wait_for_it(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", FILES)
    asked, answer = threading.Event(), threading.Event()

    def slow(body: Mapping[str, Any]) -> dict[str, Any]:
        asked.set()
        answer.wait(30)
        return _objects(body)

    with model_server(always=slow) as server, watching(root, base_url=server.base_url) as watched:
        write_tree(root, {GATE: VAGUE})
        watched.next("save")
        assert asked.wait(20)
        write_tree(root, {GATE: FILES[GATE]})
        assert [one["code"] for one in watched.next("save")["gone"]] == ["GF210"]
        assert not answer.is_set()
        answer.set()


def test_without_a_model_rules_look_and_it_is_said(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", FILES)
    with watching(root) as watched:
        watched.process.send_signal(signal.SIGINT)
        watched.process.wait(20)
        assert watched.process.stderr
        assert "Only rules look at it." in watched.process.stderr.read()


def test_without_openspec_the_failure_is_one_document_with_a_fix(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "geoflow", "watch", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    document = json.loads(done.stdout)
    assert (done.returncode, document["code"]) == (3, "no-openspec")
    assert document["fix"]


@pytest.mark.parametrize("arguments", [("--budget", "soon"), ("--budget", "")])
def test_a_budget_that_cannot_be_read_ends_it_at_once(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    root = make_repo(tmp_path / "repo", FILES)
    command = [sys.executable, "-m", "geoflow", "watch", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
