"""Give a proposal the two sections that OpenSpec looks for, above the author's own headings; or write it from YAML."""

import re
from collections.abc import Mapping, Sequence

from geoflow.improvement.adopt_material import Material
from geoflow.improvement.adopt_page import Page, Place
from geoflow.improvement.adopt_text import Document, bare
from geoflow.improvement.adopt_yaml import Entry

_WHY = re.compile(r"^(?:motivation|problem(?: statement)?|background|rationale)$", re.IGNORECASE)
_WHAT = re.compile(r"^(?:proposed solution|solution|proposed changes|approach)$", re.IGNORECASE)
_SUMMARY = re.compile(r"^(?:summary|overview|abstract)$", re.IGNORECASE)
_DEEPEST = 5


def write_proposal(document: Document) -> Page | None:
    """Put `## Why` and `## What Changes` above the sections that say so; None where they are there, or none say so.

    The author's headings stay below them, one level deeper, so that no word is lost.
    """
    titles = [one.title.lower() for one in document.sections]
    if "why" in titles or "what changes" in titles:
        return None
    why, what = _first(document, _WHY), _first(document, _WHAT)
    what = _first(document, _SUMMARY) if what is None else what
    if why is None or what is None or any(one.heading.level > _DEEPEST for one in document.sections):
        return None
    page = Page()
    page.keep(document.path, document.above)
    deeper: set[int] = set()
    for index, section in enumerate(document.sections):
        if index in (why, what):
            page.gap()
            page.add("## Why" if index == why else "## What Changes", role="heading")
            deeper |= set(range(index, section.end))
        mark = "#" if index in deeper else ""
        page.gap()
        page.add(f"{mark}{section.heading.raw}", [Place(document.path, section.heading.line)], "heading")
        page.keep(document.path, section.own)
    return page


def _first(document: Document, pattern: re.Pattern[str]) -> int | None:
    found = (at for at, one in enumerate(document.sections) if one.heading.level == 2 and pattern.match(one.title))
    return next(found, None)


def copy_of(document: Document) -> Page:
    """Give a document as it stands, under another name."""
    page = Page()
    for number, line in enumerate(document.lines, 1):
        page.add(line, [Place(document.path, number)])
    return page


def yaml_proposal(material: Material, yaml: Mapping[str, Sequence[Entry]], files: Mapping[str, str]) -> Page | None:
    """Write a proposal from title, motivation and summary of a YAML document; None where it says neither."""
    page = Page()
    for path, found in yaml.items():
        lines = files[path].split("\n")
        why = next((entry for entry in found if entry.key in ("motivation", "problem", "why")), None)
        what = next((entry for entry in found if entry.key in ("summary", "description")), None)
        if (why is None and what is None) or material.title is None:
            continue
        page.add(f"# {bare(material.title.words)}", [material.title.place], "heading")
        for heading, entry in (("## Why", why), ("## What Changes", what)):
            if entry is not None and len(entry.keys) <= 2:
                _block(page, heading, entry, (path, lines))
        return page
    return None


def _block(page: Page, heading: str, entry: Entry, source: tuple[str, Sequence[str]]) -> None:
    path, lines = source
    page.gap()
    page.add(heading, role="heading")
    page.gap()
    at = entry.line
    for words in entry.text.split("\n"):
        number = next((n for n in range(at, len(lines) + 1) if words.strip() and words.strip() in lines[n - 1]), 0)
        if number:
            at = number
            page.add(words.rstrip(), [Place(path, number)])
        else:
            page.gap()
