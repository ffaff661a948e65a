"""What a run cannot know is put to people: a question a finding, on the branch, for those who may answer."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from geoflow.errors import GeoflowError
from geoflow.improvement import drop_strategy, split_strategy, step_strategy
from geoflow.improvement.choice import LEFT, Choice, chosen
from geoflow.improvement.contract import ANSWERABLE
from geoflow.improvement.insight import is_quoted
from geoflow.improvement.step_text import AT_ALL_TIMES, KEYWORDS, wants_each
from geoflow.ports import QuestionStore
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.quality.project_lexicon import RULED_OUT
from geoflow.questions.answer import question_id
from geoflow.questions.cycle import waits_for_person
from geoflow.questions.question import FOLDER, MOST_OPEN, About, Mark, Question
from geoflow.workflow.desk import Desk
from geoflow.workflow.improve_asked import choice_about, is_asked_about
from geoflow.workflow.improve_result import ASKED, BETWEEN_DOCUMENTS, NEEDS_ANSWER, Left
from geoflow.workflow.improve_session import Session
from geoflow.workflow.workshop import Workshop

ENOUGH_ASKED = f"needs an answer, and those who may give it have {MOST_OPEN} open questions"
BY_HAND = "a person mends it by hand"
MOST_BRANCHES = 20
_LONGEST = 1_200


class Asking:
    """Collects the questions of one run; what is asked already is not asked again, wherever the question lies.

    Args:
        session: The run.
        desk: Who asks whom.
        known: The questions of the base commit.
        store: The question files of the work tree.
        waiting: Questions that lie on branches of past runs, each with its branch.
    """

    def __init__(
        self,
        session: Session,
        desk: Desk,
        known: Iterable[Question],
        store: QuestionStore,
        waiting: Sequence[tuple[Question, str]] = (),
    ) -> None:
        self._session, self._desk = session, desk
        here = {one.id: one for one in known}
        try:
            here = dict(store.read().questions) | here
        except GeoflowError as error:
            session.notes.append(error.message)
        self._branches = {one.id: branch for one, branch in waiting if one.id not in here}
        known_now = ({one.id: one for one, _ in waiting} | here).values()
        self._open = Counter(person for one in known_now if waits_for_person(one) for person in _people(one))
        self._known: dict[_Kind, list[Question]] = {}
        for one in known_now:
            if one.about:
                self._known.setdefault((one.about.code, one.about.path, one.about.requirement), []).append(one)
        self._of_items = {_item(one.about.path): one for one in known_now if one.about and _is_of_item(one)}
        self.new: dict[str, Question] = {}

    def ask(self, at: str) -> None:
        """Ask about what the run has left because only a person knows; `at` is the time, ISO 8601."""
        session = self._session
        groups = self._groups([left.finding for left in session.left if _is_for_people(left)])
        order = sorted(range(len(session.left)), key=lambda index: _urgency(session.left[index].finding, groups))
        parted: dict[tuple[str, str], str] = {}
        for index in order:
            left = session.left[index]
            if _is_for_people(left):
                session.left[index] = Left(left.finding, self._asked(left, groups, parted, at))

    def _groups(self, findings: Iterable[Finding]) -> "_Groups":
        """Give the findings that are one question, by the id of each of them: scenarios that lack the same step."""
        found: dict[_Kind, list[Finding]] = {}
        for finding in findings:
            alone = finding.code not in KEYWORDS or self._known_about(finding) or self._is_asked_alone(finding)
            if not alone:
                found.setdefault(_kind(finding), []).append(finding)
        return {one.id: group for group in found.values() for one in group}

    def _asked(self, left: Left, groups: "_Groups", parted: dict[tuple[str, str], str], at: str) -> str:
        finding = left.finding
        place = (finding.path, finding.requirement)
        if why := self._is_spoken_of(left):
            return why
        if finding.code in split_strategy.SPLITS and place in parted:
            return parted[place]  # one question about the parts of a requirement is enough
        if why := self._session.under_change(*place):
            return why
        people = self._desk.people(finding.path)
        if self._are_busy(people):  # looked at first: to try what could be asked takes a while in a large document
            return ENOUGH_ASKED if is_asked_about(finding) else left.why
        group = groups.get(finding.id, [finding])
        choice = choice_about(self._session, group)
        if choice is None or isinstance(choice, str):
            return choice or left.why
        made = self._question(choice, group, people, at)
        if finding.code in split_strategy.SPLITS:
            parted[place] = _is_asked(made)
        return _is_asked(made)

    def _question(self, choice: Choice, group: Sequence[Finding], people: tuple[str, ...], at: str) -> Question:
        finding = group[0]
        quote = step_strategy.quoting(group) if finding.code in KEYWORDS else finding.quote
        about = About(finding.path, finding.requirement, finding.code, quote)
        text = " ".join(choice.text.split())[:_LONGEST]
        key = question_id(f"{finding.path} {finding.requirement} {finding.code} {quote} {text}")
        made = Question(key, text, Mark(self._desk.author, at), about, people, choice.options)
        self.new[key] = made
        self._known.setdefault(_kind(finding), []).append(made)
        self._open.update(_people(made))
        return made

    def _is_spoken_of(self, left: Left) -> str:
        """Say what becomes of a finding that people were asked about; empty where they were not."""
        known = self._known_about(left.finding)
        if known is None:
            return self._said_of_item(left.finding)
        return left.why if known.withdrawn else self._is_known(known)  # what was withdrawn nobody wants to be asked

    def _said_of_item(self, finding: Finding) -> str:
        """Say what becomes of a missing WHEN where one question is about all of an item that was adopted."""
        known = self._of_items.get(_item(finding.path)) if KEYWORDS.get(finding.code) == "WHEN" else None
        if known is None or known.withdrawn:
            return ""
        if waits_for_person(known):
            return self._is_known(known)
        own = [chosen(one.text, known.options) for one in known.replies if one.is_persons]
        return LEFT if AT_ALL_TIMES in own else BY_HAND if set(own) & set(known.options) else ""

    def _is_known(self, question: Question) -> str:
        branch = self._branches.get(question.id)
        return f"is asked on the branch {branch}: merge it, and answer" if branch else _is_asked(question)

    def _known_about(self, finding: Finding) -> Question | None:
        return next((one for one in self._about(finding) if not _asks_for_each(one)), None)

    def _is_asked_alone(self, finding: Finding) -> bool:
        return any(_asks_for_each(one) for one in self._about(finding))

    def _about(self, finding: Finding) -> Iterator[Question]:
        # A word that the team has ruled out may be one of the rules' own, and is asked about once.
        codes = ANSWERABLE if finding.code == RULED_OUT else {finding.code, RULED_OUT} & (ANSWERABLE | {finding.code})
        places = ((code, finding.path, finding.requirement) for code in codes)
        same = (one for place in places for one in self._known.get(place, ()))
        return (one for one in same if one.about and is_quoted(finding, one.about.quote))

    def _are_busy(self, people: Sequence[str]) -> bool:
        return all(self._open[person] >= MOST_OPEN for person in people or ("",))


_Kind = tuple[str, str, str]
_Groups = Mapping[str, Sequence[Finding]]


def _kind(finding: Finding) -> _Kind:
    return finding.code, finding.path, finding.requirement


def _item(path: str) -> str:
    """Give the folder of a spec or a change."""
    return "/".join(path.split("/")[:3])


def _is_of_item(question: Question) -> bool:
    """Tell whether a question is about all scenarios without a WHEN of an item, as an adoption asks it."""
    return AT_ALL_TIMES in question.options and question.about is not None and question.about.code not in KEYWORDS


def _people(question: Question) -> tuple[str, ...]:
    return question.audience or ("",)


def _asks_for_each(question: Question) -> bool:
    """Tell whether a person has answered that each of the scenarios it is about has a step of its own."""
    if question.about is None or question.about.code not in KEYWORDS or question.withdrawn:
        return False
    own = (one for one in question.replies if one.is_persons)
    return any(wants_each(chosen(one.text, question.options)) for one in own)


def asked_on_branches(workshop: Workshop, branches: Sequence[str]) -> list[tuple[Question, str]]:
    """List the questions that lie on branches of past runs, each with its branch; the newest branches are read."""
    runs, store = workshop.runs, workshop.questions
    if runs is None or store is None:
        return []
    found: list[tuple[Question, str]] = []
    for branch in branches[:MOST_BRANCHES]:
        if tip := runs.tip(branch):
            files = workshop.repository.read(tip, archive=False, only=(f"{FOLDER}/",))
            found += ((question, branch) for question in store.read_from(files).questions.values())
    return found


def _is_for_people(left: Left) -> bool:
    return left.why == NEEDS_ANSWER or (left.why == BETWEEN_DOCUMENTS and left.finding.code in drop_strategy.COPIES)


def _urgency(finding: Finding, groups: _Groups) -> tuple[int, int, int, str, int]:
    """Order findings by how much is won by asking: of steps, which come last, first those of most scenarios."""
    late = finding.code in KEYWORDS or finding.code == split_strategy.LONG
    size = len(groups.get(finding.id, ()))
    return SEVERITY_ORDER[finding.severity], late, -size, finding.path, finding.start


def _is_asked(question: Question) -> str:
    return f"{ASKED}{question.id}.yaml"
