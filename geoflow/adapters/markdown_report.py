"""Findings as Markdown, for a step's summary or a comment on a pull request."""

import re
from collections.abc import Iterable

from geoflow.quality.finding import Finding

LONGEST = 60_000
"""Characters of findings; GitHub takes 65,536 in a comment, and what surrounds them needs room as well."""
_LONGEST_NOTES = 4_000
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~&$])")
_LINKING = re.compile(r"([@#])(?=\w)")
_NOUNS = {"error": "error", "warning": "warning", "info": "note"}


def markdown(findings: Iterable[Finding], verdict: str, notes: Iterable[str] = ()) -> str:
    """Make the report: the verdict, then the findings as they come, as far as one comment holds them."""
    shown = list(findings)
    counts = ", ".join(_count(level, sum(one.severity == level for one in shown)) for level in _NOUNS)
    lines = [f"**{verdict}**: {counts}", ""]
    length = len(lines[0]) + 1
    for place, finding in enumerate(shown):
        line = _line(finding)
        if length + len(line) > LONGEST:
            lines.append(f"- {len(shown) - place} more are not shown.")
            break
        length += len(line) + 1
        lines.append(line)
    room = _LONGEST_NOTES
    for note in notes:
        line = f"- note: {escaped(note)}"
        room -= len(line) + 1
        if room < 0:
            lines.append("- More notes are not shown.")
            break
        lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """Make any text plain text of one line in Markdown: no mark, no tag, and nobody is called by it."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    # An empty comment between them is how GitHub is kept from making a link of a name or a number.
    return _LINKING.sub(r"\1<!-- -->", _SPECIAL.sub(r"\\\1", line).replace("\\#", "#"))


def _count(level: str, count: int) -> str:
    return f"{count} {_NOUNS[level]}{'' if count == 1 else 's'}"


def _line(finding: Finding) -> str:
    fix = f"; fix: {escaped(finding.fix)}" if finding.fix else ""
    place = escaped(f"{finding.path}:{finding.line}")
    return (
        f"- **{_NOUNS[finding.severity]}** {escaped(finding.code)} {place}: {escaped(finding.message.rstrip('.'))}{fix}"
    )
