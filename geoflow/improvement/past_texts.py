"""What past runs of improve did with each requirement: what waits for a merge, what a model wrote, what stood there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, str]
"""A document's path and a requirement's name in it; the name of the Purpose section is empty."""
MODEL_WROTE = "a model has edited this text, and nobody has changed it since"


@dataclass(frozen=True)
class PastTexts:
    """What past edits mean for the next one.

    `waiting` names the branch on which an edit of a requirement waits for a person. `by_model` are requirements whose
    text is that of a merged edit that a model made. `seen` are texts of a requirement, white space squeezed, that stood
    there before a past edit, or that a person has rejected. `branches` are those of past runs that wait, the newest
    first; `adopted` names for an item the one on which its adoption waits, `carried` for the file of a question the one
    on which what was made of its answer waits.
    """

    waiting: Mapping[Place, str] = field(default_factory=dict)
    by_model: frozenset[Place] = frozenset()
    seen: Mapping[Place, frozenset[str]] = field(default_factory=dict)
    branches: tuple[str, ...] = ()
    adopted: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)

    def why_waiting(self, path: str, requirement: str) -> str:
        """Say which branch keeps a requirement from being edited once more; an empty string where none does."""
        branch = self.waiting.get((path, requirement))
        return f"an edit of it waits on the branch {branch}: merge it, triage it or delete it" if branch else ""

    def why_not_by_model(self, path: str, requirement: str) -> str:
        """Say why a model may not edit a requirement: it would edit its own words; an empty string where it may."""
        return MODEL_WROTE if (path, requirement) in self.by_model else ""


NO_PAST = PastTexts()


def squeezed(text: str) -> str:
    """Put a text on one line, one blank between words: how texts of a requirement are compared."""
    return " ".join(text.split())
