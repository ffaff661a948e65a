"""How a review is shown: for people, for scripts, for code scanning, and in a workflow's log or summary."""

import sys
from typing import TYPE_CHECKING

from geoflow.cli.plain_console import lines_console
from geoflow.cli.render import one_line, print_json, printable
from geoflow.quality.finding import SEVERITY_ORDER
from geoflow.workflow.review_result import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from geoflow.cli.plain_console import PlainConsole
    from geoflow.cli.review_files import Files, Looked
    from geoflow.cli.reviewing import Format
    from geoflow.quality.finding import Finding
    from geoflow.workflow.review_result import Review

_NOTHING = "There is nothing to review."
_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def print_review(result: "Review", looked: "Looked", form: "Format", state: str = "") -> None:
    """Print a review on stdout in one of the forms; `state` says how far the change is, where it was stored."""
    if form == "json":
        print_json(result.document())
    elif form == "sarif":
        _print_sarif(result, looked)
    elif form == "github":
        from geoflow.adapters.github_annotations import annotations

        print("\n".join([*annotations(_worst_first(result), looked.prefix), _summary(result)]))
    elif form == "markdown":
        from geoflow.adapters.markdown_report import markdown

        page = markdown(_worst_first(result), result.verdict, result.notes)
        sys.stdout.write(f"{_NOTHING}\n" if result.empty else page)
    else:
        console = lines_console()
        _show(console, result, looked.files)
        _show_dialogue(console, result, state)


def _print_sarif(result: "Review", looked: "Looked") -> None:
    from geoflow import __version__
    from geoflow.adapters.sarif import sarif

    print_json(sarif(_worst_first(result), looked.files, looked.prefix, __version__, result.waived))


def _worst_first(result: "Review") -> "Sequence[Finding]":
    return sorted(result.findings, key=lambda finding: SEVERITY_ORDER[finding.severity])


def _show(console: "Console | PlainConsole", result: "Review", files: "Files") -> None:
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


def _show_dialogue(console: "Console | PlainConsole", result: "Review", state: str) -> None:
    """Say what became of objections, what waits for people, and what was stored."""
    for gone in result.withdrawn:
        quote = one_line(" ".join(gone.finding.quote.split()))
        console.print(f"withdrawn {gone.finding.code} “{quote}”: {one_line(gone.how)}", soft_wrap=True)
        console.print(f"    {one_line(' '.join(gone.quote.split()))}", style="dim", soft_wrap=True)
    _show_compared(console, result)
    console.print(_summary(result), soft_wrap=True)
    for one in result.questions:
        people = f" for {', '.join(one.audience)}" if one.audience else ""
        console.print(f"waits{one_line(people)}: {one_line(one.question)}", soft_wrap=True)
        if one.said:
            console.print(f"    {one_line(one.said_by)} says: {one_line(one.said)}", soft_wrap=True)
            console.print(f"    if that is right: geoflow ask --confirm {one.id}", style="dim", soft_wrap=True)
        console.print(f'    answer: geoflow ask --answer {one.id} "TEXT"', style="dim", soft_wrap=True)
    if count := len(result.waived):
        console.print(f"note: {count} finding{'' if count == 1 else 's'} waived; --json shows them with their reasons")
    if result.missed:
        console.print(f"not looked at: {one_line(named(result.missed))}", soft_wrap=True)
    for note in result.notes:
        console.print(f"note: {one_line(note)}", soft_wrap=True)
    _show_rounds(console, result)
    if state:
        console.print(one_line(state), soft_wrap=True)


def _show_rounds(console: "Console | PlainConsole", result: "Review") -> None:
    """Name the rounds on one line, those that ask for something first."""
    if not result.rounds:
        return
    folder = result.rounds[0].path.rpartition("/")[0]
    done = f"stored in {folder}" if folder else "would be stored"
    by_verdict: dict[str, list[str]] = {"blocked": [], "revise": [], "approve": []}
    for one in result.rounds:
        by_verdict[one.verdict].append(one.role)
    said = "; ".join(f"{verdict}: {', '.join(roles)}" for verdict, roles in by_verdict.items() if roles)
    console.print(one_line(f"{done}: {said}"), soft_wrap=True)


def _show_compared(console: "Console | PlainConsole", result: "Review") -> None:
    if result.compared is None:
        return
    for row in result.compared.resolved:
        if "answered_by" in row:
            continue  # told above, with the answer
        said = f"resolved {row['role']}, {row['requirement']}: {row['message']}"
        console.print(one_line(" ".join(said.split())), soft_wrap=True)
    counts = [len(result.compared.resolved), len(result.compared.still_open), len(result.compared.new)]
    words = ("resolved", "still open", "new")
    came = ", ".join(f"{count} {word}" for count, word in zip(counts, words, strict=True))
    console.print(f"since the last review: {came}", soft_wrap=True)


def _summary(result: "Review") -> str:
    if result.empty:
        return _NOTHING
    nouns = {"error": "error", "warning": "warning", "info": "note"}
    counts = {level: sum(finding.severity == level for finding in result.findings) for level in nouns}
    found = ", ".join(f"{counts[level]} {noun}{'' if counts[level] == 1 else 's'}" for level, noun in nouns.items())
    remembered = f" ({result.remembered} remembered)" if result.remembered else ""
    looked = f"; the model looked at {result.looked_at} of {result.requirements}" if result.looked_at else ""
    looked += remembered if looked else ""
    looked += f"; {result.pairs[0]} of {result.pairs[1]} pairs" if result.pairs[1] else ""
    return f"{found}{looked}: {result.verdict}"
