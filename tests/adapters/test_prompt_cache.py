"""Prompts kept on disk: against a server of the test's own that speaks the engine's two actions, and the real one."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geoflow.adapters.embedded import EmbeddedChat
from geoflow.adapters.embedded_state import UNLOAD_SECONDS, ServerState
from geoflow.adapters.prompt_cache import PromptCache
from geoflow.ports import ChatReply, ChatRequest, Message, Usage
from tests.fakes import SilentProgress

FORM = {"type": "object", "properties": {"good": {"type": "boolean"}}, "required": ["good"]}
SYSTEM = "You are a careful tester of kilns and glazes. " * 20


class Slots(ThreadingHTTPServer):
    """Saves and restores as the engine does: files in a folder; `status` other than 200 is a refusal."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(("127.0.0.1", 0), Slot)
        self.folder, self.size, self.status = folder, size, 200
        self.done: list[tuple[str, str]] = []
        self.keys: list[str] = []


class Slot(BaseHTTPRequestHandler):
    server: Slots

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = self.path.removeprefix("/slots/0?action=")
        self.server.keys.append(self.headers["Authorization"])
        self.server.done.append((action, body["filename"]))
        if action == "save" and self.server.status == 200:
            (self.server.folder / body["filename"]).write_bytes(b"x" * self.server.size)
        self.send_response(self.server.status)
        self.end_headers()


@contextmanager
def slots(folder: Path, size: int = 1000) -> Iterator[Slots]:
    server = Slots(folder, size)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cache(server: Slots, pid: int = 1, largest: int = 10_000) -> PromptCache:
    model = server.folder / "model.gguf"
    if not model.exists():
        model.write_bytes(b"weights")
    state = ServerState(pid, 5.0, "m", f"http://127.0.0.1:{server.server_port}/v1", "the-key")
    return PromptCache(server.folder, state, model, 8192, largest)


def call(kept: PromptCache, system: str = SYSTEM, cached: int | None = 0) -> None:
    request = ChatRequest("test/1", (Message("system", system), Message("user", "Is it good?")))
    key = kept.before(request)
    writing = kept.after(key, request, ChatReply("yes", None, "m", Usage(300, 5, cached)))
    if writing:
        writing.join()


def actions(server: Slots) -> list[str]:
    return [action for action, _ in server.done]


def test_a_prompt_is_saved_once_and_restored_by_the_next_server(tmp_path: Path) -> None:
    with slots(tmp_path) as server:
        call(cache(server, pid=1))
        call(cache(server, pid=1), cached=250)
        assert actions(server) == ["save"]
        call(cache(server, pid=2), cached=250)
        call(cache(server, pid=2), cached=250)
        assert actions(server) == ["save", "restore"]
        assert len({name for _, name in server.done}) == 1
        assert set(server.keys) == {"Bearer the-key"}


def test_what_a_restore_pushed_out_of_the_slot_is_restored_again(tmp_path: Path) -> None:
    other = SYSTEM.replace("kilns", "lamps")
    with slots(tmp_path) as server:
        for system in (SYSTEM, other):
            call(cache(server, pid=1), system)
        server.done.clear()
        for system in (SYSTEM, other, SYSTEM, SYSTEM):
            call(cache(server, pid=2), system, cached=250)
        assert actions(server) == ["restore"] * 3


def test_another_model_context_or_text_has_a_file_of_its_own(tmp_path: Path) -> None:
    with slots(tmp_path) as server:
        kept = cache(server)
        call(kept)
        call(kept, SYSTEM + "Say why.")
        call(replace(kept, context_tokens=4096))
        kept.model_file.write_bytes(b"others!")
        call(kept)
        assert actions(server) == ["save"] * 4
        assert len({name for _, name in server.done}) == 4


def test_a_server_that_gave_its_memory_back_has_read_nothing(tmp_path: Path) -> None:
    with slots(tmp_path) as server:
        call(cache(server))
        for note in tmp_path.glob("*.json"):
            os.utime(note, (time.time() - UNLOAD_SECONDS,) * 2)
        call(cache(server), cached=250)
        assert actions(server) == ["save", "restore"]


def test_a_file_that_was_of_no_use_is_written_anew(tmp_path: Path) -> None:
    with slots(tmp_path) as server:
        call(cache(server, pid=1))
        call(cache(server, pid=2), cached=3)
        assert actions(server) == ["save", "restore", "save"]


def test_what_was_not_used_for_longest_goes_when_there_is_too_much(tmp_path: Path) -> None:
    with slots(tmp_path, size=4000) as server:
        for number in range(4):
            call(cache(server), f"{number} {SYSTEM}")
            for file in tmp_path.glob("*.slot"):
                os.utime(file, (file.stat().st_mtime - 10,) * 2)
        names = [name for _, name in server.done]
        assert sorted(file.name for file in tmp_path.glob("*.slot")) == sorted(names[2:])


@pytest.mark.parametrize("status", [400, 401, 501])
def test_a_server_that_refuses_costs_nothing_but_the_time(tmp_path: Path, status: int) -> None:
    with slots(tmp_path) as server:
        call(cache(server, pid=1))
        server.status = status
        call(cache(server, pid=2))
        assert bool(list(tmp_path.glob("*.slot"))) == (status != 400)  # a torn file goes, others stay


def test_a_short_prompt_is_not_kept_and_a_missing_server_is_no_failure(tmp_path: Path) -> None:
    with slots(tmp_path) as server:
        kept = cache(server)
        call(kept, "You are a tester.")
        assert server.done == []
    call(kept)


@pytest.mark.model
def test_the_real_engine_goes_on_after_a_restart_where_it_was(embedded_model: EmbeddedChat, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    server = replace(embedded_model.server, folder=tmp_path / "state", idle=60, prompts=prompts)
    cached = []
    for question in ("The lamp SHALL glow.", "The door SHALL open within 3 s."):
        chat = EmbeddedChat(server, first_token_timeout=300, timeout=600, replies=tmp_path, progress=SilentProgress())
        reply = chat.complete(
            ChatRequest("test/1", (Message("system", SYSTEM[:600]), Message("user", question)), FORM, 20)
        )
        for thread in threading.enumerate():
            if thread.name == "prompt-cache":
                thread.join()
        cached.append(reply.usage.cached or 0)
        assert server.stop()
    assert cached[0] < 20
    assert cached[1] > 100
    assert prompts.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in prompts.glob("*.slot")] == [0o600]
