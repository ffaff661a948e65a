"""How much of a model's context a text takes, estimated from its characters; only the server knows for sure."""

import re

_LETTER, _DIGIT, _MARK, _BEYOND_ASCII = 0.25, 1.0, 0.5, 1.1
"""Tokens a character, on the high side: English specs came out 1.05 to 1.4 times what a tokenizer of 2025 counts,
Russian and Chinese 1.6 to 2.4 times; characters that are all digits, as in hashes, 0.9 times."""
_DIGITS = re.compile(r"[0-9]")
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
_BEYOND = re.compile(r"[^\x00-\x7f]")
_MESSAGE = 8
"""Tokens that a message takes beside its text: its role, and the marks around it."""


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many than too few."""
    digits, marks, beyond = (sum(1 for _ in kind.finditer(text)) for kind in (_DIGITS, _MARKS, _BEYOND))
    letters = len(text) - digits - marks - beyond
    return int(letters * _LETTER + digits * _DIGIT + marks * _MARK + beyond * _BEYOND_ASCII) + 1


def message_tokens(text: str) -> int:
    """Estimate the tokens of a text as a message of a chat."""
    return estimated_tokens(text) + _MESSAGE


def beginning(text: str, tokens: int) -> str:
    """Give as much of a text's beginning as fits into so many tokens, whole lines or at least whole words."""
    if estimated_tokens(text) <= tokens:
        return text
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if estimated_tokens(text[:middle]) <= tokens else (least, middle - 1)
    cut = text[:least]
    # Scripts without blanks have long words: those are cut rather than left out.
    ends = (cut.rfind("\n"), cut.rfind(" "))
    return cut[: next((end for end in ends if end > least // 2), least)]
