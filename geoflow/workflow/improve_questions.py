"""What a run cannot know is put to people: a question a finding, on the branch, for those who may answer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from geoflow.errors import GeoflowError
from geoflow.improvement import drop_strategy, scenario_strategy, split_strategy
from geoflow.improvement.choice import Choice, is_left
from geoflow.improvement.contract import ANSWERABLE, is_choice
from geoflow.improvement.edit import GivenAnswer
from geoflow.improvement.gate import judge
from geoflow.ports import QuestionStore
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.questions.answer import question_id
from geoflow.questions.cycle import waits_for_person
from geoflow.questions.question import FOLDER, MOST_OPEN, About, Mark, Question
from geoflow.workflow.desk import Desk
from geoflow.workflow.improve_choices import candidate_for
from geoflow.workflow.improve_result import ASKED, BETWEEN_DOCUMENTS, NEEDS_ANSWER, Left
from geoflow.workflow.improve_session import Session
from geoflow.workflow.workshop import Workshop

ENOUGH_ASKED = f"needs an answer, and those who may give it have {MOST_OPEN} open questions"
NO_WAY = "no way to carry it out would pass the gate"
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
        self._known = {one.id: one for one, _ in waiting} | here
        self.new: dict[str, Question] = {}

    def ask(self, at: str) -> None:
        """Ask about what the run has left because only a person knows; `at` is the time, ISO 8601."""
        session = self._session
        order = sorted(range(len(session.left)), key=lambda index: _urgency(session.left[index].finding))
        asked: dict[tuple[str, str], str] = {}
        for index in order:
            left = session.left[index]
            if _is_for_people(left):
                session.left[index] = Left(left.finding, self._asked(left, asked, at))

    def _asked(self, left: Left, asked: dict[tuple[str, str], str], at: str) -> str:
        finding = left.finding
        place = (finding.path, finding.requirement)
        if known := self._known_about(finding):
            return left.why if known.withdrawn else self._is_known(known)  # what was withdrawn nobody wants to be asked
        if finding.code in split_strategy.SPLITS and place in asked:
            return asked[place]  # one question about the parts of a requirement is enough
        if why := self._session.under_change(*place):
            return why
        people = self._desk.people(finding.path)
        if self._are_busy(people):  # looked at first: to try what could be asked takes a while in a large document
            return ENOUGH_ASKED if is_asked_about(finding) else left.why
        choice = _choice(self._session, finding)
        if choice is None or isinstance(choice, str):
            return choice or left.why
        about = About(finding.path, finding.requirement, finding.code, finding.quote)
        text = " ".join(choice.text.split())[:_LONGEST]
        key = question_id(f"{finding.path} {finding.requirement} {finding.code} {finding.quote} {text}")
        made = Question(key, text, Mark(self._desk.author, at), about, people, choice.options)
        self.new[key] = made
        asked[place] = _is_asked(made)
        return _is_asked(made)

    def _is_known(self, question: Question) -> str:
        branch = self._branches.get(question.id)
        return f"is asked on the branch {branch}: merge it, and answer" if branch else _is_asked(question)

    def _known_about(self, finding: Finding) -> Question | None:
        wanted = (finding.code, finding.path, finding.requirement, _folded(finding.quote))
        found = (one for one in self._known.values() if one.about)
        return next((one for one in found if one.about and _place(one.about) == wanted), None)

    def _are_busy(self, people: Sequence[str]) -> bool:
        waiting = [one for one in (*self._known.values(), *self.new.values()) if waits_for_person(one)]
        asked = [one.audience or ("",) for one in waiting]
        return all(sum(person in audience for audience in asked) >= MOST_OPEN for person in people or ("",))


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


def is_asked_about(finding: Finding) -> bool:
    """Tell whether people are asked about findings of this kind."""
    return is_choice(finding.code) or (finding.code in ANSWERABLE and bool(finding.quote))


def _choice(session: Session, finding: Finding) -> Choice | str | None:
    documents = session.bench.documents
    if finding.code == drop_strategy.COPY:
        return _possible(session, finding, drop_strategy.question(documents, finding))
    current = session.bench.refresh(finding) if finding.path in documents else None
    if current is None:
        return None
    if finding.code in split_strategy.SPLITS:
        return _possible(session, current, split_strategy.question(documents[finding.path], current))
    if finding.code in scenario_strategy.MISSING:
        return Choice(
            f"“{finding.requirement}” has no scenario. When does it happen, and what can then be observed? "
            "Answer as in: WHEN a file is missing, THEN the reader reports its name."
        )
    if finding.code in ANSWERABLE and finding.quote:
        quote, name = " ".join(finding.quote.split()), " ".join(finding.requirement.split())
        return Choice(f"What is meant by “{quote}” in “{name}”? {' '.join(finding.message.split())}.")
    return None


def _possible(session: Session, finding: Finding, choice: Choice | str) -> Choice | str:
    """Leave out the options that the gate would refuse to carry out; without one left there is nothing to ask."""
    if isinstance(choice, str):
        return choice
    kept = [option for option in choice.options if is_left(option) or _passes(session, finding, option)]
    return replace(choice, options=tuple(kept)) if len(kept) > 1 else NO_WAY


def _passes(session: Session, finding: Finding, option: str) -> bool:
    made = candidate_for(session.bench.documents, finding, GivenAnswer(option, ""))
    return not isinstance(made, str) and judge(session.bench.propose(made)).kept


def _is_for_people(left: Left) -> bool:
    return left.why == NEEDS_ANSWER or (left.why == BETWEEN_DOCUMENTS and left.finding.code == drop_strategy.COPY)


def _urgency(finding: Finding) -> tuple[int, int, str, int]:
    return SEVERITY_ORDER[finding.severity], finding.code == split_strategy.LONG, finding.path, finding.start


def _is_asked(question: Question) -> str:
    return f"{ASKED}{question.id}.yaml"


def _place(about: About) -> tuple[str, str, str, str]:
    return about.code, about.path, about.requirement, _folded(about.quote)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
