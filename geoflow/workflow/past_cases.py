"""Past edits as cases to learn from: kept runs, what became of their edits, and what people said."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.learning import Case, Policy, Record, RejectFilter, Unwanted, is_explored, records
from geoflow.improvement.lesson import NO_LESSONS, Lessons, used
from geoflow.improvement.obligation import settled_as
from geoflow.ports import LearntFiles
from geoflow.questions.feedback import Feedback
from geoflow.workflow.adoption_history import RejectedItem, rejected_items
from geoflow.workflow.outcomes import EditOutcome, Past, RunOutcome, outcomes

_SAYS = {"accept", "edit", "reject"}
_OF_VERDICT = {"accept": "merged", "edit": "merged", "reject": "rejected"}


def cases(found: Sequence[RunOutcome]) -> list[Case]:
    """Give the cases of runs (the newest first, as outcomes are), oldest first: their edits, then what was refused."""
    made: list[Case] = []
    for run in reversed(found):
        made += (_case(run.run.name, one) for one in run.edits)
        made += (Case(run.run.name, one.code, one.quote, one.strategy, "refused") for one in run.run.refused)
    return made


def _case(run: str, one: EditOutcome) -> Case:
    edit, said = one.edit, _by_person(one.said)
    return Case(
        run, edit.code, edit.quote, edit.strategy, _outcome(one, said), said is not None, said.reason if said else ""
    )


def judged_findings(said: Sequence[Feedback]) -> list[Case]:
    """Give what persons said of findings as cases, oldest first; the last word of each on a finding counts."""
    last: dict[tuple[str, str], Feedback] = {}
    for one in said:
        if one.code and one.kind == "person" and one.verdict in _SAYS:
            last.pop((one.target, one.by), None)
            last[one.target, one.by] = one
    return [
        Case(one.target, one.code, one.quote, "", _OF_VERDICT[one.verdict], by_person=True, reason=one.reason)
        for one in last.values()
    ]


def _by_person(said: Sequence[Feedback]) -> Feedback | None:
    return next((one for one in reversed(said) if one.kind == "person" and one.verdict in _SAYS), None)


def _outcome(one: EditOutcome, said: Feedback | None) -> str:
    # An agent's rejection takes the edit out of a branch, and teaches nothing: only people say what is not wanted.
    by_agent = said is None and any(other.kind == "agent" and other.verdict == "reject" for other in one.said)
    return "pending" if by_agent and one.outcome == "rejected" else one.outcome


@dataclass(frozen=True)
class Learning:
    """What a run goes by: the filter and the policy, each None where it is switched off, and the lessons.

    `obligation` is the word that people let stand where edits brought SHALL or MUST in; empty where nothing says.
    `rejected` are the items whose adoption people rejected.
    """

    run: str
    filter: RejectFilter | None = None
    policy: Policy | None = None
    records: tuple[Record, ...] = ()
    lessons: Lessons = NO_LESSONS
    obligation: str = ""
    rejected: tuple[RejectedItem, ...] = ()

    def unwanted(self, finding_id: str, code: str, quote: str) -> Unwanted | None:
        """Tell whether people do not want a finding mended; None where it is to be tried, or is explored."""
        found = self.filter.unwanted(code, quote) if self.filter else None
        return None if found and is_explored(finding_id, self.run) else found

    def ordered(self, code: str, strategies: Sequence[str]) -> list[str]:
        """Order strategies for a rule, the first to be tried first."""
        return self.policy.ordered(code, strategies) if self.policy else list(strategies)

    def document(self) -> dict[str, Any]:
        """Give what was learnt as scripts see it (`geoflow.learning/1`)."""
        groups = self.filter.groups if self.filter else []
        left = [
            {
                "code": group.code,
                "quote": group.quote,
                "word": group.spelt,
                "rejections": [{"run": one.run, "reason": one.reason} for one in group.cases],
            }
            for group in groups
        ]
        rows = [
            {
                "code": one.code,
                "strategy": one.strategy,
                "edits": one.count,
                "expected": round(one.mean(self.policy.prior(one.strategy)), 3),
            }
            for one in self.records
            if self.policy
        ]
        return {
            "schema": "geoflow.learning/1",
            "filter": {
                "on": self.filter is not None,
                "left": left,
                "adoptions": [one.document() for one in self.rejected],
            },
            "policy": {"on": self.policy is not None, "records": rows, "obligation": self.obligation},
        }


NOTHING_LEARNT = Learning("")


Retold = Callable[[list[Case]], list[Case]]
"""Tells cases otherwise than they were: for an experiment that shows what they are good for."""


def learn(
    past: Past,
    run: str,
    switches: Sequence[str],
    stored: LearntFiles | None = None,
    retold: Retold = lambda found: found,
) -> Learning:
    """Derive what past runs teach, as far as it is switched on; with nothing on nothing is read.

    Args:
        past: What outcomes are told from.
        run: The run's name, which seeds what is drawn.
        switches: The learners that are on.
        stored: Reads the lessons of the checked-out commit; without it there are none.
        retold: What is made of the cases before anything is derived from them.
    """
    on = {"filter", "policy", "lessons"} & set(switches)
    if not on:
        return Learning(run)
    found = outcomes(past)
    told, known = found.runs, retold(cases(found.runs))
    summed = records(known) if "policy" in on else []
    return Learning(
        run,
        RejectFilter([*known, *judged_findings(found.said)]) if "filter" in on else None,
        Policy(summed, run) if "policy" in on else None,
        tuple(summed),
        lessons_of(past, told, stored) if stored and "lessons" in on else NO_LESSONS,
        obligation_of(told) if "policy" in on else "",
        rejected_items(told) if "filter" in on else (),
    )


def obligation_of(told: Sequence[RunOutcome]) -> str:
    """Tell which word people let stand where edits of form brought SHALL or MUST in; empty where too few say."""
    return settled_as(
        [
            (one.edit.old, one.now)
            for run in reversed(told)
            for one in run.edits
            if one.edit.code in MISSING_OBLIGATION and one.outcome in {"merged", "merged-edited"}
        ]
    )


def lessons_of(past: Past, told: Sequence[RunOutcome], stored: LearntFiles) -> Lessons:
    """Give the lessons of the checked-out commit that may be used today; GeoflowError `lessons-invalid`."""
    return Lessons(stored.lessons(stored_texts(past)), used(_uses(told)), past.clock.now().date())


def stored_texts(past: Past) -> dict[str, str]:
    """Read what is stored of what was learnt at the checked-out commit: {path: text}."""
    found = past.repository.read(past.repository.head().commit, only=("openspec/workflow/",))
    return {path: text.decode("utf-8", "surrogateescape") for path, text in found.items()}


def _uses(told: Sequence[RunOutcome]) -> Iterator[tuple[str, str, date]]:
    """Tell each use of a lesson: its id, what became of the edit, and the day of the run."""
    for run in told:
        day = run.run.at.date()
        for one in run.edits:
            if one.edit.lesson:
                yield one.edit.lesson, _outcome(one, _by_person(one.said)), day
        for refused in run.run.refused:
            if refused.lesson:
                yield refused.lesson, "refused", day
