"""Draft a whole change from an idea: valid by construction, grounded in the specs, never over what exists."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.draft import Draft, DraftQuestion, DraftScenario
from geoflow.improvement.draft_names import free_name, is_capability, is_name, name_from
from geoflow.openspec import parse_delta
from geoflow.openspec.layout import layout
from geoflow.openspec.model import Delta, Tree
from geoflow.openspec.tree import read_tree
from geoflow.ports import ChatModel, Clock, Documents, Passages, Progress, Templates
from geoflow.quality.single_line import single_line
from geoflow.questions.passage import is_searched
from geoflow.questions.retrieval import Found, Hit, ranked
from geoflow.questions.terms import query_terms
from geoflow.workflow.propose_draft import Brief, Drafter
from geoflow.workflow.propose_files import Ground, Proposed, finished
from geoflow.workflow.propose_modified import Target, changes, modified

LONGEST_IDEA = 20_000
LEAST_SHARED = 0.5
"""Of the idea's words this share must stand in one passage of a capability, or the change gets one of its own.

By number and not by weight: what is new about an idea stands nowhere yet, and would weigh most."""
_HITS = 20
_RELATED = 3
_LONGEST_SENTENCE = 2_000


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
    base = Ground(line, change, capability, related, tree, texts)
    tools = (model, desk.templates, desk.clock.now())
    target = _target(found, base)
    is_about = target is not None and changes(line, target, model, desk.templates)
    if target and is_about and (delta := modified(line, target, change, texts, _tools(desk, model))):
        return finished(base, _change_of(base, target, delta, desk, model), tools, delta)
    brief = Brief(line, related, _taken(tree, capability))
    draft = Drafter(model, desk.templates, desk.progress).draft(brief)
    if target and is_about:
        names = (f"It changes “{target.requirement.name}”", "It adds a requirement")
        question = DraftQuestion(
            f"Does the idea change “{target.requirement.name}” or add a requirement? No edit of it passed the checks.",
            options=names,
        )
        draft = replace(draft, asked=(*draft.asked, question))
    return finished(base, draft, tools)


def _tools(desk: Desk, model: ChatModel) -> tuple[ChatModel, Templates, Clock, Progress]:
    return model, desk.templates, desk.clock, desk.progress


def _target(found: Found, base: Ground) -> Target | None:
    """Find the one requirement that an idea may change: the nearest, where it has enough of the idea's words."""
    touched = {name for change in base.tree.changes for delta in change.deltas for name in _touched(delta)}
    for hit in _holding(found)[:1]:
        spec = next((one for one in base.tree.specs if one.path == hit.passage.path), None)
        named = [one for one in spec.requirements if one.name == hit.passage.heading] if spec else []
        near = len(hit.matched) >= LEAST_SHARED * len(found.terms)
        # What another active change touches already would make two changes that cannot both be archived as they are.
        if spec and spec.id == base.capability and len(named) == 1 and near and named[0].name not in touched:
            return Target(spec, named[0])
    return None


def _touched(delta: Delta) -> list[str]:
    return [
        *(one.name for one in delta.modified),
        *(one.name for one in delta.removed),
        *(one.old for one in delta.renamed),
    ]


def _change_of(base: Ground, target: Target, delta: str, desk: Desk, model: ChatModel) -> Draft:
    """Describe a changed requirement as a draft; its scenarios are those that it has."""
    [changed] = parse_delta(base.capability, base.delta, delta).modified
    sentence = single_line(delta[changed.body_start : changed.body_end], _LONGEST_SENTENCE)
    scenarios = tuple(DraftScenario(single_line(one.name, 80), "", "") for one in changed.scenarios)
    brief = Brief(base.line, base.related, ())
    problem = Drafter(model, desk.templates, desk.progress).problem(brief)
    return Draft(target.requirement.name, sentence, scenarios, *problem)


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
