"""Operators that write a requirement a second time: as it is, in other words, or turned round."""

import re
from random import Random

from geoflow.openspec.model import Requirement, Spec
from geoflow.quality.mutation.anatomy import anatomy
from geoflow.quality.mutation.mutant import Edit, Target
from geoflow.quality.mutation.phrasing import Half
from geoflow.quality.mutation.wording import phrasings
from geoflow.quality.prose import masked

_NAMES = ("Handling of {}", "More on {}", "{} in practice", "Rules for {}", "{} revisited", "Support for {}")


def same_heading(target: Target, _: Random, __: Half) -> Edit | None:
    """Write the requirement a second time, heading included."""
    text, requirement = target.document.text, target.requirement
    block = text[requirement.start : requirement.end]
    return Edit(requirement.end, requirement.end, f"\n\n{block}", block.partition("\n")[0])


def renamed_copy(target: Target, random: Random, _: Half) -> Edit | None:
    """Write the requirement a second time under another name."""
    text, requirement = target.document.text, target.requirement
    return _copy(target, random, text[requirement.body_start : requirement.body_end], "")


def negated_copy(target: Target, random: Random, _: Half) -> Edit | None:
    """Write the requirement a second time under another name, SHALL turned into SHALL NOT."""
    text, requirement = target.document.text, target.requirement
    sentence = anatomy(text, requirement)
    if sentence is None or not sentence.verb:
        return None
    body = text[requirement.body_start : requirement.body_end]
    at = sentence.modal[1] - requirement.body_start
    return _copy(target, random, f"{body[:at]} NOT{body[at:]}", "SHALL NOT")


def other_number(target: Target, random: Random, _: Half) -> Edit | None:
    """Write the requirement a second time under another name, with another number in its body."""
    text, requirement = target.document.text, target.requirement
    body = text[requirement.body_start : requirement.body_end]
    match = next(re.finditer(r"(?<![\w.-])[1-9]\d*(?![\w.-])", masked(body)), None)
    if match is None:
        return None
    number = str(int(match.group()) * 3 + 1)
    return _copy(target, random, body[: match.start()] + number + body[match.end() :], number)


def opposite_copy(target: Target, random: Random, half: Half) -> Edit | None:
    """Write the requirement a second time under another name, with a word turned into its opposite."""
    turned = _turned(target, random, half)
    return _copy(target, random, *turned) if turned else None


def opposite_elsewhere(target: Target, random: Random, half: Half) -> Edit | None:
    """Write the opposite of a requirement into another capability."""
    others = [spec for spec in target.tree.specs if spec.id != target.document.id and spec.requirements]
    turned = _turned(target, random, half)
    if not others or not turned:
        return None
    other = random.choice(others)
    copy = _copy(target, random, *turned)
    end = other.requirements[-1].end
    return Edit(end, end, copy.new, copy.injected, copy.names, other.path, other.text)


def paraphrased_copy(target: Target, random: Random, half: Half) -> Edit | None:
    """Say the requirement a second time under another name, in other words."""
    text = target.document.text
    sentence = anatomy(text, target.requirement)
    if sentence is None or not sentence.verb or sentence.subject[0] == sentence.subject[1]:
        return None
    subject, lead = text[slice(*sentence.subject)], text[sentence.start : sentence.subject[0]]
    frame = random.choice(phrasings("paraphrase", half)).text
    # "MUST" in the predicate would be a second obligation inside a frame.
    predicate = sentence.predicate(text)
    small = (
        subject
        if lead or not subject.startswith(("The ", "A ", "An ", "Each ", "Every ", "All "))
        else subject[0].lower() + subject[1:]
    )
    said = frame.format(subject=small, Subject=subject[0].upper() + subject[1:], predicate=predicate)
    if lead.strip():
        said = f"{lead.strip()} {said[0].lower()}{said[1:]}"
    return _copy(target, random, f"{said}\n\n", said)


def _turned(target: Target, random: Random, half: Half) -> tuple[str, str] | None:
    text, requirement = target.document.text, target.requirement
    sentence = anatomy(text, requirement)
    if sentence is None:
        return None
    body, shift = text[requirement.body_start : requirement.body_end], requirement.body_start
    prose = masked(body)
    offered = list(phrasings("opposite", half))
    random.shuffle(offered)
    for pair in offered:
        match = re.compile(rf"\b{pair.text}\b(?! the\b)").search(
            prose, sentence.modal[1] - shift, sentence.stop - shift
        )
        if match:
            return body[: match.start()] + pair.other + body[match.end() :], pair.other
    return None


def _copy(target: Target, random: Random, body: str, injected: str) -> Edit:
    """Give the requirement again, under a new name and with this body, behind the original."""
    text, requirement = target.document.text, target.requirement
    name = _other_name(target, random)
    scenarios = text[requirement.body_end : requirement.end]
    gap = "" if not scenarios or body.endswith("\n") else "\n\n"
    block = f"### Requirement: {name}\n{body}{gap}{scenarios}".rstrip()
    return Edit(requirement.end, requirement.end, f"\n\n{block}", injected or f"### Requirement: {name}", (name,))


def _other_name(target: Target, random: Random) -> str:
    taken = {one.name for one in _requirements(target)}
    names = [form.format(target.requirement.name) for form in _NAMES]
    return random.choice([name for name in names if name not in taken] or [f"{names[0]} ({len(taken)})"])


def _requirements(target: Target) -> tuple[Requirement, ...]:
    document = target.document
    return document.requirements if isinstance(document, Spec) else document.added + document.modified
