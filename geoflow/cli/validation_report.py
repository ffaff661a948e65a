"""How the answer of `geoflow validate` looks: the npm CLI's JSON with more in it, and lines for people."""

from collections.abc import Iterator
from typing import NamedTuple

from geoflow.cli.json_text import encodable, quoted
from geoflow.cli.render import printable
from geoflow.openspec.model import Issue, Report


class Checked(NamedTuple):
    """A report and how long it took to make, in milliseconds."""

    report: Report
    milliseconds: int


def text_report(checked: list[Checked], *, strict: bool, findings: bool = False) -> str:
    """Write the reports for people: one line an item (`findings`: that has issues), one an issue, the fix below it."""
    shown = [report for report, _ in checked if report.issues or not findings]
    lines = [line for report in shown for line in _item_lines(report, strict=strict)]
    passed = sum(report.valid(strict=strict) for report, _ in checked)
    lines.append(f"{passed} of {len(checked)} valid." if checked else "There is nothing to validate.")
    return encodable("\n".join(lines) + "\n")


def _item_lines(report: Report, *, strict: bool) -> Iterator[str]:
    verdict = "valid  " if report.valid(strict=strict) else "invalid"
    yield f"{verdict}  {report.type}/{printable(report.id)}"
    for issue in report.issues:
        place = f"{issue.document}:{issue.span.line}:{issue.span.column}"
        yield f"  {printable(place)}: {issue.level.lower()} {issue.rule}: {printable(issue.message)}"
        if issue.fix:
            yield f"    fix: {printable(issue.fix)}"


def json_report(checked: list[Checked], root: str, types: list[str], *, strict: bool, scope: str = "") -> str:
    """Write the reports as the npm CLI does, each issue with its rule, fix, document, requirement and span.

    With a `scope` it is the npm CLI's other document: the items of that scope that have issues, and counts of all.
    """
    shown = [one for one in checked if one.report.issues or not scope]
    entries = ",\n".join(_item_json(one, strict=strict) for one in shown)
    reports = [report for report, _ in checked]
    by_type = ",\n".join(
        f"      {quoted(kind)}: {_totals([one for one in reports if one.type == kind], 6, strict=strict)}"
        for kind in types
    )
    name = "itemFindings" if scope else "items"
    return encodable(
        "{\n"
        + (_findings_head(scope, len(shown), len(checked)) if scope else "")
        + (f'  "{name}": [\n{entries}\n  ],\n' if entries else f'  "{name}": [],\n')
        + f'  "summary": {{\n    "totals": {_totals(reports, 4, strict=strict)},\n'
        + (f'    "byType": {{\n{by_type}\n    }}\n' if by_type else '    "byType": {}\n')
        + ("  },\n" if scope else '  },\n  "version": "1.0",\n')
        + f'  "root": {{\n    "path": {quoted(root)},\n    "source": "nearest"\n  }},\n'
        + '  "schema": "geoflow.validate/1"\n}\n'
    )


def _findings_head(scope: str, shown: int, of: int) -> str:
    return (
        '  "report": {\n    "kind": "validation-findings",\n    "version": "1.0",\n'
        f'    "scope": "{scope}",\n    "returnedItems": {shown},\n    "totalItems": {of}\n  }},\n'
    )


def _totals(reports: list[Report], indent: int, *, strict: bool) -> str:
    passed = sum(report.valid(strict=strict) for report in reports)
    values = {"items": len(reports), "passed": passed, "failed": len(reports) - passed}
    pad = " " * indent
    inside = ",\n".join(f'{pad}  "{name}": {value}' for name, value in values.items())
    return f"{{\n{inside}\n{pad}}}"


def _item_json(checked: Checked, *, strict: bool) -> str:
    report = checked.report
    issues = ",\n".join(map(_issue_json, report.issues))
    return (
        "    {\n"
        f'      "id": {quoted(report.id)},\n'
        f'      "type": "{report.type}",\n'
        f'      "valid": {"true" if report.valid(strict=strict) else "false"},\n'
        + (f'      "issues": [\n{issues}\n      ],\n' if issues else '      "issues": [],\n')
        + f'      "durationMs": {checked.milliseconds}\n'
        "    }"
    )


def _issue_json(issue: Issue) -> str:
    span = issue.span
    return (
        "        {\n"
        f'          "level": "{issue.level}",\n'
        f'          "path": {quoted(issue.path)},\n'
        f'          "line": {span.line},\n'
        f'          "message": {quoted(issue.message)},\n'
        f'          "rule": "{issue.rule}",\n'
        f'          "fix": {quoted(issue.fix)},\n'
        f'          "document": {quoted(issue.document)},\n'
        f'          "requirement": {quoted(issue.requirement)},\n'
        '          "span": {\n'
        f'            "line": {span.line},\n'
        f'            "column": {span.column},\n'
        f'            "end_line": {span.end_line},\n'
        f'            "end_column": {span.end_column}\n'
        "          }\n"
        "        }"
    )
