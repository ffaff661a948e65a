"""A finding: one thing that is wrong in a document, and how it could be mended."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SEVERITY_ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `quote` is the exact source from `start` to `end` (character offsets in the document); lines count from 1.
    `occurrence` tells equal quotes of one requirement apart, so that every finding has an id of its own.
    """

    code: str
    severity: Severity
    path: str
    line: int
    end_line: int
    requirement: str
    message: str
    fix: str
    quote: str
    start: int
    end: int
    source: str = "rule"
    incose: str = ""
    occurrence: int = 0
    id: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the id: a hash of rule, document, requirement and normalised quote, stable when lines move."""
        parts = (self.code, self.path, self.requirement, " ".join(self.quote.split()).lower(), str(self.occurrence))
        digest = sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:12]
        object.__setattr__(self, "id", digest)

    def document(self) -> dict[str, Any]:
        """Give the fields that reports and scripts see."""
        names = ("id", "code", "severity", "path", "line", "end_line", "requirement", "quote", "message", "fix")
        shown = {name: getattr(self, name) for name in (*names, "source")}
        return shown | ({"incose": self.incose} if self.incose else {})


def by_place(finding: Finding) -> tuple[str, int, int, str]:
    """Order findings as a reader meets them."""
    return (finding.path, finding.start, finding.end, finding.code)


def number_occurrences(findings: Iterable[Finding]) -> list[Finding]:
    """Tell findings with one and the same id apart by counting them, in the order given."""
    seen: dict[str, int] = {}
    numbered = []
    for finding in findings:
        count = seen.get(finding.id, 0)
        seen[finding.id] = count + 1
        numbered.append(replace(finding, occurrence=count) if count else finding)
    return numbered
