"""Checks of what is found: the finding is gone, and neither rules nor OpenSpec's validation find anything new."""

import re
from collections import Counter
from collections.abc import Iterable

from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.past_texts import squeezed
from geoflow.improvement.proposal import Proposal
from geoflow.openspec.model import Issue
from geoflow.quality.finding import Finding

_FIGURES_DIFFER = "GF218"
_ADDED_MODAL = re.compile(r"\b(?:SHALL|MUST|should|will)\s+")


def validity_kept(proposal: Proposal) -> str:
    """Refuse an edit after which OpenSpec validation finds an error or warning that was not there."""
    new = _problems(proposal.new_issues) - _problems(proposal.base_issues)
    return f"validation would find {', '.join(sorted(rule for rule, _ in new))}" if new else ""


def _problems(issues: Iterable[Issue]) -> Counter[tuple[str, str]]:
    return Counter((issue.rule, issue.requirement) for issue in issues if issue.level != "INFO")


def finding_gone(proposal: Proposal) -> str:
    """Refuse an edit after which the finding is still there."""
    key = (proposal.finding.code, proposal.finding.requirement)
    before, after = _findings(proposal.base_findings), _findings(proposal.new_findings)
    return "" if after[key] < before[key] else "the finding is still there"


def no_new_finding(proposal: Proposal) -> str:
    """Refuse an edit that brings a finding that was not there before.

    What the rules did not see beside the word that is mended, and now do, was there before: its quote stands in both.
    """
    before, after = _findings(proposal.base_findings), _findings(proposal.new_findings)
    new = after - before
    if proposal.wish and proposal.wish.is_persons and proposal.contract.licensed & {"number"}:
        # A person's figure comes into one sentence at a time; the old one in the others is the next edit.
        new = Counter({found: count for found, count in new.items() if found[0] != _FIGURES_DIFFER})
    brought = sorted(code for code, requirement in new if not _is_uncovered(proposal, code, requirement))
    return f"brings a new finding: {', '.join(brought)}" if brought else ""


def _is_uncovered(proposal: Proposal, code: str, requirement: str) -> bool:
    """Tell whether all findings of a rule on the target have quotes that the target has had as often before."""
    found = [one for one in proposal.new_findings if (one.code, one.requirement) == (code, requirement)]
    old, new = squeezed(proposal.old_text), squeezed(proposal.new_text)
    quotes = {squeezed(one.quote) for one in found}
    if proposal.finding.code in MISSING_OBLIGATION:
        # What is said of the sentence that obliges now ("SHALL be kept" by whom?) could not be said of it before.
        old, new = (_ADDED_MODAL.sub("", text) for text in (old, new))
        quotes = {_ADDED_MODAL.sub("", quote) for quote in quotes}
    at_target = requirement == proposal.finding.requirement and code.startswith(("GF2", "GF102"))
    return at_target and "" not in quotes and all(old.count(quote) >= new.count(quote) for quote in quotes)


def _findings(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((finding.code, finding.requirement) for finding in findings)
