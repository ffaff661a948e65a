"""`geoflow bench model` against a scripted server: what it asks, prints and keeps."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.adapters.model_profiles import ModelProfiles
from geoflow.cli.app import app
from geoflow.metrics.bench_items import ASKED, JUDGED, MENDED
from tests.servers import html, model_server


def perfect(body: dict[str, Any]) -> dict[str, Any]:
    """Answer every item of the set right."""
    asked = body["messages"][-1]["content"]
    for judged in JUDGED:
        if judged.text.strip() in asked:
            return {"quote": judged.text.split("\n")[1], "testable": judged.testable, "why": "So it is."}
    for mended in MENDED:
        if mended.sentence in asked:
            return {"old_span": mended.sentence, "new_span": mended.right[0]}
    for item in ASKED:
        if item.question in asked:
            return {"source": item.source, "quote": item.extracts[item.source - 1], "answer": item.word}
    return {"text": "A plain paragraph about parts. " * 9}


def bench(*options: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["bench", "model", *options])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_a_model_that_is_right_and_roomy_is_large_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=perfect, context=16384) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        code, out, err = bench("--json")

    document = json.loads(out)
    assert code == 0, err
    assert document["quality"] | {"items": 0} == {
        "form": 1.0,
        "honesty": 1.0,
        "judging": 1.0,
        "false_alarms": 0.0,
        "mending": 1.0,
        "answering": 1.0,
        "items": 0,
    }
    assert document["profile"] == "large"
    assert document["cost"]["calls"] == len(JUDGED) + len(MENDED) + len(ASKED) + 2
    assert ModelProfiles().profile(document["backend"], document["model"]) == "large"


def test_a_small_context_makes_it_small_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=perfect, context=4096) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        code, out, _ = bench()

    assert code == 0
    assert re.search(r"judges testable or not +100% of 24\n", out)
    assert "works as: small" in out


def test_a_model_that_gives_no_usable_reply_is_marked_and_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def mumbling(body: dict[str, Any]) -> Any:
        right = perfect(body)
        return right if "text" in right else "mumble"

    with model_server(always=mumbling, context=8192) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        code, out, _ = bench("--json")

    assert code == 0
    assert json.loads(out)["quality"]["form"] == 0.0


def test_a_budget_that_ends_before_the_set_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=perfect, context=8192) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        code, out, _ = bench("--budget", "10calls")

    assert code == 0
    assert "note: The budget was spent before the set was answered: give more with --budget." in out
    assert "works as" not in out
    assert ModelProfiles().profile("lm-studio", server.model) == "small"


def test_a_server_that_fails_is_a_failure_with_a_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=html()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        code, _, err = bench()

    assert code == 3
    assert "  fix: " in err
