"""What people have answered about a change, brought into it."""

from dataclasses import replace

from geoflow.improvement.edit import Wish
from geoflow.improvement.insight import HELD, Base, Insight, why_held
from geoflow.quality.findings import documents
from geoflow.questions.cycle import spoken_of_in
from geoflow.questions.licensing import licensing_answer
from geoflow.questions.question import Question
from geoflow.workflow.change_cycle import ChangeView, Cycle
from geoflow.workflow.improve_insights import bring_in, insight_of, told_in
from geoflow.workflow.improve_result import BUDGET_SPENT, MODEL_STOPPED, NEEDS_MODEL, STOPPED, KeptEdit
from geoflow.workflow.improve_session import Session
from geoflow.workflow.revise_result import NOTED, Handled
from geoflow.workflow.revise_wishes import Wishes

_LATER = frozenset({BUDGET_SPENT, MODEL_STOPPED, NEEDS_MODEL, STOPPED})


class Answers:
    """Brings the answers in: into the place that the question names, else as a person's words.

    Args:
        cycle: The changes and the question files.
        found: The change.
        session: The run.
        wishes: What grants a person's words.
    """

    def __init__(self, cycle: Cycle, found: ChangeView, session: Session, wishes: Wishes) -> None:
        self._cycle, self._found, self._session, self._wishes = cycle, found, session, wishes
        self._spoken_of = spoken_of_in(found.events).keys()

    def handle(self) -> list[Handled]:
        """Handle each answer that is not in the change yet; raises what the model raises."""
        bench = self._session.bench
        base = Base({one.path: one for one in documents(bench.tree)}, bench.findings, told_in(bench))
        return [
            done
            for question, insight, reply in self._answered()
            if (done := self._handled(question, insight, (reply, why_held(insight, base))))
        ]

    def _answered(self) -> list[tuple[Question, Insight, str]]:
        files = self._cycle.documents.read("live")
        found = []
        for _, question in sorted(self._cycle.questions.read_from(files).questions.items()):
            about = question.about
            if about is None or not about.path.startswith(self._found.folder):
                continue
            # The change was revised since, perhaps by another answer: that is what answers are for.
            fresh = replace(question, replies=tuple(replace(one, evidence=()) for one in question.replies))
            reply = licensing_answer(fresh, lambda _: ())
            if not isinstance(reply, str):
                found.append((question, insight_of(question, reply, files), reply.id))
        return found

    def _handled(self, question: Question, insight: Insight, known: tuple[str, str]) -> Handled | None:
        reply, held = known
        done = Handled(
            question.id,
            "answer",
            insight.by,
            insight.answer,
            insight.target,
            0,
            insight.requirement,
            "open",
            question=question,
            reply=reply,
        )
        is_news = not self._spoken_of & {question.id, reply}
        if held == HELD:
            return replace(done, outcome="settled", why="the change says it already") if is_news else None
        if question.options and not insight.quote and insight.answer in question.options:
            return replace(done, outcome="settled", why=NOTED) if is_news else None
        return replace(done, why=held) if held else self._brought_in(done, question, insight)

    def _brought_in(self, done: Handled, question: Question, insight: Insight) -> Handled:
        """Put the answer into the change: in the place of what was asked about, else as a wish of a person."""
        before = len(self._session.kept)
        bring_in(self._session, [insight])
        if edits := self._edits(before):
            return replace(done, outcome="edited", edits=edits)
        why = self._session.heard[-1].why
        if why in _LATER or (insight.quote and not insight.code):
            return replace(done, why=why)
        wish = Wish(
            question.id,
            insight.answer,
            insight.by,
            is_persons=True,
            path=insight.target,
            requirement=insight.requirement,
            asked=question.text,
        )
        granted = self._wishes.grant(wish)
        return replace(done, outcome="edited" if granted.edits else "open", edits=granted.edits, why=granted.why)

    def _edits(self, before: int) -> tuple[KeptEdit, ...]:
        return tuple(edit for _, edit in self._session.kept[before:])
