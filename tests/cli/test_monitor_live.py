"""`geoflow monitor live`: a frame that fits, each part by itself, and a terminal that is as it was before."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.live_machine import GeoflowProcess, MachineNow, command_of
from geoflow.adapters.transcript_file import TranscriptFile
from geoflow.cli.app import app
from geoflow.cli.live_frame import CallsLately, Frame, LastRun, ModelNow
from geoflow.cli.live_page import lasted, page, size
from geoflow.metrics.snapshot import Quantity
from geoflow.metrics.trend import Trend
from geoflow.ports import Unfinished
from tests.workflow.monitoring import commit, fill, make_project

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MACHINE = MachineNow(97.0, 2, 3.5, 40.0, 16_000_000_000, 70.0, 35_000_000_000, 12_000_000)
NO_CALLS = {"llm.calls": 0, "llm.failed": 0, "llm.input_tokens": 0, "llm.output_tokens": 0}
PATIENCE = 60.0


def full(hostile: str = "") -> Frame:
    """Give a frame with more in every part than a small terminal has room for."""
    figures = {"llm.calls": 42, "llm.failed": 1, "llm.input_tokens": 1_234_567, "llm.output_tokens": 9_876}
    return Frame(
        NOW,
        f"/home/ada/kiln{hostile}",
        MACHINE,
        ModelNow(f"qwen2.5-coder{hostile}", "lm-studio", "127.0.0.1:1234", 8192),
        CallsLately(figures, 21.4),
        [GeoflowProcess(number, f"review{hostile}", "/home/ada/kiln", 754, 118_000_000) for number in range(9)],
        [Unfinished("20261127-110000-123abcd", "base", (), NOW, 12, 40, pid=4711)],
        [LastRun(f"run-{number}", NOW, 3, 1) for number in range(9)],
        "12dece6171",
        NOW - timedelta(minutes=5),
        [Trend("quality.findings", (3, 4, 5), Quantity(5, "{finding}"), 0)] * 9,
    )


def lines_of(frame: Frame, width: int, height: int) -> list[str]:
    return [line.plain for line in page(frame, width, height)]


@pytest.mark.parametrize(("width", "height"), [(80, 23), (40, 19), (24, 10), (12, 3), (200, 60)])
@pytest.mark.parametrize("hostile", ["", "\x1b[31m\n\t", "漢字" * 30])
def test_a_frame_fits_and_no_part_takes_all_the_room(width: int, height: int, hostile: str) -> None:
    from rich.cells import cell_len

    lines = lines_of(full(hostile), width, height)
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width
    assert not any("\x1b" in line or "\n" in line for line in lines)
    if height >= 19:
        starts = [line.split()[0] for line in lines]
        assert {"cpu", "memory", "disk", "model", "calls", "running", "last", "measures", "improve"} <= {*starts}
        assert sum("kept" in line for line in lines) >= 2


def test_the_figures_of_a_frame() -> None:
    text = "\n".join(lines_of(full(), 100, 0))
    for said in (
        "97 %, load 3.5 on 2",
        "40 % of 16.0 GB",
        "35.0 GB free, geoflow 12.0 MB",
        "qwen2.5-coder (lm-studio 127.0.0.1:1234), context 8192",
        "42 in the last hour, 1 failed, 21.4 tokens/s, 1234567 tokens in, 9876 out",
        "improve 12 of 40 findings, process 4711",
        "0 review            12 min 118.0 MB",
        "3 kept, 1 refused",
        "measures of 12dece6171, recorded 5 min ago",
        "+2!  ▁▅█",
    ):
        assert said in text


def test_what_cannot_be_told_is_said_or_left_out() -> None:
    bare = lines_of(Frame(NOW, "/kiln", model=ModelNow(why="nobody listens")), 80, 0)
    assert bare[1:] == [
        "model  none: nobody listens",
        "running: no other geoflow",
        "last runs of improve: none is kept",
        "measures: none; geoflow monitor backfill",
    ]
    assert "being asked" in lines_of(Frame(NOW, "/kiln"), 80, 0)[1]
    assert "0 in the last hour" in lines_of(Frame(NOW, "/kiln", calls=CallsLately(NO_CALLS, None)), 80, 0)[2]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (["/usr/bin/python3.11", "-m", "geoflow", "ask", "what is the password"], "ask"),
        (["/v/bin/python", "-P", "-m", "geoflow", "improve", "--budget", "5m"], "improve"),
        (["/v/bin/python", "/v/bin/geoflow", "monitor", "backfill", "--all"], "monitor backfill"),
        (["geoflow"], "state"),
        (["geoflow", "mcp", "--capability", "read"], "mcp"),
        (["/v/bin/python", "-P", "-m", "geoflow.adapters.embedded_server", "--model", "x"], "model server"),
        (["vim", "geoflow"], ""),
        (["grep", "-r", "x", "/src/geoflow"], ""),
        ([], ""),
    ],
)
def test_a_process_is_named_by_its_command_and_never_by_its_arguments(line: list[str], command: str) -> None:
    assert command_of(line) == command


def test_sizes_and_times_are_read_at_a_glance() -> None:
    assert [size(count) for count in (0, 999, 12_000, 3_400_000_000, 5e12)] == [
        "0 B",
        "999 B",
        "12 kB",
        "3.4 GB",
        "5.0 TB",
    ]
    assert [lasted(seconds) for seconds in (-1, 45, 754, 7200, 400_000)] == ["0 s", "45 s", "12 min", "2 h", "4 d"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_project(tmp_path / "p")
    commit(folder, 2)
    fill(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["monitor", "live", *arguments])


def call(**fields: Any) -> dict[str, Any]:
    return {"schema": "geoflow.call/1", "time": datetime.now(UTC).isoformat(), **fields}


def test_in_a_pipe_one_frame_is_printed_with_what_the_repository_has(project: Path) -> None:
    file = TranscriptFile(project / ".git/geoflow/transcript.jsonl", print)
    spoke = {"gen_ai.usage.output_tokens": 50, "geoflow.duration": 3.5, "gen_ai.response.time_to_first_chunk": 1.0}
    file.append(call(**spoke))
    file.append(call(**{"error.type": "model-timeout", "geoflow.duration": 9.0}))
    file.append(call(**spoke) | {"time": "2020-01-01T00:00:00+00:00"})
    done = run()
    assert (done.exit_code, done.stderr) == (0, "")
    assert "calls  2 in the last hour, 1 failed, 20.0 tokens/s" in done.stdout
    assert "model  none: " in done.stdout
    assert "size.requirements" in done.stdout
    document = json.loads(run("--json").stdout)
    assert (document["schema"], document["calls"]["llm.calls"]) == ("geoflow.live/1", 2)
    assert 0 < document["machine"]["memory"] < 100
    assert next(one["name"] for one in document["measures"]) == "size.requirements"
    assert "size.requirements" in run("--once", "--interval", "9").stdout


def test_a_server_that_answers_is_named_with_its_model_and_context(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.servers import model_server

    with model_server() as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        model = json.loads(run("--json").stdout)["model"]
    assert model["name"]
    assert (model["where"], model["why"]) == (server.base_url.split("/")[2], "")


class Terminal:
    """A terminal with `geoflow monitor live` on it."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process, self.master, self.shown = process, master, b""

    def until(self, is_so: Callable[[bytes], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so(self.shown):
            assert time.monotonic() < end, self.shown[-2000:]
            if select.select([self.master], [], [], 0.2)[0]:
                self.shown += os.read(self.master, 65536)

    def rest(self) -> bytes:
        """Wait for the end, and give all that was shown."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None or select.select([self.master], [], [], 0)[0]:
            assert time.monotonic() < end
            if select.select([self.master], [], [], 0.1)[0]:
                self.shown += os.read(self.master, 65536)
        return self.shown


@contextmanager
def on_a_terminal(root: Path, width: int, height: int, *options: str) -> Iterator[tuple[Terminal, int]]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    left_out = ("COLUMNS", "LINES", "NO_COLOR", "PYTHONIOENCODING")
    environment = {name: value for name, value in os.environ.items() if name not in left_out} | {"PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "geoflow", "monitor", "live", *options],
        cwd=root,
        env=environment | {"TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,  # noqa: PLW1509 (without a terminal of its own there is no Ctrl-C)
    )
    try:
        yield Terminal(process, master), slave
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)


def press(key: bytes) -> Callable[[Terminal], object]:
    return lambda terminal: os.write(terminal.master, key)


def kill(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize(
    ("end", "code"), [(press(b"q"), 0), (press(b"\x03"), 130), (kill, 130)], ids=["q", "Ctrl-C", "kill"]
)
def test_however_it_ends_the_terminal_is_as_before(end: Callable[[Terminal], object], code: int, project: Path) -> None:
    with on_a_terminal(project, 40, 20, "--interval", "0.2") as (terminal, slave):
        before = termios.tcgetattr(slave)
        terminal.until(lambda shown: shown.count(b"memory") >= 3)  # it is drawn again and again
        assert not termios.tcgetattr(slave)[3] & (termios.ECHO | termios.ICANON)
        assert "░".encode() in terminal.shown
        end(terminal)
        shown = terminal.rest()
        assert terminal.process.returncode == code, shown[-500:]
        assert termios.tcgetattr(slave) == before
        assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")  # the cursor is there again
        assert b"\x1b[?1049" not in shown
        assert b"Traceback" not in shown


def test_a_terminal_that_changes_its_size_gets_a_frame_of_that_size(project: Path) -> None:
    with on_a_terminal(project, 80, 24, "--interval", "0.2") as (terminal, slave):
        terminal.until(lambda shown: b"kB" in shown or b"geoflow 0 B" in shown)  # what a narrow one leaves out
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 40, 0, 0))
        terminal.until(lambda shown: b"\x1b[2J" in shown and shown.rpartition(b"\x1b[2J")[2].count(b"memory") >= 2)
        frame = terminal.shown.rpartition(b"\x1b[2J")[2].split(b"memory")[1]
        assert b"free" in frame
        assert b", geoflow" not in frame
        os.write(terminal.master, b"q")
        terminal.rest()
        assert terminal.process.returncode == 0
