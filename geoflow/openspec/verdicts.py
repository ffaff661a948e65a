"""Verdicts that were given before, by key, and the text in which they are kept.

The text is plain: a line `+<key> <number of issues>` for a verdict, a line an issue below it, a line `=` before the
older verdicts. Anything in it that is not so is no verdict, never a wrong one.
"""

from collections.abc import Mapping

from geoflow.openspec.model import Issue, Level, Span

_LEVELS: dict[str, Level] = {"ERROR": "ERROR", "WARNING": "WARNING", "INFO": "INFO"}
_TEXTS = 7
_OLDER = "=\n"


class Verdicts:
    """Verdicts by key.

    Those of the tree as it was validated last, and of those before it no more than it has items: going back to the
    branch before finds its verdicts again, and nothing piles up.
    """

    __slots__ = ("_added", "_older", "_recent", "_used")

    def __init__(self, text: str = "") -> None:
        recent, _, older = text.partition(_OLDER)
        self._recent = _entries(recent)
        self._older = _entries(older)
        self._used: dict[str, str] = {}
        self._added = False

    def find(self, key: str) -> tuple[Issue, ...] | None:
        """Give the issues that a key had; None where it is not known."""
        written = self._recent.get(key)
        if written is None:
            written = self._older.get(key)
        issues = None if written is None else _issues(written)
        if issues is not None and written is not None:
            self._used[key] = written
        return issues

    def keep(self, key: str, issues: tuple[Issue, ...]) -> None:
        """Remember the issues of a key."""
        self._used[key] = _written(issues)
        self._added = True

    def text(self, *, items: int, whole: bool) -> str:
        """Write what is to be kept; empty where there is nothing new.

        Args:
            items: How many items the tree has; no more verdicts than twice that are kept.
            whole: Whether every item was asked for, so that what was not used is out of use.
        """
        if not self._added:
            return ""
        recent = self._used if whole else {**self._recent, **self._used}
        if len(recent) > items:
            recent = self._used
        older = {key: written for key, written in {**self._older, **self._recent}.items() if key not in recent}
        kept = list(older.items())[-items:]
        return _text(recent) + _OLDER + _text(dict(kept))


def _entries(text: str) -> dict[str, str]:
    """Split a text into what is written of each key."""
    entries = {}
    for entry in ("\n" + text.removesuffix("\n")).split("\n+")[1:]:
        key, _, written = entry.partition(" ")
        entries[key] = written
    return entries


def _text(entries: Mapping[str, str]) -> str:
    return "".join(f"+{key} {written}\n" for key, written in entries.items())


def _written(issues: tuple[Issue, ...]) -> str:
    return "\n".join((str(len(issues)), *map(_line, issues)))


def _line(issue: Issue) -> str:
    return "\t".join((*map(_escaped, map(str, issue[:_TEXTS])), *map(str, issue.span)))


def _issues(written: str) -> tuple[Issue, ...] | None:
    """Read what is written of a key; None where that is no verdict."""
    count, *lines = written.split("\n")
    try:
        return tuple(map(_issue, lines)) if int(count) == len(lines) else None
    except ValueError:
        return None


def _issue(line: str) -> Issue:
    fields = line.split("\t")
    level, rule, path, message, fix, document, requirement = map(_plain, fields[:_TEXTS])
    first, column, last, behind = map(int, fields[_TEXTS:])
    if level not in _LEVELS:
        raise ValueError(level)
    return Issue(_LEVELS[level], rule, path, message, fix, document, requirement, Span(first, column, last, behind))


def _escaped(field: str) -> str:
    return field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _plain(field: str) -> str:
    if "\\" not in field:
        return field
    parts = (part.replace("\\t", "\t").replace("\\n", "\n") for part in field.split("\\\\"))
    return "\\".join(parts)
