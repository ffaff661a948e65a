"""Where calls may be made: on this machine in the clear, beyond it over TLS, and what a project names once trusted."""

from pathlib import Path

import pytest

from geoflow.adapters.executor_address import read_executor
from geoflow.adapters.settings_file import read_settings, setting_items
from geoflow.adapters.trust_store import TrustItem, trusts_nothing
from geoflow.errors import GeoflowError
from tests.builders import write_tree

SETTINGS = "openspec/geoflow.yaml"


@pytest.mark.parametrize("text", ["threads", "", "  threads "])
def test_threads_are_no_scheduler(text: str) -> None:
    assert read_executor(text) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dask://127.0.0.1:8786", "tcp://127.0.0.1:8786"),
        ("dask://localhost:1", "tcp://localhost:1"),
        ("dask://[::1]:8786", "tcp://[::1]:8786"),
        ("tls://scheduler.example:8786", "tls://scheduler.example:8786"),
        ("tls://192.0.2.7:8786", "tls://192.0.2.7:8786"),
    ],
)
def test_a_scheduler_is_read(text: str, address: str) -> None:
    scheduler = read_executor(text)
    assert scheduler is not None
    assert scheduler.address == address


@pytest.mark.parametrize("host", ["192.0.2.7", "scheduler.example", "127.0.0.1.example", "0.0.0.0", "[2001:db8::1]"])  # noqa: S104
def test_another_machine_in_the_clear_is_refused_with_both_ways_to_do_it(host: str) -> None:
    with pytest.raises(GeoflowError) as caught:
        read_executor(f"dask://{host}:8786")
    assert (caught.value.code, caught.value.exit_code) == ("scheduler-open", 2)
    assert f"tls://{host}:8786" in caught.value.fix
    assert "ssh -N -L 8786:127.0.0.1:8786" in caught.value.fix


@pytest.mark.parametrize(
    "text",
    "dask dask:// dask://127.0.0.1 dask://127.0.0.1:0 dask://127.0.0.1:99999 ray://127.0.0.1:1 tcp://127.0.0.1:1 "
    "dask://u@127.0.0.1:1 dask://127.0.0.1:1/x threads:4 \x1b[2J".split(),
)
def test_anything_else_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(GeoflowError) as caught:
        read_executor(text)
    assert (caught.value.code, caught.value.exit_code) == ("bad-executor", 2)
    assert "dask://127.0.0.1:8786" in caught.value.fix


def project(folder: Path, executor: str) -> Path:
    return write_tree(folder, {SETTINGS: f"llm:\n  executor: {executor}\n"}) / SETTINGS


def test_a_scheduler_of_a_project_is_inert_until_it_is_trusted_on_loopback_as_well(tmp_path: Path) -> None:
    file = project(tmp_path, "dask://127.0.0.1:8786")
    loaded = read_settings({}, file, tmp_path / "mine.yaml", trusts_nothing)
    assert loaded.settings.llm.executor == "threads"
    assert "sets llm.executor to dask://127.0.0.1:8786, which is ignored" in loaded.notices[0]
    assert loaded.notices[0].endswith("type: geoflow trust")
    shown = setting_items("llm.executor", tmp_path)
    assert shown == [TrustItem("address", "llm.executor", SETTINGS, shown[0].effect, "dask://127.0.0.1:8786")]
    trusted = read_settings({}, file, tmp_path / "mine.yaml", lambda item: item.content == "dask://127.0.0.1:8786")
    assert (trusted.settings.llm.executor, trusted.notices) == ("dask://127.0.0.1:8786", ())


def test_threads_of_a_project_need_no_trust(tmp_path: Path) -> None:
    file = project(tmp_path, "threads")
    assert setting_items("llm.executor", tmp_path) == []
    assert read_settings({}, file, tmp_path / "mine.yaml", trusts_nothing).notices == ()


def test_what_the_user_says_weighs_more_and_needs_no_trust(tmp_path: Path) -> None:
    file = project(tmp_path, "dask://127.0.0.1:8786")
    environment = {"GEOFLOW_LLM__EXECUTOR": "tls://mine.example:1"}
    loaded = read_settings(environment, file, tmp_path / "mine.yaml", trusts_nothing)
    assert (loaded.settings.llm.executor, loaded.notices) == ("tls://mine.example:1", ())
