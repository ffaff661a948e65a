"""Make text from outside safe to stand inside a line of Markdown, so that it can never become structure."""

import re
import unicodedata

_COMMENT = re.compile(r"<!-+|-+!?>")
_TAG = re.compile(r"<+(?=[A-Za-z/!?])")
_TICKS = re.compile(r"`{2,}|~{3,}")
_STARS = re.compile(r"\*{2,}|_{3,}")
_LEADING = re.compile(r"^(?:[#>\-*+=|~:\s]+|\d{1,9}[.)](?:\s+|$))+")
_TRAILING = re.compile(r"[\s#\\]+$")


def single_line(text: str, limit: int) -> str:
    """Give text as part of one line: no line break, heading, fence, list marker, comment, tag or link can leave it.

    Inline code stays where its backticks are in pairs. At most `limit` characters (of UTF-16, as OpenSpec counts), cut
    between words. May be empty.
    """
    line, before = _collapsed(text), None
    # What one rule takes away can bring together what another one is for.
    while line != before:
        before, line = line, _cleaned(_bounded(line, limit))
    return line


def _cleaned(line: str) -> str:
    line = _STARS.sub("", _TICKS.sub("", line)).replace("](", "] (")
    line = _TAG.sub("", _COMMENT.sub("", line))
    return _paired(_TRAILING.sub("", _LEADING.sub("", " ".join(line.split()))))


def _collapsed(text: str) -> str:
    kept = (
        " " if character.isspace() else "" if unicodedata.category(character)[0] == "C" else character
        for character in unicodedata.normalize("NFC", text)
    )
    return " ".join("".join(kept).split())


def _bounded(line: str, limit: int) -> str:
    if _units(line) <= limit:
        return line
    cut, used = 0, 1
    while cut < len(line) and used + _units(line[cut]) <= limit:
        used += _units(line[cut])
        cut += 1
    word = line.rfind(" ", 0, cut)
    return line[: word if word > cut // 2 else cut].rstrip() + "…"


def _paired(line: str) -> str:
    return line if line.count("`") % 2 == 0 else line.replace("`", "")


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
