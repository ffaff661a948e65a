"""The plainest YAML, read without a YAML reader: a line a field, and words that mean nothing but themselves.

A reader takes a millisecond a file; this takes a few microseconds, and leaves everything else to the reader.
"""

import re
from collections.abc import Collection

_LINE = re.compile(r'([a-z]+): (?:"([^"\\]*)"|([A-Za-z0-9](?:.*\S)?))\Z')
_MEANS_MORE = re.compile(r":(?:\s|\Z)|\s#")
_NOTHING = frozenset({"null"})


def plain_fields(content: bytes, known: Collection[str]) -> dict[str, str] | None:
    """Read fields of these names as a YAML reader does; None where that has to be asked."""
    try:
        lines = content.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        return None
    found: dict[str, str] = {}
    for line in lines:
        match = _LINE.match(line) if line.isprintable() else None
        if match is None or match[1] not in known or match[1] in found:
            return None
        quoted, plain = match[2], match[3]
        if plain is not None and (_MEANS_MORE.search(plain) or plain.lower() in _NOTHING):
            return None
        found[match[1]] = plain if quoted is None else quoted
    return found
