"""Specs whose parts can be judged one by one, which nearly all are: their issues are the sum of those of the parts.

That holds where the head is a title, a Purpose and `## Requirements`, behind which there is nothing but requirements
under `### Requirement:` headings with nothing but deeper headings in them, and where no two have one name. Whatever is
not surely so is read as a whole.
"""

from geoflow.openspec.blocks import Region, spec_blocks
from geoflow.openspec.headings import is_section, level
from geoflow.openspec.lines import BOM, split
from geoflow.openspec.outline import content, find, outline

NEXT = "\n### Requirement:"
_DEEPER = 4
_SPOILING = ("\r", "```", "~~~", BOM)


def usable(text: str) -> bool:
    """Tell whether a text can be cut at its headings: no fence may run from one part into the next."""
    return not any(mark in text for mark in _SPOILING)


def is_plain_head(head: str) -> bool:
    """Tell whether what stands before the first requirement is of the common form, with a filled Purpose."""
    document = split(head)
    headings = outline(document)
    titles = [heading.title.lower() for heading in headings]
    at = find(headings, "purpose")
    if at is None or titles.count("purpose") != 1 or titles.count("requirements") != 1 or titles[-1] != "requirements":
        return False
    last, purpose = headings[-1], headings[at]
    return (
        all(heading.level <= 2 for heading in headings)
        and purpose.level == last.level == 2
        and is_section(document.lines[last.line], "requirements")
        and document.hashes[-1] == last.line
        and bool(content(document, Region(purpose.line, purpose.end)))
    )


def is_plain_block(source: str) -> bool:
    """Tell whether a requirement ends nothing but itself and holds nothing but deeper headings."""
    if not usable(source) or not source.startswith(NEXT[1:]):
        return False
    document = split(f"## Requirements\n{source}")
    found = spec_blocks(document)
    inner = [level(document.lines[index]) for index in document.hashes[2:]]
    return (
        len(found.blocks) == 1
        and found.blocks[0].end == len(document.lines)
        and all(not depth or depth >= _DEEPER for depth in inner)
    )
