"""Operators that change a main spec since an earlier state: what only the base can show."""

import re
from collections import Counter
from random import Random

from geoflow.openspec.model import Step
from geoflow.quality.mutation.form import shuffled
from geoflow.quality.mutation.mutant import Edit, Target
from geoflow.quality.mutation.phrasing import Half
from geoflow.quality.prose import masked

_NUMBER = re.compile(r"(?<![\w.,:/+-])[1-9]\d*(?![\w:/-]|\.\d)")
_UNITS = {
    "seconds": "minutes",
    "minutes": "hours",
    "hours": "days",
    "days": "weeks",
    "weeks": "months",
    "ms": "s",
    "milliseconds": "seconds",
    "second": "minute",
    "minute": "hour",
    "hour": "day",
    "day": "week",
    "KB": "MB",
    "MB": "GB",
    "bytes": "KB",
    "KiB": "MiB",
    "MiB": "GiB",
    "characters": "lines",
    "lines": "characters",
}
_UNIT = re.compile(rf"(?<![\w.,:/+-])\d[\d,.]*[ ](?P<unit>{'|'.join(_UNITS)})\b")
_TURNED = (
    (r"\b(is|are|can|will|was|were|may|should) not\b", r"\1"),
    (r"\bSHALL NOT\b", "SHALL"),
    (r"\bMUST NOT\b", "MUST"),
    (r"\bcannot\b", "can"),
    (r"\b(SHALL|MUST)\b(?! NOT\b)", r"\1 NOT"),
    (r"\bcan\b", "cannot"),
    (r"\b(is|are|will)\b(?! not\b)", r"\1 not"),
)
_VERBS = (
    "shows displays returns exits creates writes lists includes contains prints uses keeps sends stores "
    "updates removes deletes opens closes adds reads loads saves renders reports emits accepts rejects "
    "appears remains runs starts stops applies provides produces fails succeeds raises receives sees "
    "gets finds skips ignores preserves prompts continues"
).split()
_THIRD_PERSON = re.compile(rf"\b(?:{'|'.join(_VERBS)})\b")
_TERM = re.compile(r"\b[a-z]{4,}\b")
_SYNONYMS = {
    "user": "operator",
    "users": "operators",
    "command": "instruction",
    "change": "revision",
    "folder": "directory",
    "directory": "folder",
    "account": "profile",
    "request": "enquiry",
    "requests": "enquiries",
    "session": "sitting",
    "message": "notice",
    "warning": "caution",
    "settings": "preferences",
    "panel": "pane",
    "button": "control",
    "project": "workspace",
    "annotation": "remark",
    "annotations": "remarks",
    "document": "record",
    "token": "ticket",
    "archive": "store",
    "template": "pattern",
    "agent": "helper",
    "dashboard": "overview",
    "extension": "plug-in",
}


def dropped_scenario(target: Target, random: Random, _: Half) -> Edit | None:
    """Drop one of several scenarios."""
    scenarios = target.requirement.scenarios
    if len(scenarios) < 2:
        return None
    chosen = random.randrange(len(scenarios))
    start = scenarios[chosen].start
    end = scenarios[chosen + 1].start if chosen + 1 < len(scenarios) else target.requirement.end
    return Edit(start, end, "")


def turned_outcome(target: Target, random: Random, _: Half) -> Edit | None:
    """Turn the outcome of one scenario into its opposite."""
    text = target.document.text
    for scenario in shuffled(target.requirement, random):
        last = ""
        for step in scenario.steps:
            last = last if step.keyword in ("AND", "BUT") else step.keyword
            edit = _turned(text, step) if last == "THEN" else None
            if edit:
                return edit
    return None


def other_number(target: Target, random: Random, _: Half) -> Edit | None:
    """Change a number of the requirement's text, its scenarios stay."""
    text, requirement = target.document.text, target.requirement
    body = masked(text[requirement.body_start : requirement.body_end])
    found = [match for match in _NUMBER.finditer(body) if body[: match.start()].rstrip(" ")[-1:] not in ("", "\n")]
    if not found:
        return None
    match = random.choice(found)
    new = str(int(match.group()) * random.choice((2, 3, 10)))
    start = requirement.body_start
    return Edit(start + match.start(), start + match.end(), new, new)


def other_unit(target: Target, random: Random, _: Half) -> Edit | None:
    """Change the unit of an amount, its number stays."""
    text, requirement = target.document.text, target.requirement
    block = masked(text[requirement.body_start : requirement.end])
    # In a scenario's heading it is a name.
    found = [match for match in _UNIT.finditer(block) if block[block.rfind("\n", 0, match.start()) + 1] != "#"]
    if not found:
        return None
    match, start = random.choice(found), requirement.body_start
    new = _UNITS[match["unit"]]
    return Edit(start + match.start("unit"), start + match.end("unit"), new, new)


def other_term(target: Target, random: Random, _: Half) -> Edit | None:
    """Call a thing by another name in one requirement, where the rest of the document calls it as before."""
    text, requirement = target.document.text, target.requirement
    body = masked(text[requirement.body_start : requirement.body_end])
    everywhere = Counter(_TERM.findall(masked(text)))
    found = [
        match
        for match in _TERM.finditer(body)
        if match.group() in _SYNONYMS and everywhere[match.group()] >= 3 and not everywhere[_SYNONYMS[match.group()]]
    ]
    if not found:
        return None
    word = random.choice(found).group()
    start = requirement.body_start
    places = [match for match in found if match.group() == word]
    new, at = "", places[0].start()
    for match in places:
        new += text[start + at : start + match.start()] + _SYNONYMS[word]
        at = match.end()
    return Edit(start + places[0].start(), start + at, new, _SYNONYMS[word])


def _turned(text: str, step: Step) -> Edit | None:
    source = text[step.start : step.end]
    prose = masked(source)
    for pattern, new in _TURNED:
        match = re.search(pattern, prose)
        if match and "\0" not in match.group():
            return _at(step, match, match.expand(new))
    match = _THIRD_PERSON.search(prose)
    return _at(step, match, f"does not {_infinitive(match.group())}") if match else None


def _at(step: Step, match: re.Match[str], new: str) -> Edit:
    return Edit(step.start + match.start(), step.start + match.end(), new, new)


def _infinitive(verb: str) -> str:
    if verb == "applies":
        return "apply"
    return verb.removesuffix("es") if verb.endswith(("shes", "ches", "xes")) else verb.removesuffix("s")
