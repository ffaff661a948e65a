"""Whatever the specs hold, a prompt and its reply fit into the model's context, and what matters is still asked."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.git import open_repository
from geoflow.adapters.passage_index import SqlitePassages
from geoflow.adapters.templates import JinjaTemplates
from geoflow.ports import ChatRequest
from geoflow.quality.prompt_size import beginning, estimated_tokens, message_tokens
from geoflow.workflow.ask import ask
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.budget import Meter, Metered
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.limits import Limits
from geoflow.workflow.propose import Desk, Idea, propose
from geoflow.workflow.reading import Reader
from geoflow.workflow.review import Reviewer, review
from geoflow.workflow.workshop import Workshop
from tests.builders import make_repo, requirement, spec, write_tree
from tests.fakes import QueueModel, SilentProgress

CONTEXT = 2048
PATH = "openspec/specs/example/spec.md"
PIECES = ["the kiln cools for 6 hours ", "9f86d081884c7d65 ", "窑炉必须冷却六个小时。", "печь остывает 6 часов ", "```\n", "\n- **THEN** x\n"]  # fmt: skip
LONG = st.builds(lambda piece, times: piece * times, st.sampled_from(PIECES), st.integers(1, 2_000))
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fill(request: ChatRequest) -> dict[str, Any]:
    """Answer in any form that is asked for."""
    values = {"boolean": True, "integer": 1, "string": "kiln cools"}
    forms = (request.schema or {})["properties"].items()
    return {name: form["enum"][0] if "enum" in form else values[form["type"]] for name, form in forms}


def model() -> QueueModel:
    return QueueModel(always=fill, context_tokens=CONTEXT)


def needed(request: ChatRequest) -> int:
    return sum(message_tokens(message.content) for message in request.messages) + request.max_tokens


def metered(asked: QueueModel) -> Metered:
    return Metered(asked, Meter(SystemClock(), Limits()))


@FEW
@given(text=LONG)
def test_review(text: str) -> None:
    asked = model()
    files = {PATH: spec(requirement("Cooling", f"The kiln SHALL cool.\n{text}"))}
    looked = review(Reviewer(asked, JinjaTemplates(), SystemClock(), SilentProgress()), files, [], Limits())
    assert looked.looked_at == looked.requirements == len(asked.requests)
    assert all(needed(request) <= CONTEXT for request in asked.requests)
    assert all("The kiln SHALL cool." in request.messages[-1].content for request in asked.requests)


@FEW
@given(text=LONG, question=LONG)
def test_ask(tmp_path_factory: pytest.TempPathFactory, text: str, question: str) -> None:
    asked = model()
    long = requirement(f"Cooling {text[:300]}".replace("\n", " "), f"The kiln SHALL cool for 6 hours. {text}")
    root = write_tree(tmp_path_factory.mktemp("ask"), {PATH: spec(long, requirement("Kiln", "The kiln SHALL cool."))})
    reader = Reader(lambda: metered(asked), JinjaTemplates())
    wanted = f"How long does the kiln cool? {question}"[:2_000]
    ask([wanted], AskDesk(WorkTreeDocuments(root), SqlitePassages(None), reader, SilentProgress()))
    assert all(needed(request) <= CONTEXT for request in asked.requests)


def test_a_question_on_long_documents_is_still_asked(tmp_path: Path) -> None:
    asked = model()
    text = "The kiln SHALL cool for 6 hours before the door unlocks. " + "The kiln cools slowly. " * 3_000
    write_tree(tmp_path, {PATH: spec(requirement("Cooling", text))})
    reader = Reader(lambda: metered(asked), JinjaTemplates())
    passages, progress = SqlitePassages(None), SilentProgress()
    wanted = "How long does the kiln cool before the door unlocks?"
    ask([wanted], AskDesk(WorkTreeDocuments(tmp_path), passages, reader, progress))
    assert (len(asked.requests), reader.notes) == (1, [])


@FEW
@given(text=LONG, idea=LONG)
def test_propose(tmp_path_factory: pytest.TempPathFactory, text: str, idea: str) -> None:
    asked = model()
    root = write_tree(
        tmp_path_factory.mktemp("propose"), {PATH: spec(requirement("Cooling", f"The kiln SHALL {text}"))}
    )
    desk = Desk(WorkTreeDocuments(root), SqlitePassages(None), JinjaTemplates(), SystemClock(), SilentProgress())
    propose(Idea(f"Let potters pause a firing. {idea}"[:20_000], write=False), desk, metered(asked))
    assert len(asked.requests) >= 4
    assert all(needed(request) <= CONTEXT for request in asked.requests)
    assert all("Let potters pause" in request.messages[-1].content for request in asked.requests)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=LONG)
def test_improve(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    asked = model()
    sentence = f"The kiln SHALL gracefully cool, {text.strip()} and stop"
    files = {PATH: spec(requirement("Lid", "The lid SHALL gracefully open."), requirement("Cooling", sentence))}
    root = make_repo(tmp_path_factory.mktemp("improve") / "r", files)
    improve(
        Workshop(open_repository(root), asked, JinjaTemplates(), SystemClock(), SilentProgress()),
        ImproveOptions(dry_run=True),
    )
    assert any("lid SHALL" in request.messages[-1].content for request in asked.requests)
    assert all(needed(request) <= CONTEXT for request in asked.requests)


@given(text=st.text(max_size=400), tokens=st.integers(-5, 200))
def test_a_beginning_is_one_and_fits(text: str, tokens: int) -> None:
    cut = beginning(text, tokens)
    assert text.startswith(cut)
    assert cut == "" or estimated_tokens(cut) <= tokens


def test_a_beginning_ends_with_a_whole_line_or_a_whole_word() -> None:
    assert beginning("one line\ntwo line\nthree line\n", 6) == "one line\ntwo line"
    assert beginning("a sentence of several words", 5) == "a sentence of"
