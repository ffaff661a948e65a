"""geoflow's own specs hold what geoflow asks of others."""

import os
import subprocess
from pathlib import Path

import pytest

from geoflow.openspec import read_tree, validate
from geoflow.openspec.disk import load
from geoflow.quality.failure import describes_failure
from geoflow.quality.findings import find_all
from tests.conftest import NPM_OPENSPEC

ROOT = Path(__file__).parents[1]


def test_geoflow_finds_its_own_specs_valid_without_a_warning() -> None:
    reports = validate(load(str(ROOT)))
    assert len(reports) >= 11
    assert [issue for report in reports for issue in report.issues if not report.valid(strict=True)] == []


@pytest.mark.npm
def test_the_npm_cli_finds_geoflows_own_specs_valid_without_a_warning() -> None:
    assert NPM_OPENSPEC
    done = subprocess.run(
        [NPM_OPENSPEC, "validate", "--all", "--strict"],
        cwd=ROOT,
        env={**os.environ, "OPENSPEC_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_find_no_smell_in_geoflows_own_specs() -> None:
    files = load(str(ROOT))
    found = find_all(read_tree(files), validate(files), files)
    # A change may be done and not archived yet.
    assert [(one.path, one.line, one.message) for one in found if one.code != "GF308"] == []


def test_most_of_geoflows_own_requirements_say_what_happens_when_something_goes_wrong() -> None:
    requirements = [requirement for spec in read_tree(load(str(ROOT))).specs for requirement in spec.requirements]
    silent = [one.name for one in requirements if not any(map(describes_failure, one.scenarios))]
    assert len(silent) <= len(requirements) / 2, silent
