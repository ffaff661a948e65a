"""The bench of repairs: every outcome is told from the texts, and nothing is written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.templates import JinjaTemplates
from geoflow.cli.app import app
from geoflow.ports import ChatRequest
from geoflow.workflow.bench_repair import RepairBench, bench_repair
from geoflow.workflow.bench_repair_judge import Texts, difference
from geoflow.workflow.bench_repair_result import RepairBenchResult
from geoflow.workflow.limits import Limits
from tests.builders import make_repo, requirement, spec
from tests.cli.verbs import state_of
from tests.fakes import QueueModel, SilentProgress

PATH = "openspec/specs/kiln/spec.md"
PARTS = ("door", "alarm", "vent", "burner", "display", "timer", "fan", "lock")
TEXT = spec(
    *(
        requirement(
            f"The {part}", f"The controller SHALL display the {part} within {number} seconds and log `E{number}`."
        )
        for number, part in enumerate(PARTS, 2)
    )
)


def ideal(request: ChatRequest) -> Mapping[str, str]:
    """Do what the instruction says, as a good model does."""
    asked = request.messages[-1].content
    sentence = asked.partition("Sentence: ")[2].partition("\n")[0]
    words = asked.partition("“")[2].partition("”")[0]
    if request.prompt.startswith("improve.reword"):
        return {"sentence": sentence.replace(f" {words}", "", 1)}
    if "Write “or” or “and”" in asked:
        return {"old_span": "and/or", "new_span": "or"}
    if "It is one of: " in asked:
        return {"old_span": words, "new_span": asked.rpartition("“")[2].partition("”")[0]}
    return {"old_span": words, "new_span": ""} if words in sentence else {"old_span": sentence, "new_span": sentence}


def bench(model: QueueModel | None, per_operator: int = 1, limits: Limits | None = None) -> RepairBenchResult:
    parts = (model, JinjaTemplates(), SystemClock(), SilentProgress())
    return bench_repair(RepairBench(*parts, {PATH: TEXT}, 1, per_operator), limits or Limits())


def test_a_good_model_repairs_most_and_asks_where_only_an_answer_helps() -> None:
    result = bench(QueueModel(always=ideal), 2)
    assert (result.repaired(seen_only=True) or 0) >= 0.7, [one.document() for one in result.examples(20)]
    answers = result.counts(needs_answer=True)
    assert answers["asks"] >= 5
    assert answers["wrong"] == 0
    assert {row.operator for row in result.rows()} == {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "N1", "Q1", "P1"}


def test_without_a_model_only_form_is_repaired_and_the_rest_is_left() -> None:
    result = bench(None)
    assert {one.operator for one in result.tried if one.outcome == "repaired"} <= {"A8", "N1"}
    assert {one.why for one in result.tried if one.operator == "A3"} <= {"needs a model, and none answers", ""}


def test_a_model_that_does_harm_is_refused_by_named_checks() -> None:
    harm = {"old_span": "The controller", "new_span": "Nobody"}

    def hostile(request: ChatRequest) -> Mapping[str, str]:
        return harm if request.prompt.startswith("improve.span") else {"sentence": "The controller SHALL wait."}

    result = bench(QueueModel(always=hostile))
    assert result.counts(needs_answer=False)["wrong"] == 0
    assert result.counts(needs_answer=False)["refused"] >= 3
    assert all(":" in one.why for one in result.tried if one.outcome == "refused")


def test_a_budget_that_ends_leaves_what_was_measured_and_counts_the_rest() -> None:
    result = bench(QueueModel(always=ideal), 2, Limits(calls=3))
    assert 0 < len(result.tried) < result.made
    assert not result.stopped


def test_ctrl_c_gives_what_was_measured() -> None:
    model = QueueModel(*[ideal] * 2, KeyboardInterrupt(), always=ideal)
    result = bench(model, 2)
    assert result.stopped
    assert 0 < len(result.tried) < result.made


GOOD = "The kiln SHALL NOT exceed 900 degrees, and the owner SHALL read `E1`."


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (GOOD, ""),
        (GOOD.replace("SHALL NOT", "MUST NOT"), ""),
        (GOOD.replace("900", "90"), "the number “900” is lost"),
        (GOOD.replace(" NOT", ""), "the negation “not” is lost"),
        (GOOD.replace("SHALL read", "may read"), "the obligation “shall” is lost"),
        (GOOD.replace("`E1`", "`E2`"), "the literal “`E1`” is lost"),
        (GOOD.replace("the owner", "the baker"), "the word “owner” is lost"),
        (GOOD.replace("the owner", "the baking owner"), "the word “bake” is new"),
    ],
)
def test_the_judge_compares_with_the_original(new: str, says: str) -> None:
    good, bad, mended = (spec(requirement("Heat", text)) for text in (GOOD, GOOD.replace("NOT", "NOT properly"), new))
    assert difference(Texts(PATH, "Heat", good, bad, mended)).startswith(says)
    assert bool(difference(Texts(PATH, "Heat", good, bad, mended))) == bool(says)


def test_the_judge_sees_a_lost_scenario_and_a_change_elsewhere() -> None:
    good = spec(requirement("Heat", GOOD), requirement("Rest", GOOD))
    lost = good.replace("#### Scenario: It works\n", "", 1)
    assert difference(Texts(PATH, "Heat", good, good, lost)) == "the scenarios differ"
    elsewhere = good.replace("## Purpose\n", "## Purpose\nMore. ")
    assert difference(Texts(PATH, "Heat", good, good, elsewhere)).endswith("outside the requirement")


def test_the_command_prints_both_forms_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "kiln", {PATH: TEXT})
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    before = state_of(root)
    done = CliRunner().invoke(app, ["bench", "repair", "--json"])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["schema"] == "geoflow.bench-repair/1"
    assert document["made"] == len(document["mutants"]) == sum(row["mutants"] for row in document["operators"])
    shown = CliRunner().invoke(app, ["bench", "repair", "--seed", "2"]).stdout
    assert "mended by an answer: " in shown
    assert "of phrasings that nobody looked at: " in shown
    assert state_of(root) == before
