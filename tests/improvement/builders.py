"""Proposals from two wordings of one requirement."""

from geoflow.improvement.answer_strategy import finding_of
from geoflow.improvement.contract import answered_contract, contract_of
from geoflow.improvement.edit import GivenAnswer
from geoflow.improvement.insight import Insight, holds
from geoflow.improvement.proposal import Proposal, target_place
from geoflow.openspec import Spec, parse_spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from tests.builders import spec

PATH = "openspec/specs/example/spec.md"
SCENARIO = (
    "#### Scenario: A file is broken\n- **WHEN** a file of 10 MB cannot be read\n- **THEN** the reader reports `E42`\n"
)
NEIGHBOUR = f"### Requirement: Neighbour\nThe writer SHALL keep the file.\n\n{SCENARIO}"


def document(body: str, scenario: str = SCENARIO, **parts: str) -> Spec:
    """Parse a spec of two requirements, the first with this body."""
    block = f"### Requirement: Reading\n{body}\n\n{scenario}"
    return parse_spec("example", PATH, spec(block, NEIGHBOUR, **parts))


def find(base: Spec, code: str) -> Finding:
    """Find the first finding of this kind."""
    return next(finding for finding in find_in(base, []) if finding.code == code)


def proposal(base: Spec, new: Spec, code: str, *, seen: frozenset[str] = frozenset(), words: str = "") -> Proposal:
    """Propose to turn one document into the other because of its first finding of this kind."""
    finding = find(base, code)
    return Proposal(
        base=base,
        new=new,
        finding=finding,
        contract=contract_of(finding),
        base_issues=(),
        new_issues=(),
        base_findings=tuple(find_in(base, [])),
        new_findings=tuple(find_in(new, [])),
        template_words=words,
        seen=seen,
    )


def reworded(old: str, new: str, code: str = "GF201") -> Proposal:
    """Propose another body for the requirement."""
    return proposal(document(old), document(new), code)


def insight(answer: str, code: str = "", quote: str = "", requirement: str = "Reading") -> Insight:
    """Give an answer about the first requirement of such a spec, or about a finding in it."""
    file = "openspec/questions/how-soon.yaml"
    return Insight("how-soon", file, "How soon?", answer, 4, "Ada", PATH, requirement, code, quote)


def answered(base: Spec, new: Spec, answer: str, code: str = "GF210") -> Proposal:
    """Propose to turn one document into the other because of this answer; without a code, as a sentence of its own."""
    found = find_in(base, [])
    finding = find(base, code) if code else finding_of(insight(answer), base, found)
    assert isinstance(finding, Finding), finding
    unheld = () if code else (finding,)
    held = holds(new.text[slice(*target_place(new, "Reading", finding.start))], answer)
    return Proposal(
        base=base,
        new=new,
        finding=finding,
        contract=answered_contract(finding),
        base_issues=(),
        new_issues=(),
        base_findings=(*found, *unheld),
        new_findings=(*find_in(new, []), *(() if held else unheld)),
        answer=GivenAnswer(answer, "openspec/questions/how-soon.yaml", 4),
    )
