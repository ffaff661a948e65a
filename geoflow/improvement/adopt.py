"""Turn a hand-written item into OpenSpec form with its words kept: pure code, from the files of a tree."""

import re
from collections.abc import Mapping

from geoflow.improvement.adopt_change import adopt_change
from geoflow.improvement.adopt_document import read_requirements, write_document
from geoflow.improvement.adopt_doubts import (
    Around,
    about_attached,
    about_purpose,
    about_triggers,
    about_turns,
    about_unsaid,
    cannot,
    left_to_author,
)
from geoflow.improvement.adopt_page import Adopted, Place
from geoflow.improvement.adopt_text import Document, read_document
from geoflow.openspec.blocks import spec_blocks
from geoflow.openspec.delta_reader import read_plan
from geoflow.openspec.headings import folded_name
from geoflow.openspec.lines import split

FORM = frozenset("OS-S1 OS-S2 OS-S3 OS-C3 OS-C4 OS-C8 OS-T1".split())
"""Issues that say that an item is not in OpenSpec's form; words alone, or one requirement, do not mend them."""

_SPEC = re.compile(r"^openspec/specs/(?P<id>.+)/spec\.md$")
_DELTA = re.compile(r"^openspec/changes/archive/[^/]+/specs/(?P<id>.+)/spec\.md$")
_TITLES = (
    re.compile(r"^(?:summary|overview|abstract)$", re.IGNORECASE),
    re.compile(r"^what changes$", re.IGNORECASE),
    re.compile(r"^(?:why|motivation)$", re.IGNORECASE),
)


def look_around(files: Mapping[str, str]) -> Around:
    """Read what the tree holds besides an item: names of requirements, archived proposals, files of teams."""
    known: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        found = _SPEC.match(path) or _DELTA.match(path)
        if found:
            known.setdefault(found["id"], {}).update(dict.fromkeys(_names(path, text), path))
    archive = {
        path: text for path, text in files.items() if re.match(r"openspec/changes/archive/[^/]+/proposal\.md$", path)
    }
    teams = tuple(path for path in files if path.startswith("openspec/teams/"))
    return Around(known, archive, teams)


def _names(path: str, text: str) -> list[str]:
    document = split(text)
    plan = read_plan(document)
    names = [block.name for block in (*spec_blocks(document).blocks, *plan.added, *plan.modified)]
    if not names:
        names = [one.name for one in read_requirements(read_document(path, text)).requirements]
    return [folded_name(name) for name in names]


def adopt(
    kind: str, item: str, files: Mapping[str, str], around: Around, obligations: frozenset[Place] = frozenset()
) -> Adopted:
    """Adopt an item.

    Args:
        kind: `spec` or `change`.
        item: Its id.
        files: Its own files: {path relative to the root: text}.
        around: What else the tree holds.
        obligations: Lines that code is not sure of, and that say what must hold nevertheless.
    """
    if not any(text.strip() for text in files.values()):
        return Adopted("change" if kind == "change" else "spec", item, why_not="it is empty")
    if kind == "change":
        words = {word for word in item.split("-") if len(word) > 3}
        near = tuple(path for path in around.teams if len(words & set(re.split(r"[/.-]", path))) > 1)
        return adopt_change(item, files, Around(around.known, around.archive, near), obligations)
    return _adopt_spec(item, files, around)


def _adopt_spec(item: str, files: Mapping[str, str], around: Around) -> Adopted:
    path = f"openspec/specs/{item}/spec.md"
    document = read_document(path, files[path])
    read = read_requirements(document)
    if not read.requirements:
        asked = about_unsaid(read.unsaid, stated=True)
        return left_to_author("spec", item, asked) if asked else cannot("spec", item, Place(path, 1), Around(), ())
    purpose = _purpose(item, document, around)
    page = write_document(document, read, "## Requirements", purpose)
    if not any(line.text == "## Purpose" and not line.sources for line in page.lines):
        purpose = []
    return Adopted(
        "spec",
        item,
        {path: page},
        frozenset({path}),
        read.scenarios,
        (
            *about_purpose(purpose, path),
            *about_unsaid(read.unsaid, stated=True),
            *about_attached(read.requirements, [name for name, _ in read.unsaid]),
            *about_turns(read.scenarios),
            *about_triggers(item, read.scenarios),
        ),
    )


def _purpose(item: str, document: Document, around: Around) -> list[tuple[str, tuple[Place, ...]]]:
    """Find the words for a Purpose: those of the archived proposal that names the capability, else names from here."""
    for path, text in sorted(around.archive.items()):
        if re.search(rf"(?<![\w-]){re.escape(item)}(?![\w-])", text):
            found = _section(read_document(path, text))
            if found:
                return found
    read = read_requirements(document)
    made = sorted((*read.requirements, *(one for one, _ in read.texts)), key=lambda one: one.place.line)
    joined = f"Specifies the requirements of {item.replace('-', ' ')}: {'; '.join(one.name for one in made)}."
    return [(joined, tuple(place for one in made for place in (one.place, *one.named_at)))]


def _section(document: Document) -> list[tuple[str, tuple[Place, ...]]]:
    for title in _TITLES:
        for section in document.sections:
            lines = [piece for piece in section.own if piece.kind in ("text", "item")]
            if title.match(section.title) and lines:
                return [(piece.raw, (Place(document.path, piece.line),)) for piece in lines]
    return []
