"""JSON written by hand where the standard writer costs more than the work itself."""

_ESCAPES = {code: f"\\u{code:04x}" for code in range(32)}
_ESCAPES |= {ord(mark): f"\\{sign}" for mark, sign in zip('"\\\b\f\n\r\t', '"\\bfnrt', strict=True)}


def quoted(text: str) -> str:
    """Write a text as a JSON string."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{unseen_escaped(text.translate(_ESCAPES))}"'


def unseen_escaped(text: str) -> str:
    """Escape what a terminal obeys or does not show, such as U+009B and U+202E; JSON reads it as what it was.

    Line ends stay, and halves of surrogate pairs, which `encodable` looks after.
    """
    return "\n".join(line if line.isprintable() else "".join(map(_seen, line)) for line in text.split("\n"))


def _seen(character: str) -> str:
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def encodable(text: str) -> str:
    """Put U+FFFD for what came from bytes that are no UTF-8, as the npm CLI does, so that the text can be printed."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
