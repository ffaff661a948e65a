"""The Purpose of a spec as archive sees it: taken from a delta for a new capability, or a placeholder."""

from typing import NamedTuple

from geoflow.openspec.blocks import Region
from geoflow.openspec.headings import is_section, level
from geoflow.openspec.lines import WHITE, mask, split
from geoflow.openspec.outline import content, find, outline, utf16_length
from geoflow.openspec.placeholder import PREFIX, SUFFIX
from geoflow.openspec.spec_rules import PURPOSE_UNITS
from geoflow.openspec.structure_rules import structure_issues

_OPEN = "<!--"


class Skeleton(NamedTuple):
    """A new spec without requirements.

    `refused` tells that the Purpose offered could not be used, `short` that it has fewer than 50 characters.
    """

    text: str
    refused: bool
    short: bool


def new_spec(capability: str, change: str, purpose: str) -> Skeleton:
    """Make the spec that a change's requirements are added to; an empty `purpose` gives the placeholder sentence."""
    plain = _skeleton(capability, f"{PREFIX}{change}{SUFFIX}")
    if not purpose:
        return Skeleton(plain, refused=False, short=False)
    text = _skeleton(capability, purpose.strip(WHITE))
    overview = _overview(text)
    if not overview:
        return Skeleton(plain, refused=True, short=False)
    return Skeleton(text, refused=False, short=utf16_length(overview) < PURPOSE_UNITS)


def _skeleton(capability: str, purpose: str) -> str:
    return f"# {capability} Specification\n\n## Purpose\n{purpose}\n\n## Requirements\n"


def _overview(text: str) -> str:
    """Read the Purpose back; empty where the spec would not be readable with it."""
    document = split(text)
    if _OPEN in text or next(structure_issues("", document), None) is not None:
        return ""
    headings = outline(document)
    at = find(headings, "purpose")
    if at is None or find(headings, "requirements") is None:
        return ""
    return content(document, Region(headings[at].line, headings[at].end))


def purpose_of(text: str) -> str:
    """Give the text under the first `## Purpose` outside comments and fences; empty where it has no prose."""
    if "purpose" not in text.lower():
        return ""
    lines = _plain_lines(text)
    hidden = _without_comments("\n".join(lines)).split("\n") if _OPEN in text else lines
    fenced = mask(hidden)
    start = next((at for at, line in enumerate(hidden) if not fenced[at] and is_section(line, "purpose")), None)
    if start is None:
        return ""
    inside = range(start + 1, len(hidden))
    end = next((at for at in inside if not fenced[at] and level(hidden[at]) == 2), len(hidden))
    if not any(hidden[at].strip(WHITE) for at in range(start + 1, end) if not fenced[at]):
        return ""
    return "\n".join(lines[start + 1 : end]).strip(WHITE)


def _plain_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _without_comments(text: str) -> str:
    """Blank out HTML comments, line feeds kept; one that nobody closes runs to the end."""
    parts = []
    at = 0
    ends = dict.fromkeys(("-->", "--!>"), -1)
    while (begin := text.find(_OPEN, at)) != -1:
        for close, known in ends.items():
            # Looked for once and not for every comment: one of the two may be missing from a long text.
            if known < begin + len(_OPEN):
                found = text.find(close, begin + len(_OPEN))
                ends[close] = len(text) if found == -1 else found
        place, size = min((end, len(close)) for close, end in ends.items())
        behind = min(place + size, len(text))
        parts += [text[at:begin], _blank(text[begin:behind])]
        at = behind
    return "".join((*parts, text[at:]))


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))
