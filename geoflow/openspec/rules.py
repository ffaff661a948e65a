"""The rules of validity by code, with their levels, and the making of an issue."""

from typing import NamedTuple

from geoflow.openspec.lines import Lines
from geoflow.openspec.model import Issue, Level, Span

ERRORS = (
    "S1 S2 S3 S4 S5 S7 S8 S9 S14 D0 D2 D4 D5 D7 D8 D9 C2 C3 C4 C5 C6 C8 C9"  # what makes an item invalid
).split()
WARNINGS = "S10 S11 S13 S15 D3 D6 T1 T2 T3".split()  # what makes it invalid under --strict
INFOS = "S12 D1 D1b C1 C7".split()  # what never does
LEVELS: dict[str, Level] = {
    **dict.fromkeys((f"OS-{code}" for code in ERRORS), "ERROR"),
    **dict.fromkeys((f"OS-{code}" for code in WARNINGS), "WARNING"),
    **dict.fromkeys((f"OS-{code}" for code in INFOS), "INFO"),
}
# What only the disk (a file that cannot be read) and the archive (work that was not done) can show.
_BESIDE: dict[str, Level] = dict.fromkeys(("OS-S0", "OS-C0", "OS-A1", "OS-A2"), "ERROR")
PROPOSAL_LEVELS: dict[str, Level] = {
    **dict.fromkeys((f"OS-{code}" for code in "P1 P2 P3 P4 P5 P6".split()), "ERROR"),
    **dict.fromkeys((f"OS-{code}" for code in "P7 P8".split()), "WARNING"),
}
START = Span(1, 1, 1, 1)


class Where(NamedTuple):
    """Where an issue lies: the npm CLI's place, the file (relative to the root), the span in it, the requirement."""

    path: str
    document: str
    span: Span = START
    requirement: str = ""


def issue(rule: str, where: Where, message: str, fix: str) -> Issue:
    """Make an issue; its level follows from its rule (`S10`)."""
    code = f"OS-{rule}"
    return Issue(
        LEVELS.get(code) or _BESIDE.get(code) or PROPOSAL_LEVELS[code],
        code,
        where.path,
        message,
        fix,
        where.document,
        where.requirement,
        where.span,
    )


def line_span(document: Lines, index: int) -> Span:
    """Give the span of one line."""
    return Span(index + 1, 1, index + 1, len(document.lines[index]) + 1)


def is_normative(text: str) -> bool:
    """Tell whether a text holds SHALL or MUST as a word in capitals."""
    return any(word in text and _stands_alone(word, text) for word in ("SHALL", "MUST"))


def _stands_alone(word: str, text: str) -> bool:
    """Tell whether a word occurs with no ASCII letter, digit or underscore beside it."""
    at = text.find(word)
    while at != -1:
        end = at + len(word)
        if not (_is_of_word(text[at - 1 : at]) or _is_of_word(text[end : end + 1])):
            return True
        at = text.find(word, end)
    return False


def _is_of_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())
