"""A change under review on disk, what reviewers say of it, and its revision with a scripted model."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.event_files import EventFiles
from geoflow.adapters.planning_tree import WorkTree
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.ports import ChatModel
from geoflow.questions.question import About, Mark, Question, Reply
from geoflow.questions.review_round import Author, Round, RoundFinding, finding_id
from geoflow.workflow.change_cycle import Cycle, look_at_change
from geoflow.workflow.limits import Limits
from geoflow.workflow.revise import Reviser, revise
from geoflow.workflow.revise_result import Handled, RevisionResult
from geoflow.workflow.submit_review import Review, Said, submit_review
from tests.builders import requirement, spec, write_tree
from tests.fakes import SilentProgress

CHANGE = "report-level"
FOLDER = f"openspec/changes/{CHANGE}"
DELTA = f"{FOLDER}/specs/gauge/spec.md"
SENTENCE = "The gauge SHALL send the water level within 1 minute after it was measured."
SCENARIO = """#### Scenario: A level is measured
- **WHEN** the gauge measures a level
- **THEN** the office has it within 1 minute
"""
PROPOSAL = f"""# Proposal

## Why

The office learns of a flood only when somebody calls, and by then it is too late to close the sluice in time.

## What Changes

- {SENTENCE}
"""
TASKS = f"# Tasks\n\n## 1. Sending\n\n- [ ] 1.1 Make it so: {SENTENCE}\n- [ ] 1.2 Test it\n"
SIREN = requirement("Siren", "The siren SHALL sound when the gauge reports a flood.")


def tree(delta: str = "", **more: str) -> dict[str, str]:
    """Give the files of a tree with one spec and one change."""
    return {
        "openspec/specs/gauge/spec.md": spec(requirement("Reading", "The gauge SHALL measure the water level.")),
        f"{FOLDER}/proposal.md": PROPOSAL,
        f"{FOLDER}/tasks.md": TASKS,
        DELTA: delta or f"## ADDED Requirements\n\n{requirement('Level', SENTENCE, SCENARIO)}\n{SIREN}",
        **more,
    }


class Steady:
    """A clock that moves a second at each look."""

    def __init__(self) -> None:
        self._ticks = 0

    def now(self) -> datetime:
        """Give the time."""
        self._ticks += 1
        return datetime(2026, 11, 22, 12, self._ticks // 60, self._ticks % 60, tzinfo=UTC)

    def seconds(self) -> float:
        """Stand still."""
        return 0.0


CLOCK = Steady()


def cycle(root: Path, author: str = "Ada", kind: Author = "person") -> Cycle:
    """Open the cycle of a root for somebody."""
    return Cycle(
        WorkTree(root),
        WorkTreeDocuments(root),
        EventFiles(root / ".locks"),
        QuestionFiles(root, root / ".locks"),
        CLOCK,
        lambda _: (),
        author,
        kind,
    )


def change_in(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Write the tree."""
    return write_tree(folder, files or tree())


def comment(root: Path, words: str, by: str = "Ada", kind: Author = "person", **place: Any) -> str:
    """Have somebody object to the change; the finding's id."""
    before = {one.id for one in look_at_change(cycle(root), CHANGE).standing.findings}
    view = submit_review(cycle(root, by, kind), CHANGE, Review("revise", findings=(Said(words, **place),)))
    return next(one.id for one in view.standing.findings if one.id not in before)


def role_round(root: Path, code: str, message: str, quote: str, requirement_name: str = "Level") -> str:
    """Store a model's round of a role, as a review stores it; the finding's id."""
    at = cycle(root, "role:performance", "model")
    found = look_at_change(at, CHANGE)
    made = finding_id("role", DELTA, requirement_name, quote, message)
    one = RoundFinding(made, "info", message, "name the figure", code, DELTA, 5, requirement_name, quote)
    event = Round(at.sign(found.content, found.events), "revise", "performance", (one,))
    at.documents.create(at.events.new_file(found.folder, event))
    return made


def answered(root: Path, text: str, answer: str, kind: Any = "person", **about: Any) -> Question:
    """Write a question about the change with its answer."""
    question = Question("q1", text, Mark("Ada", "2026-11-22T10:00:00Z"), About(DELTA, "Level", **about))
    reply = Reply("r1", answer, kind, "Ben", "2026-11-22T11:00:00Z")
    made = Question(question.id, text, question.asked, question.about, replies=(reply,))
    return QuestionFiles(root, root / ".locks").create(made)


def revised(
    root: Path,
    model: ChatModel | None = None,
    *,
    write: bool = True,
    limits: Limits = Limits(),  # noqa: B008
) -> RevisionResult:
    """Revise the change as Ada."""
    templates = JinjaTemplates()
    return revise(Reviser(cycle(root), model, templates, templates, SilentProgress()), CHANGE, limits, write=write)


def of(result: RevisionResult, finding: str) -> Handled:
    """Give what came of one finding."""
    return next(one for one in result.handled if one.id == finding)


def files_of(root: Path) -> dict[str, str]:
    """Read all files below openspec/."""
    return {str(path.relative_to(root)): path.read_text() for path in (root / "openspec").rglob("*") if path.is_file()}
