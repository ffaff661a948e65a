"""Requirements as the npm CLI's `show --json` describes them: what the tree of headings says, block by block."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoflow.openspec.blocks import Block, Region, blocks_in, sections
from geoflow.openspec.delta_reader import REMOVED, Plan
from geoflow.openspec.headings import requirement_name, scenario_name
from geoflow.openspec.lines import WHITE, Lines, split
from geoflow.openspec.outline import Heading, children, content, find, is_filled, outline, requirement_text

_WHITE = f"[{re.escape(WHITE)}]"
_LINE = r"[^\n\r\u2028\u2029]"
_TITLE = rf"(?:^|(?<=[\n\r\u2028\u2029]))#{_WHITE}+(?:Change:{_WHITE}+)?({_LINE}+)"
_PROSE = rf"{_WHITE}*-{_WHITE}*\*\*([^*:]+)(?::\*\*|\*\*:){_WHITE}*({_LINE}+)"
_VERBS = (
    ("RENAMED", r"\brename(?:s|d|ing)?\b"),
    ("ADDED", r"\b(?:add(?:s|ed|ing)?|create(?:s|d|ing)?|new)\b"),
    ("REMOVED", r"\b(?:remove(?:s|d|ing)?|delete(?:s|d|ing)?)\b"),
)


class DescribedScenario(NamedTuple):
    """A scenario: its name, what stands under its heading, its line."""

    name: str
    text: str
    line: int


class Described(NamedTuple):
    """A requirement: its name, its text (its title where it has none), its scenarios, its line."""

    name: str
    text: str
    scenarios: tuple[DescribedScenario, ...]
    line: int


class Prose(NamedTuple):
    """A bullet of a proposal that names a spec and what happens to it, for a change without delta sections."""

    spec: str
    operation: str
    text: str


def describe_spec(text: str) -> tuple[str, tuple[Described, ...]]:
    """Give the Purpose of a main spec, and each heading below its Requirements, whatever it is called."""
    document = split(text)
    headings = outline(document)
    purpose, section = find(headings, "purpose"), find(headings, "requirements")
    overview = "" if purpose is None else content(document, _region(headings[purpose]))
    below = () if section is None else children(headings, section)
    return overview, tuple(_described(document, headings, at, 0) for at in below)


def describe_blocks(document: Lines, blocks: list[Block]) -> list[Described]:
    """Describe the requirements of a section of a delta."""
    return [_of_block(document, block) for block in blocks]


def describe_removals(document: Lines, plan: Plan) -> list[Described]:
    """Describe what a delta removes: a heading with all that stands below it, or a bullet with its name alone."""
    regions = (region for name, region in sections(document) if name.lower() == REMOVED)
    blocks = [block for region in regions for block in blocks_in(document, region)]
    found = []
    for removal in plan.removed:
        block = next((block for block in blocks if block.name == removal.name), None)
        if block:
            blocks.remove(block)
            found.append(_of_block(document, block))
        elif removal.name.strip(WHITE):
            found.append(Described(removal.name, f"Requirement: {removal.name}", (), removal.line + 1))
    return found


def proposal_title(proposal: str) -> str:
    """Give the title of a proposal; empty where it has none, or none but `Proposal`."""
    found = re.search(_TITLE, proposal, re.IGNORECASE)
    title = found[1].strip(WHITE) if found else ""
    return "" if title.lower() == "proposal" else title


def describe_prose(proposal: str) -> Iterator[Prose]:
    """Describe the bullets under What Changes that start with the name of a spec in bold type."""
    document = split(proposal)
    headings = outline(document)
    at = find(headings, "what changes")
    for line in content(document, _region(headings[at])).split("\n") if at is not None else ():
        found = re.match(_PROSE, line)
        if found:
            text = found[2].strip(WHITE)
            operation = next((verb for verb, words in _VERBS if re.search(words, text.lower(), re.ASCII)), "MODIFIED")
            yield Prose(found[1].strip(WHITE), operation, text)


def _of_block(document: Lines, block: Block) -> Described:
    lines = document.lines[block.start : block.end]
    title = lines[0].lstrip("#").strip(WHITE)
    own = split("\n".join((f"### {title}", *lines[1:])).rstrip(WHITE))
    return _described(own, outline(own), 0, block.start)


def _described(document: Lines, headings: list[Heading], at: int, above: int) -> Described:
    heading = headings[at]
    scenarios = tuple(
        DescribedScenario(
            scenario_name(document.lines[below.line], below.level),
            content(document, _region(below)),
            above + below.line + 1,
        )
        for below in (headings[child] for child in children(headings, at))
        if is_filled(document, below)
    )
    name = requirement_name(f"### {heading.title}") or heading.title
    return Described(name, requirement_text(document, heading), scenarios, above + heading.line + 1)


def _region(heading: Heading) -> Region:
    return Region(heading.line, heading.end)
