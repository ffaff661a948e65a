"""Questions with options about what a requirement is to become, and how an answer to one is read."""

import re
from dataclasses import dataclass

from geoflow.improvement.answer_text import one_line

LEAVE = "Leave it as it is"
WITH_NONE = "with none of the scenarios"
LEFT = "a person wants it left as it is"
MOST_OPTIONS = 4
_LEAVES = re.compile(r"(?:no\b.*|leave\b.*|keep (?:it|both|all)\b.*)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:option\s+|answer\s+)?(?P<number>\d)\b", re.IGNORECASE)
_YES = re.compile(r"yes\b[\s,:.!;-]*", re.IGNORECASE)
QUOTED = r"[“\"](?P<{}>[^”\"]+)[”\"]"
_ALL_QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]")
_BEFORE = re.compile(r"\bbefore\s+[“\"]([^”\"]+)[”\"]", re.IGNORECASE)
_SCENARIOS = re.compile(
    r"\bscenarios?\s+(?P<names>[“\"][^”\"]+[”\"](?:\s*(?:,|and|, and)\s*[“\"][^”\"]+[”\"])*)", re.IGNORECASE
)
_NAMED = re.compile(r"\b(?:named|called|call it|name it)\s+[“\"]([^”\"]+)[”\"]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A question about what is to become of a requirement: its text, and the answers to choose from."""

    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidCut:
    """A cut that an answer names: the words that it comes before, the next part's scenarios and its name if given.

    `scenarios` is None where the answer says nothing of them.
    """

    before: str
    scenarios: tuple[str, ...] | None
    name: str


def is_left(answer: str) -> bool:
    """Tell whether an answer says that nothing is to change."""
    return _LEAVES.fullmatch(one_line(answer)) is not None


def chosen(answer: str, options: tuple[str, ...]) -> str:
    """Give the option that an answer means, by its number, its words or a bare yes; else the answer itself."""
    line = one_line(answer)
    number = _NUMBER.fullmatch(line.rstrip(".)"))
    if number and 0 < int(number["number"]) <= len(options):
        return options[int(number["number"]) - 1]
    rest = _YES.sub("", line, count=1)
    real = [option for option in options if not is_left(option)]
    return real[0] if not rest and len(real) == 1 else rest or line


def said_cuts(answer: str) -> list[SaidCut]:
    """Read where an answer says that a requirement is to be split; none where it does not say so."""
    line = one_line(answer)
    if is_left(line):
        return []
    matches = list(_BEFORE.finditer(line))
    ends = [*(match.start() for match in matches[1:]), len(line)][: len(matches)]
    found = []
    for match, end in zip(matches, ends, strict=True):
        rest = line[match.end() : end]
        names = _SCENARIOS.search(rest)
        name = _NAMED.search(rest)
        scenarios = tuple(_ALL_QUOTED.findall(names["names"])) if names else () if WITH_NONE in rest else None
        found.append(SaidCut(match[1], scenarios, one_line(name[1]) if name else ""))
    return found


def kept_of_two(answer: str) -> tuple[str, str] | None:
    """Read which of two requirements an answer keeps and which it drops, (kept, dropped); None where it says none."""
    match = re.fullmatch(
        rf"keep\s+{QUOTED.format('kept')}[^“\"]*?\s+(?:and\s+)?drop\s+{QUOTED.format('dropped')}.*",
        one_line(answer),
        re.IGNORECASE,
    )
    return (match["kept"], match["dropped"]) if match else None


def listed(names: list[str]) -> str:
    """Write names in quotation marks as a list."""
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
