"""The gate: what an edit must pass before it may be kept. Every check is a pure function that says why it refuses.

The gate takes the text of the base commit (the last that a person merged) and the proposed text of one document. It
knows nothing of how the edit was made, and nothing that a model says can switch a check off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geoflow.improvement import gate_findings, gate_form, gate_layout, gate_meaning, gate_shape
from geoflow.improvement.contract import CHOSEN
from geoflow.improvement.edit import Licence
from geoflow.improvement.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says: the checks that were passed, and the one that refused with its reason, if any."""

    passed: tuple[str, ...]
    refused_by: str = ""
    reason: str = ""
    licences: tuple[Licence, ...] = ()

    @property
    def kept(self) -> bool:
        """Tell whether every check was passed."""
        return not self.refused_by


Check = Callable[[Proposal], str]
"""A check gives the reason why it refuses, or an empty string."""

CHECKS: tuple[tuple[str, Check], ...] = (
    ("changes-something", gate_form.changes_something),
    ("target-only", gate_form.target_only),
    ("sentence-only", gate_form.sentence_only),
    ("requirements-kept", gate_form.requirements_kept),
    ("scenarios-kept", gate_form.scenarios_kept),
    ("steps-kept", gate_form.steps_kept),
    ("validity-kept", gate_findings.validity_kept),
    ("nothing-hidden", gate_form.nothing_hidden),
    ("form-kept", gate_layout.form_kept),
    ("growth-bounded", gate_form.growth_bounded),
    ("text-not-seen", gate_form.text_not_seen),
    ("literals-kept", gate_meaning.literals_kept),
    ("numbers-kept", gate_meaning.numbers_kept),
    ("modality-kept", gate_meaning.modality_kept),
    ("negations-kept", gate_meaning.negations_kept),
    ("relations-kept", gate_meaning.relations_kept),
    ("words-kept", gate_meaning.words_kept),
    ("order-kept", gate_meaning.order_kept),
    ("words-licensed", gate_meaning.words_licensed),
    ("subject-named", gate_meaning.subject_named),
    ("finding-gone", gate_findings.finding_gone),
    ("no-new-finding", gate_findings.no_new_finding),
)


def _without(*names: str) -> tuple[tuple[str, Check], ...]:
    return tuple((name, check) for name, check in CHECKS if name not in names)


# No rule finds what a reviewer's words are about, so none can tell that it is gone.
WISH_CHECKS = (*_without("finding-gone"), ("does-what-is-named", gate_meaning.does_what_is_named))
# What a person chose takes the place of a quote whole, with its own order of words; around it nothing may change.
CHOICE_CHECKS = _without("finding-gone", "order-kept")


def checks_for(proposal: Proposal) -> tuple[tuple[str, Check], ...]:
    """Give the checks that a proposal must pass."""
    if proposal.contract.shape:
        return gate_shape.SHAPED[proposal.contract.shape]
    if proposal.finding.code == CHOSEN:
        return CHOICE_CHECKS
    return WISH_CHECKS if proposal.wish else CHECKS


def judge(proposal: Proposal, checks: Sequence[tuple[str, Check]] | None = None) -> Verdict:
    """Put a proposal through the checks, in order, up to the first that refuses; those for its kind unless told."""
    passed: list[str] = []
    for name, check in checks or checks_for(proposal):
        if reason := check(proposal):
            return Verdict(tuple(passed), name, reason)
        passed.append(name)
    return Verdict(tuple(passed), licences=(gate_shape if proposal.contract.shape else gate_meaning).licences(proposal))
