"""Checks of an edit that adds a scenario: the text stays, and every word of the scenario has been said before."""

import re

from geoflow.improvement.proposal import Proposal, requirement_named
from geoflow.improvement.scenario_strategy import Steps, own_steps, said_steps
from geoflow.openspec.model import Requirement, Step

_KEYWORDS = frozenset({"GIVEN", "WHEN", "THEN", "AND"})
_EVENTS = "when|whenever|if|once|while|where|as soon as|as long as|after"
_MODAL = re.compile(r"\b(?:SHALL|MUST)\b")


def text_kept(proposal: Proposal) -> str:
    """Refuse an edit that changes a character of what stood there: a scenario comes behind it."""
    if not proposal.new_text.startswith(proposal.old_text.rstrip()):
        return "changes the text of the requirement"
    return ""


def one_scenario_more(proposal: Proposal) -> str:
    """Refuse an edit that adds no scenario or several, or one without WHEN or THEN, or with anything else in it."""
    before, after = _targets(proposal)
    if before is None or after is None:
        return "the requirement is not there"
    if len(after.scenarios) != len(before.scenarios) + 1:
        return f"there are {len(after.scenarios)} scenarios instead of {len(before.scenarios) + 1}"
    added = after.scenarios[-1]
    words = [step.keyword for step in added.steps]
    if words.count("WHEN") != 1 or words.count("THEN") != 1 or set(words) - _KEYWORDS or words[-1] != "THEN":
        return "the scenario does not say when something happens and what comes out"
    lines = [line for line in proposal.new.text[added.start : added.end].splitlines() if line.strip()]
    return "" if len(lines) == len(words) + 1 else "the scenario holds more than its steps"


def words_of_source(proposal: Proposal) -> str:
    """Refuse a step that is not, word by word, a piece of the requirement's text, or of the answer that licenses it.

    Of the requirement's text a condition follows its keyword, and an outcome has its modal verb and ends where its
    clause ends: so no negation, and no further condition, is cut off.
    """
    before, after = _targets(proposal)
    if before is None or after is None:
        return "the requirement is not there"
    added, answer = after.scenarios[-1], proposal.answer
    source = answer.text if answer else proposal.base.text[before.body_start : before.body_end]
    said = said_steps(source) if answer else own_steps(source)
    read = {*(words for _, words in said.conditions), said.outcome} if isinstance(said, Steps) else set[str]()
    read = {_plain(words) for words in read}
    conditions = [step.text for step in added.steps if step.keyword != "THEN"]
    for step in added.steps:
        is_read = _plain(step.text) in read
        if not is_read and (answer or not _is_clause(_marked(source), step, conditions)):
            return f"says “{step.text[:80]}”, which is not a clause of {'the answer' if answer else 'the text'}"
    if added.name != before.name and _plain(added.name) not in {_plain(words) for words in conditions}:
        return "the name of the scenario is not its condition"
    return ""


def _is_clause(source: str, step: Step, conditions: list[str]) -> bool:
    words = re.escape(_marked(step.text))
    if step.keyword != "THEN":
        return re.search(rf"(?:^|[ ,.])(?:{_EVENTS}) {words}(?= *[,.]| *$)", source) is not None
    ends = "|".join(rf"(?: ,)? (?:{_EVENTS}) {re.escape(_marked(one))}" for one in conditions)
    starts = r"(?:^|\. |, |, then )"
    return bool(_MODAL.search(step.text)) and re.search(rf"{starts}{words}(?= *\.| *$|{ends})", source) is not None


def _marked(text: str) -> str:
    """Fold a text, with blanks around the marks that end clauses."""
    return " ".join(re.sub(r"([,;:.!?])(?=\s|$)", r" \1 ", text).split()).casefold()


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\*\*|[,;:.!?](?=\s|$)", " ", text).split()).casefold()


def _targets(proposal: Proposal) -> tuple[Requirement | None, Requirement | None]:
    name, place = proposal.finding.requirement, proposal.base_place[0]
    return requirement_named(proposal.base, name, place), requirement_named(proposal.new, name, place)
