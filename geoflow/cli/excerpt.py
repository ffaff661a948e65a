"""The lines of a document that a finding is about, with its words marked."""

from collections.abc import Iterator
from unicodedata import combining, east_asian_width

from geoflow.cli.render import one_line
from geoflow.quality.finding import Finding

_MOST_LINES = 3
_MARGIN = 3


def excerpt(finding: Finding, text: str, width: int) -> list[str]:
    """Show where a finding is: each line of the document, and carets below its words.

    Args:
        finding: Where it is.
        text: The document; where the finding's quote does not stand in it there is nothing to show.
        width: Columns of the terminal; of a longer line the part around the words is shown.
    """
    if not finding.quote or text[finding.start : finding.end] != finding.quote:
        return []
    numbers = len(str(finding.line + _MOST_LINES))
    room = max(20, width - numbers - _MARGIN - 4)
    lines: list[str] = []
    for count, (line, start, end) in enumerate(_marked_lines(finding, text)):
        if count == _MOST_LINES:
            lines.append(f"    {'':>{numbers}} | ...")
            break
        shown, carets = _fitted(line, start, end, room)
        lines += [f"    {finding.line + count:>{numbers}} | {shown}", f"    {'':>{numbers}} | {carets}"]
    return lines


def _marked_lines(finding: Finding, text: str) -> Iterator[tuple[str, int, int]]:
    """Give each line with the columns (offsets) of what is marked on it."""
    begin = text.rfind("\n", 0, finding.start) + 1
    while begin < finding.end or begin <= finding.start:
        stop = text.find("\n", begin)
        stop = len(text) if stop < 0 else stop
        line = text[begin:stop].rstrip("\r")
        start = max(finding.start - begin, len(line) - len(line.lstrip()))
        yield line, min(start, len(line)), min(finding.end - begin, len(line))
        begin = stop + 1


def _fitted(line: str, start: int, end: int, room: int) -> tuple[str, str]:
    if len(line) > room:
        first = max(0, min(start - room // 3, len(line) - room))
        left, right = "…" * bool(first), "…" * (first + room < len(line))
        line = f"{left}{line[first + len(left) : first + room - len(right)]}{right}"
        start, end = start - first, min(end - first, room)
    shown, before, marked = (one_line(part) for part in (line, line[:start], line[start:end]))
    return shown, " " * _columns(before) + "^" * max(1, _columns(marked))


def _columns(text: str) -> int:
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)
