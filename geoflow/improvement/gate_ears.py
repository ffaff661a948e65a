"""The check of an edit that may put one condition first: a whole clause moved, and nothing else."""

from geoflow.quality.ears import KEYWORDS

_KEYS = frozenset(word.split()[0] for word in KEYWORDS)
_FURTHER = 8
"""So many words behind the change may be alike by chance and belong to what has moved."""


def is_condition_moved(before: list[str], after: list[str]) -> bool:
    """Tell whether the one difference between two texts, as keys of words, is a condition that was moved forward.

    Args:
        before: The words before.
        after: The same words after.
    """
    if len(before) != len(after):
        return False
    first = next((index for index, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]), -1)
    if first < 0:
        return True
    last = max(index for index in range(len(before)) if before[index] != after[index]) + 1
    return any(
        _is_turned(before[first:end], after[first:end]) for end in range(last, min(last + _FURTHER, len(before)) + 1)
    )


def _is_turned(old: list[str], new: list[str]) -> bool:
    return any(
        old[at] in _KEYS and new == old[at:end] + old[:at] + old[end:]
        for at in range(1, len(old))
        for end in _ends(old, at)
    )


def _ends(old: list[str], start: int) -> range:
    return range(start + 1, len(old) + 1)
