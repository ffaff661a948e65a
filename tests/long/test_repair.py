"""Defects of wording in real trees, mended with the embedded model: how many, and how many wrong.

`GEOFLOW_LONG_PER_OPERATOR` (default 1, about twenty defects a tree) is how many defects an operator and half.
"""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CORPUS

pytestmark = [pytest.mark.long, pytest.mark.corpus, pytest.mark.model]
PER_OPERATOR = os.environ.get("GEOFLOW_LONG_PER_OPERATOR", "1")
TREES = ("Fission-AI+OpenSpec", "fraction12+openspec-studio", "dwmkerr+openspec-flow")
TABLE = Path(__file__).parents[2] / "build" / "corpus"
LEAST_REPAIRED, MOST_WRONG = 0.4, 0.1


def measured(name: str, folder: Path) -> dict[str, Any]:
    with tarfile.open(CORPUS / f"{name}.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    root = next(path.parent for path in folder.rglob("openspec") if path.is_dir())
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "geoflow",
            "bench",
            "repair",
            "--json",
            "--budget",
            "20m",
            "--per-operator",
            PER_OPERATOR,
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    TABLE.mkdir(parents=True, exist_ok=True)
    (TABLE / f"repair-{name}.json").write_text(json.dumps(found, indent=1))
    return found


@pytest.mark.timeout(4000)
def test_four_in_ten_defects_are_repaired_and_few_wrong(tmp_path: Path, embedded_environment: object) -> None:
    missing = [name for name in TREES if not (CORPUS / f"{name}.tar.gz").is_file()]
    if missing:
        pytest.skip(f"the corpus has no {missing[0]}")
    found = [measured(name, tmp_path / name) for name in TREES]
    assert all(one["made"] == len(one["mutants"]) for one in found)
    mendable = {name: sum(one["mendable"][name] for one in found) for name in found[0]["mendable"]}
    assert mendable["repaired"] >= LEAST_REPAIRED * sum(mendable.values()), mendable
    assert mendable["wrong"] <= MOST_WRONG * sum(mendable.values()), mendable
    # A figure that only somebody knows is never made up.
    answerable = {name: sum(one["answerable"][name] for one in found) for name in found[0]["answerable"]}
    assert answerable["wrong"] == 0, answerable
