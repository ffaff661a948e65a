"""Fifty clients of `geoflow monitor serve` for half a minute: every answer right, memory flat, and a clean end."""

import signal
import sys
from pathlib import Path

import pytest

from tests.cli.monitor_serving import Stream, serving, storm
from tests.workflow.monitoring import commit, fill, make_project, record

pytestmark = pytest.mark.long
CLIENTS, SECONDS = 50, 30.0
ROOM = 24 * 2**20
"""Bytes that memory may grow by once all clients are there: what a leak of a kilobyte a request would be far beyond."""


def test_half_a_minute_of_fifty_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = make_project(tmp_path / "p")
    for number in range(2, 40):
        commit(project, number)
    fill(project)
    monkeypatch.chdir(project)
    numbers = iter(range(1, 10_000))

    def changes() -> None:
        commit(project, 40 + next(numbers) % 30)
        record(project)

    with serving() as server:
        storm(server, CLIENTS, 5.0, changes)  # caches are full then
        found = storm(server, CLIENTS, SECONDS, changes)
        streams = [Stream(server) for _ in range(10)]
        code, told = server.end(signal.SIGTERM)
        for one in streams:
            one.close()
    answers = sum(found.answers.values())
    held = [one // 2**20 for one in found.held]
    figures = (
        f"\n{answers} answers in {found.seconds:.1f} s, {answers / found.seconds:.0f} a second, "
        f"{sum(found.versions)} events; memory at first {held[0]} MiB, most {max(held)}, at last {held[-1]}\n"
    )
    with capsys.disabled():
        sys.stdout.write(figures)
    assert found.failures == []
    assert all(found.versions)
    assert max(found.held[len(found.held) // 2 :]) - found.held[0] < ROOM
    assert (code, "Traceback" in told) == (0, False)
