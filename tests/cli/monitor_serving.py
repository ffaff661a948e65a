"""`geoflow monitor serve` as a process, and clients of it: one request, a stream of events, and fifty at once."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, NamedTuple

PATIENCE = 30.0  # seconds, on a busy machine
TOKEN = "a-token-of-the-user-0123456789"  # noqa: S105 - opens nothing else
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NO_MODEL = {"GEOFLOW_LLM__BASE_URL": "none"}


class Serving:
    """A server's process, after it has said where it is."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self.process = process
        text = ""
        while not text.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            text += line
        self.told: dict[str, Any] = json.loads(text)
        self.port = int(self.told["url"].rpartition(":")[2])

    def connect(self, path: str, headers: dict[str, str] | None = None) -> tuple[HTTPConnection, HTTPResponse]:
        """Send a GET, with the token unless other headers are given; whoever gets the connection closes it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers=BEARER if headers is None else headers)
        return connection, connection.getresponse()

    def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Send a GET; status, type of content, text."""
        connection, response = self.connect(path, headers)
        found = response.status, str(response.getheader("content-type")), response.read().decode()
        connection.close()
        return found

    def answer(self, path: str, status: int = 200) -> dict[str, Any]:
        """Send a GET that is answered with a document."""
        found, kind, text = self.ask(path)
        assert (found, kind) == (status, "application/json"), text
        document: dict[str, Any] = json.loads(text)
        assert document["schema"].startswith("geoflow.")
        return document

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; the exit code, and all that was told on stderr."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        assert self.process.stderr
        return code, self.process.stderr.read()

    def memory(self) -> int:
        """Give the bytes that the process holds."""
        import psutil

        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Serving]:
    """Start a server in the folder where the test works."""
    command = [sys.executable, "-m", "geoflow", "monitor", "serve", "--port", "0", "--json", *arguments]
    around = {**os.environ, **NO_MODEL, "GEOFLOW_MONITOR__TOKEN": TOKEN, **environment}
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=around, **given) as process:  # type: ignore[call-overload]
        try:
            yield Serving(process)
        finally:
            process.kill()


class Stream:
    """A stream of events."""

    def __init__(self, server: Serving) -> None:
        self._connection, self.response = server.connect("/events")

    def next_version(self) -> str:
        """Wait for the next version; empty where the stream has ended."""
        while line := self.response.readline().decode():
            if line.startswith("data: "):
                return str(json.loads(line.removeprefix("data: ")))
        return ""

    def close(self) -> None:
        """End it, as a browser does that goes elsewhere."""
        self._connection.close()


class Storm(NamedTuple):
    """What many clients saw: answers by path, failures, versions by stream, seconds, and bytes that the server held."""

    answers: Counter[str]
    failures: list[str]
    versions: list[int]
    seconds: float
    held: list[int]


PATHS = ("/", "/metrics", "/health", "/api/measures", "/api/history?limit=20", "/api/snapshots?limit=5", "/api/runs")


def storm(server: Serving, clients: int, seconds: float, between: Callable[[], None]) -> Storm:
    """Have clients ask for everything, a fifth of them listen, and `between` change something now and then."""
    answers: Counter[str] = Counter()
    failures: list[str] = []
    versions: list[int] = []
    until = time.monotonic() + seconds
    lock = threading.Lock()

    def asks(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            path = PATHS[turn % len(PATHS)]
            turn += 1
            try:
                status, _, text = server.ask(path)
                with lock:
                    answers[path] += 1
                    if status != 200 or not text:
                        failures.append(f"{path}: {status}")
            except (OSError, HTTPException) as error:
                with lock:
                    failures.append(f"{path}: {error!r}")

    def listens() -> None:
        stream, seen = Stream(server), 0
        while time.monotonic() < until and stream.next_version():
            seen += 1
        versions.append(seen)
        stream.close()

    threads = [threading.Thread(target=listens) for _ in range(clients // 5)]
    threads += [threading.Thread(target=asks, args=(number,)) for number in range(clients - len(threads))]
    begin, held = time.monotonic(), []
    for thread in threads:
        thread.start()
    while time.monotonic() < until:
        between()
        held.append(server.memory())
        until_next = threading.Event()
        until_next.wait(min(0.5, max(0.0, until - time.monotonic())))
    between()  # listeners wait for one more event, and then see that it is over
    for thread in threads:
        thread.join(PATIENCE)
    held.append(server.memory())
    return Storm(answers, failures, versions, time.monotonic() - begin, held)
