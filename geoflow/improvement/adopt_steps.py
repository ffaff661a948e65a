"""Read scenarios that a source already has in some form: labelled steps in a list or a fence, and labelled pairs."""

import re
from collections.abc import Iterator, Sequence

from geoflow.improvement.adopt_page import Place, Step
from geoflow.improvement.adopt_text import Piece, bare, label, tidy

_STEP = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__|\*|_)?(?P<word>GIVEN|WHEN|THEN|AND|BUT|OR|WHERE|Given|When|Then)"
    r"(?:\*\*|__|\*|_)?:?(?:\*\*|__)?[ \t,:]+(?P<rest>\S.*)$"
)
_PAIRS = {"pre": "WHEN", "post": "THEN", "precondition": "WHEN", "postcondition": "THEN", "input": "WHEN"}
_FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})")


def step_word(raw: str) -> str:
    """Give the keyword that a line starts with as a step; empty where it is none."""
    found = _STEP.match(raw)
    return found["word"].upper() if found else ""


def labelled_steps(path: str, pieces: Sequence[Piece]) -> tuple[list[Step], set[int]]:
    """Read the steps that lines themselves name, and which lines they take up.

    A line without a keyword goes on with the step above it where it is indented right below it, or in the same fence.
    Of fences only those count that begin with a step.
    """
    fenced = _step_fences(pieces)
    steps: list[Step] = []
    used, last = set(fenced), 0
    for piece in pieces:
        if (piece.kind == "fence" and piece.line not in fenced) or not piece.raw.strip() or _FENCE.match(piece.raw):
            continue
        place = Place(path, piece.line)
        found = _STEP.match(piece.raw)
        if found:
            steps.append(Step(found["word"].upper(), tidy(found["rest"]), place, labelled=True))
        elif piece.line in fenced or (last and piece.line == last + 1 and piece.raw[0].isspace()):
            steps.append(Step("", piece.raw.strip(), place, labelled=True))
        else:
            continue
        used.add(piece.line)
        last = piece.line
    return steps, used


def _step_fences(pieces: Sequence[Piece]) -> set[int]:
    """Give the lines of the fences that begin with a step."""
    found: set[int] = set()
    block: list[Piece] = []
    for piece in (*pieces, Piece("blank", 0, "", "")):
        if piece.kind == "fence":
            block.append(piece)
            continue
        inner = [one for one in block if one.raw.strip() and not _FENCE.match(one.raw)]
        if inner and step_word(inner[0].raw):
            found |= {one.line for one in block}
        block = []
    return found


def is_scenario(steps: Sequence[Step]) -> bool:
    """Tell whether steps make a scenario: they say what comes out."""
    return any(step.keyword == "THEN" for step in steps)


def paired_steps(path: str, pieces: Sequence[Piece]) -> tuple[list[Step], set[int]]:
    """Read the steps of a pair such as `Pre:` and `Post:`, and which lines they take up; none without both."""
    steps = []
    for piece in pieces:
        if piece.kind not in ("item", "text"):
            continue
        name, rest = label(piece.words)
        keyword = _PAIRS.get(name.lower())
        if keyword and rest:
            steps.append(Step(keyword, tidy(rest), Place(path, piece.line), labelled=True))
    whole = [step.keyword for step in steps] == ["WHEN", "THEN"]
    return (steps, {step.source.line for step in steps}) if whole else ([], set())


def grouped(pieces: Sequence[Piece]) -> Iterator[tuple[Piece | None, list[Piece]]]:
    """Cut pieces into groups of steps, each below the line that names it (a numbered or bold line), if one does.

    A fence ends a group, and so does a line that is no step and does not go on with one: nothing joins what is beyond.
    """
    head: Piece | None = None
    group: list[Piece] = []
    for piece in pieces:
        opens = piece.kind in ("item", "text") and not step_word(piece.raw) and _names(piece)
        if group and (opens or _parts(group[-1], piece)):
            if any(step_word(one.raw) for one in group):
                yield head, group
                head = None
            group = []
        if opens:
            head = piece
        else:
            group.append(piece)
    if any(step_word(one.raw) for one in group):
        yield head, group


def _parts(before: Piece, piece: Piece) -> bool:
    if (before.kind == "fence") != (piece.kind == "fence"):
        return True
    if piece.kind == "fence":
        return bool(_FENCE.match(before.raw) and _FENCE.match(piece.raw))
    return piece.kind != "blank" and not step_word(piece.raw) and not piece.raw[0].isspace()


def _names(piece: Piece) -> bool:
    words = piece.words.rstrip(":")
    return (words.startswith("**") and words.rstrip().endswith("**")) or (
        piece.kind == "item" and not piece.level and piece.raw.lstrip()[:1].isdigit()
    )


def title_of(words: str) -> str:
    """Give the name of a scenario without its number and the word Scenario."""
    plain = bare(words)
    return re.sub(r"^(?:\d+[.)]\s*)?(?:Scenario|Test case)\s*\d*\s*[:.-]\s*", "", plain, flags=re.IGNORECASE).strip(
        ": "
    )
