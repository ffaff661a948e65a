"""OpenSpec as a library: `{path: text}` in, frozen values and write plans out.

A name is loaded when it is first used: a git hook that only validates need not pay for the rest.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoflow.openspec.disk import find_root, load
    from geoflow.openspec.merging import merge
    from geoflow.openspec.model import (
        Change,
        Counts,
        Delta,
        Issue,
        ItemType,
        Level,
        Merged,
        Refusal,
        RemovedRequirement,
        RenamedRequirement,
        Report,
        Requirement,
        Scenario,
        Section,
        Span,
        Spec,
        Step,
        Task,
        Tree,
        WritePlan,
    )
    from geoflow.openspec.parser import parse_delta, parse_spec
    from geoflow.openspec.tasks import parse_tasks
    from geoflow.openspec.tree import read_tree
    from geoflow.openspec.validity import validate
    from geoflow.openspec.writer import splice

_HOMES = {
    "Change": "model",
    "Counts": "model",
    "Delta": "model",
    "Issue": "model",
    "ItemType": "model",
    "Level": "model",
    "Merged": "model",
    "Refusal": "model",
    "RemovedRequirement": "model",
    "RenamedRequirement": "model",
    "Report": "model",
    "Requirement": "model",
    "Scenario": "model",
    "Section": "model",
    "Span": "model",
    "Spec": "model",
    "Step": "model",
    "Task": "model",
    "Tree": "model",
    "WritePlan": "model",
    "find_root": "disk",
    "load": "disk",
    "merge": "merging",
    "parse_delta": "parser",
    "parse_spec": "parser",
    "parse_tasks": "tasks",
    "read_tree": "tree",
    "splice": "writer",
    "validate": "validity",
}

__all__ = [
    "Change",
    "Counts",
    "Delta",
    "Issue",
    "ItemType",
    "Level",
    "Merged",
    "Refusal",
    "RemovedRequirement",
    "RenamedRequirement",
    "Report",
    "Requirement",
    "Scenario",
    "Section",
    "Span",
    "Spec",
    "Step",
    "Task",
    "Tree",
    "WritePlan",
    "find_root",
    "load",
    "merge",
    "parse_delta",
    "parse_spec",
    "parse_tasks",
    "read_tree",
    "splice",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
