"""The rules of a main spec's structure: what cuts its requirements off, hides them, or gives two of them one name."""

from collections.abc import Iterator

from geoflow.openspec.headings import is_divider, is_section, level, normal_name, requirement_name
from geoflow.openspec.lines import WHITE, Lines
from geoflow.openspec.model import Issue, Span
from geoflow.openspec.rules import Where, issue, line_span

_DELTA_WORDS = ("added", "modified", "removed", "renamed")


def structure_issues(path: str, document: Lines) -> Iterator[Issue]:
    """Find what makes requirements invisible or ambiguous: delta headings, requirements outside, names twice."""
    lines = document.lines
    # A byte order mark keeps the first line from being a heading for this check.
    first = document.first
    hashes = [index for index in document.hashes if index >= first and lines[index][:2] == "##"]
    heading = next((index for index in hashes if is_section(lines[index], "requirements")), len(lines))
    end = next((index for index in hashes if index > heading and is_divider(lines[index])), len(lines))
    declared: dict[str, int] = {}
    for index in hashes:
        line = lines[index]
        if is_divider(line) and _is_delta_heading(line):
            yield _delta_heading_issue(path, line_span(document, index), line.strip(WHITE))
        elif line[:4] != "####" and level(line) == 3:
            name = requirement_name(line)
            if name is None:
                continue
            if not heading < index < end:
                yield _outside_issue(path, line_span(document, index), name)
            elif normal_name(name) in declared:
                yield _duplicate_issue(path, line_span(document, index), name, declared[name])
            else:
                declared[name] = index + 1


def _is_delta_heading(line: str) -> bool:
    words = line[2:].strip(WHITE).lower()
    for word in _DELTA_WORDS:
        if words.startswith(word) and words.endswith("requirements"):
            between = words[len(word) : -len("requirements")]
            return bool(between) and not between.strip(WHITE)
    return False


def _delta_heading_issue(path: str, span: Span, heading: str) -> Issue:
    return issue(
        "S7",
        Where("file", path, span),
        f"`{heading}` is a heading of a change's delta spec; in a main spec it cuts the requirements off.",
        "Move what stands under it into a change, or into the `## Requirements` section.",
    )


def _outside_issue(path: str, span: Span, name: str) -> Issue:
    return issue(
        "S8",
        Where("file", path, span, name),
        f'Requirement "{name}" stands outside the `## Requirements` section, so nothing reads it.',
        "Move it into the first `## Requirements` section.",
    )


def _duplicate_issue(path: str, span: Span, name: str, first: int) -> Issue:
    return issue(
        "S9",
        Where("file", path, span, name),
        f'Requirement "{name}" has the name of the requirement on line {first}.',
        "Give each requirement a name of its own, or join the two.",
    )
