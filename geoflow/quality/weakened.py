"""Deltas that ask for less than the main spec, or for another number."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from geoflow.openspec.model import Delta, Requirement
from geoflow.quality.finding import Finding
from geoflow.quality.lazily import lazily
from geoflow.quality.place import Place, finding_at
from geoflow.quality.prose import masked
from geoflow.quality.tokens import numbers

_OBLIGED = lazily(r"\b(?:SHALL|MUST)\b")
_LEFT_OPEN = lazily(r"\b(?:should|may|might|could|can)\b", re.IGNORECASE)
_MOST_NAMED = 3


def find_weakened(delta: Delta, blocks: Mapping[str, str]) -> Iterator[Finding]:
    """Find modified requirements that oblige less, or that change a number (GF310).

    A changed number may be meant, so it is a note; that nobody sees it among other changes is what the note is for.

    Args:
        delta: The delta.
        blocks: The requirements of its main spec: {name: block}.
    """
    for requirement in delta.modified:
        before = blocks.get(requirement.name)
        if before is None:
            continue
        after = delta.text[requirement.start : requirement.end]
        if before == after:
            continue
        place = _heading(delta, requirement)
        if _asks_for_less(_body(before), _body(after)):
            message = f"“{requirement.name}” obliges less than the main spec {delta.id} does"
            yield finding_at(
                place, "GF310", "warning", message, "write SHALL or MUST, or say why it need no longer hold"
            )
        was, becomes = _changed(before, after)
        if was and becomes:
            message = f"“{requirement.name}” has {becomes} where the main spec {delta.id} has {was}"
            yield finding_at(place, "GF310", "info", message, "see that this is meant, and say so in the proposal")


def _asks_for_less(before: str, after: str) -> bool:
    obliged = len(_OBLIGED.findall(before)) - len(_OBLIGED.findall(after))
    opened = len(_LEFT_OPEN.findall(after)) - len(_LEFT_OPEN.findall(before))
    return obliged > 0 and opened > 0


def _changed(before: str, after: str) -> tuple[str, str]:
    """Name the numbers that went and those that came; empty where as many of each kind of neighbour stayed."""
    old, new = Counter(numbers(before)), Counter(numbers(after))
    return _listed(old - new), _listed(new - old)


def _listed(found: Counter[str]) -> str:
    shown = sorted(found)[:_MOST_NAMED]
    return ", ".join(shown) + (", ..." if len(found) > _MOST_NAMED else "")


def _body(block: str) -> str:
    return masked(block.partition("\n")[2].partition("\n####")[0])


def _heading(delta: Delta, requirement: Requirement) -> Place:
    end = delta.text.find("\n", requirement.start)
    return Place(delta.path, delta.text, requirement.start, end if end >= 0 else len(delta.text), requirement.name)
