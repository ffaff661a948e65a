from pathlib import Path

import pytest

from geoflow.adapters.backends import Surroundings, open_model, overview
from geoflow.adapters.embedded_engine import is_installed
from geoflow.adapters.model_manifest import Manifest, ModelFile
from geoflow.adapters.model_store import ModelStore
from geoflow.adapters.server_choice import UNKNOWN_CONTEXT
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatRequest, Message
from geoflow.settings import ModelSettings
from tests.fakes import SilentProgress
from tests.servers import model_server

NOBODY = "http://127.0.0.1:9/v1"
TINY = ModelFile("tiny", "Tiny", "tests", "tiny.gguf", 4, "0" * 64, "MIT", "nobody/tiny", ())


def around(tmp_path: Path, lm_studio: str = NOBODY, *, pulled: bool = False) -> Surroundings:
    store = ModelStore(tmp_path / "models", Manifest("tiny", (TINY,)), ())
    if pulled:
        store.folder.mkdir()
        store.path(TINY).write_bytes(b"GGUF")
    return Surroundings(lm_studio, store, tmp_path / "embedded", tmp_path / "replies")


def refusal(settings: ModelSettings, where: Surroundings) -> GeoflowError:
    with pytest.raises(GeoflowError) as caught:
        open_model(settings, SilentProgress(), where)
    assert caught.value.fix
    return caught.value


def test_the_address_that_was_set_wins(tmp_path: Path) -> None:
    with model_server("yes", lm_studio=False, model="mine") as mine, model_server(model="other") as other:
        model = open_model(
            ModelSettings(base_url=mine.root_url), SilentProgress(), around(tmp_path, other.base_url, pulled=True)
        )
        assert (model.name, model.backend) == ("mine", "openai-compatible")
        assert model.complete(ChatRequest("t/1", (Message("user", "?"),))).text == "yes"
        assert other.paths == []


def test_lm_studio_is_found_with_its_loaded_model_and_context(tmp_path: Path) -> None:
    with model_server(model="qwen3-8b", other_models=("gemma-3",), context=30000) as server:
        model = open_model(ModelSettings(), SilentProgress(), around(tmp_path, server.base_url, pulled=True))
        assert (model.name, model.backend, model.context_tokens) == ("qwen3-8b", "lm-studio", 30000)


def test_a_named_model_is_taken_though_another_is_loaded(tmp_path: Path) -> None:
    with model_server(other_models=("gemma-3",)) as server:
        model = open_model(ModelSettings(model="gemma-3"), SilentProgress(), around(tmp_path, server.base_url))
        assert (model.name, model.context_tokens) == ("gemma-3", UNKNOWN_CONTEXT)


def test_a_name_that_lm_studio_does_not_have_is_told_with_the_nearest(tmp_path: Path) -> None:
    with model_server(model="qwen3-8b") as server:
        error = refusal(ModelSettings(model="qwen3-8"), around(tmp_path, server.base_url))
    assert error.code == "unknown-model"
    assert "Did you mean qwen3-8b?" in error.fix


def test_a_context_that_was_set_wins_over_what_the_server_says(tmp_path: Path) -> None:
    with model_server(context=30000) as server:
        settings = ModelSettings(context_tokens=2048)
        assert open_model(settings, SilentProgress(), around(tmp_path, server.base_url)).context_tokens == 2048


def test_lm_studio_that_asks_for_a_token_is_told_and_not_passed_over(tmp_path: Path) -> None:
    with model_server(token="sk-lm-1") as server:  # noqa: S106
        where = around(tmp_path, server.base_url, pulled=True)
        assert "GEOFLOW_LLM__API_KEY" in refusal(ModelSettings(), where).fix
        assert open_model(ModelSettings(api_key="sk-lm-1"), SilentProgress(), where).backend == "lm-studio"


@pytest.mark.skipif(not is_installed(), reason="the embedded engine is not installed")
def test_the_embedded_model_answers_where_no_server_does(tmp_path: Path) -> None:
    model = open_model(ModelSettings(), SilentProgress(), around(tmp_path, pulled=True))
    assert (model.name, model.backend, model.context_tokens) == ("tiny", "embedded", 8192)
    assert not (tmp_path / "embedded").exists()  # nothing is started before it is asked


@pytest.mark.skipif(not is_installed(), reason="the embedded engine is not installed")
def test_a_name_that_nobody_here_has_is_not_answered_by_another_model(tmp_path: Path) -> None:
    assert refusal(ModelSettings(model="qwen3-8b"), around(tmp_path, pulled=True)).code == "unknown-model"


@pytest.mark.skipif(not is_installed(), reason="the embedded engine is not installed")
def test_a_named_embedded_model_answers_though_lm_studio_runs_with_others(tmp_path: Path) -> None:
    with model_server(model="gemma-3") as server:
        model = open_model(
            ModelSettings(model="tiny"), SilentProgress(), around(tmp_path, server.base_url, pulled=True)
        )
    assert (model.name, model.backend) == ("tiny", "embedded")


def test_no_model_at_all_says_how_to_get_one(tmp_path: Path) -> None:
    error = refusal(ModelSettings(), around(tmp_path))
    assert (error.code, error.exit_code) == ("no-model", ExitCode.ENVIRONMENT)
    assert "geoflow model pull" in error.fix


def test_none_means_no_model(tmp_path: Path) -> None:
    assert refusal(ModelSettings(base_url="none"), around(tmp_path, pulled=True)).code == "no-model"


def test_a_set_address_where_nobody_listens_is_not_passed_over(tmp_path: Path) -> None:
    assert refusal(ModelSettings(base_url=NOBODY), around(tmp_path, pulled=True)).code == "model-unreachable"


def test_a_set_address_without_models_is_told(tmp_path: Path) -> None:
    with model_server(lm_studio=False) as server:
        error = refusal(ModelSettings(base_url=f"{server.root_url}/other/v1"), around(tmp_path))
    assert error.code == "model-refused"


def test_the_overview_names_what_is_here_and_who_answers(tmp_path: Path) -> None:
    with model_server(model="qwen3-8b") as server:
        seen = overview(ModelSettings(), around(tmp_path, server.base_url, pulled=True))
    assert seen.answers is not None
    assert seen.answers.name == "qwen3-8b"
    assert (seen.installed, seen.running) == ((TINY,), frozenset())
    nothing = overview(ModelSettings(), around(tmp_path / "other"))
    assert (nothing.servers[0].found, nothing.answers, nothing.installed) == (None, None, ())
    assert "geoflow model pull" in nothing.reason
