"""The files of a drafted change, and the questions that are stored with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from geoflow.errors import GeoflowError
from geoflow.improvement.draft import Draft, DraftQuestion
from geoflow.openspec import validate
from geoflow.openspec.model import Tree
from geoflow.ports import ChatModel, Templates
from geoflow.quality.single_line import single_line
from geoflow.questions.answer import question_id
from geoflow.questions.passage import Passage
from geoflow.questions.question import MOST_OPEN, About, Mark, Question

_LONGEST_QUOTED_IDEA = 500


@dataclass(frozen=True, slots=True)
class Proposed:
    """A drafted change: its files ({path: text}), what it rests on, and what is open.

    `questions` are to be stored with it; who asks is not in them yet. `modified` tells that it changes a requirement.
    """

    change: str
    capability: str
    new_capability: bool
    draft: Draft
    related: tuple[Passage, ...]
    files: Mapping[str, str]
    written: bool = False
    questions: tuple[Question, ...] = ()
    modified: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What a change is drafted on: the idea on one line, its names, what stands close to it, and the tree."""

    line: str
    change: str
    capability: str
    related: tuple[Passage, ...]
    tree: Tree
    texts: Mapping[str, str]

    @property
    def is_new(self) -> bool:
        """Tell whether the capability is new."""
        return all(spec.id != self.capability for spec in self.tree.specs)

    @property
    def folder(self) -> str:
        """Give the folder of the change."""
        return f"openspec/changes/{self.change}"

    @property
    def delta(self) -> str:
        """Give the path of the delta."""
        return f"{self.folder}/specs/{self.capability}/spec.md"


def finished(base: Ground, draft: Draft, tools: tuple[ChatModel, Templates, datetime], delta: str = "") -> Proposed:
    """Make the files of a change and its questions of a draft, and check that it is valid.

    Args:
        base: What it was drafted on.
        draft: The draft.
        tools: The model, the templates and the time.
        delta: The delta where one was made already, of a requirement that is changed.

    Raises:
        GeoflowError: `draft-invalid`.
    """
    model, templates, at = tools
    mark = Mark("", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    questions = tuple(_stored(one, base, draft.name, mark) for one in draft.asked[:MOST_OPEN])
    places = [one.path for one in questions] + [""] * (len(draft.asked) - len(questions))
    values = _values(base, draft) | {
        "new": base.is_new,
        "modified": bool(delta),
        "model": single_line(model.name, 100),
        "date": at.date().isoformat(),
        "asked": [{"text": one.text, "path": path} for one, path in zip(draft.asked, places, strict=True)],
    }
    made = _files(base, values, templates, delta)
    _check(base.change, base.texts, made)
    return Proposed(
        base.change, base.capability, base.is_new, draft, base.related, made, questions=questions, modified=bool(delta)
    )


def _stored(asked: DraftQuestion, base: Ground, requirement: str, mark: Mark) -> Question:
    about = About(base.delta, requirement, quote=asked.quote)
    key = question_id(f"{base.change} {asked.text}")
    return Question(key, f"“{requirement}”: {asked.text}", mark, about, options=asked.options)


def _values(base: Ground, draft: Draft) -> dict[str, object]:
    return {
        "idea": single_line(base.line, _LONGEST_QUOTED_IDEA),
        "capability": single_line(base.capability, 200),
        "requirement": draft.name,
        "sentence": draft.sentence,
        "scenarios": draft.scenarios,
        "problem": draft.problem,
        "questions": draft.questions,
        "related": [
            {
                "heading": single_line(place.heading, 120),
                "path": single_line(place.path, 300),
                "line": place.line,
            }
            for place in base.related
        ],
    }


def _files(base: Ground, values: Mapping[str, object], templates: Templates, delta: str) -> dict[str, str]:
    return {
        f"{base.folder}/.openspec.yaml": templates.render("change/openspec.yaml", values),
        f"{base.folder}/proposal.md": templates.render("change/proposal.md", values),
        f"{base.folder}/design.md": templates.render("change/design.md", values),
        base.delta: delta or templates.render("change/spec.md", values),
        f"{base.folder}/tasks.md": templates.render("change/tasks.md", values),
    }


def _check(change: str, texts: Mapping[str, str], made: Mapping[str, str]) -> None:
    reports = validate({**texts, **made}, specs=False)
    issues = [
        issue
        for report in reports
        if report.id == change and not report.valid(strict=True)
        for issue in report.issues
        if issue.level != "INFO"
    ]
    if issues:
        raise GeoflowError(
            f"The draft is not valid, and nothing was written: {issues[0].message}",
            fix="Say the idea in other words; if it happens again, report it with the idea as a defect of geoflow.",
            code="draft-invalid",
        )
