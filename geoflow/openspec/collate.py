"""The order in which the npm CLI lists items: a dictionary's, not that of code points."""

_MARKS = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_RANKS = {ord(mark): chr(1 + rank) for rank, mark in enumerate(_MARKS)}
Key = tuple[str, str, str]


def collation_key(text: str) -> Key:
    """Give a key that sorts as `localeCompare` does: marks, digits, letters; accents, then case break ties."""
    if text.isascii():
        return (text.lower().translate(_RANKS), "", text.swapcase())
    return _accented_key(text)


def _accented_key(text: str) -> Key:
    import unicodedata

    parts = unicodedata.normalize("NFD", text)
    base = "".join(character for character in parts if not unicodedata.combining(character))
    accents = "".join(character for character in parts if unicodedata.combining(character))
    return (base.lower().translate(_RANKS), accents, text.swapcase())
