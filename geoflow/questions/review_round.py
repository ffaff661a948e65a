"""What is said about a change, one event after the other: it was proposed, a reviewer looked, its author responded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from geoflow.quality.finding import Severity

FOLDER = "reviews"
"""Where the events of a change lie, inside its folder."""
Author = Literal["person", "agent", "model"]
Verdict = Literal["approve", "revise", "blocked"]
_TICK = re.compile(r"^(\s*(?:[-*+]|\d{1,9}[.)])\s*)\[\s*[xX]\s*\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who said it, of which kind they are, when (ISO 8601, UTC), and `about` which documents, by their hash."""

    by: str
    kind: Author
    at: str
    about: str


@dataclass(frozen=True, slots=True)
class RoundFinding:
    """A finding of a reviewer; `line` counts from 1, 0 where it is about no line."""

    id: str
    severity: Severity
    message: str
    fix: str = ""
    code: str = ""
    path: str = ""
    line: int = 0
    requirement: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The change was proposed."""

    signed: Signed


@dataclass(frozen=True, slots=True)
class Round:
    """A reviewer looked; `role` is the seat they had, empty for one of their own."""

    signed: Signed
    verdict: Verdict
    role: str = ""
    findings: tuple[RoundFinding, ...] = ()
    note: str = ""

    @property
    def seat(self) -> tuple[str, str]:
        """Tell whose round it is: a role's, whoever sits there, or one author's; a person's seat no agent can take."""
        is_shared = bool(self.role) and self.signed.kind != "person"
        return ("role", self.role) if is_shared else (self.signed.kind, self.signed.by)


@dataclass(frozen=True, slots=True)
class Response:
    """The author responded: what was done about findings, by id, and why others stay as they are.

    Args:
        signed: Who responded.
        resolved: What was done; so an answer to a question is named too, by the id of the reply.
        left: Why a finding stays open.
        declined: Why a finding is none; a person settles it with that, of anybody else it stays open.
    """

    signed: Signed
    resolved: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, str] = field(default_factory=dict)

    @property
    def settled(self) -> Mapping[str, str]:
        """Give what is not open any more, by id, with what settled it."""
        return {**self.resolved, **self.declined} if self.signed.kind == "person" else self.resolved

    @property
    def reasons(self) -> Mapping[str, str]:
        """Give why findings stay open, by id."""
        return self.left if self.signed.kind == "person" else {**self.left, **self.declined}


Event = Proposed | Round | Response


def finding_id(reviewer: str, path: str, requirement: str, quote: str, message: str) -> str:
    """Make the id of a finding, the same when the same reviewer finds the same thing again."""
    parts = (reviewer, path, requirement, *(" ".join(text.split()).casefold() for text in (quote, message)))
    return _hash("\0".join(parts))[:12]


def is_document(name: str) -> bool:
    """Tell whether a file of a change, by its path inside it, is a document and no event."""
    return not name.startswith(f"{FOLDER}/") and not name.endswith("/")


def text_hash(documents: Mapping[str, str]) -> str:
    """Hash the documents of a change ({path inside it: text}) to the letter; events are left out."""
    return _hash("".join(f"{name}\0{documents[name]}\0" for name in sorted(documents) if is_document(name)))[:16]


def content_hash(documents: Mapping[str, str]) -> str:
    """Hash what the documents of a change say: an approval stands while only tasks are ticked."""
    return text_hash(
        {name: _TICK.sub(r"\1[ ]", text) if name == "tasks.md" else text for name, text in documents.items()}
    )


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
