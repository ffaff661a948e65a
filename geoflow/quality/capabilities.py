"""What a proposal says of capabilities against the deltas that stand beside it."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from typing import Literal, NamedTuple

from geoflow.openspec.headings import level, title
from geoflow.openspec.lines import split, starts
from geoflow.openspec.model import Change
from geoflow.openspec.touches import touches
from geoflow.quality.finding import Finding
from geoflow.quality.place import Place, finding_at, place_of

Kind = Literal["new", "modified"]

_NAME = re.compile(r"[A-Za-z0-9][\w./-]*")
_MARKED = re.compile(r"(`|\*\*|__)(`?)([^`*\n]{1,120}?)\2\1")
_JOIN = re.compile(r"[ \t]*(?:,|/|&|and)[ \t]*(?:and[ \t]+)?")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


class Named(NamedTuple):
    """A capability that a proposal names, and where (offsets of the bare name)."""

    name: str
    kind: Kind
    start: int
    end: int


def named_capabilities(proposal: str) -> list[Named]:
    """Read the list items below `## Capabilities`: those under a heading that says new or added, modified or removed.

    Only what an item starts with counts, as a code span or in bold, several joined by commas; no word of its text does.
    """
    # A comment may hold the template's own example.
    document = split(_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), proposal))
    begins = starts(document)
    found: list[Named] = []
    inside, kind = False, None
    for index, line in enumerate(document.lines):
        depth = 0 if document.masked(index) else level(line)
        if depth:
            heading = (title(line, depth) or "").lower()
            inside = heading == "capabilities" if depth <= 2 else inside
            kind = _kind(heading) if depth > 2 else None
        elif inside and kind and not document.masked(index) and line[:2] in ("- ", "* ", "+ "):
            found += _leading(line, kind, begins[index])
    return found


def _kind(heading: str) -> Kind | None:
    words = heading.split()
    if "capabilities" not in words:
        return None
    return "new" if words[0] in ("new", "added") else "modified" if words[0] in ("modified", "removed") else None


def _leading(line: str, kind: Kind, begin: int) -> Iterator[Named]:
    at = 2 + len(line[2:]) - len(line[2:].lstrip())
    while match := _MARKED.match(line, at):
        name = match[3].strip().rstrip(":")
        if not _NAME.fullmatch(name):
            return
        start = begin + match.start(3) + match[3].index(name)
        yield Named(name, kind, start, start + len(name))
        joined = _JOIN.match(line, match.end())
        if joined is None:
            return
        at = joined.end()


def find_capabilities(
    change: Change, specs: AbstractSet[str], planned: AbstractSet[str], finished: AbstractSet[str]
) -> Iterator[Finding]:
    """Find where a proposal's list and the deltas disagree.

    Args:
        change: The change.
        specs: The capabilities that have a main spec.
        planned: Those that another active change adds requirements to.
        finished: Those whose delta in this change the main spec says already.
    """
    listed = named_capabilities(change.proposal)
    deltas = {delta.id for delta in change.deltas}
    path = f"{change.path}/proposal.md"
    if not listed or not deltas:
        return  # a proposal without a list promises nothing, and a change without any delta has an error of its own
    for one in listed:
        place = Place(path, change.proposal, one.start, one.end)
        if one.name not in deltas:
            near = get_close_matches(one.name, deltas - {other.name for other in listed}, n=1)
            fix = (
                f"is it {near[0]}, which has one?"
                if near
                else f"write specs/{one.name}/spec.md, or take it off the list"
            )
            yield finding_at(place, "GF305", "warning", f"the change has no delta for “{one.name}”", fix)
        elif one.kind == "new" and one.name in specs and one.name not in finished:
            message = f"“{one.name}” is listed as new, but has a main spec"
            yield finding_at(place, "GF307", "info", message, "list it as modified")
        elif one.kind == "modified" and one.name not in specs | planned:
            yield _not_there(place, one.name, specs)
    yield from _unlisted(change, {one.name for one in listed})


def _not_there(place: Place, name: str, specs: AbstractSet[str]) -> Finding:
    near = get_close_matches(name, specs, n=1)
    fix = f"is it {near[0]}?" if near else "list it as new"
    return finding_at(place, "GF307", "warning", f"“{name}” is listed as modified, but has no main spec", fix)


def _unlisted(change: Change, listed: AbstractSet[str]) -> Iterator[Finding]:
    first = {touch.capability: touch for touch in reversed(touches(change))}
    for delta in change.deltas:
        if delta.id in listed:
            continue
        touch = first.get(delta.id)
        place = place_of(touch, delta.text) if touch else Place(delta.path, delta.text, 0, 0)
        message = f"the proposal's list of capabilities does not name {delta.id}"
        yield finding_at(
            place, "GF306", "warning", message, "name it there, or move the delta to the change that it belongs to"
        )
