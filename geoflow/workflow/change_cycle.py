"""The changes of a tree as those who take part see them: what was said, how far they are, and who acts next."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.items import Item
from geoflow.openspec.layout import ARCHIVE, CHANGES, layout
from geoflow.openspec.model import Report
from geoflow.openspec.progress import progress
from geoflow.openspec.validity import OpenTree, check_item, folder_of, open_tree
from geoflow.ports import (
    BrokenFile,
    Clock,
    Documents,
    Events,
    PlanningTree,
    QuestionStore,
    SaidOfChange,
    StoredQuestions,
)
from geoflow.questions.cycle import Situation, Standing, standing_of, unheard, waits_for_person
from geoflow.questions.question import Question
from geoflow.questions.review_round import Author, Event, Signed, content_hash, is_document, text_hash

_DAY = timedelta(days=1)
_DATED = re.compile(r"\d{4}-\d\d-\d\d-")


@dataclass(frozen=True, slots=True)
class Cycle:
    """What the cycle of changes is worked out with, and who is at work.

    Args:
        tree: Where changes are read and rewritten.
        documents: Where new files appear.
        events: What is said about changes, as files.
        questions: The question files.
        clock: Says when.
        people: Tells who may approve what lies at a path.
        author: Who is at work.
        kind: What they count as.
    """

    tree: PlanningTree
    documents: Documents
    events: Events
    questions: QuestionStore
    clock: Clock
    people: Callable[[str], tuple[str, ...]]
    author: str
    kind: Author

    def sign(self, about: str, after: Iterable[Event] = ()) -> Signed:
        """Sign something about documents with this hash; it is later than all these, whatever the clock says."""
        now = self.clock.now()
        times = (_moment(one.signed.at) for one in after)
        # Another computer's clock may be ahead, but what names another day was not written by one.
        near = [time + timedelta(microseconds=1) for time in times if time and abs(time - now) < _DAY]
        later = max(now, *near) if near else now
        return Signed(self.author, self.kind, later.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), about)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as it stands. `folder` ends in a slash; `documents` and `files` are {path inside it: text}.

    `asked` are all questions about it, `questions` those that wait for a person.
    """

    id: str
    folder: str
    documents: Mapping[str, str]
    files: Mapping[str, str]
    events: tuple[Event, ...]
    questions: tuple[Question, ...]
    standing: Standing
    report: Report
    broken: tuple[BrokenFile, ...] = ()
    asked: tuple[Question, ...] = ()

    @property
    def base(self) -> str:
        """Hash the documents to the letter, so that what is said of them can name them."""
        return text_hash(self.documents)

    @property
    def content(self) -> str:
        """Hash what the documents say."""
        return content_hash(self.documents)


def look_at_changes(cycle: Cycle, among: Collection[str] | None = None) -> list[ChangeView]:
    """Look at all active changes, or at those among these, by id."""
    tree, stored = open_tree(cycle.tree.read()), cycle.questions.read()
    return [_view(cycle, tree, stored, change) for change in tree.found.changes if among is None or change in among]


def look_at_change(cycle: Cycle, change: str) -> ChangeView:
    """Look at one change, active or archived; GeoflowError `unknown-change`."""
    tree = open_tree(cycle.tree.read())
    if change in tree.found.changes:
        return _view(cycle, tree, cycle.questions.read(), change)
    return _archived(cycle, change)


def active_change(cycle: Cycle, change: str) -> ChangeView:
    """Look at one active change; GeoflowError `unknown-change`, `change-archived`."""
    found = look_at_change(cycle, change)
    if found.standing.state == "archived":
        raise GeoflowError(
            f"The change {change} is archived.",
            fix="Propose a new change.",
            code="change-archived",
            exit_code=ExitCode.USAGE,
        )
    return found


def check_base(found: ChangeView, base: str) -> None:
    """Refuse what was made from documents that are not there any more; GeoflowError `changed-meanwhile`."""
    if base != found.base:
        raise GeoflowError(
            f"The documents of {found.id} are not those that `base` names: somebody changed them meanwhile.",
            fix="Read the change again (get_change), look at what is new, and send it with the new base.",
            code="changed-meanwhile",
            exit_code=ExitCode.NO,
        )


def _view(cycle: Cycle, tree: OpenTree, stored: StoredQuestions, change: str) -> ChangeView:
    folder = f"{CHANGES}{change}/"
    files = {name: tree.files[path] for name, path in tree.found.changes[change].items()}
    said, documents = _said(cycle, folder, files), _documents(files)
    report, tasks = check_item(Item("change", change), tree), progress(folder_of(tree, change))
    about = [one for one in stored.questions.values() if one.about and one.about.path.startswith(folder)]
    waiting = tuple(sorted(filter(waits_for_person, about), key=lambda one: (one.asked.at, one.id)))
    situation = Situation(
        is_archived=False,
        is_valid=report.valid(),
        content=content_hash(documents),
        events=said.events,
        questions=waiting,
        people=cycle.people(f"{folder}proposal.md"),
        has_open_tasks=tasks.done < tasks.total,
        has_news=bool(unheard(about, said.events)),
    )
    standing = standing_of(situation)
    view = ChangeView(change, folder, documents, files, said.events, waiting, standing, report, said.broken)
    return replace(view, asked=tuple(about))


def _archived(cycle: Cycle, change: str) -> ChangeView:
    raw = {path: text.decode("utf-8", "surrogateescape") for path, text in cycle.documents.read("history").items()}
    archived = layout(raw).archived
    named = [name for name in archived if name == change or _DATED.sub("", name, count=1) == change]
    if not named:
        raise GeoflowError(
            f"There is no change named {change[:80]}.",
            fix="See their names: geoflow list; or get_change without an id.",
            code="unknown-change",
            exit_code=ExitCode.USAGE,
        )
    name = max(named)
    folder = f"{ARCHIVE}{name}/"
    files = {inside: raw[path] for inside, path in archived[name].items()}
    said = _said(cycle, folder, files)
    standing = standing_of(Situation(is_archived=True, is_valid=True, content="", events=said.events))
    report = Report(name, "change", ())
    return ChangeView(name, folder, _documents(files), files, said.events, (), standing, report, said.broken)


def _said(cycle: Cycle, folder: str, files: Mapping[str, str]) -> SaidOfChange:
    return cycle.events.read({f"{folder}{name}": text for name, text in files.items() if not is_document(name)})


def _documents(files: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in sorted(files.items()) if is_document(name)}


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
