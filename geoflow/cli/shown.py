"""What `geoflow show` prints: a file as it is, or the npm CLI's JSON with the place of everything."""

import sys
from typing import Any

from geoflow.cli.render import printable
from geoflow.errors import GeoflowError
from geoflow.openspec.headings import level, title
from geoflow.openspec.items import Item
from geoflow.openspec.layout import delta_paths
from geoflow.openspec.lines import split
from geoflow.openspec.model import Delta, Requirement, Scenario
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.openspec.validity import OpenTree


def print_source(item: Item, tree: OpenTree) -> None:
    """Print a spec or a proposal: untouched into a pipe or file, made safe on a terminal."""
    text = tree.files[tree.found.specs[item.id]] if item.type == "spec" else _proposal(item.id, tree)
    whole = text if text.endswith("\n") else text + "\n"
    if sys.stdout.isatty():
        sys.stdout.write(printable(whole.replace("\r\n", "\n")))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(whole.encode("utf-8", "surrogateescape"))


def spec_document(name: str, tree: OpenTree) -> dict[str, Any]:
    """Describe a spec as JSON."""
    path = tree.found.specs[name]
    spec = parse_spec(name, path, tree.files[path])
    return {
        "id": name,
        "title": name,
        "overview": spec.purpose,
        "requirementCount": len(spec.requirements),
        "requirements": [_requirement(item, spec.text) for item in spec.requirements],
        "metadata": {"version": "1.0.0", "format": "openspec"},
    }


def change_document(name: str, tree: OpenTree) -> dict[str, Any]:
    """Describe a change as JSON: its title and what its delta specs ask for."""
    deltas = [
        entry
        for spec, path in delta_paths(tree.found.changes[name]).items()
        for entry in _deltas(parse_delta(spec, path, tree.files[path]))
    ]
    shown = _title(_proposal(name, tree)) or name
    return {"id": name, "title": shown, "deltaCount": len(deltas), "deltas": deltas}


def _proposal(name: str, tree: OpenTree) -> str:
    path = tree.found.changes[name].get("proposal.md")
    if path is None:
        raise GeoflowError(
            f"The change {name} has no proposal.md.",
            fix=f"Write openspec/changes/{name}/proposal.md.",
            code="no-proposal",
        )
    return tree.files[path]


def _title(proposal: str) -> str:
    document = split(proposal)
    for line in document.lines:
        if level(line) == 1:
            found = title(line, 1) or ""
            head, colon, rest = found.partition(":")
            found = rest.strip() if colon and head.lower() == "change" else found
            return "" if found.lower() == "proposal" else found
    return ""


def _deltas(delta: Delta) -> list[dict[str, Any]]:
    found = [
        _entry(delta, operation, f"{verb} requirement", _requirement(item, delta.text))
        for operation, verb, items in (("ADDED", "Add", delta.added), ("MODIFIED", "Modify", delta.modified))
        for item in items
    ]
    for gone in delta.removed:
        requirement = {"text": f"Requirement: {gone.name}", "scenarios": [], "name": gone.name, "line": gone.span.line}
        found.append(_entry(delta, "REMOVED", "Remove requirement", requirement))
    for item in delta.renamed:
        words = f'Rename requirement from "{item.old}" to "{item.new}"'
        rename = {"from": item.old, "to": item.new}
        found.append({"spec": delta.id, "operation": "RENAMED", "description": words, "rename": rename})
    return found


def _entry(delta: Delta, operation: str, verb: str, requirement: dict[str, Any]) -> dict[str, Any]:
    return {
        "spec": delta.id,
        "operation": operation,
        "description": f"{verb}: {requirement['text']}",
        "requirement": requirement,
        "requirements": [requirement],
    }


def _requirement(item: Requirement, text: str) -> dict[str, Any]:
    return {
        "text": item.text or f"Requirement: {item.name}",
        "scenarios": [_scenario(one, text) for one in item.scenarios],
        "name": item.name,
        "line": item.span.line,
    }


def _scenario(item: Scenario, text: str) -> dict[str, Any]:
    lines = split(text[item.start : item.end]).lines
    return {"rawText": "\n".join(lines[1:]).strip(), "name": item.name, "line": item.span.line}
