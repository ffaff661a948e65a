"""How old text is, how findings come and go, how long questions waited, how much was rewritten."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from geoflow.metrics.age_figures import age_figures, finding_figures, seen_until
from geoflow.metrics.observed import rework_figures, rewritten, waiting_figures
from geoflow.openspec import Tree, read_tree
from geoflow.questions.question import AuthorKind, Mark, Question, Reply, waited
from tests.builders import requirement, spec

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def tree(**specs: Sequence[str]) -> Tree:
    return read_tree({f"openspec/specs/{name}/spec.md": spec(*texts) for name, texts in specs.items()})


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


OPEN, CLOSE = requirement("Open", "The gate SHALL open."), requirement("Close", "The gate SHALL close.")


def test_text_is_old_while_its_requirement_reads_the_same_in_whichever_document() -> None:
    before = tree(gate=[OPEN, CLOSE])
    moved = tree(gate=[OPEN], lock=[CLOSE.replace("SHALL close", "SHALL\nclose")])
    assert age_figures(moved, before) == {"age.text_over_90_days": 100}
    changed = tree(gate=[OPEN, CLOSE.replace("SHALL close", "SHALL shut")])
    assert age_figures(changed, before)["age.text_over_90_days"] == pytest.approx(50)
    assert age_figures(before, tree()) == {"age.text_over_90_days": 0}
    assert age_figures(tree(), before) == {}


def test_findings_that_came_went_and_stand() -> None:
    seen = {"a": days(10), "b": days(4), "gone": days(6)}
    assert finding_figures(seen, {"a", "b", "new"}, NOW, is_next=True) == {
        "findings.opened": 1,
        "findings.closed": 1,
        "findings.closed_age_p50": 6,
        "findings.age_p50": 4,
    }
    assert seen_until(seen, {"a", "new"}, NOW) == {"a": days(10), "new": NOW}


def test_without_a_record_of_a_commit_before_nothing_came_or_went() -> None:
    assert finding_figures({}, {"a"}, NOW, is_next=False) == {}
    assert finding_figures({}, set(), NOW, is_next=True) == {"findings.opened": 0, "findings.closed": 0}


def question(*replies: Reply, asked: str = "2026-11-27T10:00:00Z") -> Question:
    return Question("id", "How long?", Mark("ada", asked), replies=replies)


def reply(kind: AuthorKind, at: str, *, rejected: bool = False) -> Reply:
    return Reply("r", "2 s", kind, "name", at, rejected=Mark("ada", at, "no") if rejected else None)


def test_a_question_waited_until_the_first_answer_that_nobody_rejected() -> None:
    late, early = reply("person", "2026-11-27T12:00:00Z"), reply("person", "2026-11-27T11:00:00Z")
    assert waited(question(late, early), "person") == 3600
    assert waited(question(late, reply("person", "2026-11-27T10:01:00Z", rejected=True)), "person") == 7200
    assert waited(question(late), "agent") is None


@pytest.mark.parametrize("at", ["yesterday", "", "2026-11-27T11:00:00", "2026-11-27T09:00:00Z"])
def test_a_time_that_is_none_tells_nothing(at: str) -> None:
    assert waited(question(reply("agent", at)), "agent") is None


def test_waiting_is_told_by_who_answered() -> None:
    told = waiting_figures({"person": [10, 20, 90], "agent": []})
    assert told == {"questions.person_latency_p50": 20, "questions.person_latency_p90": 90}


def test_words_that_people_changed() -> None:
    assert rewritten("a b c d", "a b  c\nd") == 0
    assert rewritten("a b c d", "a b x d") == 25
    assert rewritten("a", "z") == 100
    assert rework_figures([("a b c d", "a b x d")], 2) == {"edits.reverted": 2, "edits.rewritten": 25}
    assert rework_figures([], None) == {}
