"""JSON written by hand where the standard writer costs more than the work itself."""

from geoflow.adapters.unseen import unseen_escaped

_ESCAPES = {code: f"\\u{code:04x}" for code in range(32)}
_ESCAPES |= {ord(mark): f"\\{sign}" for mark, sign in zip('"\\\b\f\n\r\t', '"\\bfnrt', strict=True)}


def quoted(text: str) -> str:
    """Write a text as a JSON string."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{unseen_escaped(text.translate(_ESCAPES))}"'


def encodable(text: str) -> str:
    """Put U+FFFD for what came from bytes that are no UTF-8, as the npm CLI does, so that the text can be printed."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
