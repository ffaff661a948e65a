"""Operators that put words into the sentence that obliges."""

import re
from collections.abc import Callable, Mapping
from random import Random

from geoflow.openspec.model import Requirement
from geoflow.quality.mutation.anatomy import Anatomy, anatomy
from geoflow.quality.mutation.held_out import HELD_OUT
from geoflow.quality.mutation.mutant import Edit, Injector, Target
from geoflow.quality.mutation.phrasing import Half, Phrasing
from geoflow.quality.mutation.phrasings import FIRST
from geoflow.quality.prose import masked

_HALVES: Mapping[Half, Mapping[str, tuple[Phrasing, ...]]] = {"first": FIRST, "held-out": HELD_OUT}
_UNITS = {
    "time": r"ms|milliseconds?|s|secs?|seconds?|min|mins|minutes?|h|hours?|days?|weeks?|months?|years?",
    "size": r"KB|MB|GB|KiB|MiB|GiB|bytes|percent|%",
    "count": r"(?=[a-z]{3,}s\b)",
}
_NO_AMOUNT_AFTER = re.compile(
    r"\b(?:every|each|per|an?|the|is|to|or|and|than|between|first|last|\w+ed)\s+$", re.IGNORECASE
)
_BEHIND_OBJECT = (
    "when if for in with within to by on from after before as and using via that which so at of instead without while "
    "unless until only under into through during per upon across between except where whose"
).split()
_OBJECT = re.compile(
    r"\s+(?P<object>(?:the|a|an|all|each|every|any)\s[a-z][^,.;:()\0]*?)"
    rf"(?:\s+(?:{'|'.join(_BEHIND_OBJECT)})\b.*)?\Z",
    re.DOTALL,
)


def phrasings(kind: str, half: Half) -> tuple[Phrasing, ...]:
    """Give the phrasings of one half."""
    return _HALVES[half][kind]


def wording(kind: str) -> Injector:
    """Make the operator that puts a phrasing of this kind into a requirement, any that fits."""

    def inject(target: Target, random: Random, half: Half) -> Edit | None:
        sentence = anatomy(target.document.text, target.requirement)
        if sentence is None:
            return None
        offered = list(phrasings(kind, half))
        random.shuffle(offered)
        for phrasing in offered:
            edit = _SLOTS[phrasing.slot](target.document.text, target.requirement, sentence, phrasing)
            if edit:
                return edit
        return None

    return inject


def _adverb(text: str, requirement: Requirement, at: Anatomy, phrasing: Phrasing) -> Edit | None:
    if not at.verb or _has(text, requirement, phrasing):
        return None
    return Edit(at.modal[1], at.modal[1], f" {phrasing.text}", phrasing.text)


def _end(text: str, requirement: Requirement, at: Anatomy, phrasing: Phrasing) -> Edit | None:
    if _has(text, requirement, phrasing) or text[at.stop - 1] in ")\"”'":
        return None
    return Edit(at.stop, at.stop, phrasing.text, phrasing.text.lstrip(" ,;"))


def _sentence(text: str, requirement: Requirement, at: Anatomy, phrasing: Phrasing) -> Edit | None:
    return None if _has(text, requirement, phrasing) else Edit(at.end, at.end, f" {phrasing.text}", phrasing.text)


def _subject(_: str, __: Requirement, at: Anatomy, phrasing: Phrasing) -> Edit | None:
    start, end = at.subject
    if start == end:
        return None
    new = phrasing.text if start == at.start else phrasing.text[0].lower() + phrasing.text[1:]
    return Edit(start, end, new, new)


def _passive(text: str, _: Requirement, at: Anatomy, phrasing: Phrasing) -> Edit | None:
    # "The tool SHALL display the version when asked" gives "The version SHALL be displayed when asked".
    start, end = at.subject
    if at.verb != phrasing.text or start == end:
        return None
    behind = at.modal[1] + 1 + len(at.verb)
    found = _OBJECT.match(masked(text[behind : at.stop]))
    if found is None or len(found["object"].split()) > 7:
        return None
    what = text[behind + found.start("object") : behind + found.end("object")]
    what = what if start != at.start else what[0].upper() + what[1:]
    modal = text[slice(*at.modal)]
    return Edit(start, behind + found.end("object"), f"{what} {modal} be {phrasing.other}", f"be {phrasing.other}")


def _amount(text: str, requirement: Requirement, _: Anatomy, phrasing: Phrasing) -> Edit | None:
    block = masked(text[requirement.body_start : requirement.end])
    for match in re.finditer(rf"(?<![\w.,:/+-])\d[\d,]*(?:\.\d+)?\s(?:{_UNITS[phrasing.slot]})\b", block):
        follows = block[match.end() : match.end() + 1]
        if phrasing.slot == "count" and not re.match(r"\d{1,3}\s", match.group()):
            continue
        if phrasing.slot != "count" and (_NO_AMOUNT_AFTER.search(block[: match.start()]) or follows == "-"):
            continue
        place = requirement.body_start + match.start()
        new = phrasing.text + (" " if phrasing.slot == "count" else "")
        return Edit(place, place + len(match.group()), new, phrasing.text)
    return None


def _has(text: str, requirement: Requirement, phrasing: Phrasing) -> bool:
    return phrasing.text.strip(" ,;.").lower() in text[requirement.start : requirement.end].lower()


_SLOTS: Mapping[str, Callable[[str, Requirement, Anatomy, Phrasing], Edit | None]] = {
    "adverb": _adverb,
    "end": _end,
    "sentence": _sentence,
    "reference": _sentence,
    "subject": _subject,
    "passive": _passive,
    "time": _amount,
    "size": _amount,
    "count": _amount,
}
