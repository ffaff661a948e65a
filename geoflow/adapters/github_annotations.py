"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from collections import Counter
from collections.abc import Iterable

from geoflow.quality.finding import Finding

MOST_OF_A_KIND = 10
"""GitHub keeps so many errors, warnings and notices each of one step (docs: usage limits of annotations)."""
_LONGEST_MESSAGE = 4_000
_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def annotations(findings: Iterable[Finding], prefix: str) -> list[str]:
    """Make the lines to print: the first ten of each kind, and how many more there are.

    Args:
        findings: The worst first.
        prefix: Path of the OpenSpec root in the repository, empty or with a slash at its end.
    """
    lines: list[str] = []
    seen: Counter[str] = Counter()
    for finding in findings:
        kind = _COMMANDS[finding.severity]
        seen[kind] += 1
        if seen[kind] <= MOST_OF_A_KIND:
            lines.append(_line(finding, kind, prefix))
    more = {kind: count - MOST_OF_A_KIND for kind, count in seen.items() if count > MOST_OF_A_KIND}
    return [*lines, *(f"{count} more of the kind {kind} are not shown." for kind, count in more.items())]


def _line(finding: Finding, kind: str, prefix: str) -> str:
    places = {
        "file": f"{prefix}{finding.path}",
        "line": str(max(1, finding.line)),
        "endLine": str(max(1, finding.end_line)),
        "title": finding.code,
    }
    fix = f"\nfix: {finding.fix}" if finding.fix else ""
    properties = ",".join(f"{name}={_property(value)}" for name, value in places.items())
    return f"::{kind} {properties}::{_escaped(f'{finding.message}{fix}'[:_LONGEST_MESSAGE])}"


def _escaped(text: str) -> str:
    """Escape what would end a command or begin another one; a character that is no text becomes a mark."""
    plain = "".join(sign if sign.isprintable() or sign in "\r\n" else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
