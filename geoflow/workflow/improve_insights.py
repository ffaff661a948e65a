"""What people have answered, brought into the specs: the questions of the base commit, before any other finding."""

from collections.abc import Mapping, Sequence

from geoflow.errors import GeoflowError
from geoflow.improvement.adopt_codes import is_adoption
from geoflow.improvement.answer_strategy import finding_of, from_answer
from geoflow.improvement.choice import LEFT, chosen, is_left
from geoflow.improvement.contract import UNHELD, is_choice
from geoflow.improvement.edit import Candidate
from geoflow.improvement.insight import HELD, Base, Insight, same_findings, why_held
from geoflow.improvement.step_text import ASKED_EACH, KEYWORDS, leaves, wants_each
from geoflow.ports import BrokenFile, QuestionStore, StoredQuestions
from geoflow.quality.finding import Finding
from geoflow.quality.findings import documents
from geoflow.questions.licensing import answer_line, licensing_answer, person_behind
from geoflow.questions.passage import passages
from geoflow.questions.question import About, Question, Reply
from geoflow.workflow.answer_dialogue import AnswerDialogue
from geoflow.workflow.budget import SPENT
from geoflow.workflow.improve_result import (
    ANSWER_UNUSED,
    BUDGET_SPENT,
    MODEL_STOPPED,
    NEEDS_MODEL,
    STOPPED,
    Heard,
    Idle,
)
from geoflow.workflow.improve_session import Session
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED
from geoflow.workflow.passages_of import passages_in
from geoflow.workflow.workbench import Workbench

SWITCHED_OFF = f"the rule {UNHELD} is switched off"


def insights_of(
    store: QuestionStore | None, files: Mapping[str, bytes], bench: Workbench
) -> tuple[list[Insight], list[Idle], list[str]]:
    """Find the insights of a commit, the questions that are none, and what to say of files that cannot be read.

    Nothing but the commit's own files counts: neither the work tree nor the index.
    """
    stored = store.read_from(files) if store else StoredQuestions()
    complaints = [_complaint(one) for one in stored.broken]
    if not stored.questions:
        return [], [], complaints
    passages_of = passages_in(files)
    base = Base({one.path: one for one in documents(bench.tree)}, bench.findings, told_in(bench))
    found: list[Insight] = []
    idle: list[Idle] = []
    for _, question in sorted(stored.questions.items()):
        if question.about and is_adoption(question.about.code):
            continue  # `adopt_answers` carries those out
        reply = licensing_answer(question, passages_of)
        if isinstance(reply, str):
            idle.append(Idle(question, HELD if _is_merged(question, files, base) else reply))
            continue
        insight = insight_of(question, reply, files)
        if why := why_settled(insight, base):
            idle.append(Idle(question, why))
        else:
            found.append(insight)
    return found, idle, complaints


def why_settled(insight: Insight, base: Base) -> str:
    """Say why nothing is to be done for an answer; one about what becomes of a requirement stands till that is done."""
    if not is_choice(insight.code):
        return why_held(insight, base)
    if insight.code in KEYWORDS and wants_each(insight.answer):
        return ASKED_EACH
    if (leaves if insight.code in KEYWORDS else is_left)(insight.answer):
        return LEFT
    return "" if same_findings(insight, base.findings) else HELD


def told_in(bench: Workbench) -> list[str]:
    """Give the passages of the main specs."""
    return [passage.text for passage in passages(bench.tree) if passage.source == "spec"]


def _is_merged(question: Question, files: Mapping[str, bytes], base: Base) -> bool:
    """Tell whether the specs hold a person's answer: that very edit may have made it stale."""
    own = [reply for reply in question.replies if reply.rejected is None and person_behind(reply)]
    return any(why_settled(insight_of(question, reply, files), base) == HELD for reply in own if not question.withdrawn)


def insight_of(question: Question, reply: Reply, files: Mapping[str, bytes]) -> Insight:
    """Make the insight of an answered question; its file is among these."""
    file = files[question.path].decode("utf-8", "replace")
    about = question.about or About("")
    return Insight(
        question.id,
        question.path,
        question.text,
        chosen(reply.text, question.options) if is_choice(about.code) else reply.text,
        answer_line(file, question, reply),
        person_behind(reply),
        about.path,
        about.requirement,
        about.code,
        about.quote,
    )


def _complaint(broken: BrokenFile) -> str:
    place = f"{broken.path}:{broken.line}" if broken.line else broken.path
    return f"{place}: {broken.reason}; this question licenses nothing"


def bring_in(session: Session, found: Sequence[Insight]) -> None:
    """Try every insight, first those that need no model. A model that fails is told and stops no finding.

    Raises:
        GeoflowError: `not-in-transcript`: a replay has come to something else than was recorded.
    """
    for_model: list[tuple[Insight, Finding]] = []
    for insight in found:
        finding = _finding(session, insight)
        if isinstance(finding, str):
            session.heard.append(Heard(insight, finding))
            continue
        made = from_answer(session.bench.document(finding.path), finding, insight)
        if made is None:
            for_model.append((insight, finding))
        else:
            _hear(session, insight, finding, _judged(session, made, insight))
    for done, (insight, finding) in enumerate(for_model):
        session.workshop.progress.update(f"{finding.code} {finding.requirement}"[:60], done, len(for_model))
        _hear(session, insight, finding, STOPPED if session.stopped else _asked(session, insight))


def _hear(session: Session, insight: Insight, finding: Finding, why: str) -> None:
    session.heard.append(Heard(insight, why))
    if why:
        session.answered[finding.id] = ANSWER_UNUSED


def _finding(session: Session, insight: Insight) -> Finding | str:
    """Find what an insight mends in the documents as they stand now, or say why it may not be tried."""
    looked = session.bench.looked(insight.target)
    if looked and (why := session.closed(insight.target)):
        return why
    finding = finding_of(insight, looked.document if looked else None, looked.findings if looked else ())
    if isinstance(finding, str):
        return finding
    if finding.code in session.workshop.off:
        return SWITCHED_OFF
    return session.under_change(insight.target, insight.requirement) or finding


def _judged(session: Session, made: Candidate | str, insight: Insight) -> str:
    return made if isinstance(made, str) else _refused(session.judge(made, insight).reason)


def _refused(reason: str) -> str:
    return f"refused by the gate: {reason}" if reason else ""


def _asked(session: Session, insight: Insight) -> str:
    workshop, meter = session.workshop, session.meter
    finding = _finding(session, insight)
    if isinstance(finding, str):
        return finding
    if workshop.model is None:
        return NEEDS_MODEL
    if meter.exhausted:
        return BUDGET_SPENT
    try:
        return _refused(
            session.converse(finding, AnswerDialogue(workshop.model, workshop.templates, meter, insight), insight)
        )
    except GeoflowError as error:
        return _failed(session, error)


def _failed(session: Session, error: GeoflowError) -> str:
    if error.code == SPENT:
        return BUDGET_SPENT
    if error.code in ENDS_THE_RUN - {INTERRUPTED}:
        raise error
    session.notes.append(f"{error.message} {error.fix}".strip())
    session.stopped = error.code == INTERRUPTED
    return STOPPED if session.stopped else MODEL_STOPPED
