"""Checks of edits by which a part comes or goes: scenarios or steps come, one is split, one of two goes."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from geoflow.improvement import (
    gate_drop,
    gate_findings,
    gate_form,
    gate_meaning,
    gate_scenario,
    gate_split,
    gate_step,
)
from geoflow.improvement.contract import Shape
from geoflow.improvement.edit import Licence
from geoflow.improvement.proposal import Proposal
from geoflow.quality.tokens import tokens

Check = tuple[str, Callable[[Proposal], str]]
_LONG = "OS-S12"
_COMPOUND = "GF208"


def nothing_hidden(proposal: Proposal) -> str:
    """Refuse what `gate_form.nothing_hidden` refuses; that every word of an answer is plain, other checks tell."""
    return gate_form.nothing_hidden(replace(proposal, answer=None))


def nothing_worse(proposal: Proposal) -> str:
    """Refuse an edit after which a rule finds more in the document; each part of a long requirement may be long."""
    before, after = (Counter(one.code for one in found) for found in (proposal.base_findings, proposal.new_findings))
    more = sorted(code for code in after - before if code not in {_LONG, _COMPOUND})
    return f"brings a new finding: {', '.join(more)}" if more else ""


_FORM: tuple[Check, ...] = (
    ("changes-something", gate_form.changes_something),
    ("target-only", gate_form.target_only),
)
_AFTER: tuple[Check, ...] = (
    ("validity-kept", gate_findings.validity_kept),
    ("nothing-hidden", nothing_hidden),
    ("text-not-seen", gate_form.text_not_seen),
)
SHAPED: dict[Shape, tuple[Check, ...]] = {
    "scenario": (
        *_FORM,
        ("requirements-kept", gate_form.requirements_kept),
        ("text-kept", gate_scenario.text_kept),
        ("one-scenario-more", gate_scenario.one_scenario_more),
        ("words-of-source", gate_scenario.words_of_source),
        *_AFTER,
        ("finding-gone", gate_findings.finding_gone),
        ("no-new-finding", gate_findings.no_new_finding),
    ),
    "step": (
        *_FORM,
        ("requirements-kept", gate_form.requirements_kept),
        ("scenarios-kept", gate_form.scenarios_kept),
        ("steps-only", gate_step.steps_only),
        ("one-step-each", gate_step.one_step_each),
        ("answer-licenses", gate_step.is_what_was_answered),
        *_AFTER,
        ("finding-gone", gate_findings.finding_gone),
        ("no-new-finding", gate_findings.no_new_finding),
    ),
    "split": (
        *_FORM,
        ("parts-in-place", gate_split.parts_in_place),
        ("scenarios-shared", gate_split.scenarios_shared),
        ("words-shared", gate_split.words_shared),
        ("answer-licenses", gate_split.answer_wants_split),
        ("named-by-own-words", gate_split.named_by_own_words),
        *_AFTER,
        ("nothing-worse", nothing_worse),
    ),
    "drop": (
        *_FORM,
        ("one-less", gate_drop.one_less),
        ("answer-licenses", gate_drop.answer_wants_drop),
        ("said-by-kept", gate_drop.said_by_kept),
        ("validity-kept", gate_findings.validity_kept),
        ("nothing-worse", nothing_worse),
    ),
}
"""The checks of an edit by which a part comes or goes, in the place of those of an edit of words."""


def licences(proposal: Proposal) -> tuple[Licence, ...]:
    """Name the source of what such an edit brings: the answer that wants it, and the lines that it repeats."""
    answer = proposal.answer
    if proposal.contract.shape in ("scenario", "step") or answer is None:
        return gate_meaning.licences(proposal)
    own = Licence("answer", proposal.contract.shape, answer.path, answer.line)
    rest = () if proposal.contract.shape == "drop" else _repeated(proposal)
    return (own, *rest)


def _repeated(proposal: Proposal) -> Iterator[Licence]:
    before, after = (Counter(token[:2] for token in found) for found in (proposal.old_tokens, proposal.new_tokens))
    text, told = proposal.base.text, set[tuple[str, str]]()
    for token in tokens(text):
        key = token[:2]
        if key in after - before and key not in told and token.kind not in {"free", "relation"}:
            told.add(key)
            line = text.count("\n", 0, token.start) + 1
            yield Licence("spec", text[token.start : token.end], proposal.base.path, line)
