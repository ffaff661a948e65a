"""What a run of improve tells of an item that was hand-written: what became of it, and what is left to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from geoflow.improvement.adopt_page import Adopted
from geoflow.improvement.adopt_told import hollow
from geoflow.improvement.gate_adopt import AdoptVerdict
from geoflow.quality.finding import Finding
from geoflow.questions.answer import question_id
from geoflow.questions.question import Question

STRATEGY = "adopt"
_ID = 12  # signs, as the id of a finding has


@dataclass(frozen=True)
class AdoptedItem:
    """An item that is not in OpenSpec form, and what came of adopting it.

    `findings` are what validation says of its form. `stored` are the questions that are written as files, at most five
    an item; the others are in the report alone. `commit` holds the documents, `asked_in` the questions, whose files are
    `asked`. `own` are the item's files as they were, {path: text}.
    """

    adopted: Adopted
    findings: tuple[Finding, ...]
    verdict: AdoptVerdict
    stored: tuple[Question, ...] = ()
    prompt: str = ""
    commit: str = ""
    asked_in: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Tell whether the item is in OpenSpec form now."""
        return not (self.adopted.why_not or self.verdict.refused_by)

    @property
    def item(self) -> str:
        """Name the item with its kind."""
        return f"{self.adopted.kind}/{self.adopted.id}"

    @property
    def figures(self) -> dict[str, int]:
        """Count its scenarios, those with a WHEN from the source and without, those that say nothing, its questions.

        The gate lets no scenario through that says nothing, so `hollow` is 0 but where the author wrote it so.
        """
        scenarios = self.adopted.scenarios if self.kept else ()
        pages = list(self.adopted.pages.values()) if self.kept else []
        with_when = sum(one.has_trigger for one in scenarios)
        return {
            "valid": int(self.kept),
            "scenarios": len(scenarios),
            "with_sourced_when": with_when,
            "without_when": len(scenarios) - with_when,
            "hollow": len(hollow(pages)),
            "questions": len(self.adopted.questions),
        }

    @property
    def why_not(self) -> str:
        """Say why it is not in OpenSpec form; empty where it is."""
        refused = f"{self.verdict.refused_by}: {self.verdict.reason}" if self.verdict.refused_by else ""
        return self.adopted.why_not or refused

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        made = self.adopted
        return {
            "id": adoption_id(self.item),
            "item": self.item,
            "strategy": STRATEGY,
            "prompt": self.prompt,
            "findings": [finding.document() for finding in self.findings],
            "files": sorted(made.pages) if self.kept else [],
            "removed": list(made.removed) if self.kept else [],
            "figures": self.figures,
            "checks": list(self.verdict.passed),
            "why_not": self.why_not,
            "unused": [{"path": place.path, "line": place.line} for place in made.unused],
            "spans": made.spans if self.kept else [],
            "commit": self.commit,
        }

    def questions(self) -> list[dict[str, Any]]:
        """Give its questions as scripts see them; `file` is empty where it is in the report alone."""
        files = {question.id: question.path for question in self.stored}
        return [
            {"item": self.item} | asked.document() | {"file": files.get(question_id(f"{self.item} {asked.text}"), "")}
            for asked in self.adopted.questions
        ]


def adoption_id(item: str) -> str:
    """Name the adoption of an item, such as `spec/kiln`: a run holds it once."""
    return sha256(f"{STRATEGY}\0{item}".encode("utf-8", "replace")).hexdigest()[:_ID]
