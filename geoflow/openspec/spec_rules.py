"""The rules of a main spec, in the order in which the npm CLI reports them."""

from collections.abc import Iterator

from geoflow.openspec.blocks import Block, Region, body_text, spec_blocks
from geoflow.openspec.headings import normal_name
from geoflow.openspec.lines import WHITE, Lines, split
from geoflow.openspec.model import Issue
from geoflow.openspec.outline import (
    Heading,
    children,
    content,
    find,
    is_filled,
    may_be_long,
    outline,
    requirement_text,
    utf16_length,
)
from geoflow.openspec.placeholder import is_placeholder, placeholder_line
from geoflow.openspec.rules import START, Where, is_normative, issue, line_span
from geoflow.openspec.structure_rules import structure_issues

PURPOSE_UNITS = 50
REQUIREMENT_UNITS = 500


def check_spec(path: str, text: str) -> list[Issue]:
    """Check a main spec; `path` is relative to the root. No text makes this fail."""
    document = split(text)
    headings = outline(document)
    at_purpose, at_requirements = find(headings, "purpose"), find(headings, "requirements")
    purpose = content(document, _region(headings[at_purpose])) if at_purpose is not None else ""
    if not purpose:
        span = START if at_purpose is None else line_span(document, headings[at_purpose].line)
        return [_no_purpose(Where("file", path, span), is_there=at_purpose is not None)]
    if at_requirements is None:
        return [_no_requirements(Where("file", path))]
    places = children(headings, at_requirements)
    requirements = [headings[at] for at in places]
    bare = {
        index
        for index, at in enumerate(places)
        if not any(is_filled(document, headings[child]) for child in children(headings, at))
    }
    return [
        *_schema_issues(path, document, headings[at_requirements], requirements, bare),
        *structure_issues(path, document),
        *_purpose_issues(path, document, purpose, headings[at_purpose or 0]),
        *_outline_issues(path, document, requirements, bare),
        *_keyword_issues(path, document),
    ]


def _no_purpose(where: Where, *, is_there: bool) -> Issue:
    what = "has a Purpose section with nothing in it" if is_there else "has no Purpose section"
    return issue("S1", where, f"The spec {what}.", "Write what this capability is for under a `## Purpose` heading.")


def _no_requirements(where: Where) -> Issue:
    fix = "Put the requirements under a `## Requirements` heading."
    return issue("S2", where, "The spec has no Requirements section.", fix)


def count_requirements(text: str) -> int:
    """Count the requirements of a main spec; 0 where its Purpose or its Requirements section is missing."""
    document = split(text)
    headings = outline(document)
    at_purpose, at_requirements = find(headings, "purpose"), find(headings, "requirements")
    if at_purpose is None or at_requirements is None or not content(document, _region(headings[at_purpose])):
        return 0
    return len(children(headings, at_requirements))


def _region(heading: Heading) -> Region:
    return Region(heading.line, heading.end)


def _schema_issues(
    path: str, document: Lines, section: Heading, requirements: list[Heading], bare: set[int]
) -> Iterator[Issue]:
    if not requirements:
        yield issue(
            "S3",
            Where("requirements", path, line_span(document, section.line)),
            "The Requirements section holds no requirement.",
            "Add a `### Requirement: <name>` with a sentence that says SHALL or MUST and a scenario.",
        )
    for index, heading in enumerate(requirements):
        if heading.title and index not in bare:
            continue
        span = line_span(document, heading.line)
        if not heading.title and not requirement_text(document, heading):
            yield issue(
                "S5",
                Where(f"requirements.{index}.text", path, span),
                "A requirement has neither a name nor a text.",
                "Name the requirement in its heading and write what the system SHALL do below it.",
            )
        if index in bare:
            yield issue(
                "S4",
                Where(f"requirements.{index}.scenarios", path, span, _name(heading)),
                f"{_named(heading)} has no scenario.",
                "Add a `#### Scenario: <name>` with WHEN and THEN steps under it.",
            )


def _purpose_issues(path: str, document: Lines, purpose: str, heading: Heading) -> Iterator[Issue]:
    if is_placeholder(purpose):
        line = placeholder_line(document, purpose)
        yield issue(
            "S10",
            Where("overview", path, line_span(document, heading.line if line is None else line)),
            "The Purpose is still a placeholder.",
            "Replace it with what this capability is for.",
        )
    elif utf16_length(purpose) < PURPOSE_UNITS:
        yield issue(
            "S11",
            Where("overview", path, line_span(document, heading.line)),
            f"The Purpose is shorter than {PURPOSE_UNITS} characters.",
            "Say in a full sentence what this capability is for and for whom.",
        )


def _outline_issues(path: str, document: Lines, requirements: list[Heading], bare: set[int]) -> Iterator[Issue]:
    for index, heading in enumerate(requirements):
        if (
            may_be_long(document, heading, REQUIREMENT_UNITS)
            and utf16_length(requirement_text(document, heading)) > REQUIREMENT_UNITS
        ):
            yield issue(
                "S12",
                Where(f"requirements[{index}]", path, line_span(document, heading.line), _name(heading)),
                f"{_named(heading)} has more than {REQUIREMENT_UNITS} characters.",
                "Split it into requirements that each say one thing.",
            )
        if index in bare:
            yield issue(
                "S13",
                Where(f"requirements[{index}].scenarios", path, line_span(document, heading.line), _name(heading)),
                f"{_named(heading)} has no scenario that the format knows: a level-4 heading with steps under it.",
                "Turn the bullets into a `#### Scenario: <name>` with `- **WHEN** ...` and `- **THEN** ...`.",
            )


def _keyword_issues(path: str, document: Lines) -> Iterator[Issue]:
    for index, block in enumerate(spec_blocks(document).blocks):
        text = body_text(document, block)
        if not text:
            yield keyword_issue("S14", f"requirements[{index}]", f'Requirement "{block.name}"', path, document, block)
        elif not is_normative(text):
            yield keyword_issue("S15", f"requirements[{index}]", f'Requirement "{block.name}"', path, document, block)


def keyword_issue(rule: str, place: str, who: str, path: str, document: Lines, block: Block) -> Issue:
    """Make the issue of a requirement without SHALL or MUST: it has no text (an error), or text without the word."""
    misplaced = is_normative(block.name)
    missing = "has no text" if LEVEL_ERROR[rule] else "does not say SHALL or MUST"
    where = "; its heading says it, where no reader looks" if misplaced else ""
    move = "Move the sentence with SHALL or MUST from the heading to the line below it."
    write = "Write what the system SHALL or MUST do on the line below the heading."
    return issue(
        rule,
        Where(place, path, line_span(document, block.start), block.name),
        f"{who} {missing}{where}.",
        move if misplaced else write,
    )


LEVEL_ERROR = {"S14": True, "S15": False, "D5": True, "D6": False}


def _name(heading: Heading) -> str:
    head, colon, rest = heading.title.partition(":")
    return normal_name(rest) if colon and head.strip(WHITE).lower() == "requirement" else normal_name(heading.title)


def _named(heading: Heading) -> str:
    return f'Requirement "{_name(heading)}"'
