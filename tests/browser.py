"""Headless Chromium, spoken to over a pipe in its own protocol: what a page asks for, complains of, and looks like."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions", "--no-proxy-server"),
    *("--disable-features=Translate,OptimizationHints,MediaRouter", "--mute-audio", "--hide-scrollbars"),
)


class Browser:
    """A running browser. Each page that is opened is a tab of its own.

    Args:
        profile: The folder for what the browser keeps.
    """

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM
        reads, self._to = os.pipe()
        self._from, writes = os.pipe()
        # Out of the way of 3 and 4, whatever the test has open.
        into, out = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (reads, writes))
        # The browser reads commands from descriptor 3 and answers on 4, each message ended by a NUL.
        command = f'exec "$0" "$@" 3<&{into} 4>&{out} {into}<&- {out}>&-'
        self._process = subprocess.Popen(
            ["bash", "-c", command, CHROMIUM, "--remote-debugging-pipe", f"--user-data-dir={profile}", *_OPTIONS],
            pass_fds=(into, out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in (reads, writes, into, out):
            os.close(one)
        self._rest = b""
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send a command; its result. Events that come in between are kept."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        message |= {"sessionId": session} if session else {}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._last:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result
            self.events.append(found)

    def wait_for(self, method: str, session: str) -> dict[str, Any]:
        """Wait for an event; also one that has come already."""
        for event in self.events:
            if event.get("method") == method and event.get("sessionId") == session:
                self.events.remove(event)
                return event
        while True:
            event = self._next()
            if event.get("method") == method and event.get("sessionId") == session:
                return event
            self.events.append(event)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


class Page:
    """A page in a window of some width, in light or dark.

    Args:
        browser: Where it is opened.
        url: Its address.
        width: Of the window, in pixels.
        scheme: `light` or `dark`.
    """

    def __init__(self, browser: Browser, url: str, width: int, scheme: str = "light") -> None:
        self._browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 500)
        self.ask("Page.navigate", url=url)
        browser.wait_for("Page.loadEventFired", self._session)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command about this page."""
        return self._browser.ask(method, self._session, **parameters)

    def value(self, expression: str) -> Any:
        """Evaluate an expression in the page, a promise when it is kept."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def complaints(self) -> list[str]:
        """Give what the page has put on the console, and what the browser has logged of it."""
        self.value("1")  # whatever came before has come by then
        names = {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}
        return [json.dumps(one["params"]) for one in self._own() if one["method"] in names]

    def requests(self) -> list[str]:
        """Give the addresses that the page has asked for."""
        return [one["params"]["request"]["url"] for one in self._own() if one["method"] == "Network.requestWillBeSent"]

    def picture(self, file: Path, clip: dict[str, float] | None = None) -> None:
        """Write what the whole page looks like, or a part of it, as a PNG."""
        found = self.ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip or self._all())
        file.write_bytes(base64.b64decode(found["data"]))

    def _all(self) -> dict[str, float]:
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16_000), "scale": 1}

    def _own(self) -> list[dict[str, Any]]:
        return [one for one in self._browser.events if one.get("sessionId") == self._session]


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Start the browser, or skip the test."""
    if not CHROMIUM:
        pytest.skip("no browser looked at the page: Chromium is not installed (apt-get install chromium)")
    with Browser(folder / "profile") as browser:
        yield browser
