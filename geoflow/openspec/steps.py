"""The steps of a scenario: bullets such as `- **WHEN** a user signs in`, and plain lines that start with a keyword."""

from geoflow.openspec.lines import WHITE, Lines
from geoflow.openspec.model import Step

_KEYWORDS = ("GIVEN", "WHEN", "THEN", "AND", "BUT")
_LONGEST = 9  # what holds `**GIVEN**`
_FIRST_LETTERS = frozenset("GWTABgwtab")
_MARKS = ("**", "__", "*", "_", "`")


def read_steps(document: Lines, begins: list[int], start: int, end: int) -> tuple[Step, ...]:
    """Read the steps in the lines `start` to `end`.

    A bullet is a step, with or without a keyword; a line without a bullet is one where a keyword in bold or in capitals
    opens it. Indented lines that follow belong to the step.
    """
    opened: list[tuple[str, list[str], int]] = []
    ends: list[int] = []
    for index in range(start, end):
        line = document.lines[index]
        bare = line.strip(WHITE)
        if not bare or document.masked(index):
            continue
        found = _step(bare)
        if found:
            opened.append((found[0], [found[1]], index))
            ends.append(index)
        elif ends and ends[-1] == index - 1 and line[0] in WHITE:
            opened[-1][1].append(bare)
            ends[-1] = index
    return tuple(
        Step(
            keyword,
            " ".join(parts).strip(WHITE),
            begins[first],
            begins[last] + len(document.lines[last]),
            first + 1,
        )
        for (keyword, parts, first), last in zip(opened, ends, strict=True)
    )


def _step(bare: str) -> tuple[str, str] | None:
    if bare[0] in "-*+" and bare[1:2] and bare[1] in WHITE:
        body = bare[1:].lstrip(WHITE)
        return _keyword(body, any_case=True) or ("", body)
    return _keyword(bare, any_case=False)


def _keyword(body: str, *, any_case: bool) -> tuple[str, str] | None:
    if body[:2] == "**":
        end = body.find("**", 2, _LONGEST)
        if end > 0 and body[2:end] in _KEYWORDS:  # the form that nearly every step has
            return body[2:end], body[end + 2 :].lstrip(WHITE + ":,")
    mark = next((mark for mark in _MARKS if body.startswith(mark)), "")
    word = body[len(mark) :]
    if word[:1] not in _FIRST_LETTERS:
        return None
    for keyword in _KEYWORDS:
        head, rest = word[: len(keyword)], word[len(keyword) :]
        if head.upper() != keyword or not (any_case or mark or head == keyword):
            continue
        behind = _behind(rest, mark)
        if behind is not None:
            return keyword, behind
    return None


def _behind(rest: str, mark: str) -> str | None:
    """Give the text behind a keyword, its colon and its closing mark; None where the word goes on."""
    if not mark:
        if rest and rest[0] not in WHITE and rest[0] not in ":,":
            return None
        return rest.lstrip(WHITE + ":,")
    inner = rest[1:] if rest[:1] in (":", ",") else rest
    if not inner.startswith(mark):
        return rest.replace(mark, "", 1).lstrip(WHITE + ":,") if rest[:1] and rest[0] in WHITE else None
    return inner[len(mark) :].lstrip(WHITE + ":,")
