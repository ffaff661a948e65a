"""Findings of form: what OpenSpec's validation says of a document, and headings and steps that miss their form."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from geoflow.openspec.model import Issue, Requirement
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.lazily import lazily
from geoflow.quality.prose import FENCE, masked, sentences

SCENARIO_HEADING = lazily(
    r"^(?:(?P<marks>#{1,6})(?P<gap>[ \t]*)(?P<wrapped>[*_]*)Scenario\b[ \t]*[:.-]?[ \t]*(?P<name>[^\n]*?)"
    r"|[ \t]*(?:[-*+>][ \t]+)?(?:\*\*|__|[*_])Scenario\b[ \t]*:?(?P<bold>[^\n]*?):?(?:\*\*|__|[*_]):?"
    r"|[ \t]*(?:[-*+>][ \t]+)?Scenario[ \t]*(?:\d+[ \t]*)?[:.-][ \t]*(?P<plain>[^\n]{1,80}?))[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""A line that is meant as a scenario heading, whatever its level or form."""

# A line in bold or italics, a heading of another level, or a label, with steps right below it.
_OTHER_HEADING = lazily(
    r"^(?:#{5,6}[ \t]+[^\n]+"
    r"|[ \t]*(?:[-*+>][ \t]+)?(?:\*\*|__|[*_])(?!(?:GIVEN|WHEN|THEN|AND|BUT)\b)[^*_\n]+(?:\*\*|__|[*_]):?"
    r"|(?:Example|Use case|Test case|Case|Situation|Scenario)[ \t]*\d*[ \t]*[:.-][^\n]*)"
    r"[ \t]*(?=\n+[-*+][ \t]+\*\*(?:GIVEN|WHEN)\b)",
    re.MULTILINE | re.IGNORECASE,
)
_NAME = lazily(r"[^\W\d_]{2}")

STEP = lazily(
    r"^(?P<lead>[-*+][ \t]+)(?P<mark>\*\*|__|)(?P<word>GIVEN|WHEN|THEN|AND|BUT|Given|When|Then)"
    r"(?P<colon>:?)(?P=mark)(?P<after>:?)(?=[ \t])",
    re.MULTILINE,
)
"""A list item that starts with a step's keyword, in whatever form."""

_SEVERITIES: dict[str, Severity] = {"ERROR": "error", "WARNING": "warning", "INFO": "info"}
_ABOUT_WORDS = ("OS-S14", "OS-S15", "OS-D5", "OS-D6")
_ABOUT_PURPOSE = ("OS-S10", "OS-S11")


def from_issue(issue: Issue, text: str, requirements: tuple[Requirement, ...], purpose: tuple[int, int]) -> Finding:
    """Turn a validation issue into a finding.

    The quote is what the issue speaks of: the first sentence of a requirement without a normative word, the text of a
    poor Purpose (`purpose` gives its offsets), nothing where something is missing.
    """
    start, end = _lines(text, issue.span.line)
    if issue.rule in _ABOUT_WORDS:
        start, end = _first_sentence(text, issue.requirement, requirements) or (start, start)
    elif issue.rule in _ABOUT_PURPOSE:
        start, end = purpose
    else:
        end = start
    line = bisect_right(_begins(text), start)
    quote = text[start:end]
    return Finding(
        code=issue.rule,
        severity=_SEVERITIES[issue.level],
        path=issue.document,
        line=line,
        end_line=line + quote.count("\n"),
        requirement=issue.requirement,
        message=issue.message,
        fix=issue.fix,
        quote=quote,
        start=start,
        end=end,
        source="openspec",
    )


def _lines(text: str, line: int) -> tuple[int, int]:
    begins = _begins(text)
    if line > len(begins):
        return len(text), len(text)
    start = begins[max(line, 1) - 1]
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end


@lru_cache(maxsize=4)
def _begins(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))


def _first_sentence(text: str, name: str, requirements: tuple[Requirement, ...]) -> tuple[int, int] | None:
    for requirement in requirements:
        if requirement.name == name:
            body = text[requirement.body_start : requirement.body_end]
            for start, end in sentences(body):
                if any(character.isalpha() for character in masked(body)[start:end]):
                    return requirement.body_start + start, requirement.body_start + end
    return None


def find_form(path: str, text: str, requirement: Requirement) -> Iterator[Finding]:
    """Find scenario headings of a wrong level or form, and steps whose keyword is not in bold capitals."""
    block = text[requirement.start : requirement.end]
    visible = _without_fences(block)
    for match in SCENARIO_HEADING.finditer(visible):
        proper = match["marks"] == "####" and match["gap"] and not match["wrapped"]
        if match.start() and not proper and (match["name"] or match["bold"] or match["plain"]):
            yield _form(path, text, requirement, match, "GF111")
    for match in _OTHER_HEADING.finditer(visible):
        if not SCENARIO_HEADING.match(match.group()) and _NAME.search(match.group()):
            yield _form(path, text, requirement, match, "GF111")
    for scenario in requirement.scenarios:
        part = visible[scenario.start - requirement.start : scenario.end - requirement.start]
        for match in STEP.finditer(part):
            if (match["mark"], match["word"], match["colon"] + match["after"]) != ("**", match["word"].upper(), ""):
                yield _form(path, text, requirement, match, "GF112", scenario.start - requirement.start)


_FORMS: dict[str, tuple[Severity, str, str]] = {
    "GF111": ("warning", "“{quote}” is meant as a scenario but has not its form", "write it as “#### Scenario: name”"),
    "GF112": ("info", "the keyword of “{quote}” is not in its form", "write it in bold capitals, such as **WHEN**"),
}


def _form(path: str, text: str, requirement: Requirement, match: re.Match[str], code: str, offset: int = 0) -> Finding:
    severity, message, fix = _FORMS[code]
    start, end = requirement.start + offset + match.start(), requirement.start + offset + match.end()
    quote = text[start:end].rstrip()
    line = requirement.span.line + text.count("\n", requirement.start, start)
    return Finding(
        code=code,
        severity=severity,
        path=path,
        line=line,
        end_line=line,
        requirement=requirement.name,
        message=message.format(quote=quote.strip()),
        fix=fix,
        quote=quote,
        start=start,
        end=start + len(quote),
    )


def _without_fences(text: str) -> str:
    if "```" not in text and "~~~" not in text:
        return text
    return FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
