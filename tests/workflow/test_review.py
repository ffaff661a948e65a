"""Review: rules first, then a role whose word counts only where its quote stands and two of three samples agree."""

from collections.abc import Mapping
from typing import Any

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel
from geoflow.workflow.limits import Limits
from geoflow.workflow.review import Reviewer, review
from geoflow.workflow.review_result import Review
from tests.builders import requirement, spec
from tests.fakes import QueueModel, SilentProgress
from tests.openspec.deltas import block, delta, tree

PATH = "openspec/specs/example/spec.md"
FILES = {
    PATH: spec(requirement("Reading", "The reader SHALL feel\nhomely."), requirement("Idle", "The reader SHALL stop."))
}
FINE = {"quote": "SHALL stop", "testable": True, "why": "Watch it stop."}


def objection(quote: str = "SHALL feel homely", why: str = "Nobody can measure it.") -> Mapping[str, Any]:
    return {"quote": quote, "testable": False, "why": why}


def run(model: ChatModel | None, files: Mapping[str, str] = FILES, limits: Limits = Limits(), **options: Any) -> Review:  # noqa: B008
    roles = options.get("roles", ("testing",))
    off = frozenset(options.get("off", ()))
    reviewer = Reviewer(model, JinjaTemplates(), SystemClock(), SilentProgress(), off=off, roles=roles)
    return review(reviewer, files, options.get("targets", ()), limits)


def test_an_objection_that_two_of_three_samples_share_is_a_finding_with_its_place() -> None:
    result = run(QueueModel(objection(), FINE, objection(), FINE))
    assert [(finding.code, finding.source, finding.line, finding.end_line) for finding in result.findings] == [
        ("GF501", "role:testing", 8, 9)
    ]
    assert result.findings[0].quote == "SHALL feel\nhomely"
    assert (result.looked_at, result.requirements) == (2, 2)


def test_an_objection_that_the_other_samples_do_not_share_is_dropped() -> None:
    assert run(QueueModel(objection(), FINE, FINE, FINE)).findings == ()


def test_a_quote_that_is_not_there_is_no_finding() -> None:
    model = QueueModel(objection("SHALL be nice"), FINE)
    assert run(model).findings == ()
    assert len(model.requests) == 2


def test_what_the_role_accepts_is_asked_once() -> None:
    model = QueueModel(FINE, FINE)
    run(model)
    assert len(model.requests) == 2


def test_the_text_that_stays_the_same_comes_first() -> None:
    model = QueueModel(FINE, FINE)
    run(model)
    first, second = model.requests
    assert first.messages[0] == second.messages[0]
    assert first.messages[0].role == "system"


def test_a_spent_budget_says_how_much_was_looked_at() -> None:
    result = run(QueueModel(FINE), limits=Limits(calls=1))
    assert result.looked_at == 1
    assert result.notes == ("looked at 1 of 2 requirements: the budget was spent",)


def test_a_model_that_fails_midway_keeps_what_was_found() -> None:
    result = run(QueueModel(FINE, GeoflowError("The server is gone.", fix="Start it.")))
    assert result.notes == ("looked at 1 of 2 requirements: The server is gone. Start it.",)


def test_a_model_that_fails_at_once_is_the_answer() -> None:
    with pytest.raises(GeoflowError, match="gone"):
        run(QueueModel(GeoflowError("The server is gone.")))


UNFIT = GeoflowError("No usable reply.", code="model-reply-invalid")


def test_a_reply_that_fits_nothing_costs_one_requirement() -> None:
    result = run(QueueModel(UNFIT, FINE))
    assert (result.looked_at, result.requirements) == (1, 2)
    assert result.notes == ("not looked at Reading: No usable reply.",)


def test_the_third_reply_that_fits_nothing_ends_the_review() -> None:
    files = {PATH: spec(*(requirement(f"R{number}", "The reader SHALL stop.") for number in range(6)))}
    model = QueueModel(FINE, UNFIT, UNFIT, UNFIT, FINE)
    result = run(model, files)
    assert (result.looked_at, result.requirements, model.left) == (1, 6, 1)
    assert result.notes[-1] == "looked at 1 of 6 requirements: No usable reply."


def test_replies_that_all_fit_nothing_are_the_answer() -> None:
    with pytest.raises(GeoflowError, match="No usable reply"):
        run(QueueModel(UNFIT, UNFIT))


