"""Names of changes and capabilities, derived from an idea by code: kebab-case, and not taken."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from hashlib import sha256

LONGEST = 50
_WORDS = 5
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PART = re.compile(r"[^a-z0-9]+")
RESERVED = frozenset({"archive"})


def is_name(text: str) -> bool:
    """Tell whether a text can name a change: kebab-case, at most 200 characters, not reserved."""
    return _NAME.fullmatch(text) is not None and len(text) <= 200 and text not in RESERVED


def is_capability(text: str) -> bool:
    """Tell whether a text can name a new capability: kebab-case parts with slashes between."""
    return len(text) <= 200 and all(_NAME.fullmatch(part) for part in text.split("/"))


def name_from(idea: str, terms: Sequence[str]) -> str:
    """Derive a kebab-case name from the first words of an idea that carry meaning; a hash where none is ASCII."""
    plain = unicodedata.normalize("NFKD", " ".join(terms)).encode("ascii", "ignore").decode().lower()
    words = [part for part in _PART.split(plain) if part][:_WORDS]
    while len(words) > 1 and len("-".join(words)) > LONGEST:
        words.pop()
    name = "-".join(words)[:LONGEST].rstrip("-")
    return name if is_name(name) else f"idea-{sha256(idea.encode('utf-8', 'replace')).hexdigest()[:8]}"


def free_name(name: str, taken: Collection[str]) -> str:
    """Give the name, or the name with the first number that nobody took."""
    used = {one.casefold() for one in taken}
    if name not in used:
        return name
    return next(f"{name}-{count}" for count in range(2, len(used) + 3) if f"{name}-{count}" not in used)
