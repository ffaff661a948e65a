"""The second reader: it may refuse what the gate has passed, and has no other say."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError
from geoflow.workflow.bench_gate import Case, GateBench
from geoflow.workflow.bench_veto import bench_veto, is_of_one_sentence
from geoflow.workflow.budget import Meter
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.limits import Limits
from geoflow.workflow.meaning_veto import SEED, MeaningVeto, sentences_of
from geoflow.workflow.workshop import Workshop
from tests.builders import make_repo, requirement, spec
from tests.fakes import QueueModel, Script, SilentProgress

PATH = "openspec/specs/example/spec.md"
VAGUE = requirement("Reading", "The reader is old. The reader SHALL gracefully stop within 10 seconds. It is red.")
STOP = {"old_span": "gracefully stop", "new_span": "stop"}
AGAIN = {"sentence": "The reader SHALL stop within 10 seconds."}


def said(verdict: str, span: str = "") -> Mapping[str, str]:
    return {"span": span, "verdict": verdict}


SAME = said("same")


def run(folder: Path, model: QueueModel, *, veto: bool = True, limits: Limits | None = None) -> ImproveResult:
    root = make_repo(folder / "r", {PATH: spec(VAGUE)})
    workshop = Workshop(open_repository(root), model, JinjaTemplates(), SystemClock(), SilentProgress(), veto=veto)
    return improve(workshop, ImproveOptions(limits or Limits(calls=20)))


def test_both_orders_say_the_same_and_the_edit_is_kept(tmp_path: Path) -> None:
    model = QueueModel(STOP, SAME, SAME)
    result = run(tmp_path, model)
    assert result.edits[0].checks[-1] == "meaning-kept"
    assert [request.prompt for request in model.requests] == ["improve.span/1", "improve.veto/1", "improve.veto/1"]
    assert {request.seed for request in model.requests[1:]} == {SEED} != {model.requests[0].seed}
    first, second = (request.messages[-1].content for request in model.requests[1:])
    assert (
        "A: The reader SHALL gracefully stop within 10 seconds.\nB: The reader SHALL stop within 10 seconds." in first
    )
    assert (
        "A: The reader SHALL stop within 10 seconds.\nB: The reader SHALL gracefully stop within 10 seconds." in second
    )
    assert result.cost["calls"] == 3


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        ((said("different", "within 10 seconds"), SAME), "“within 10 seconds” is lost"),
        ((SAME, said("different", "The reader")), "“The reader” is lost"),
        ((said("different", "the writer"), SAME), "change places"),
        ((SAME, "no json"), "change places"),
    ],
)
def test_a_difference_that_is_named_and_orders_that_disagree_refuse(
    replies: tuple[Script, ...], reason: str, tmp_path: Path
) -> None:
    invalid = GeoflowError("no reply", code="model-reply-invalid")
    asked = [invalid if reply == "no json" else reply for reply in replies]
    result = run(tmp_path, QueueModel(STOP, *asked, AGAIN, *asked))
    assert [refusal.check for refusal in result.refused] == ["meaning-kept"] * 2
    assert reason in result.refused[0].reason
    assert result.edits == ()
    assert "finding-gone" in result.refused[0].passed


def test_words_that_were_to_go_are_no_difference(tmp_path: Path) -> None:
    assert len(run(tmp_path, QueueModel(STOP, said("different", "gracefully"), SAME)).edits) == 1


def test_same_lets_nothing_pass_that_the_gate_refuses(tmp_path: Path) -> None:
    model = QueueModel({"old_span": "within 10 seconds", "new_span": "soon"}, {"sentence": "The reader SHALL stop."})
    result = run(tmp_path, model)
    assert [refusal.check for refusal in result.refused] == ["numbers-kept", "numbers-kept"]
    assert "improve.veto/1" not in {request.prompt for request in model.requests}


def test_what_the_budget_leaves_unread_is_not_kept(tmp_path: Path) -> None:
    result = run(tmp_path, QueueModel(STOP, SAME, SAME), limits=Limits(calls=2))
    assert result.edits == ()
    assert [left.why for left in result.left] == ["the budget was spent"]


def test_switched_off_nobody_is_asked(tmp_path: Path) -> None:
    result = run(tmp_path, QueueModel(STOP), veto=False)
    assert "meaning-kept" not in result.edits[0].checks


def cases() -> list[Case]:
    blocks = [
        requirement(f"The {part}", f"The controller SHALL close the {part} within {number} seconds of the signal.")
        for number, part in enumerate(("door", "vent", "fan", "lock", "timer"), 2)
    ]
    return list(GateBench({PATH: spec(*blocks)}, 1, 3, SilentProgress()).cases())


def test_the_bench_counts_vetoes_of_damage_and_of_repairs() -> None:
    def knows(request: object) -> Mapping[str, str]:
        return SAME

    silent = MeaningVeto(QueueModel(always=knows), JinjaTemplates(), Meter(SystemClock(), Limits()))
    found = bench_veto(cases(), silent, SilentProgress(), seed=1, most=5)
    assert (found.counts(damages=True), found.counts(damages=False)) == ((0, 5), (0, 5))

    loud = MeaningVeto(
        QueueModel(always=said("different", "The")), JinjaTemplates(), Meter(SystemClock(), Limits(calls=9))
    )
    spent = bench_veto(cases(), loud, SilentProgress(), seed=1, most=5)
    assert len(spent.asked) == 4
    assert "budget" in spent.note
    assert all(one.why for one in spent.asked)


def test_the_two_sentences_are_those_that_the_edit_changes() -> None:
    of_one_sentence = [case for case in cases() if is_of_one_sentence(case)]
    assert len(of_one_sentence) >= 10
    for case in of_one_sentence:
        old, new = sentences_of(case.proposal)
        assert old != new
        assert old in " ".join(case.proposal.old_text.split())
        assert new in " ".join(case.proposal.new_text.split())
        assert max(len(old), len(new)) < len(case.proposal.old_text)
