import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil  # noqa: TID253
import pytest

from geoflow.adapters import embedded_engine
from geoflow.adapters.embedded import EmbeddedChat, EmbeddedServer
from geoflow.adapters.embedded_state import ServerState, is_alive, read_state, state_file, write_state
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
from tests.fakes import SilentProgress

SCHEMA = {
    "type": "object",
    "properties": {"quote": {"type": "string"}, "vague": {"type": "boolean"}},
    "required": ["quote", "vague"],
    "additionalProperties": False,
}
QUESTION = ChatRequest(
    "test/1", (Message("system", "You judge requirements."), Message("user", "The system SHALL be fast.")), SCHEMA, 60
)

START_AND_DIE = """
import os, signal, sys
from pathlib import Path

from geoflow.adapters.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), "test", Path(sys.argv[2]), idle=float(sys.argv[3]))
if sys.argv[4] == "early":
    EmbeddedServer._wait = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
server.ensure(None)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def own_server(embedded_model: EmbeddedChat, tmp_path: Path) -> "EmbeddedServer":
    """A server beside the session's own, to be killed and starved."""
    return replace(embedded_model.server, folder=tmp_path / "state", idle=60)


def starter(server: EmbeddedServer, idle: float, when: str) -> subprocess.Popen[bytes]:
    arguments = [str(server.model_file), str(server.folder), str(idle), when]
    return subprocess.Popen([sys.executable, "-c", START_AND_DIE, *arguments])


