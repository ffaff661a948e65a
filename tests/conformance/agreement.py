"""How often the two sides agree, by rule and by where the case came from; kept with each test and summed at the end."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from geoflow.openspec.rules import LEVELS
from tests.conformance.npm import Found, Verdict

PROPERTY = "agreement"
ON_THE_DISK = ("S0", "C0", "A1", "A2")  # what no text shows: a file that cannot be read, an archive with open tasks
RULES = (*(code.removeprefix("OS-") for code in LEVELS), *ON_THE_DISK)
OTHERS = ("verdict", "order", "merge", "archive", "read")
Row = tuple[str, str, bool]


class Tally:
    """Counts of (source, rule, agreed); `rows` is what a test report can carry between processes."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self.rows = rows

    def add(self, source: str, rule: str, *, agreed: bool, count: int = 1) -> None:
        """Count occurrences of a rule."""
        if count:
            self.rows.append([source, rule, agreed, count])

    def compare(self, source: str, pairs: Iterable[tuple[Verdict | None, Verdict | None]]) -> None:
        """Count every issue of paired items, and whether the items are judged alike."""
        counts: Counter[tuple[str, bool]] = Counter()
        for theirs, mine in pairs:
            counts["verdict", bool(theirs and mine and theirs.valid == mine.valid)] += 1
            for one, other in zip_longest(theirs.issues if theirs else (), mine.issues if mine else ()):
                counts[_rule(one, other), one == other] += 1
        for (rule, agreed), count in counts.items():
            self.add(source, rule, agreed=agreed, count=count)


def _rule(one: Found | None, other: Found | None) -> str:
    found = one or other
    return found.rule if found else ""


def summed(rows: Iterable[list[Any]]) -> Counter[Row]:
    """Add up what the tests counted."""
    total: Counter[Row] = Counter()
    for source, rule, agreed, count in rows:
        total[source, rule, agreed] += count
    return total


def table(total: Counter[Row]) -> list[str]:
    """Write the agreement as lines: a rule a line, a source a column, `n` alike or `n of m` where some are not."""
    sources = sorted({source for source, _, _ in total})
    known = (*RULES, *OTHERS)
    rules = [*known, *sorted({rule for _, rule, _ in total} - set(known))]
    by_rule: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        cells = [(total[source, rule, True], total[source, rule, False]) for source in sources]
        by_rule[rule] = [_cell(*cell) for cell in [*cells, (sum(one for one, _ in cells), sum(no for _, no in cells))]]
    head = ["rule", *sources, "all"]
    lines = [[rule, *cells] for rule, cells in by_rule.items() if rule in RULES or set(cells) != {"-"}]
    widths = [max(len(row[at]) for row in [head, *lines]) for at in range(len(head))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [head, *lines]]


def _cell(agreed: int, disagreed: int) -> str:
    if disagreed:
        return f"{agreed} of {agreed + disagreed}!"
    return str(agreed) if agreed else "-"
