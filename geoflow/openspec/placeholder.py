"""A Purpose that nobody wrote: the sentence that archive leaves behind, or a TBD or TODO at its start."""

from geoflow.openspec.lines import WHITE, Lines, mask

PREFIX = "TBD - created by archiving change "
SUFFIX = ". Update Purpose after archive."
_PUNCTUATION = ":-\u2013\u2014.,;()[]{}"


def is_placeholder(purpose: str) -> bool:
    """Tell whether a Purpose (trimmed, with line feeds) is still a placeholder."""
    prose = _prose(purpose)
    return _opens_with_marker(prose) or _sentence_at(prose) is not None


def placeholder_line(document: Lines, purpose: str) -> int | None:
    """Find the line index of the placeholder below `## Purpose`; None where no single line carries it."""
    leading = _opens_with_marker(_prose(purpose))
    lines = document.lines
    # The first line of a file with a byte order mark (`first` is 1) is no heading for this reader.
    heading = next(
        (
            index
            for index in range(document.first, len(lines))
            if _is_purpose(lines[index]) and not document.masked(index)
        ),
        None,
    )
    if heading is None:
        return None
    kept: list[int] = []
    for index in range(heading + 1, len(lines)):
        if document.masked(index):
            continue
        if _is_top_heading(lines[index]):
            break
        if leading and lines[index].strip(WHITE):
            return index
        kept.append(index)
    return None if leading else _line_of_sentence(lines, kept)


def _line_of_sentence(lines: list[str], kept: list[int]) -> int | None:
    text = "\n".join(lines[index] for index in kept)
    at = _sentence_at(text)
    return None if at is None else kept[text.count("\n", 0, at)]


def _prose(purpose: str) -> str:
    lines = purpose.split("\n")
    return "\n".join(line for line, fenced in zip(lines, mask(lines), strict=True) if not fenced).strip(WHITE)


def _opens_with_marker(prose: str) -> bool:
    for word in ("TBD", "TODO"):
        if prose[: len(word)].upper() == word:
            rest = prose[len(word) :]
            if rest and _continues_word(rest[0]):
                return False
            return prose.startswith(word) or _ends_like_marker(rest)
    return False


def _continues_word(character: str) -> bool:
    import unicodedata

    return character == "_" or unicodedata.category(character)[0] in "LNM"


def _ends_like_marker(rest: str) -> bool:
    behind = rest.lstrip(" \t")
    return not behind or behind[0] == "\n" or behind[0] in _PUNCTUATION


def _sentence_at(text: str) -> int | None:
    first = text.find(PREFIX)
    end = text.find(SUFFIX, first) if first != -1 else -1
    return None if end == -1 else text.rfind(PREFIX, first, end + len(PREFIX))


def _is_purpose(line: str) -> bool:
    bare = line.lstrip(" ")
    if len(line) - len(bare) > 3 or bare[:2] != "##" or bare[2:3] not in (" ", "\t"):
        return False
    return bare[2:].strip(" \t").lower() == "purpose"


def _is_top_heading(line: str) -> bool:
    bare = line.lstrip(" ")
    rest = bare.lstrip("#")
    return len(line) - len(bare) <= 3 and 1 <= len(bare) - len(rest) <= 2 and rest[:1] in (" ", "\t")
