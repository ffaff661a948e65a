"""Every strategy by name, and which of them fit a finding: the policy chooses among these by kind of finding."""

from collections.abc import Callable, Mapping, Sequence

from geoflow.improvement import ears_strategy, scenario_strategy, span_strategy
from geoflow.improvement.edit import Candidate
from geoflow.improvement.proposal import Document
from geoflow.improvement.template_strategy import NAMES, from_template
from geoflow.quality.finding import Finding

Make = Callable[[Document, Finding, str], Candidate | None]
"""Makes an edit of a finding in a document; the third is the word that obliges here, SHALL or MUST."""

BY_CODE: Mapping[str, Make] = {
    **dict.fromkeys(NAMES.values(), from_template),
    ears_strategy.STRATEGY: ears_strategy.by_code,
    scenario_strategy.STRATEGY: lambda document, finding, _: scenario_strategy.from_own_words(document, finding),
}
"""Strategies that code carries out alone."""


def by_code(code: str) -> tuple[str, ...]:
    """Name the strategies that need no model for a kind of finding, in the order of a first run."""
    template = (NAMES[code],) if code in NAMES else ()
    ears = (ears_strategy.STRATEGY,) if code in ears_strategy.OFFERED else ()
    scenario = (scenario_strategy.STRATEGY,) if code in scenario_strategy.MISSING else ()
    return (*template, *ears, *scenario)


def by_model(code: str) -> tuple[str, ...]:
    """Name the strategies that ask the model for a kind of finding, in the order of a first run."""
    if code in scenario_strategy.MISSING:
        return (scenario_strategy.BY_PIECES,)
    if not span_strategy.instruction_of(code):
        return ()
    ears = (ears_strategy.PIECES,) if code in ears_strategy.OFFERED else ()
    return (span_strategy.STRATEGY, span_strategy.REWORD_STRATEGY, *ears)


def fitting(code: str) -> tuple[str, ...]:
    """Name all strategies for a kind of finding, in the order of a first run: code before the model."""
    return (*by_code(code), *by_model(code))


def begins_with_code(code: str, ordered: Sequence[str]) -> bool:
    """Tell whether an order of strategies begins with one that needs no model."""
    return not ordered or ordered[0] in by_code(code)
