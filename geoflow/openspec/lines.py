r"""Text as lines, the way the format's readers see it: any line ending, one leading BOM dropped, fences masked.

The format is defined by readers written in JavaScript, so white space here is JavaScript's: it has U+FEFF and lacks
U+0085 and U+001C to U+001F. Nothing here uses a regular expression that can backtrack; every function is linear.
"""

import re
from itertools import accumulate
from typing import NamedTuple

WHITE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)
BOM = "\ufeff"
_ENDING = r"\r\n?|\n"
_NOTHING_FENCED = bytes(0)


class Lines(NamedTuple):
    """The lines of a document without their endings.

    `fenced` has one byte a line, 1 inside a code fence (its own two lines included); it is empty where the document
    has no fence at all. `hashes` are the indexes of the unfenced lines that start with `#`, the only ones that can
    be structure.
    """

    text: str
    lines: list[str]
    fenced: bytes
    hashes: list[int]

    def masked(self, index: int) -> bool:
        """Tell whether a line lies in a code fence."""
        return bool(self.fenced) and self.fenced[index] == 1

    @property
    def first(self) -> int:
        """Give the offset of the first line, 1 behind a BOM."""
        return 1 if self.text.startswith(BOM) else 0


def split(text: str) -> Lines:
    """Split a document into lines; LF, CRLF and CR all end one."""
    body = text[1:] if text.startswith(BOM) else text
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    lines = body.split("\n")
    fenced = mask(lines) if "```" in body or "~~~" in body else _NOTHING_FENCED
    if fenced:
        hashes = [index for index, line in enumerate(lines) if line[:1] == "#" and not fenced[index]]
    else:
        hashes = [index for index, line in enumerate(lines) if line[:1] == "#"]
    return Lines(text, lines, fenced, hashes)


def mask(lines: list[str]) -> bytes:
    """Mark the lines of code fences: 1 for a fenced line; a fence that nobody closes runs to the end."""
    marks = bytearray(len(lines))
    fence, length = "", 0
    for index, line in enumerate(lines):
        if fence:
            marks[index] = 1
            if fence * 3 in line and _closes(line, fence, length):
                fence = ""
        elif "```" in line or "~~~" in line:
            bare = line.lstrip(WHITE)
            if bare[:3] in ("```", "~~~"):
                fence, marks[index] = bare[0], 1
                length = len(bare) - len(bare.lstrip(fence))
    return bytes(marks)


def _closes(line: str, fence: str, length: int) -> bool:
    bare = line.strip(WHITE)
    return len(bare) >= length and not bare.strip(fence)


def starts(document: Lines) -> list[int]:
    """Give the offset of every line into the untouched text, and the text's length as one more."""
    text, first = document.text, document.first
    if "\r" in text:
        begins = [first, *(match.end() for match in re.finditer(_ENDING, text))]
        return [*begins, len(text)]
    offsets = list(accumulate((len(line) + 1 for line in document.lines), initial=first))
    offsets[-1] = len(text)
    return offsets