def wait_until_gone(pid: int, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.model
def test_the_real_model_fills_a_form_and_the_second_call_is_served_from_the_cache(
    embedded_model: EmbeddedChat,
) -> None:
    reply = embedded_model.complete(QUESTION)
    assert reply.value is not None
    assert set(reply.value) == {"quote", "vague"}
    assert reply.model == embedded_model.name
    assert reply.usage.prompt > 10
    assert reply.usage.completion > 3
    again = embedded_model.complete(QUESTION)
    assert (again.usage.cached or 0) > 10


@pytest.mark.model
def test_the_context_of_the_real_model_is_told_apart(embedded_model: EmbeddedChat) -> None:
    long = replace(QUESTION, messages=(Message("user", "word " * 9000),))
    with pytest.raises(GeoflowError) as caught:
        embedded_model.complete(long)
    assert caught.value.code == "model-context-exceeded"


@pytest.mark.model
def test_the_state_is_for_this_user_only_and_the_key_is_in_no_log(embedded_model: EmbeddedChat) -> None:
    server = embedded_model.server
    state = server.ensure(SilentProgress())
    assert server.state_file.stat().st_mode & 0o777 == 0o600
    assert server.log_file.stat().st_mode & 0o777 == 0o600
    assert state.api_key not in server.log_file.read_text(errors="replace")
    assert state.api_key not in repr(state)
    assert state.api_key not in " ".join(psutil.Process(state.pid).cmdline())
    assert state.base_url.startswith("http://127.0.0.1:")


@pytest.mark.model
def test_ctrl_c_in_a_terminal_does_not_reach_the_server(embedded_model: EmbeddedChat) -> None:
    state = embedded_model.server.ensure(SilentProgress())
    assert os.getsid(state.pid) == state.pid


@pytest.mark.model
def test_commands_that_start_together_share_one_server(own_server: EmbeddedServer) -> None:
    states: list[ServerState] = []
    threads = [threading.Thread(target=lambda: states.append(own_server.ensure(SilentProgress()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(states) == 4
    assert len({state.pid for state in states}) == 1
    assert own_server.stop()
    assert own_server.running() is None


@pytest.mark.model
@pytest.mark.parametrize("when", ["early", "ready"])
def test_a_killed_starter_leaves_a_server_that_ends_when_it_was_idle(own_server: EmbeddedServer, when: str) -> None:
    assert starter(own_server, 3, when).wait(120) == -signal.SIGKILL
    if when == "early":  # the next command takes over the server that is just starting
        while read_state(own_server.state_file) is None:
            time.sleep(0.05)
        own_server.ensure(SilentProgress())
    state = own_server.running()
    assert state is not None
    assert wait_until_gone(state.pid)
    assert read_state(own_server.state_file) is None


@pytest.mark.model
def test_a_server_ends_when_its_state_is_taken_away(own_server: EmbeddedServer) -> None:
    state = own_server.ensure(SilentProgress())
    own_server.state_file.unlink()
    assert wait_until_gone(state.pid)


@pytest.mark.model
def test_a_server_that_was_killed_is_started_anew_within_a_call(own_server: EmbeddedServer, tmp_path: Path) -> None:
    limits = {"first_token_timeout": 300.0, "timeout": 600.0}
    chat = EmbeddedChat(own_server, **limits, replies=tmp_path, progress=SilentProgress())
    assert chat.complete(QUESTION).value is not None
    state = own_server.running()
    assert state is not None
    os.kill(state.pid, signal.SIGKILL)
    assert chat.complete(QUESTION).value is not None
    assert own_server.stop()


@pytest.mark.model
def test_a_model_file_that_is_none_is_a_start_that_failed(own_server: EmbeddedServer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and nothing else")
    server = replace(own_server, model_file=broken)
    with pytest.raises(GeoflowError) as caught:
        server.ensure(SilentProgress())
    assert caught.value.code == "model-start-failed"
    assert str(server.log_file) in caught.value.fix


def test_a_stale_state_is_nobodys(tmp_path: Path) -> None:
    file = state_file(tmp_path, tmp_path / "model.gguf")
    started = psutil.Process().create_time()
    write_state(file, ServerState(os.getpid(), started, "m", "http://127.0.0.1:1/v1", "key"))
    state = read_state(file)
    assert state is not None
    assert not is_alive(state)  # this very process is alive, but it is no server
    assert not is_alive(replace(state, created=started - 100))
    server = EmbeddedServer(tmp_path / "model.gguf", "m", tmp_path)
    assert server.running() is None
    assert not server.stop()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1, "other": 2}', "\x00"])
def test_a_broken_state_file_is_no_state(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    assert read_state(file) is None


def test_a_missing_model_file_is_an_error_with_the_command_that_gets_it(tmp_path: Path) -> None:
    if not embedded_engine.is_installed():
        pytest.skip("the embedded engine is not installed")
    with pytest.raises(GeoflowError) as caught:
        EmbeddedServer(tmp_path / "none.gguf", "m", tmp_path).ensure(SilentProgress())
    assert (caught.value.code, caught.value.fix) == ("model-file-missing", "Type: geoflow model pull")


def test_an_old_processor_is_told_before_anything_is_started(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nflags\t\t: fpu sse2 avx f16c\n")
    with pytest.raises(GeoflowError, match="avx2, fma") as caught:
        embedded_engine._require_cpu(cpuinfo, "x86_64")
    assert caught.value.code == "cpu-unsupported"
    embedded_engine._require_cpu(cpuinfo, "aarch64")
    cpuinfo.write_text("flags : avx2 fma f16c\n")
    embedded_engine._require_cpu(cpuinfo, "x86_64")


def test_a_missing_openmp_library_is_told() -> None:
    with pytest.raises(GeoflowError, match=r"libnothing\.so\.9") as caught:
        embedded_engine._require_openmp("libnothing.so.9")
    assert caught.value.code == "openmp-missing"


@pytest.mark.parametrize(
    ("platform", "code"),
    [
        (("linux", "x86_64", "glibc"), "engine-missing"),
        (("linux", "x86_64", ""), "engine-unsupported"),
        (("linux", "riscv64", "glibc"), "engine-unsupported"),
        (("freebsd14", "amd64", ""), "engine-unsupported"),
        (("darwin", "arm64", ""), "engine-missing"),
    ],
)
def test_a_platform_without_a_package_is_told_apart(platform: tuple[str, str, str], code: str) -> None:
    error = embedded_engine._missing(*platform)
    assert error.code == code
    assert error.fix
