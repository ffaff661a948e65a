"""`geoflow bench ask`: an exam from the team's own specs, without and with a model; nothing is written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import requirement, spec
from tests.cli.asking import kiln
from tests.cli.verbs import state_of
from tests.servers import broken_after, html, model_server

FIGURES = {"answerable", "hidden", "hit_at_1", "hit_at_3", "exact", "abstained", "quotes", "invented_quotes"}
ROOMS = {
    "attic": ("a window pane breaks during thunder", "every shutter rolls down"),
    "boiler": ("two burners lose their pilot flame", "gas supply stops"),
    "cellar": ("groundwater reaches the lowest step", "both pumps start"),
    "dining": ("guests order dessert past midnight", "kitchen staff receive overtime"),
    "engine": ("bearing temperature exceeds its ceiling", "turbines coast to standstill"),
    "foundry": ("molten bronze spills beside a mould", "workers evacuate eastwards"),
    "glazing": ("glaze cracks along its rim", "potters discard that bowl"),
    "harbour": ("fog hides the lighthouse beam", "horns blare each minute"),
}


def scenario(room: str) -> str:
    when, then = ROOMS[room]
    return f"#### Scenario: Trouble in the {room}\n- **WHEN** {when} in the {room}\n- **THEN** {then}\n"


TREE = {
    "openspec/specs/house/spec.md": spec(
        *(
            requirement(
                f"Air of the {room}", f"The {room} SHALL keep its humidity below {number} percent.", scenario(room)
            )
            for number, room in enumerate(ROOMS, 20)
        )
    )
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch, **TREE)


def bench(*options: str) -> Result:
    result = CliRunner().invoke(app, ["bench", "ask", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def figures(*options: str) -> dict[str, Any]:
    document = json.loads(bench(*options, "--json").stdout)
    assert isinstance(document, dict)
    return document


def first_extract(body: dict[str, Any]) -> dict[str, Any]:
    """Answer from the first extract, as the schema wants it."""
    return {"source": 1, "quote": "SHALL", "answer": "So it is."}


def questions(figures: dict[str, Any]) -> int:
    """Count the questions of an exam that have a mark."""
    return int(figures["answerable"] + figures["hidden"])


def rows(text: str) -> list[str]:
    return [line.split("  ")[0] for line in text.splitlines() if "%" in line or " of " in line]


def test_without_a_model_the_documents_are_examined_alone(root: Path) -> None:
    result = bench("--items", "12")
    assert result.exit_code == 0
    assert "The bench asks the documents alone." in result.stderr
    heading, empty, columns, *_ = result.stdout.splitlines()
    assert re.fullmatch(r"[1-9]\d* questions that the specs answer, [1-9]\d* that nothing answers", heading)
    assert (empty, columns.split()) == ("", ["documents", "alone"])
    assert rows(result.stdout) == [
        "hit by the first quote",
        "hit by one of three quotes",
        "exact answer",
        "no answer where nothing says it",
        "quotes that do not exist",
    ]


def test_the_document_for_scripts_has_every_figure(root: Path) -> None:
    document = figures("--no-model")
    assert (document["schema"], document["with_model"], document["model"]) == ("geoflow.bench-ask/1", None, "")
    assert set(document["without_model"]) >= FIGURES
    assert (document["left_out"], document["notes"], document["cost"]["calls"]) == (0, [], 0)
    assert document["without_model"]["invented_quotes"] == 0


def test_nothing_is_written_and_no_index_is_left(root: Path) -> None:
    before = state_of(root)
    figures()
    assert state_of(root) == before
    assert list((root / ".git").rglob("*.sqlite")) == []


def test_the_same_tree_gives_the_same_figures(root: Path) -> None:
    first, second = (figures("--no-model") for _ in range(2))
    assert first["without_model"] == second["without_model"]


def test_fewer_questions_are_asked_where_fewer_are_wanted(root: Path) -> None:
    asked = figures("--items", "6")["without_model"]
    assert (asked["answerable"], 0 < asked["hidden"] <= 3) == (6, True)


def test_with_a_model_there_is_a_column_for_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=first_extract, model="qwen3-8b") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures()
        table = bench().stdout

    assert (document["model"], document["left_out"], document["notes"]) == ("qwen3-8b", 0, [])
    assert questions(document["with_model"]) == questions(document["without_model"])
    assert document["cost"]["calls"] == len(server.requests) / 2 > 0
    assert table.splitlines()[2].split() == ["documents", "alone", "qwen3-8b"]
    assert all(line.count("%") == 2 for line in table.splitlines() if "%" in line)


@pytest.mark.parametrize("budget", ["3calls", "2000tokens", "1calls"])
def test_what_the_budget_has_no_room_for_is_left_out_and_said(
    root: Path, monkeypatch: pytest.MonkeyPatch, budget: str
) -> None:
    with model_server(always=first_extract) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--budget", budget)
        table = bench("--budget", budget).stdout

    assert 0 < document["left_out"] == questions(document["without_model"]) - questions(document["with_model"])
    assert "The budget is spent" in document["notes"][0]
    assert f"{document['left_out']} questions that the model was not there for are left out of its column." in table
    assert "note: The model did not answer (The budget is spent" in table


def test_a_server_that_breaks_down_half_way_is_no_model_for_the_rest(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always=broken_after(4, first_extract)) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures()

    assert questions(document["with_model"]) >= 4
    assert 0 < document["left_out"] == questions(document["without_model"]) - questions(document["with_model"])
    assert document["notes"]


def test_a_model_that_gives_no_usable_reply_is_marked_by_what_ask_makes_of_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always="no object {") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--items", "6")

    assert document["left_out"] == 0
    assert document["with_model"] == document["without_model"]
    assert document["notes"]


def test_a_server_that_answers_web_pages_is_no_model(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=html()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--items", "6")
    assert document["without_model"]["answerable"] == 6


def test_a_tree_that_gives_no_question_is_told_with_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = kiln(tmp_path, monkeypatch)
    (root / "openspec/specs/kiln/spec.md").write_text("# Kiln\n\n## Purpose\nIt is a kiln.\n")

    result = bench("--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["schema"], document["code"]) == (3, "geoflow.error/1", "nothing-to-ask")
    assert document["fix"]


@pytest.mark.parametrize("arguments", [("--items", "0"), ("--items", "2001"), ("--budget", "much")])
def test_an_option_that_cannot_be_meant_is_a_usage_error(root: Path, arguments: tuple[str, str]) -> None:
    assert bench(*arguments).exit_code == 2


def test_the_table_fits_a_narrow_terminal_but_for_the_models_name(root: Path) -> None:
    assert max(map(len, bench("--no-model").stdout.splitlines())) <= 60
