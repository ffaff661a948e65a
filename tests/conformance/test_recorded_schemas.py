"""Schemas and proposals as the npm CLI read them while its own tests ran, where the records lie beside the project."""

import re
from typing import Any

import pytest

from geoflow.openspec.flat_yaml import YamlError, parse_yaml
from geoflow.openspec.proposal_rules import check_proposal
from geoflow.openspec.schema_file import Schema, read_schema
from geoflow.openspec.validity import folder_of, open_tree
from tests.conformance.agreement import Tally
from tests.conformance.recorded import FOLDER, cases

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded cases are not beside the project")


def schema_of(text: str) -> Schema | None:
    try:
        return read_schema("x", parse_yaml(text))
    except YamlError:
        return None


def test_schemas_are_read_or_refused_alike(tally: Tally) -> None:
    for case in cases("parseSchema"):
        schema, expected = schema_of(case["input"]["yamlContent"]), case["output"]
        same = (schema is None) == ("throws" in expected)
        if schema is not None and same:
            same = list(schema.generates) == [item["generates"] for item in expected["artifacts"]]
        tally.add("recorded", "read", agreed=same)
        assert same, case["id"]


SENTENCES = (
    ("P1", "Change must have a Why section"),
    ("P2", "Change must have a What Changes section"),
    ("P2", "What Changes section cannot be empty"),
    ("P3", "Why section must be at least"),
    ("P4", "Why section should not exceed"),
    ("P5", "Change must have at least one delta"),
    ("P6", "Consider splitting changes with more than"),
    ("P7", "Delta description is too brief"),
    ("P8", "Delta should include requirements"),
)


def noted(issues: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Keep what archive says of a proposal: what validate says of metadata and of requirements is not said twice."""
    return [
        (next(rule for rule, fragment in SENTENCES if fragment in one["message"]), one["level"], one["path"])
        for one in issues
        if one["path"] != ".openspec.yaml" and not re.match(r"deltas\.\d+\.requirements?\b", one["path"])
    ]


def test_proposals_are_judged_alike(tally: Tally) -> None:
    for case in cases("validateChange"):
        given = case["input"]
        texts = {path: text for path, text in given["tree"].items() if isinstance(text, str)}
        files = {
            f"openspec/changes/c/{'proposal.md' if path == given['file'] else path}": texts[path] for path in texts
        }
        found = [(one.rule[3:], one.level, one.path) for one in check_proposal(folder_of(open_tree(files), "c"))]
        expected = noted(case["output"]["issues"])
        tally.add("recorded", "read", agreed=found == expected)
        assert found == expected, (case["id"], case["test"])
