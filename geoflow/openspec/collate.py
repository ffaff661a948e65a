"""The order in which the npm CLI lists items: a dictionary's, not that of code points."""

_MARKS = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_RANKS = {ord(mark): chr(1 + rank) for rank, mark in enumerate(_MARKS)}
Key = tuple[str, str, str]


def collation_key(text: str) -> Key:
    """Give a key that sorts as `localeCompare` does: marks, digits, letters; accents, then case break ties."""
    if text.isascii():
        return (text.lower().translate(_RANKS), "", text.swapcase())
    return _wide_key(text)


# The marks beyond ASCII that names are written with, in order, behind the ASCII mark that they follow.
_FOLLOWERS = {
    "-": "‐–—―",
    ",": "、",
    "!": "¡",
    "?": "¿",
    ".": "。·",
    "'": "‹›",
    '"': "«»",
    "}": "〈〉《》「」『』【】‖§¶",
    "%": "‰†‡•′″※",
    "`": "´",
    "^": "¯¨¸°©®←→↑↓",
    "+": "±÷×",
    ">": "¬",
    "|": "¦",
    "$": "£¥₩€₹",
}
_EQUALS = {**dict.fromkeys("‘’‚‛", "'"), **dict.fromkeys("“”„‟", '"'), **dict.fromkeys("\u00a0\u202f\u3000", " ")}
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "…": _RANKS[ord(".")] * 3}
_ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0327\u0328\u0304"
_LAST = "\U0010ffff"  # behind all that may follow a mark or letter, so that what carries it comes right after that one
_PLACES = _LETTERS | {mark: _RANKS[ord(same)] for mark, same in _EQUALS.items()}
_PLACES |= {
    mark: f"{_RANKS[ord(head)]}{_LAST}{chr(at)}"
    for head, marks in _FOLLOWERS.items()
    for at, mark in enumerate(marks, 1)
}
_PLACES |= {"ð": f"d{_LAST}", "ŋ": f"n{_LAST}", "ı": f"i{_LAST}"}
_PLACES |= {mark: f"{_RANKS[ord('~')]}{_LAST * (2 + at)}" for at, mark in enumerate("¤¢")}


def _wide_key(text: str) -> Key:
    import unicodedata

    base, accents = "", ""
    for character in "".join(map(_place, unicodedata.normalize("NFD", text.lower()))):
        if unicodedata.combining(character):
            accents += chr(_ACCENTS.find(character) % 99 + ord("!"))
        else:
            base, accents = base + character, accents + " "
    return (base, accents.rstrip(" "), unicodedata.normalize("NFD", text).swapcase())


def _place(character: str) -> str:
    """Give what a character sorts as: a known mark, a digit, letters, nothing, or one of the many symbols."""
    import unicodedata

    if ord(character) in _RANKS or character in _PLACES:
        return _RANKS.get(ord(character)) or _PLACES[character]
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cf"):
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(character))
    if "ァ" <= character <= "ヶ":
        return chr(ord(character) - ord("ァ") + ord("ぁ"))
    plain = unicodedata.normalize("NFKD", character).lower()
    if kind[0] in "PS" and plain == character:
        return f"{_RANKS[ord('~')]}{_LAST}{character}"
    return "".join(map(_place, plain)) if plain != character else character
