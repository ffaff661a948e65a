"""What is to be typed for an extra: packages by name, never `geoflow` from PyPI, which is another project."""

import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from geoflow.adapters.dask_errors import not_installed
from geoflow.adapters.extras import _installer, install_line
from tests.builders import write_tree

NEEDS = """Metadata-Version: 2.4
Name: geoflow
Version: 9
Requires-Dist: rich<16,>=15
Requires-Dist: Engine_X[gpu]==1.2; extra == 'local'
Requires-Dist: tiny>=3; sys_platform != 'plan9' and extra == 'local'
Requires-Dist: other; sys_platform == 'plan9' and extra == 'local'
Requires-Dist: gepa<0.2,>=0.1.4; extra == 'evolve'
Provides-Extra: local
Provides-Extra: evolve
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A geoflow that was installed with other needs than this one."""
    write_tree(tmp_path, {"geoflow-9.dist-info/METADATA": NEEDS})
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def test_the_line_names_what_the_extra_needs_on_this_system(installed: Path) -> None:
    assert install_line("local") == 'pip install "Engine_X[gpu]==1.2" "tiny>=3"'
    assert install_line("evolve") == 'pip install "gepa<0.2,>=0.1.4"'


@pytest.mark.parametrize("extra", ["local", "dask", "evolve"])
def test_no_line_of_this_geoflow_can_install_another_project(extra: str) -> None:
    words = [word.strip('"') for word in install_line(extra).split(" (")[0].split() if word.startswith('"')]
    assert words
    assert "geoflow" not in [Requirement(word).name for word in words if not word.startswith(".[")]


def test_an_extra_that_the_metadata_does_not_know_is_taken_from_a_clone(installed: Path) -> None:
    assert install_line("dask") == 'pip install ".[dask]" (in a clone of geoflow)'


def test_without_metadata_it_is_taken_from_a_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    assert install_line("local") == 'pip install ".[local]" (in a clone of geoflow)'


def test_metadata_that_nobody_can_read_is_as_good_as_none(installed: Path) -> None:
    write_tree(installed, {"geoflow-9.dist-info/METADATA": NEEDS + "Requires-Dist: <<<; extra == 'local'\n"})
    assert install_line("local") == 'pip install ".[local]" (in a clone of geoflow)'


def test_an_environment_of_pipx_is_reached_by_pipx(installed: Path) -> None:
    write_tree(installed, {"pipx_metadata.json": "{}"})
    assert install_line("evolve") == f'pipx inject {installed.name} "gepa<0.2,>=0.1.4"'


def test_an_environment_of_uv_which_has_no_pip_is_reached_by_uv(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pyvenv.cfg": "home = /usr/bin\nuv = 0.9.1\nversion_info = 3.11\n"})
    assert _installer(tmp_path) == f'uv pip install --python "{tmp_path}"'
    write_tree(tmp_path, {"pyvenv.cfg": "home = /uv/bin\nprompt = uv\n"})
    assert _installer(tmp_path) == "pip install"


def test_a_failure_says_the_line() -> None:
    assert not_installed().fix == f"Type: {install_line('dask')}"
