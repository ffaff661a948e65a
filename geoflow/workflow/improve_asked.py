"""What people are asked about a finding: the text of the question, and the answers that code could carry out."""

from collections.abc import Sequence
from dataclasses import replace

from geoflow.improvement import drop_strategy, scenario_strategy, split_strategy, step_strategy
from geoflow.improvement.choice import Choice, is_left
from geoflow.improvement.contract import ANSWERABLE, is_choice
from geoflow.improvement.edit import GivenAnswer
from geoflow.improvement.gate import judge
from geoflow.improvement.step_text import KEYWORDS
from geoflow.quality.finding import Finding
from geoflow.workflow.improve_choices import candidate_for
from geoflow.workflow.improve_session import Session

NO_WAY = "no way to carry it out would pass the gate"


def is_asked_about(finding: Finding) -> bool:
    """Tell whether people are asked about findings of this kind."""
    return is_choice(finding.code) or (finding.code in ANSWERABLE and bool(finding.quote))


def choice_about(session: Session, group: Sequence[Finding]) -> Choice | str | None:
    """Frame the question about a finding, or about all scenarios that lack one step; or say why none is asked.

    None where people are not asked about findings of this kind.
    """
    documents, finding = session.bench.documents, group[0]
    if finding.code in drop_strategy.COPIES:
        return _possible(session, finding, drop_strategy.question(documents, finding))
    current = session.bench.refresh(finding) if finding.path in documents else None
    if current is None:
        return None
    if finding.code in KEYWORDS:
        now = [one for one in map(session.bench.refresh, group) if one]
        return step_strategy.question(documents[finding.path], now)
    if finding.code in split_strategy.SPLITS:
        return _possible(session, current, split_strategy.question(documents[finding.path], current))
    return _in_words(finding)


def _in_words(finding: Finding) -> Choice | None:
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
    made = candidate_for(session.bench.documents, [finding], GivenAnswer(option, ""))
    return not isinstance(made, str) and judge(session.bench.propose(made)).kept
