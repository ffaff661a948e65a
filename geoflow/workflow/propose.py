"""Draft a whole change from an idea: valid by construction, grounded in the specs, never over what exists."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.draft import Draft
from geoflow.improvement.draft_names import free_name, is_capability, is_name, name_from
from geoflow.openspec import validate
from geoflow.openspec.layout import layout
from geoflow.openspec.model import Tree
from geoflow.openspec.tree import read_tree
from geoflow.ports import ChatModel, Clock, Documents, Passages, Progress, Templates
from geoflow.quality.single_line import single_line
from geoflow.questions.passage import Passage, is_searched
from geoflow.questions.retrieval import Found, Hit, ranked
from geoflow.questions.terms import query_terms
from geoflow.workflow.propose_draft import Brief, Drafter

LONGEST_IDEA = 20_000
LEAST_SHARED = 0.5
"""Of the idea's words this share must stand in one passage of a capability, or the change gets one of its own.

By number and not by weight: what is new about an idea stands nowhere yet, and would weigh most."""
_LONGEST_QUOTED_IDEA = 500
_HITS = 20
_RELATED = 3


@dataclass(frozen=True, slots=True)
class Idea:
    """What was asked for. Empty `name` and `capability` are derived; `write` False only shows the change."""

    text: str
    name: str = ""
    capability: str = ""
    write: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """What a proposal is worked out with."""

    documents: Documents
    passages: Passages
    templates: Templates
    clock: Clock
    progress: Progress


@dataclass(frozen=True, slots=True)
class Proposed:
    """A drafted change: its files ({path: text}), what it rests on, and what is open."""

    change: str
    capability: str
    new_capability: bool
    draft: Draft
    related: tuple[Passage, ...]
    files: Mapping[str, str]
    written: bool = False


def propose(idea: Idea, desk: Desk, model: ChatModel) -> Proposed:
    """Draft a change; nothing is written.

    Raises:
        GeoflowError: those of `checked_line`; `bad-name`, `bad-capability`, `exists`, `draft-invalid`; those of
            the model and of the documents.
    """
    line = checked_line(idea)
    files = desk.documents.read()
    texts = {path: content.decode("utf-8", "replace") for path, content in files.items()}
    tree = read_tree({path: text for path, text in texts.items() if is_searched(path)})
    terms = query_terms(line)
    change = change_name(idea, name_from(line, terms), texts)
    found = desk.passages.search(files, [terms], _HITS)[0]
    capability = _capability(idea, found, tree, change)
    related = tuple(hit.passage for hit in _holding(found)[:_RELATED])
    brief = Brief(line, related, _taken(tree, capability))
    draft = Drafter(model, desk.templates, desk.progress).draft(brief)
    new = all(spec.id != capability for spec in tree.specs)
    values = _values(line, capability, draft, related) | {
        "new": new,
        "model": single_line(model.name, 100),
        "date": desk.clock.now().date().isoformat(),
    }
    made = _files(f"openspec/changes/{change}", capability, values, desk.templates)
    _check(change, texts, made)
    return Proposed(change, capability, new, draft, related, made)


def checked_line(idea: Idea) -> str:
    """Give the idea as one line; GeoflowError `idea-empty` or `idea-too-long`."""
    if len(idea.text) > LONGEST_IDEA:
        raise GeoflowError(
            f"The idea has {len(idea.text):,} characters; {LONGEST_IDEA:,} are the most.",
            fix="Say it in a few sentences; put the rest into the design afterwards.",
            code="idea-too-long",
            exit_code=ExitCode.USAGE,
        )
    line = single_line(idea.text, LONGEST_IDEA)
    if not any(character.isalnum() for character in line):
        raise GeoflowError(
            "The idea is empty.",
            fix='Say it in words: geoflow propose "Let users export a report as PDF"',
            code="idea-empty",
            exit_code=ExitCode.USAGE,
        )
    return line


def change_name(idea: Idea, derived: str, texts: Mapping[str, str]) -> str:
    """Choose the name of a change: the one that was asked for, or a free one like this; `bad-name`, `exists`."""
    existing = layout(texts).changes
    if not idea.name:
        return free_name(derived, list(existing))
    if not is_name(idea.name):
        raise GeoflowError(
            f"{idea.name[:80]!r} cannot name a change.",
            fix="Use lower-case words with hyphens between, such as add-pdf-export.",
            code="bad-name",
            exit_code=ExitCode.USAGE,
        )
    if idea.name in existing:
        raise GeoflowError(
            f"The change {idea.name} exists already, and nothing was written.",
            fix="Take another name, or leave --name out.",
            code="exists",
            exit_code=ExitCode.USAGE,
        )
    return idea.name


def _capability(idea: Idea, found: Found, tree: Tree, change: str) -> str:
    existing = [spec.id for spec in tree.specs]
    if idea.capability:
        if idea.capability in existing or is_capability(idea.capability):
            return idea.capability
        raise GeoflowError(
            f"{idea.capability[:80]!r} cannot name a capability.",
            fix="Use one that exists (a folder below openspec/specs) or lower-case words with hyphens between.",
            code="bad-capability",
            exit_code=ExitCode.USAGE,
        )
    merits: dict[str, float] = defaultdict(float)
    for place, hit in enumerate(_holding(found)):
        if len(hit.matched) >= LEAST_SHARED * len(found.terms):
            merits[hit.passage.topic] += found.coverage(hit.matched) / (1 + place)
    if merits:
        return max(merits, key=lambda topic: merits[topic])
    return free_name(change, existing)


def _holding(found: Found) -> Sequence[Hit]:
    return [hit for hit in ranked(found) if hit.passage.source == "spec"]


def _taken(tree: Tree, capability: str) -> list[str]:
    names = [item.name for spec in tree.specs if spec.id == capability for item in spec.requirements]
    for change in tree.changes:
        for delta in change.deltas:
            if delta.id == capability:
                names += [item.name for item in delta.added] + [renamed.new for renamed in delta.renamed]
    return names


def _values(line: str, capability: str, draft: Draft, related: Sequence[Passage]) -> dict[str, object]:
    return {
        "idea": single_line(line, _LONGEST_QUOTED_IDEA),
        "capability": single_line(capability, 200),
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
            for place in related
        ],
    }


def _files(folder: str, capability: str, values: Mapping[str, object], templates: Templates) -> dict[str, str]:
    return {
        f"{folder}/.openspec.yaml": templates.render("change/openspec.yaml", values),
        f"{folder}/proposal.md": templates.render("change/proposal.md", values),
        f"{folder}/design.md": templates.render("change/design.md", values),
        f"{folder}/specs/{capability}/spec.md": templates.render("change/spec.md", values),
        f"{folder}/tasks.md": templates.render("change/tasks.md", values),
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
