"""What a run of improve tells of an answer about an adopted item that it carried out."""

from dataclasses import dataclass, replace
from typing import Any

from geoflow.improvement.adopt_answers import STRATEGY, Changes
from geoflow.improvement.adopt_codes import Order
from geoflow.improvement.insight import Insight


@dataclass(frozen=True)
class CarriedAnswer:
    """An answer and the edit that it led to; `checks` are those that it passed, `commit` the one that holds it."""

    insight: Insight
    order: Order
    changes: Changes
    checks: tuple[str, ...]
    commit: str = ""

    def in_commit(self, commit: str) -> "CarriedAnswer":
        """Give it with the commit that holds it."""
        return replace(self, commit=commit)

    @property
    def written(self) -> list[str]:
        """List the files that it writes."""
        return sorted(path for path, text in self.changes.items() if text is not None)

    @property
    def removed(self) -> list[str]:
        """List the files that it removes."""
        return sorted(path for path, text in self.changes.items() if text is None)

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        one = self.insight
        return {
            "question": one.question,
            "path": one.path,
            "line": one.line,
            "code": one.code,
            "text": one.text,
            "answer": one.answer,
            "by": one.by,
            "deed": self.order.deed,
            "strategy": STRATEGY,
            "files": self.written,
            "removed": self.removed,
            "checks": list(self.checks),
            "commit": self.commit,
        }
