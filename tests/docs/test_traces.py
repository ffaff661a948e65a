"""Every capability of geoflow's own specs names the tests that hold it, in `tests/traces.toml`."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from geoflow.openspec import read_tree
from geoflow.openspec.disk import load

ROOT = Path(__file__).parents[2]
TRACES = "tests/traces.toml"


@lru_cache(maxsize=1)
def requirements() -> dict[str, list[str]]:
    """List the requirements of each capability: of main specs, and of what active changes add."""
    tree = read_tree(load(str(ROOT), archive=False))
    found = {one.id: [each.name for each in one.requirements] for one in tree.specs}
    for delta in (delta for change in tree.changes for delta in change.deltas):
        found.setdefault(delta.id, []).extend(each.name for each in delta.added)
    return found


@lru_cache(maxsize=1)
def traces() -> dict[str, Any]:
    """Read the table."""
    return tomllib.loads((ROOT / TRACES).read_text("utf-8"))


def modules(capability: str) -> list[Path]:
    """List the test modules that a capability names."""
    return [file for pattern in traces()["capabilities"].get(capability, ()) for file in sorted(ROOT.glob(pattern))]


def test_every_capability_names_its_tests() -> None:
    missing = sorted(requirements().keys() - traces()["capabilities"].keys())
    assert missing == [], f"name the tests that hold it in {TRACES}: {', '.join(missing)}"


@pytest.mark.parametrize("capability", sorted(traces()["capabilities"]))
def test_what_a_capability_names_is_there_and_tests_something(capability: str) -> None:
    assert capability in requirements(), f"no spec has it; take it out of {TRACES}"
    for pattern in traces()["capabilities"][capability]:
        assert list(ROOT.glob(pattern)), f"{pattern} names no file; mend it in {TRACES}"
    for file in modules(capability):
        assert re.search(r"^(?:async )?def test_", file.read_text("utf-8"), re.MULTILINE), file


def test_every_gap_is_a_requirement_with_a_reason() -> None:
    known = {f"{capability}: {name}" for capability, names in requirements().items() for name in names}
    assert {name: why for name, why in traces()["gaps"].items() if name not in known or not why} == {}


def test_every_test_module_of_the_command_line_is_named_by_a_capability() -> None:
    named = {file for capability in traces()["capabilities"] for file in modules(capability)}
    loose = {file.name for file in (ROOT / "tests" / "cli").glob("test_*.py")} - {file.name for file in named}
    assert not loose, f"name them below their capability in {TRACES}: {sorted(loose)}"
