"""Improve and review with the real embedded model: the plumbing and the promises, never its wording."""

from pathlib import Path

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.embedded import EmbeddedChat
from geoflow.adapters.git import open_repository
from geoflow.adapters.templates import JinjaTemplates
from geoflow.improvement.gate import CHECKS
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.limits import Limits
from geoflow.workflow.review import Reviewer, review
from geoflow.workflow.workshop import Workshop
from tests.builders import git, make_repo, requirement, spec
from tests.fakes import SilentProgress
from tests.long.judge import losses

pytestmark = pytest.mark.model
PATH = "openspec/specs/example/spec.md"
TEXT = spec(
    requirement("Reading", "The reader SHALL gracefully stop within 10 s, and SHALL keep `a.txt`."),
    requirement("Showing", "The reader SHALL show an appropriate error.\nIt SHALL beep."),
)


def test_improve_keeps_something_and_loses_nothing(tmp_path: Path, embedded_model: EmbeddedChat) -> None:
    root = make_repo(tmp_path / "r", {PATH: TEXT})
    workshop = Workshop(open_repository(root), embedded_model, JinjaTemplates(), SystemClock(), SilentProgress())
    result = improve(workshop, ImproveOptions(Limits(calls=6)))
    assert result.cost["calls"] >= 3
    assert result.cost["prompt_tokens"] > 0
    assert result.edits
    assert all(edit.checks == tuple(name for name, _ in CHECKS) for edit in result.edits)
    new = git(root, "show", f"{result.branch}:{PATH}")
    assert losses(TEXT, new, [edit.finding.quote for edit in result.edits]) == []


def test_review_looks_at_every_requirement_and_quotes_only_what_is_there(embedded_model: EmbeddedChat) -> None:
    reviewer = Reviewer(embedded_model, JinjaTemplates(), SystemClock(), SilentProgress())
    result = review(reviewer, {PATH: TEXT}, (), Limits())
    assert (result.looked_at, result.requirements) == (2, 2)
    assert all(finding.quote in TEXT for finding in result.findings)
