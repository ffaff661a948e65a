"""Findings that need a fact nobody gave, turned into stored questions about the change."""

from geoflow.quality.finding import Finding
from geoflow.questions.answer import question_id
from geoflow.questions.cycle import waits_for_person
from geoflow.questions.question import MOST_OPEN, About, Mark, Question
from geoflow.questions.review_round import RoundFinding
from geoflow.workflow.change_cycle import ChangeView, Cycle
from geoflow.workflow.revise_result import MOST_QUESTIONS
from geoflow.workflow.role_facts import is_about_fact, question_about

_LONGEST = 400


class Asking:
    """Collects the questions of one revision; what is asked already is not asked again.

    Args:
        cycle: The changes, the question files, and who is at work.
        found: The change.
    """

    def __init__(self, cycle: Cycle, found: ChangeView) -> None:
        self._cycle, self._found = cycle, found
        self._known = cycle.questions.read().questions
        self._new: dict[str, Question] = {}

    @property
    def new(self) -> tuple[Question, ...]:
        """Give the questions that are new, in the order in which they arose."""
        return tuple(self._new.values())

    def of_rule(self, finding: Finding) -> Question | None:
        """Ask for what stands in the place of a finding's quote; None where enough is asked."""
        about = About(finding.path, finding.requirement, finding.code, finding.quote)
        same = [one for one in self._known.values() if one.about == about and not one.withdrawn]
        text = f"What is meant by “{_line(finding.quote)}” in “{_line(finding.requirement)}”? {_line(finding.message)}."
        return same[0] if same else self._ask(text, about)

    def of_reviewer(self, finding: RoundFinding, requirement: str) -> Question | None:
        """Ask for what a reviewer misses; None where enough is asked."""
        if finding.code and (known := self._about_the_same(finding)):
            return known
        if is_about_fact(finding.code):  # the review asks the same in the same words, so nobody is asked twice
            about = About(finding.path, finding.requirement, finding.code, finding.quote)
            text = question_about(finding)
            return self._ask(text, about, question_id(text))
        where = f"“{_line(requirement)}”: " if requirement else ""
        said = _line(f"{finding.message} {finding.fix}".strip()).rstrip(".")
        end = "" if said.endswith("?") else ". What holds there?"
        return self._ask(f"{where}{said}{end}", About(finding.path or self._found.folder + "proposal.md", requirement))

    def _about_the_same(self, finding: RoundFinding) -> Question | None:
        place = (finding.code, finding.path, finding.requirement, _folded(finding.quote))
        asked = [(one, one.about) for one in self._known.values() if one.about and not one.withdrawn]
        same = (one for one, at in asked if (at.code, at.path, at.requirement, _folded(at.quote)) == place)
        return next(same, None)

    def _ask(self, text: str, about: About, key: str = "") -> Question | None:
        key = key or question_id(f"{self._found.id} {text}")
        if key in self._known or key in self._new:
            return self._known.get(key) or self._new[key]
        people = self._cycle.people(about.path)
        if len(self._new) >= MOST_QUESTIONS or self._are_busy(people):
            return None
        at = self._cycle.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        made = Question(key, text, Mark(self._cycle.author, at), about, people)
        self._new[key] = made
        return made

    def _are_busy(self, people: tuple[str, ...]) -> bool:
        waiting = [one for one in (*self._known.values(), *self._new.values()) if waits_for_person(one)]
        asked = [one.audience or ("",) for one in waiting]
        return all(sum(person in audience for audience in asked) >= MOST_OPEN for person in people or ("",))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
