"""Waivers: findings that people have weighed and let stand, each for a reason, in the document or in the settings.

A comment `<!-- geoflow: allow GF204 reason -->` holds for the requirement whose heading stands above it, and above the
first requirement for the whole document; so it goes with its requirement when a change is merged. What OpenSpec's
validation says cannot be waived.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from geoflow.openspec.layout import ARCHIVE
from geoflow.quality.finding import Finding
from geoflow.quality.lazily import lazily
from geoflow.quality.place import Place, finding_at
from geoflow.quality.prose import without_code
from geoflow.quality.rules import is_rule, no_rule
from geoflow.settings import Allowed

SETTINGS_FILE = "openspec/geoflow.yaml"
_COMMENT = lazily(r"<!--\s*(geoflow:\s*allow\b(?P<rest>.*?))-->", re.IGNORECASE | re.DOTALL)
_CODES = lazily(r"\s*(?P<codes>[\w-]*\d[\w-]*(?:\s*,\s*[\w-]*\d[\w-]*)*)?[\s:,]*(?P<reason>.*)", re.DOTALL)
_HEADING = lazily(r"^(?P<marks>#{1,3})[ \t]+(?P<title>[^\n]*)$", re.MULTILINE)
_REQUIREMENT = lazily(r"requirement:", re.IGNORECASE)
_FAR = 400  # characters before a comment in which a quotation mark may open
_ENTRY = lazily(r"\bcode:")


class Waiver(NamedTuple):
    """What is let stand and why: the codes; where it is written; and what of which documents it holds for.

    `item` is a path, a glob over paths, or the id of a spec or change; empty for all. With `span` it holds for findings
    that begin in it, with `requirement` for those of one of this name.
    """

    codes: tuple[str, ...]
    reason: str
    place: Place
    item: str
    span: tuple[int, int] | None = None
    requirement: str = ""
    kind: str = "comment"

    def covers(self, finding: Finding) -> bool:
        """Tell whether it holds for a finding; never without a reason, nor for what validation says."""
        return (
            bool(self.reason)
            and finding.code in self.codes
            and finding.source != "openspec"
            and (self.span is None or self.span[0] <= finding.start < self.span[1])
            and self.requirement in ("", finding.requirement)
            and (self.item in ("", finding.path) or _is_item(self.item, finding.path))
        )


class Waived(NamedTuple):
    """A finding that is let stand, why, and where that is written (`comment` or `settings`)."""

    finding: Finding
    reason: str
    kind: str


class Split(NamedTuple):
    """Findings that count, and those that are let stand."""

    kept: list[Finding]
    waived: list[Waived]


def _is_item(item: str, path: str) -> bool:
    return path in (f"openspec/specs/{item}/spec.md", f"openspec/changes/{item}") or (
        path.startswith(f"openspec/changes/{item}/") or fnmatchcase(path, item)
    )


def waivers_in(texts: Mapping[str, str], within: Iterable[str] | None = None) -> list[Waiver]:
    """Read the waivers of documents; those in code and in comments that never end are none.

    Args:
        texts: The documents, {path: text}.
        within: Paths of those that are looked at; None: all.
    """
    found: list[Waiver] = []
    for path in texts if within is None else within:
        text = texts.get(path, "")
        if path.endswith(".md") and not path.startswith(ARCHIVE) and "<!--" in text and "geoflow" in text.casefold():
            found += _in_document(path, text)
    return found


def _in_document(path: str, text: str) -> Iterator[Waiver]:
    visible = without_code(text)
    headings = list(_HEADING.finditer(visible))
    begins = [heading.start() for heading in headings]
    # Up to the last end of a comment: behind it every opening would be followed to the end of the text in vain.
    for match in _COMMENT.finditer(visible, 0, visible.rfind("-->") + 3):
        line = text.rfind("\n", 0, match.start()) + 1
        if text.count('"', max(line, match.start() - _FAR), match.start()) % 2:
            continue  # quoted: somebody writes about waivers
        parts = _CODES.fullmatch(text[match.start("rest") : match.end("rest")])
        codes = re.split(r"[\s,]+", parts["codes"]) if parts and parts["codes"] else []
        reason = " ".join(parts["reason"].split()) if parts else ""
        number = bisect_left(begins, match.start())
        above = headings[number - 1] if number else None
        below = begins[number] if number < len(begins) else len(text)
        owned = above is not None and len(above["marks"]) == 3 and _REQUIREMENT.match(above["title"])
        span = (above.start(), below) if above is not None and owned else None
        name = above["title"].partition(":")[2].strip() if above is not None and owned else ""
        place = Place(path, text, match.start(), match.end(), name)
        yield Waiver(tuple(code.upper() for code in codes), reason, place, path, span)


def waivers_of(allowed: Sequence[Allowed], texts: Mapping[str, str]) -> list[Waiver]:
    """Turn the entries of the setting `review.allow` into waivers, each with its place in the settings' file."""
    text = texts.get(SETTINGS_FILE, "")
    begin = max(text.find("allow:"), 0)
    places = [match.span() for match in _ENTRY.finditer(text, begin)]
    return [
        Waiver(
            (one.code.upper(),),
            one.reason,
            Place(SETTINGS_FILE, text, *(places[index] if index < len(places) else (0, 0))),
            one.item,
            requirement=one.requirement,
            kind="settings",
        )
        for index, one in enumerate(allowed)
    ]


def split(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> Split:
    """Part the findings that count from those that are let stand."""
    by_code: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        for code in waiver.codes:
            by_code.setdefault(code, []).append(waiver)
    kept: list[Finding] = []
    waived: list[Waived] = []
    for finding in findings:
        let = next((one for one in by_code.get(finding.code, ()) if one.covers(finding)), None)
        if let is None:
            kept.append(finding)
        else:
            waived.append(Waived(finding, let.reason, let.kind))
    return Split(kept, waived)


def find_waivers(
    waivers: Iterable[Waiver], findings: Sequence[Finding], judged: Callable[[Waiver, str], bool]
) -> Iterator[Finding]:
    """Find waivers without a reason (GF116), that waive nothing (GF117), or name what is no rule (GF118).

    Args:
        waivers: The waivers.
        findings: All findings, waived or not.
        judged: Tells whether a rule has looked at all that a waiver is for, so that it may be called idle.
    """
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    for waiver in waivers:
        if not waiver.codes:
            message, fix = "the waiver names no rule", "name it: <!-- geoflow: allow CODE reason -->"
            yield finding_at(waiver.place, "GF118", "warning", message, fix)
        elif not waiver.reason:
            message = f"nobody says why {', '.join(waiver.codes)} is let stand, so it is not"
            yield finding_at(waiver.place, "GF116", "warning", message, "write the reason behind the code")
        for code in waiver.codes:
            if not is_rule(code):
                message = no_rule(code, "waived")
                yield finding_at(waiver.place, "GF118", "warning", message, "name a rule, or drop the waiver")
            elif waiver.reason and judged(waiver, code) and not any(map(waiver.covers, by_code.get(code, ()))):
                message = f"there is no {code} to let stand here any more"
                yield finding_at(waiver.place, "GF117", "info", message, "drop the waiver")
