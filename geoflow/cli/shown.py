"""What `geoflow show` prints: a file as it is, or the npm CLI's JSON with the place of everything."""

import sys
from collections.abc import Sequence
from typing import Any

from geoflow.cli.render import printable
from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.delta_reader import Plan, read_plan
from geoflow.openspec.described import (
    Described,
    describe_blocks,
    describe_prose,
    describe_removals,
    describe_spec,
    proposal_title,
)
from geoflow.openspec.items import Item
from geoflow.openspec.layout import delta_paths
from geoflow.openspec.lines import Lines, split
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


def spec_document(name: str, tree: OpenTree, *, number: int, scenarios: bool) -> dict[str, Any]:
    """Describe a spec as JSON: all of its requirements, or the one of this number (from 1; 0 is all)."""
    overview, requirements = describe_spec(tree.files[tree.found.specs[name]])
    if number > len(requirements) or number < 0:
        raise GeoflowError(
            f"{name} has no requirement {number}: it has {len(requirements)}.",
            fix="Name one by its number, counted from 1.",
            code="no-requirement",
            exit_code=ExitCode.USAGE,
        )
    shown = requirements[number - 1 : number] if number else requirements
    return {
        "id": name,
        "title": name,
        "overview": overview,
        "requirementCount": len(shown),
        "requirements": [_requirement(item, scenarios=scenarios) for item in shown],
        "metadata": {"version": "1.0.0", "format": "openspec"},
    }


def change_document(name: str, tree: OpenTree) -> dict[str, Any]:
    """Describe a change as JSON: its title and what its delta specs ask for, or its proposal where they ask nothing."""
    proposal = _proposal(name, tree)
    read = [(spec, split(tree.files[path])) for spec, path in delta_paths(tree.found.changes[name]).items()]
    plans = [(spec, document, read_plan(document)) for spec, document in read]
    if any(plan.present for _, _, plan in plans):
        deltas = [entry for spec, document, plan in plans for entry in _deltas(spec, document, plan)]
    else:
        deltas = [
            {"spec": item.spec, "operation": item.operation, "description": item.text}
            for item in describe_prose(proposal)
        ]
    return {"id": name, "title": proposal_title(proposal) or name, "deltaCount": len(deltas), "deltas": deltas}


def _proposal(name: str, tree: OpenTree) -> str:
    path = tree.found.changes[name].get("proposal.md")
    if path is None:
        raise GeoflowError(
            f"The change {name} has no proposal.md.",
            fix=f"Write openspec/changes/{name}/proposal.md.",
            code="no-proposal",
        )
    return tree.files[path]


def _deltas(spec: str, document: Lines, plan: Plan) -> list[dict[str, Any]]:
    return [
        *_entries(spec, "ADDED", "Add", describe_blocks(document, plan.added)),
        *_entries(spec, "MODIFIED", "Modify", describe_blocks(document, plan.modified)),
        *_entries(spec, "REMOVED", "Remove", describe_removals(document, plan)),
        *(
            {
                "spec": spec,
                "operation": "RENAMED",
                "description": f'Rename requirement from "{item.old}" to "{item.new}"',
                "rename": {"from": item.old, "to": item.new},
            }
            for item in plan.renamed
        ),
    ]


def _entries(spec: str, operation: str, verb: str, items: Sequence[Described]) -> list[dict[str, Any]]:
    return [
        {
            "spec": spec,
            "operation": operation,
            "description": f"{verb} requirement: {item.text}",
            "requirement": (requirement := _requirement(item, scenarios=True)),
            "requirements": [requirement],
        }
        for item in items
    ]


def _requirement(item: Described, *, scenarios: bool) -> dict[str, Any]:
    shown = item.scenarios if scenarios else ()
    return {
        "text": item.text,
        "scenarios": [{"rawText": one.text, "name": one.name, "line": one.line} for one in shown],
        "name": item.name,
        "line": item.line,
    }
