"""What those said who were asked about objections."""

from dataclasses import dataclass, field

from geoflow.quality.finding import Finding
from geoflow.workflow.review_result import Waiting, Withdrawn


@dataclass(slots=True)
class Heard:
    """What came of the objections: those that stand, those that were answered, and the questions that wait."""

    findings: list[Finding] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
