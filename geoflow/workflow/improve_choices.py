"""Answers about what becomes of a requirement, carried out: it is split, dropped, or gets its scenario or step."""

from collections.abc import Mapping, Sequence

from geoflow.improvement import drop_strategy, scenario_strategy, split_strategy, step_strategy
from geoflow.improvement.answer_strategy import FINDING_GONE
from geoflow.improvement.choice import LEFT
from geoflow.improvement.contract import is_choice
from geoflow.improvement.edit import Candidate, GivenAnswer
from geoflow.improvement.insight import Insight, is_quoted, same_findings
from geoflow.improvement.proposal import Document
from geoflow.improvement.step_text import KEYWORDS
from geoflow.quality.finding import Finding
from geoflow.workflow.improve_result import ANSWER_UNUSED, Heard, Idle
from geoflow.workflow.improve_session import Session

_ADDING = frozenset({scenario_strategy.STRATEGY, step_strategy.STRATEGY})
"""Strategies that leave all that stands there where it stands, so that several edits of a document go together."""
EDITED = "its document has other edits in this run; the next one carries it out"


def carry_out(session: Session, found: Sequence[Insight]) -> None:
    """Carry out what people have answered, an answer a document."""
    for insight in found:
        findings = same_findings(insight, session.bench.findings)
        why = _carried_out(session, insight, findings) if findings else FINDING_GONE
        session.heard.append(Heard(insight, why))
        if why:
            session.answered |= dict.fromkeys((one.id for one in findings), ANSWER_UNUSED)


def let_stand(session: Session, idle: Sequence[Idle]) -> None:
    """Remember the findings that a person wants left as they are."""
    findings = session.bench.findings if any(one.why == LEFT for one in idle) else ()
    for one in idle:
        about = one.question.about
        if one.why == LEFT and about:
            at = (about.path, about.requirement, about.code)
            same = [each for each in findings if (each.path, each.requirement, each.code) == at]
            # The words of a split may have been others when the question was asked; a scenario has its heading.
            named = (each for each in same if each.code not in KEYWORDS or is_quoted(each, about.quote))
            session.answered |= dict.fromkeys((each.id for each in named), LEFT)


def _carried_out(session: Session, insight: Insight, findings: Sequence[Finding]) -> str:
    answer = GivenAnswer(insight.answer, insight.path, insight.line)
    made = candidate_for(session.bench.documents, findings, answer)
    if isinstance(made, str):
        return made
    path = made.finding.path
    hindered = session.closed(path) or session.under_change(path, made.finding.requirement)
    if hindered or (made.strategy not in _ADDING and session.bench.is_edited(path)):
        return hindered or EDITED
    refused = session.judge(made, insight).reason
    return f"refused by the gate: {refused}" if refused else ""


def candidate_for(
    documents: Mapping[str, Document], findings: Sequence[Finding], answer: GivenAnswer
) -> Candidate | str:
    """Make the edit that an answer wants, or say why that cannot be done.

    Only an answer about a step may be about several findings.
    """
    finding = findings[0]
    if finding.code in KEYWORDS:
        return step_strategy.from_choice(documents[finding.path], findings, answer)
    if finding.code in split_strategy.SPLITS:
        return split_strategy.from_choice(documents[finding.path], finding, answer)
    if finding.code in drop_strategy.COPIES:
        return drop_strategy.from_choice(documents, finding, answer)
    return scenario_strategy.from_said(documents[finding.path], finding, answer)


def parted(found: Sequence[Insight]) -> tuple[list[Insight], list[Insight]]:
    """Part insights into answers that bring words in, and answers about what becomes of a requirement."""
    return [one for one in found if not is_choice(one.code)], [one for one in found if is_choice(one.code)]