def test_rules_alone_need_no_model_and_the_verdict_follows_the_worst_finding() -> None:
    vague = {PATH: spec(requirement("Reading", "The reader SHALL gracefully stop."))}
    result = run(None, vague)
    assert [finding.code for finding in result.findings] == ["GF201"]
    assert result.verdict == "revise"
    assert (result.fails("error"), result.fails("warning"), result.fails("never")) == (False, True, False)
    assert run(None).verdict == "approve"


def test_only_named_targets_are_reviewed() -> None:
    files = FILES | {"openspec/specs/other/spec.md": spec(requirement("X", "The reader SHALL gracefully stop."))}
    assert run(None, files, targets=("example",)).findings == ()
    with pytest.raises(GeoflowError, match="named nothing"):
        run(None, files, targets=("nothing",))


def test_the_document_for_scripts_has_the_promised_fields() -> None:
    document = run(QueueModel(objection(), objection(), objection(), FINE)).document()
    assert document["schema"] == "geoflow.review/1"
    names = {"id", "code", "severity", "path", "line", "end_line", "requirement", "quote", "message", "fix", "source"}
    assert names <= set(document["findings"][0])
    assert document["verdict"] == "revise"


def changed(*tasks: str) -> dict[str, str]:
    files = tree({"auth": [block("Login")]}, {"one": {"auth": delta(modified=[block("Reset", "second")])}})
    return files | {"openspec/changes/one/tasks.md": "\n".join(tasks) + "\n"}


def test_what_lies_between_documents_is_reviewed_and_fails_like_any_other_finding() -> None:
    result = run(None, changed("- [x] 1.1 Do it"))
    assert [(finding.code, finding.severity) for finding in result.findings] == [("GF301", "error"), ("GF308", "info")]
    assert (result.fails("error"), result.verdict) == (True, "revise")
    assert [finding.code for finding in run(None, changed("- [x] 1.1 Do it"), targets=("auth",)).findings] == []


def test_a_rule_that_is_off_is_not_heard_of() -> None:
    reviewer = Reviewer(None, JinjaTemplates(), SystemClock(), SilentProgress(), off=frozenset({"GF301", "GF308"}))
    result = review(reviewer, changed("- [x] 1.1 Do it"), (), Limits())
    assert [finding.code for finding in result.findings] == ["OS-C1"]


def test_a_tester_that_is_off_is_not_asked() -> None:
    model = QueueModel()
    reviewer = Reviewer(model, JinjaTemplates(), SystemClock(), SilentProgress(), off=frozenset({"GF501"}))
    assert (review(reviewer, FILES, (), Limits()).looked_at, model.requests) == (0, [])


ALL = ("architecture", "requirements", "usability", "scalability", "testing", "performance", "security")
CALM = {"quote": "SHALL stop", "objection": False, "why": "Nothing."}


def worry(quote: str = "SHALL stop") -> Mapping[str, Any]:
    return {"quote": quote, "objection": True, "why": "Who may stop it?"}


def test_all_roles_look_requirement_by_requirement_over_one_prompt() -> None:
    model = QueueModel(*[CALM] * 14)

    result = run(model, roles=ALL)

    shared = [(request.messages[0], request.messages[1].content.split("Question (")[0]) for request in model.requests]
    assert len(set(shared[:7])) == len(set(shared[7:])) == 1
    asked = [request.messages[1].content.split("Question (")[1].split(")")[0] for request in model.requests]
    assert asked == [*ALL, *ALL]
    assert (result.looked_at, result.requirements) == (2, 2)


def test_a_finding_names_its_role_and_has_its_code() -> None:
    model = QueueModel(CALM, worry("SHALL feel homely"), worry("SHALL feel homely"), CALM, CALM, CALM)

    (finding,) = run(model, roles=("testing", "security")).findings

    assert (finding.code, finding.source) == ("GF507", "role:security")
    assert finding.message == "it does not say who may, or what is refused: Who may stop it?"


def test_a_role_whose_rule_is_switched_off_does_not_look() -> None:
    model = QueueModel(FINE, FINE)

    assert run(model, roles=("testing", "security"), off=("GF507",)).looked_at == 2
    assert len(model.requests) == 2


def test_an_unknown_role_is_told_before_the_model_is_asked() -> None:
    model = QueueModel()

    with pytest.raises(GeoflowError, match="safety") as raised:
        run(model, roles=("safety",))

    assert "security" in raised.value.fix
    assert model.requests == []


def test_a_reply_that_fits_nothing_costs_one_role() -> None:
    result = run(QueueModel(UNFIT, CALM, CALM, CALM), roles=("testing", "security"))

    assert result.looked_at == 1
    assert result.notes[0].startswith("not looked at Reading by testing: ")
