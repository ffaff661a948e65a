"""What past runs leave a new one to edit: read from the runs that are kept, what was said of them, and the commits."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geoflow.improvement.answer_strategy import STRATEGY as BY_ANSWER
from geoflow.improvement.composing import Depends, composed
from geoflow.improvement.outcome import Circumstances, outcome_of
from geoflow.improvement.past_texts import PastTexts, Place, squeezed
from geoflow.openspec import read_tree
from geoflow.ports import EditCommit
from geoflow.quality.findings import documents, purpose_place, requirements_of
from geoflow.questions.feedback import Feedback, edit_id
from geoflow.workflow.adoption_history import Places, waiting_items
from geoflow.workflow.outcomes import Past
from geoflow.workflow.run_record import RecordedEdit, RecordedRun, read_record
from geoflow.workflow.triage_decisions import TRIAGED

BY_ANSWER_PROMPT = "improve.answer/"
MOST_COMMITS = 200
"""Commits of past edits that are read; older ones are told from the runs that are kept."""


@dataclass(frozen=True)
class _Chain:
    """The edits of one target in one run, in their order; each stands on the one before."""

    run: RecordedRun
    edits: tuple[RecordedEdit, ...]
    said: tuple[Feedback | None, ...]

    @property
    def place(self) -> Place:
        return self.edits[0].path, self.edits[0].requirement

    def verdict(self, index: int) -> str:
        said = self.said[index]
        return said.verdict if said else ""


def past_texts(past: Past, files: Mapping[str, str]) -> PastTexts:
    """Tell what past edits mean for the documents as they stand at the commit that is to be improved.

    Args:
        past: What outcomes are told from.
        files: The documents at that commit, {path: text}.
    """
    now = _Now(files)
    records = [read_record(name, content) for name, content in past.runs.records().items()]
    runs = [one for one in records if one]
    said = past.events.feedback(past.documents.read("feedback")).feedback
    chains = _chains(runs, said)
    there = past.runs.branches_there([name for run in runs for name in _branches(run)])
    waiting: dict[Place, str] = {}
    by_model: set[Place] = set()
    seen: dict[Place, set[str]] = {}
    for chain in chains:
        texts = now.at(chain.place)
        if branch := _waits_on(chain, texts, there, past):
            waiting.setdefault(chain.place, branch)
        if _is_models(chain, texts):
            by_model.add(chain.place)
        seen.setdefault(chain.place, set()).update(_seen(chain, texts))
    for place, before, after in _committed(past.repository.edit_commits(MOST_COMMITS)):
        seen.setdefault(place, set()).add(squeezed(before))
        if squeezed(after) in map(squeezed, now.at(place)):
            by_model.add(place)
    texts_seen = {place: frozenset(found) for place, found in seen.items()}
    left = [run for run in runs if run.branch in there]
    head = past.repository.head().commit
    adopted = waiting_items(runs, said, Places(there, TRIAGED, lambda commit: past.runs.is_in(commit, head)))
    carried = {question: run.branch for run in left for question in run.carried}
    return PastTexts(waiting, frozenset(by_model), texts_seen, tuple(run.branch for run in left), adopted, carried)


class _Now:
    """The texts of the documents as they stand; a document is parsed when one of its places is asked for."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._found: dict[str, dict[Place, list[str]]] = {}

    def at(self, place: Place) -> Sequence[str]:
        path = place[0]
        if path not in self._found:
            self._found[path] = texts_by_place({path: self._files[path]}) if path in self._files else {}
        return self._found[path].get(place, ())


def texts_by_place(files: Mapping[str, str]) -> dict[Place, list[str]]:
    """List the texts of requirements and Purpose sections by document and name."""
    found: dict[Place, list[str]] = {}
    for document in documents(read_tree(files)):
        for requirement in requirements_of(document):
            block = document.text[requirement.start : requirement.end]
            found.setdefault((document.path, requirement.name), []).append(block)
        start, end = purpose_place(document)
        if end > start:
            found[document.path, ""] = [document.text[start:end]]
    return found


def _chains(runs: Iterable[RecordedRun], said: Sequence[Feedback]) -> list[_Chain]:
    verdicts = {one.target: one for one in said if one.verdict != "comment"}  # the last one counts
    made: list[_Chain] = []
    for run in runs:
        groups: dict[tuple[str, tuple[int, int]], list[RecordedEdit]] = {}
        for edit in run.edits:
            groups.setdefault((edit.path, edit.place), []).append(edit)
        for edits in groups.values():
            about = tuple(verdicts.get(edit_id(run.name, edit.id)) for edit in edits)
            made.append(_Chain(run, tuple(edits), about))
    return made


def _branches(run: RecordedRun) -> list[str]:
    return [run.branch, *(run.branch + tail for tail in TRIAGED)] if run.branch else []


def _waits_on(chain: _Chain, texts: Sequence[str], there: Collection[str], past: Past) -> str:
    """Name the branch on which one of the edits waits: the run's own, or what a triage took of it."""
    for index, edit in enumerate(chain.edits):
        verdict = chain.verdict(index)
        names = _branches(chain.run)
        named = [name for name in (names[1:] if verdict in {"accept", "edit"} else names[:1]) if name in there]
        known = Circumstances(verdict, branch_gone=False, proposed=chain.run.at, now=past.clock.now())
        if named and verdict != "reject" and outcome_of(edit.old, edit.new, texts, known) in {"pending", "stale"}:
            return named[0]
    return ""


def _is_models(chain: _Chain, texts: Sequence[str]) -> bool:
    """Tell whether a requirement reads as an edit of a model has left it, to the letter but for white space."""
    if not any(edit.prompt and edit.strategy != BY_ANSWER for edit in chain.edits):
        return False
    left = {squeezed(edit.new) for index, edit in enumerate(chain.edits) if _holds_models(chain, index)}
    taken = {index for index in range(len(chain.edits)) if chain.verdict(index) == "accept"}
    if any(chain.edits[index].prompt for index in taken):
        text = composed([(edit.old, edit.new) for edit in chain.edits], taken)
        left |= set() if isinstance(text, Depends) else {squeezed(text)}
    return any(squeezed(text) in left for text in texts)


def _holds_models(chain: _Chain, index: int) -> bool:
    return any(edit.prompt and edit.strategy != BY_ANSWER for edit in chain.edits[: index + 1])


def _seen(chain: _Chain, texts: Sequence[str]) -> Iterator[str]:
    """Give the texts that may not come back; where nothing of the edits was taken, those that a person rejected."""
    untouched = squeezed(chain.edits[0].old) in map(squeezed, texts)
    for index, edit in enumerate(chain.edits):
        said = chain.said[index]
        if not untouched:
            yield squeezed(edit.old)
            yield squeezed(edit.new)
        elif said and said.kind == "person" and said.verdict == "reject":
            yield squeezed(edit.new)


def _committed(commits: Iterable[EditCommit]) -> Iterator[tuple[Place, str, str]]:
    """Give what commits that say in a trailer that a model wrote them have changed: place, text before, text after."""
    for commit in commits:
        if all(prompt.startswith(BY_ANSWER_PROMPT) for prompt in commit.prompts):
            continue  # the model chose which piece of a person's words goes in
        before, after = (texts_by_place({commit.path: text}) for text in (commit.before, commit.after))
        for place, texts in after.items():
            old = before.get(place, [])
            if len(texts) == len(old) == 1 and squeezed(texts[0]) != squeezed(old[0]):
                yield place, old[0], texts[0]
