"""Records of runs: written by any version, and perhaps by somebody else."""

import json
from typing import Any

import pytest

from geoflow.workflow.run_record import RecordedRun, read_record


def record(**changes: Any) -> dict[str, Any]:
    edit = {
        "finding": {"id": "f1", "code": "GF204", "quote": "gracefully", "message": "vague", "line": 3},
        "path": "openspec/specs/a/spec.md",
        "requirement": "Stop",
        "old": "gracefully stop",
        "new": "stop",
        "strategy": "span",
        "prompt": "",
        "licences": [{"kind": "spec", "path": "openspec/specs/a/spec.md", "line": 4, "word": "stop"}, {"word": "now"}],
        "place": [0, 15],
    }
    whole = {"schema": "geoflow.run/1", "at": "2026-01-05T08:00:00Z", "base": "b", "on": "main", "branch": "x"}
    return whole | {"edits": [edit | changes], "refused": []}


def read(document: dict[str, Any]) -> RecordedRun | None:
    return read_record("20260105-080000-000abcd", json.dumps(document).encode())


def test_a_record_of_before_there_were_lessons_is_read() -> None:
    found = read(record())
    assert found is not None
    assert found.edits[0].licences == ("spec openspec/specs/a/spec.md stop", "  now")
    assert (found.edits[0].lesson, found.edits[0].id, found.edits[0].place) == ("", "f1", (0, 15))


@pytest.mark.parametrize(
    "changes",
    [
        {"finding": "f1"},
        {"finding": None},
        {"licences": ["spec"]},
        {"licences": [{"kind": 1}]},
        {"licences": [{"word": None}]},
        {"licences": None},
        {"place": [5, 5]},
        {"place": "ab"},
        {"old": 1},
    ],
)
def test_what_has_another_form_is_no_record(changes: dict[str, Any]) -> None:
    assert read(record(**changes)) is None


@pytest.mark.parametrize("edits", ["x", ["x"], [[]], 1, {"a": 1}])
def test_nor_is_one_whose_edits_are_none(edits: Any) -> None:
    assert read(record() | {"edits": edits}) is None
