"""LM Studio's own manners: copies of a model, loading on demand, unloading midway, its lists and its token."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.backends import Surroundings, open_model
from geoflow.adapters.discovery import FoundServer, ServedModel, find_server
from geoflow.adapters.in_threads import in_threads
from geoflow.adapters.model_manifest import Manifest
from geoflow.adapters.model_store import ModelStore
from geoflow.adapters.settings_file import read_settings
from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatRequest, Message
from geoflow.settings import ModelSettings
from tests import servers
from tests.fakes import SilentProgress
from tests.servers import ModelServer, model_server

ASK = ChatRequest("test/1", (Message("user", "?"),), max_tokens=16)


def opened(tmp_path: Path, server: ModelServer, **settings: Any) -> ChatModel:
    store = ModelStore(tmp_path / "models", Manifest("tiny", ()), ())
    around = Surroundings(server.base_url, store, tmp_path / "embedded", tmp_path / "replies")
    return open_model(ModelSettings(**settings), SilentProgress(), around)


def found(server: ModelServer) -> FoundServer:
    seen = find_server(server.base_url, "", 2.0)
    assert seen is not None
    return seen


def native_list(*models: Mapping[str, Any]) -> servers.Misbehaviour:
    """Answer every list with these models, as the native API does."""

    def act(handler: servers.Handler) -> None:
        greeting = handler.path == "/lmstudio-greeting"
        handler.send_json(200, {"lmstudio": True} if greeting else {"models": models, "data": []})

    return servers.Misbehaviour(act)


def copies(key: str, **contexts: int) -> dict[str, Any]:
    instances = [{"id": name, "config": {"context_length": size}} for name, size in contexts.items()]
    return {"type": "llm", "key": key, "loaded_instances": instances}


def test_each_loaded_copy_of_a_model_is_listed() -> None:
    both = copies("qwen3-8b", **{"qwen3-8b": 8192, "qwen3-8b:2": 4096})
    with model_server(listing=native_list(both, copies("gemma-3"))) as server:
        seen = found(server)
    assert seen.models == (
        ServedModel("qwen3-8b", loaded=True, context_tokens=8192, key="qwen3-8b"),
        ServedModel("qwen3-8b:2", loaded=True, context_tokens=4096, key="qwen3-8b"),
        ServedModel("gemma-3", loaded=False, context_tokens=0, key="gemma-3"),
    )


@pytest.mark.parametrize(
    ("loaded", "wanted", "asked"),
    [
        ({"qwen3-8b:2": 4096}, "qwen3-8b", "qwen3-8b:2"),  # the first copy was unloaded
        ({"qwen3-8b": 4096, "qwen3-8b:2": 4096}, "qwen3-8b:2", "qwen3-8b:2"),
        ({"qwen3-8b": 4096}, "qwen3-8b:2", "qwen3-8b"),  # the second one was
        ({}, "qwen3-8b:2", "qwen3-8b"),
        ({"my-own-name": 4096}, "qwen3-8b", "my-own-name"),  # lms load --identifier
    ],
)
def test_a_model_is_asked_by_the_name_of_its_loaded_copy(
    tmp_path: Path, loaded: dict[str, int], wanted: str, asked: str
) -> None:
    with model_server("yes", listing=native_list(copies("qwen3-8b", **loaded), copies("gemma-3"))) as server:
        assert opened(tmp_path, server, model=wanted).complete(ASK).text == "yes"
    assert server.requests[0]["model"] == asked


@pytest.mark.parametrize("native", ["v1", "v0"])
def test_both_generations_of_its_own_lists_are_read(native: str) -> None:
    options = {"model": "qwen3-8b", "other_models": ("gemma-3",), "context": 30000, "embedding": "nomic"}
    with model_server(native=native, **options) as server:
        models = found(server).models
    assert [(model.id, model.loaded, model.context_tokens) for model in models] == [
        ("qwen3-8b", True, 30000),
        ("gemma-3", False, 0),
    ]


def test_a_server_that_says_200_to_everything_is_no_lm_studio_and_has_no_models(tmp_path: Path) -> None:
    with model_server(listing=servers.unexpected_endpoint()) as server:
        assert found(server) == FoundServer(server.base_url, is_lm_studio=False, status=200, models=())
        with pytest.raises(GeoflowError) as caught:
            opened(tmp_path, server, base_url=server.base_url)
    assert caught.value.code == "model-refused"


def test_lm_studio_without_a_model_is_told(tmp_path: Path) -> None:
    with model_server(listing=native_list()) as server, pytest.raises(GeoflowError) as caught:
        opened(tmp_path, server, base_url=server.base_url)
    assert caught.value.code == "no-model"
    assert "lms get" in caught.value.fix


def test_a_list_that_trickles_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoflow.adapters.discovery._READ_SECONDS", 0.3)

    def act(handler: servers.Handler) -> None:
        handler.send_raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n")
        while not handler.server.stopping.wait(0.02):
            handler.send_raw(" ")

    with model_server(listing=servers.Misbehaviour(act)) as server:
        assert found(server) == FoundServer(server.base_url, is_lm_studio=False, status=0, models=())


def test_parallel_first_calls_load_the_model_once(tmp_path: Path) -> None:
    with model_server(always="yes", loaded=False, load_seconds=0.1) as server:
        model = opened(tmp_path, server, parallel=8)
        in_threads(lambda _: model.complete(ASK), range(8), 8)
    assert (server.loads, len(server.requests)) == (1, 8)


def test_after_an_unloading_midway_it_is_loaded_once_more_by_one_call(tmp_path: Path) -> None:
    with model_server("one", always="yes", load_seconds=0.1) as server:
        model = opened(tmp_path, server, parallel=8)
        model.complete(ASK)
        server.offer.loaded = False
        server.script[:] = [servers.http_error(404, servers.NO_MODEL)]
        model.complete(ASK)
        in_threads(lambda _: model.complete(ASK), range(8), 8)
    assert server.loads == 1


def test_no_time_to_live_and_nothing_unknown_is_sent(tmp_path: Path) -> None:
    with model_server("yes") as server:
        opened(tmp_path, server).complete(ASK)
    known = {"model", "messages", "max_tokens", "temperature", "seed", "stream", "stream_options"}
    assert set(server.requests[0]) == known


def test_the_context_of_a_model_that_the_first_call_loads_is_read_after_it(tmp_path: Path) -> None:
    with model_server(always="yes", loaded=False, context=16384) as server:
        model = opened(tmp_path, server)
        assert model.context_tokens == 4096
        model.complete(ASK)
        assert model.context_tokens == 16384
        asked = len(server.paths)
        model.complete(ASK)
        assert len(server.paths) == asked + 1  # and not again


def test_a_context_that_a_reload_changed_is_read_again(tmp_path: Path) -> None:
    with model_server(servers.http_error(404, servers.NO_MODEL), always="yes", context=8192) as server:
        model = opened(tmp_path, server)
        server.offer.context = 2048
        assert model.context_tokens == 8192
        model.complete(ASK)
        assert model.context_tokens == 2048


def test_a_prompt_that_does_not_fit_any_more_makes_the_next_one_fit(tmp_path: Path) -> None:
    with model_server(servers.http_error(400, {"error": servers.OVERFLOW}), context=8192) as server:
        model = opened(tmp_path, server)
        server.offer.context = 4096
        with pytest.raises(GeoflowError) as caught:
            model.complete(ASK)
        assert caught.value.code == "model-context-exceeded"
        assert model.context_tokens == 4096


def test_a_context_that_was_set_stays(tmp_path: Path) -> None:
    with model_server("yes", loaded=False, context=8192) as server:
        model = opened(tmp_path, server, context_tokens=3000)
        model.complete(ASK)
        assert model.context_tokens == 3000


def test_localhost_is_asked_at_its_address_of_version_four(tmp_path: Path) -> None:
    with model_server("yes") as server:
        model = opened(tmp_path, server, base_url=f"localhost:{server.server_port}")
        assert model.complete(ASK).text == "yes"


def settings(tmp_path: Path, environ: Mapping[str, str], *, project: str = "", user: str = "") -> ModelSettings:
    (tmp_path / "geoflow.yaml").write_text(project)
    (tmp_path / "user.yaml").write_text(user)
    return read_settings(environ, tmp_path / "geoflow.yaml", tmp_path / "user.yaml").settings.llm


def test_the_variable_of_lm_studios_own_clients_is_a_token(tmp_path: Path) -> None:
    assert settings(tmp_path, {"LM_API_TOKEN": " sk-lm-1 "}).api_key == "sk-lm-1"


def test_a_token_for_geoflow_wins_over_it(tmp_path: Path) -> None:
    environ = {"LM_API_TOKEN": "sk-lm-1", "GEOFLOW_LLM__API_KEY": "mine"}
    assert settings(tmp_path, environ).api_key == "mine"
    assert settings(tmp_path, {"LM_API_TOKEN": "sk-lm-1"}, user="llm: {api_key: mine}\n").api_key == "mine"


def test_it_is_not_sent_to_an_address_that_a_project_chose(tmp_path: Path) -> None:
    read = settings(tmp_path, {"LM_API_TOKEN": "sk-lm-1"}, project="llm: {base_url: 'http://127.0.0.1:6666'}\n")
    assert read.api_key == ""


@pytest.mark.parametrize(
    "written",
    [
        "[127.0.0.1:1, 'http://127.0.0.1:2/v1']",
        "127.0.0.1:1,http://127.0.0.1:2/v1",
        "\n  - 127.0.0.1:1\n  - http://127.0.0.1:2/v1",
    ],
)
def test_several_addresses_are_a_list_or_separated_by_commas(tmp_path: Path, written: str) -> None:
    assert settings(tmp_path, {}, user=f"llm:\n  base_url: {written}\n").base_url == "127.0.0.1:1,http://127.0.0.1:2/v1"


@pytest.mark.parametrize("written", ["[127.0.0.1:1, 'http://198.51.100.7']", "'127.0.0.1:1,198.51.100.7'"])
def test_a_project_cannot_hide_another_machine_in_a_list(tmp_path: Path, written: str) -> None:
    assert settings(tmp_path, {}, project=f"llm:\n  base_url: {written}\n").base_url == ""


def test_a_number_of_parallel_calls_is_at_least_one(tmp_path: Path) -> None:
    assert settings(tmp_path, {"GEOFLOW_LLM__PARALLEL": "4"}).parallel == 4
    with pytest.raises(GeoflowError) as caught:
        settings(tmp_path, {"GEOFLOW_LLM__PARALLEL": "0"})
    assert caught.value.code == "settings-invalid"
