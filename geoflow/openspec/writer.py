"""Changing a document: one span replaced, every other byte kept.

Put together again, the parts of a document give the same bytes, since every value knows its exact place.
"""


def splice(text: str, start: int, end: int, new: str) -> str:
    """Replace `text[start:end]` by `new`, whose line endings become those of the document.

    Args:
        text: The whole document, as it was given.
        start: Offset of the first character to replace.
        end: Offset behind the last one; equal to `start` for an insertion.
        new: What comes in its place, with any line endings.
    """
    if not 0 <= start <= end <= len(text):
        message = f"the span {start} to {end} is not inside the text of {len(text)} characters"
        raise ValueError(message)
    return text[:start] + with_ending(new, line_ending(text)) + text[end:]


def line_ending(text: str) -> str:
    r"""Name the line ending that a document uses most: CRLF where it is as frequent as LF, LF where there is none."""
    crlf = text.count("\r\n")
    if not crlf:
        return "\r" if "\r" in text and "\n" not in text else "\n"
    return "\r\n" if crlf >= text.count("\n") - crlf else "\n"


def with_ending(text: str, ending: str) -> str:
    """Give a text with all its line endings turned into one kind."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return plain if ending == "\n" else plain.replace("\n", ending)


def match_ending(text: str, original: str | None) -> str:
    r"""Give a text (line feeds) the line ending that the document it replaces has most, CRLF where both are as many.

    As the npm CLI does on writing: a document without LF, or none at all, leaves the text as it is.
    """
    if original is None or "\n" not in original:
        return text
    plain = text.replace("\r\n", "\n")
    return plain.replace("\n", "\r\n") if line_ending(original) == "\r\n" else plain
