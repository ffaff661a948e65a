"""What a repaired requirement says beside the original: literals, figures, modality, polarity, words, scenarios."""

import re
from collections import Counter
from typing import NamedTuple

from geoflow.quality.tokens import tokens

_SCENARIO = re.compile(r"^#{3,6}[ \t]+(Scenario:.*?)[ \t]*$", re.MULTILINE)
_STEP = re.compile(r"^[ \t]*[-*+][ \t]+\*{0,2}(?:GIVEN|WHEN|THEN|AND|BUT)\b", re.MULTILINE | re.IGNORECASE)
_Facts = Counter[tuple[str, str]]


class Difference(NamedTuple):
    """How a repaired requirement differs from the original; each is empty where it does not.

    `damage` is what the edit did: it lost what the original says and the defective text still said, or brought in what
    neither says. `rest` is what it left undone: the original is not there again.
    """

    damage: str = ""
    rest: str = ""


def difference(original: str, mutated: str, repaired: str, tolerated: str = "") -> Difference:
    """Compare a repaired requirement with the original.

    Words of `tolerated` may be there or not. A reviewer takes MUST for as strong as SHALL.
    """
    before, defective, now = _facts(original), _facts(mutated), _facts(repaired)
    spared = _facts(tolerated)
    lost, brought = (before & defective) - now, now - (before | defective) - spared
    undone, left = before - now, now - before - spared
    if lost or brought:
        return Difference(damage=f"drops {_named(lost)}" if lost else f"brings in {_named(brought)}")
    if undone or left:
        return Difference(rest=f"{_named(left)} should not be there" if left else f"{_named(undone)} is missing")
    if _form(repaired) == _form(original):
        return Difference()
    return Difference(
        **{"rest" if _form(repaired) == _form(mutated) else "damage": "the scenarios are not as they were"}
    )


def _facts(text: str) -> _Facts:
    found: _Facts = Counter()
    for token in tokens(text):
        if token.kind != "free":
            found[token.kind, "shall" if token.kind == "modal" and token.key == "must" else token.key] += 1
    return found


def _form(text: str) -> tuple[list[str], int]:
    return _SCENARIO.findall(text), len(_STEP.findall(text))


def _named(facts: _Facts) -> str:
    words = sorted({key for _, key in facts})
    return ", ".join(f"“{word}”" for word in words[:3]) + (" and more" if len(words) > 3 else "")
