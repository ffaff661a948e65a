"""How a review is shown: for people, for scripts, for code scanning, and in a workflow's log or summary."""

import sys
from typing import TYPE_CHECKING

from geoflow.cli.render import answer_console, one_line, print_json, printable
from geoflow.quality.finding import SEVERITY_ORDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from geoflow.cli.review_files import Files, Looked
    from geoflow.cli.reviewing import Format
    from geoflow.quality.finding import Finding
    from geoflow.workflow.review import Review

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def print_review(result: "Review", looked: "Looked", form: "Format") -> None:
    """Print a review on stdout in one of the forms."""
    if form == "json":
        print_json(result.document())
    elif form == "sarif":
        _print_sarif(result, looked)
    elif form == "github":
        from geoflow.adapters.github_annotations import annotations

        print("\n".join([*annotations(_worst_first(result), looked.prefix), _summary(result)]))
    elif form == "markdown":
        from geoflow.adapters.markdown_report import markdown

        sys.stdout.write(markdown(_worst_first(result), result.verdict, result.notes))
    else:
        _show(answer_console(), result, looked.files)


def _print_sarif(result: "Review", looked: "Looked") -> None:
    from geoflow import __version__
    from geoflow.adapters.sarif import sarif

    print_json(sarif(_worst_first(result), looked.files, looked.prefix, __version__, result.waived))


def _worst_first(result: "Review") -> "Sequence[Finding]":
    return sorted(result.findings, key=lambda finding: SEVERITY_ORDER[finding.severity])


def _show(console: "Console", result: "Review", files: "Files") -> None:
    from geoflow.cli.excerpt import excerpt

    for finding in result.findings:
        place = f"{finding.path}:{finding.line}"
        console.print(one_line(place), style="bold", end=" ", soft_wrap=True)
        console.print(f"{finding.severity} {finding.code}", style=_STYLES[finding.severity], end=" ", soft_wrap=True)
        console.print(printable(" ".join(finding.message.split())), soft_wrap=True)
        for line in excerpt(finding, files.get(finding.path, ""), console.width):
            console.print(line, soft_wrap=True)
        if finding.fix:
            console.print(f"    fix: {printable(' '.join(finding.fix.split()))}", style="dim", soft_wrap=True)
    console.print(_summary(result))
    if count := len(result.waived):
        console.print(f"note: {count} finding{'' if count == 1 else 's'} waived; --json shows them with their reasons")
    for note in result.notes:
        console.print(f"note: {one_line(note)}")


def _summary(result: "Review") -> str:
    nouns = {"error": "error", "warning": "warning", "info": "note"}
    counts = {level: sum(finding.severity == level for finding in result.findings) for level in nouns}
    found = ", ".join(f"{counts[level]} {noun}{'' if counts[level] == 1 else 's'}" for level, noun in nouns.items())
    looked = f"; the model looked at {result.looked_at} of {result.requirements}" if result.looked_at else ""
    return f"{found}{looked}: {result.verdict}"
