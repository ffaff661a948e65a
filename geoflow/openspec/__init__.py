"""OpenSpec as a library: `{path: text}` in, frozen values and write plans out."""

from geoflow.openspec.model import (
    Change,
    Delta,
    Issue,
    ItemType,
    Level,
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
)
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.openspec.tasks import parse_tasks
from geoflow.openspec.tree import read_tree
from geoflow.openspec.validate import validate
from geoflow.openspec.writer import splice

__all__ = [
    "Change",
    "Delta",
    "Issue",
    "ItemType",
    "Level",
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
    "parse_delta",
    "parse_spec",
    "parse_tasks",
    "read_tree",
    "splice",
    "validate",
]
