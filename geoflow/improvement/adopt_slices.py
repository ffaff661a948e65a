"""Cut stretches out of a document so that all else stays as it is: only blank lines at the seams may differ."""

from geoflow.openspec.blocks import sections
from geoflow.openspec.lines import split, starts


def end_of_line(text: str, offset: int) -> int:
    """Give where the line of this offset ends, blanks at its end included."""
    ends = [at for at in (text.find("\n", offset), text.find("\r", offset)) if at >= 0]
    return min(ends, default=len(text))


def without_blank_tail(text: str) -> str:
    """Give a text without the blank lines at its end; blanks at the end of its last line stay."""
    bare = text.rstrip()
    return text[: end_of_line(text, len(bare))]


def line_end(text: str) -> str:
    """Give the line ending of a document."""
    return "\r\n" if "\r\n" in text else "\n"


def without(text: str, start: int, end: int) -> str:
    """Take a stretch out, and the blank lines behind it; at the end of a text those before it."""
    rest = text[end:].lstrip()
    if rest:
        return text[:start] + rest
    above = without_blank_tail(text[:start])
    return above + (text[end:] or line_end(text)) if above.strip() else ""


def without_empty_sections(text: str) -> str:
    """Take out the headings of added and modified requirements below which nothing is left."""
    document = split(text)
    begins = starts(document)
    for name, region in reversed(sections(document)):
        below = text[begins[region.heading + 1] : begins[region.end]] if region.heading + 1 < len(begins) else ""
        if name.lower() in ("added requirements", "modified requirements") and not below.strip():
            text = without(text, begins[region.heading], begins[region.end])
    return text
