"""`geoflow bench improve`: the table, the document, the page, and an experiment with a model that was stopped."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.proof_page import proof_page
from geoflow.cli.app import app
from geoflow.ports import ChatRequest, Message
from geoflow.workflow.proof.stand_in import StandIn
from tests.builders import make_repo, write_tree
from tests.cli.verbs import state_of
from tests.servers import model_server
from tests.workflow.proof.trees import small_tree

SMALL = ("--rounds", "1", "--mutants", "6", "--sealed", "6")
HOSTILE = "<script>alert(1)</script> {{ x }} \x1b[31m \u202e"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_repo(tmp_path / "works", small_tree())
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return root


def bench(*options: str) -> Result:
    result = CliRunner().invoke(app, ["bench", "improve", *SMALL, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def figures(*options: str) -> dict[str, Any]:
    document = json.loads(bench(*options, "--json").stdout)
    assert isinstance(document, dict)
    return document


def test_the_users_repository_is_only_read(root: Path) -> None:
    before = state_of(root)
    document = figures("--arms", "frozen,all")
    assert document["schema"] == "geoflow.bench-improve/1"
    assert state_of(root) == before
    assert document == figures("--arms", "frozen,all")
    assert [one["name"] for one in document["criteria"]][:2] == ["all learners over none", "damaging edits delivered"]


def test_no_criterion_is_met_by_an_arm_that_was_not_run(root: Path) -> None:
    shown = bench("--arms", "frozen").stdout
    assert "open   all learners over none: cannot be told: it needs the arms all, frozen to the end" in shown
    assert not re.search(r"^(met|missed)", shown, re.MULTILINE)
    assert "first-proposal merge rate by round" in shown


def test_what_cannot_be_run_is_said(root: Path, tmp_path: Path) -> None:
    assert figures("--arms", "nobody")["code"] == "unknown-arm"
    write_tree(tmp_path / "two", small_tree(2))
    assert figures("--tree", str(tmp_path / "two"))["code"] == "too-few-specs"
    (root / "notes.txt").write_text("mine")
    assert figures("--html", "notes.txt")["code"] == "file-exists"
    assert (root / "notes.txt").read_text() == "mine"


def test_another_tree_is_measured_when_it_is_named(root: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "other", small_tree(6))
    document = figures("--arms", "frozen", "--tree", str(tmp_path / "other"))
    split = document["splits"][0]
    assert split["train"] + split["validation"] + split["sealed"] == 6


class Page(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_has_curves_tables_and_criteria_and_loads_nothing(root: Path) -> None:
    shown = bench("--arms", "frozen,all,lessons", "--html", "improve.html").stdout
    assert "page: improve.html" in shown
    text = (root / "improve.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    names = [tag for tag, _ in page.tags]
    assert names.count("table") == 6
    curves = [attrs for tag, attrs in page.tags if tag == "polyline" and attrs["class"] == "curve"]
    run = len(json.loads(bench("--arms", "frozen,all,lessons", "--json").stdout)["arms"])
    assert len(curves) == 6 * run
    assert all(re.fullmatch(r"(-?[\d.]+,-?[\d.]+ ?)*", str(attrs["points"])) for attrs in curves)
    assert "Criteria, written down beforehand" in page.text
    assert "all learners over none" in page.text
    assert "prefers-color-scheme: dark" in text
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert "http" not in text.replace("http-equiv", "")


def test_hostile_names_are_text_on_the_page(root: Path) -> None:
    document = figures("--arms", "frozen") | {"model": HOSTILE}
    text = proof_page(document)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ x }}" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_page_of_nothing_can_be_shown(root: Path) -> None:
    document = figures("--arms", "frozen") | {"arms": [], "stopped": True}
    assert "Stopped before the end" in proof_page(document)


def answering(body: dict[str, Any]) -> dict[str, Any]:
    """Answer over HTTP as the stand-in does in this process."""
    messages = tuple(Message(one["role"], one["content"]) for one in body["messages"])
    request = ChatRequest("over HTTP", messages, body["response_format"]["json_schema"]["schema"])
    return dict(StandIn(1).complete(request).value or {})


def test_a_model_is_asked_once_for_each_prompt_also_when_the_command_is_typed_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always=answering) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        first = bench("--arms", "frozen,all", "--with-model")
        assert first.exit_code == 0
        asked = len(server.requests)
        assert asked > 0
        assert "seed 1, arm frozen, round 1 of 1: first-proposal merge rate" in first.stderr
        again = bench("--arms", "frozen,all", "--with-model")
        assert len(server.requests) == asked
        assert again.stdout == first.stdout
        bench("--arms", "frozen,all", "--with-model", "--cache", str(root / "other.sqlite"))
        assert len(server.requests) == 2 * asked


def test_over_http_the_stand_in_says_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = figures("--arms", "frozen")
    with model_server(always=answering) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        there = figures("--arms", "frozen", "--with-model")
    for one, other in zip(here["arms"][0]["rounds"], there["arms"][0]["rounds"], strict=True):
        counts = [found["counts"] for found in (one, other)]
        assert counts[0] == counts[1]


def test_an_experiment_that_ctrl_c_stopped_goes_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = iter([False] * 3 + [True])

    class Stopping(StandIn):
        def complete(self, request: ChatRequest) -> Any:
            if next(stops, False):
                raise KeyboardInterrupt
            return super().complete(request)

    monkeypatch.setattr("geoflow.workflow.proof.stand_in.StandIn", Stopping)
    stopped = bench("--arms", "frozen,all")
    assert stopped.exit_code == 130
    assert "stopped before the end" in stopped.stdout
    assert not re.search(r"^met", stopped.stdout, re.MULTILINE)
    assert bench("--arms", "frozen,all").exit_code == 0
