"""The embedded model, seen from a command: one server for all commands of a user, started when first needed."""

import http.client
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from geoflow.adapters.chat_errors import ModelError, budget_spent
from geoflow.adapters.embedded_engine import require_engine
from geoflow.adapters.embedded_state import MODULE, ServerState, is_alive, lock_file, read_state, state_file
from geoflow.adapters.folders import prompts_folder
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat
from geoflow.adapters.prompt_cache import PromptCache
from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest, Progress

CONTEXT_TOKENS = 8192
_START_SECONDS = 300.0  # a cold disk and a busy machine; usually three
_HEALTH_SECONDS = 10.0
_children: list["subprocess.Popen[bytes]"] = []  # kept, so that they are reaped and never waited for


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """The one server of a model file.

    `folder` holds its state, lock and log; `idle` is the number of seconds without work after which it ends itself;
    `prompts` holds what it has read of prompts.
    """

    model_file: Path
    alias: str
    folder: Path
    idle: float = 1800.0
    prompts: Path = field(default_factory=prompts_folder)

    @property
    def state_file(self) -> Path:
        """Name the file that says where the server is."""
        return state_file(self.folder, self.model_file)

    @property
    def log_file(self) -> Path:
        """Name the server's log."""
        return self.state_file.with_suffix(".log")

    def running(self) -> ServerState | None:
        """Give the state of the server if it runs and is ready."""
        state = read_state(self.state_file)
        return state if state and state.base_url and is_alive(state) else None

    def ensure(self, progress: Progress, deadline: float | None = None) -> ServerState:
        """Give a server that answers, started if need be; commands that ask at the same time get the same one.

        A server that is not ready at `deadline` (of the monotonic clock) goes on loading for whoever comes next.

        Raises:
            GeoflowError: What `require_engine` says, `model-file-missing`, `model-start-failed`, or `budget-spent`.
        """
        from filelock import FileLock, Timeout

        require_engine()
        if not self.model_file.is_file():
            raise GeoflowError(
                f"there is no model file {self.model_file}", fix="Type: geoflow model pull", code="model-file-missing"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            left = _START_SECONDS if deadline is None else max(deadline - time.monotonic(), 0.0)
            with FileLock(lock_file(self.state_file), timeout=min(left, _START_SECONDS)):
                return self._found(deadline) or self._start(progress, deadline)
        except Timeout:
            if deadline is not None and time.monotonic() >= deadline:
                raise budget_spent() from None
            raise self._failed("another command has been starting it for minutes") from None
        except OSError as error:
            raise self._failed(f"{error.filename or self.folder}: {error.strerror}") from error

    def stop(self) -> bool:
        """End the server if it runs; whether it did."""
        return _stop(self.state_file)

    def _found(self, deadline: float | None) -> ServerState | None:
        state = read_state(self.state_file)
        if state is None or not is_alive(state):
            return None
        if not state.base_url:  # started by a command that has been killed since
            return self._wait(state.pid, None, deadline)
        self.touch()
        if _is_healthy(state.base_url):
            return state
        self.stop()
        return None

    def touch(self) -> None:
        """Tell the server that it is still wanted."""
        with suppress(OSError):
            os.utime(self.state_file)

    def _start(self, progress: Progress, deadline: float | None) -> ServerState:
        self.state_file.unlink(missing_ok=True)
        options = ["--model", str(self.model_file), "--alias", self.alias, "--state", str(self.state_file)]
        limits = ["--context", str(CONTEXT_TOKENS), "--idle", str(self.idle), "--prompts", str(self.prompts)]
        log = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE, *options, *limits],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # neither Ctrl-C nor the end of the terminal reaches it
                creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
            )
        finally:
            os.close(log)
        _children.append(child)
        return self._wait(child.pid, progress, deadline)

    def _wait(self, pid: int, progress: Progress | None, deadline: float | None) -> ServerState:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            state = read_state(self.state_file)
            if state and state.pid == pid and state.base_url:
                return state
            if not _exists(pid):
                raise self._failed("it ended while it was starting")
            if deadline is not None and time.monotonic() >= deadline:
                raise budget_spent()
            if progress:
                progress.update(f"loading {self.alias}", 0, 1)
            time.sleep(0.05)
        raise self._failed(f"it was not ready within {_START_SECONDS:.0f} s")

    def _failed(self, reason: str) -> GeoflowError:
        return GeoflowError(
            f"the embedded model {self.alias} could not be started: {reason}",
            fix=f"Look into {self.log_file}; free memory (the model needs about twice its file size) and try again.",
            code="model-start-failed",
        )


class EmbeddedChat:
    """The `ChatModel` port on the embedded server, which is started at the first call.

    Args:
        server: Where it is.
        first_token_timeout: Seconds until the first token of a call.
        timeout: Seconds for a whole request.
        replies: Folder for replies that could not be used.
        progress: Shows that the model is being loaded.
    """

    backend = "embedded"
    context_tokens = CONTEXT_TOKENS

    def __init__(
        self, server: EmbeddedServer, *, first_token_timeout: float, timeout: float, replies: Path, progress: Progress
    ) -> None:
        self.server = server
        self.name = server.alias
        self._limits = {"first_token_timeout": first_token_timeout, "timeout": timeout}
        self._replies = replies
        self._progress = progress
        self._lock = threading.Lock()
        self._chat: OpenAIChat | None = None
        self._prompts: PromptCache | None = None

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request; a server that went away meanwhile is started anew, once."""
        chat, prompts = self._connected(None, request.deadline)
        try:
            return _complete(chat, prompts, request)
        except ModelError as error:
            if error.code != "model-unreachable":
                raise
        return _complete(*self._connected(chat, request.deadline), request)

    def _connected(self, broken: OpenAIChat | None, deadline: float | None) -> tuple[OpenAIChat, PromptCache]:
        with self._lock:
            if self._chat is None or self._prompts is None or self._chat is broken:
                state = self.server.ensure(self._progress, deadline)
                self._prompts = PromptCache(self.server.prompts, state, self.server.model_file, self.context_tokens)
                endpoint = Endpoint(state.base_url, self.name, self.backend, self.context_tokens, state.api_key)
                self._chat = OpenAIChat(endpoint, **self._limits, replies=self._replies)
            else:
                self.server.touch()
            return self._chat, self._prompts


def _complete(chat: OpenAIChat, prompts: PromptCache, request: ChatRequest) -> ChatReply:
    key = prompts.before(request)
    reply = chat.complete(request)
    prompts.after(key, request, reply)
    return reply


def stop_all(folder: Path) -> list[str]:
    """End every server whose state lies in a folder; the names of their models."""
    states = {file: read_state(file) for file in sorted(folder.glob("*.json"))}
    return [state.model for file, state in states.items() if state and _stop(file)]


def _stop(file: Path) -> bool:
    import psutil

    state = read_state(file)
    if state is None or not is_alive(state):
        return False
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(state.pid)
        process.terminate()
        try:
            process.wait(5)
        except psutil.TimeoutExpired:
            process.kill()
    if read_state(file) == state:
        file.unlink(missing_ok=True)
    return True


def _is_healthy(base_url: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=_HEALTH_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _exists(pid: int) -> bool:
    import psutil

    for child in _children:
        if child.pid == pid:
            return child.poll() is None
    return bool(psutil.pid_exists(pid))
