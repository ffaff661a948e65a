"""What a judgement is about: the finding, edit, run, question, answer or change that has the id that was typed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Events, Runs
from geoflow.quality.finding import Finding
from geoflow.questions.feedback import edit_id
from geoflow.questions.question import Question
from geoflow.questions.review_round import Round
from geoflow.workflow.run_record import RecordedRun, read_record

Kind = Literal["finding", "edit", "run", "question", "change"]
_SHORTEST = 4  # characters that may stand for a whole id
_CHANGES = "openspec/changes/"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Target:
    """What is judged: its kind, its whole id, and what it says on one line; `code` and `quote` of its finding.

    `strategy` and `run` are those of an edit.
    """

    kind: Kind
    id: str
    text: str
    code: str = ""
    quote: str = ""
    strategy: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where what can be judged is found; each is looked at only where those before it have not the id.

    Args:
        files: The documents of the work tree, {path: text}.
        questions: The stored questions by id.
        findings: Gives what the rules find in the documents.
        events: Reads the rounds of changes.
        runs: The runs that are kept; None outside a repository.
    """

    files: Mapping[str, str]
    questions: Mapping[str, Question]
    findings: Callable[[], Sequence[Finding]]
    events: Events
    runs: Runs | None


def find_target(places: Places, name: str) -> Target:
    """Find what has this id, or the only one whose id begins so.

    A finding that is there now comes before the edit that mends it, which has the name of its run before it.

    Raises:
        GeoflowError: `unknown-target` where nothing has it, or several.
    """
    near: list[str] = []
    for listed in (_changes, _questions, _findings, _run_things):
        found = {one.id: one for one in listed(places)} if name.strip() else {}
        if name in found:
            return found[name]
        begun = [one for one in found.values() if len(name) >= _SHORTEST and _begins(one, name)]
        if len(begun) == 1 or (begun and begun[0].kind == "edit"):  # of edits the newest run's
            return begun[0]
        near += [one.id for one in begun]
    raise GeoflowError(
        f"{'Several things have ids that begin' if near else 'Nothing has an id that begins'} with {name[:80]!r}.",
        fix=f"Name one of: {', '.join(near[:_SHOWN])}"
        if near
        else "Take an id that geoflow review --json, improve --triage, improve --outcomes or ask --list shows.",
        code="unknown-target",
        exit_code=ExitCode.USAGE,
    )


def _begins(one: Target, name: str) -> bool:
    return one.id.startswith(name) or (one.kind == "edit" and one.id.partition("/")[2].startswith(name))


def _changes(places: Places) -> Iterator[Target]:
    names = {path.removeprefix(_CHANGES).partition("/")[0] for path in places.files if path.startswith(_CHANGES)}
    for name in sorted(names - {"archive"}):
        yield Target("change", name, f"the change {name}")


def _questions(places: Places) -> Iterator[Target]:
    for one in places.questions.values():
        yield Target("question", one.id, one.text)


def _findings(places: Places) -> Iterator[Target]:
    for found in places.findings():
        yield Target("finding", found.id, f"{found.path}:{found.line} {found.message}", found.code, found.quote)
    rounds: dict[str, dict[str, str]] = {}
    for path, text in places.files.items():
        if path.startswith(_CHANGES) and "/reviews/" in path:
            rounds.setdefault(path.removeprefix(_CHANGES).partition("/")[0], {})[path] = text
    for files in rounds.values():
        for event in places.events.read(files).events:
            for one in event.findings if isinstance(event, Round) else ():
                yield Target("finding", one.id, f"{one.path}:{one.line} {one.message}", one.code, one.quote)


def _run_things(places: Places) -> Iterator[Target]:
    for run in kept_runs(places.runs):
        count, items = len(run.edits), len(run.adoptions)
        adopted = f" and {items} adopted item{'' if items == 1 else 's'}" if items else ""
        edits = f"{count} edit{'' if count == 1 else 's'}"
        yield Target("run", run.name, f"the run {run.name} with {edits}{adopted}", run=run.name)
        for edit in run.edits:
            place = f"{edit.path}:{edit.line} {edit.requirement}"
            yield Target("edit", edit_id(run.name, edit.id), place, edit.code, edit.quote, edit.strategy, run.name)
        for item in run.adoptions:
            told = f"{item.item} put into OpenSpec form"
            yield Target("edit", edit_id(run.name, item.id), told, strategy=item.strategy, run=run.name)


def kept_runs(runs: Runs | None) -> list[RecordedRun]:
    """Give the runs that are kept and can be read, the newest first."""
    records = runs.records() if runs else {}
    return [one for one in (read_record(name, content) for name, content in records.items()) if one]
