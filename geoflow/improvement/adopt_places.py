"""Where in the documents of an item stands what an answer is about: found again as they read now, or said why not."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from geoflow.improvement.adopt_slices import end_of_line
from geoflow.openspec.headings import level, normal_name
from geoflow.openspec.lines import split, starts
from geoflow.openspec.model import Requirement, Scenario
from geoflow.openspec.parser import parse_delta, parse_spec

_ITEM = re.compile(r"openspec/(?P<kind>specs|changes)/(?P<id>[^/]+)/")
NO_ITEM = "the question names no spec or change"


class Found(NamedTuple):
    """A requirement and the document that holds it; `end` is behind its last line, headings of other parts left out."""

    path: str
    requirement: Requirement
    end: int


def folder_of(path: str) -> str:
    """Give the folder of the item that a path lies in, a slash at its end; empty where it lies in none."""
    found = _ITEM.match(path)
    usable = found and not (found["kind"] == "changes" and found["id"] == "archive") and not found["id"].startswith(".")
    return found.group() if found and usable and ".." not in path.split("/") else ""


def spec_documents(files: Mapping[str, str], folder: str) -> list[str]:
    """List the documents of an item that hold requirements."""
    inner = folder if folder.startswith("openspec/specs/") else f"{folder}specs/"
    return sorted(path for path in files if path.startswith(inner) and path.endswith("/spec.md"))


def requirements_in(path: str, text: str) -> tuple[Requirement, ...]:
    """Read the requirements of a spec, or those that a delta adds or modifies, in the order of the document."""
    if path.startswith("openspec/specs/"):
        return parse_spec("", path, text).requirements
    delta = parse_delta("", path, text)
    return tuple(sorted((*delta.added, *delta.modified), key=lambda one: one.start))


def found_in(path: str, text: str) -> Iterator[Found]:
    """Give the requirements of a document with their ends."""
    document = split(text)
    begins = starts(document)
    borders = [begins[index] for index in document.hashes if 0 < level(document.lines[index]) < 4]
    for one in requirements_in(path, text):
        own = next((border for border in borders if border > one.start), len(text))
        yield Found(path, one, min(own, end_of_line(text, one.end)))


def requirement_named(files: Mapping[str, str], path: str, name: str) -> Found | str | None:
    """Find a requirement by its name, in its document or else in another one of the item.

    None where there is none; why not where there are several.
    """
    wanted = plain_name(name)
    every = [
        found
        for each in spec_documents(files, folder_of(path))
        for found in found_in(each, files[each])
        if plain_name(found.requirement.name) == wanted
    ]
    here = [one for one in every if one.path == path] or every
    if len(here) > 1:
        return f"“{name[:80]}” stands there {len(here)} times"
    return here[0] if here else None


def scenarios_named(files: Mapping[str, str], path: str, title: str) -> list[tuple[Found, Scenario]]:
    """Find the scenarios of this title, in the document or else in the others of the item."""
    every = [
        (found, scenario)
        for each in spec_documents(files, folder_of(path))
        for found in found_in(each, files[each])
        for scenario in found.requirement.scenarios
        if plain_name(scenario.name) == plain_name(title)
    ]
    return [one for one in every if one[0].path == path] or every


def plain_name(name: str) -> str:
    """Give a name as names are compared: white space as one blank, no closing hashes."""
    return " ".join(normal_name(name).split())
