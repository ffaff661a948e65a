"""What the gate looks at: one document before and after, the target, and the findings that are being mended."""

from dataclasses import dataclass, field
from functools import cached_property

from geoflow.improvement.composing import changed_span
from geoflow.improvement.contract import Contract
from geoflow.improvement.edit import GivenAnswer, Wish
from geoflow.openspec.model import Delta, Issue, Requirement, Spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of
from geoflow.quality.tokens import Token, tokens

Document = Spec | Delta


@dataclass(frozen=True)
class Proposal:
    """One edit as the gate sees it.

    `base` and `new` are the parsed document before and after; the target is the requirement that the finding names,
    or the Purpose section where it names none. `base_issues` and `new_issues` are what validation says of each,
    `base_findings` and `new_findings` everything found in it. `seen` holds texts of the target that were there before.
    `source` is the document on the base branch, where licences come from: `base` itself unless an earlier edit of the
    same run has changed it. With an `answer`, nothing else licenses: neither the document nor a template. A `wish`
    names what may go beyond the finding's quote, and a person's licenses what it says. `region` is the place that an
    edit changes which drops a requirement, and `kept` the requirement that stays, with the document that holds it.
    """

    base: Document
    new: Document
    finding: Finding
    contract: Contract
    base_issues: tuple[Issue, ...]
    new_issues: tuple[Issue, ...]
    base_findings: tuple[Finding, ...]
    new_findings: tuple[Finding, ...]
    template_words: str = ""
    seen: frozenset[str] = field(default_factory=frozenset)
    source: Document | None = None
    answer: GivenAnswer | None = None
    wish: Wish | None = None
    region: tuple[int, int] | None = None
    kept: tuple[Document, Requirement] | None = None

    @cached_property
    def licensor(self) -> Document:
        """Give the document that may license new words."""
        return self.source or self.base

    @cached_property
    def base_place(self) -> tuple[int, int]:
        """Find the target in the base document."""
        return self.region or target_place(self.base, self.finding.requirement, self.finding.start)

    @cached_property
    def new_place(self) -> tuple[int, int]:
        """Find the target in the new document; it starts where it started, and ends as far from the end."""
        start, end = self.base_place
        return start, max(start, len(self.new.text) - (len(self.base.text) - end))

    @cached_property
    def old_text(self) -> str:
        """Give the target's text before."""
        return self.base.text[slice(*self.base_place)]

    @cached_property
    def new_text(self) -> str:
        """Give the target's text after."""
        return self.new.text[slice(*self.new_place)]

    @cached_property
    def changed(self) -> tuple[int, int, str]:
        """Find the smallest region that differs: its place in the base document, and what stands there now."""
        span = changed_span(self.base.text, self.new.text)
        return span.start, span.end, span.new

    @cached_property
    def old_tokens(self) -> tuple[Token, ...]:
        """Split the target before."""
        return tokens(self.old_text)

    @cached_property
    def new_tokens(self) -> tuple[Token, ...]:
        """Split the target after."""
        return tokens(self.new_text)

    @cached_property
    def quote_tokens(self) -> tuple[Token, ...]:
        """Split the finding's own quote, and what a reviewer names besides it."""
        return tokens(self.finding.quote) + (tokens(self.wish.names) if self.wish else ())


def requirement_named(document: Document, name: str, near: int = 0) -> Requirement | None:
    """Find a requirement by name; the one that holds the offset `near` where two share the name."""
    named = [requirement for requirement in requirements_of(document) if requirement.name == name]
    holding = [requirement for requirement in named if requirement.start <= near <= requirement.end]
    return next(iter(holding or named), None)


def target_place(document: Document, requirement: str, near: int) -> tuple[int, int]:
    """Find where a target lies: the requirement's block, or the Purpose section; (0, 0) where there is neither."""
    if requirement:
        found = requirement_named(document, requirement, near)
        return (found.start, found.end) if found else (0, 0)
    if isinstance(document, Spec) and document.purpose_section:
        return document.purpose_section.start, document.purpose_section.end
    return 0, 0
