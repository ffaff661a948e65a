"""The wheel holds everything, and the commands that hooks call load nothing heavy."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from geoflow import __version__
from geoflow.resources import templates_folder
from tests.builders import make_repo, requirement, spec

ROOT = Path(__file__).parents[1]
HEAVY = ("openai", "mcp", "typer", "rich", "git", "jinja2", "pydantic", "psutil", "snowballstemmer")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(ROOT))
    [built] = folder.glob("geoflow-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    _pip("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def _python(code: str, *path: Path, cwd: Path) -> str:
    """Run Python without the checkout on its path: what is imported comes from `path` and the installed packages."""
    search = os.pathsep.join(map(str, path))
    command = [sys.executable, "-P", "-c", f"import sys; sys.path[:0] = {search!r}.split({os.pathsep!r})\n{code}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd).stdout


def test_the_wheel_holds_every_template_and_the_manifest_of_models(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    folder = templates_folder()
    templates = {f"geoflow/_templates/{file.relative_to(folder).as_posix()}" for file in _files(folder)}
    assert templates <= packed
    assert {"geoflow/adapters/model_manifest.json", "geoflow/py.typed"} <= packed


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_wheel_holds_neither_tests_nor_specs(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"geoflow", f"geoflow-{__version__}.dist-info"}


def test_an_installed_wheel_answers_and_finds_its_templates(installed: Path, tmp_path: Path) -> None:
    code = "from geoflow.__main__ import answer_quickly; from geoflow import resources; import geoflow\n"
    shown = _python(
        code + "answer_quickly(['--version']); print(geoflow.__file__); print(resources.templates_folder())",
        installed,
        cwd=tmp_path,
    ).splitlines()
    assert shown[0] == f"geoflow {__version__}"
    assert Path(shown[1]) == installed / "geoflow" / "__init__.py"
    assert Path(shown[2]) == installed / "geoflow" / "_templates"
    assert (installed / "geoflow" / "_templates" / "demo" / "openspec" / "config.yaml").is_file()


def test_an_installed_wheel_runs_the_whole_command_line(installed: Path, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"openspec/specs/auth/spec.md": spec(requirement("Login", "It SHALL work."))})
    code = "sys.argv = ['geoflow', 'review', '--rules-only', '--json', '--roles=testing']\nfrom geoflow.__main__ import main\nmain()"
    document = json.loads(_python(code, installed, cwd=repo))
    assert [finding["code"] for finding in document["findings"]] == ["GF207"]


@pytest.mark.parametrize("arguments", [["--version"], ["validate", "--all"], ["validate", "auth", "--json"]])
def test_what_hooks_call_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    repo = make_repo(
        tmp_path / "repo", {"openspec/specs/auth/spec.md": spec(requirement("Login", "The gate SHALL open."))}
    )
    code = (
        f"from geoflow.__main__ import answer_quickly\nassert answer_quickly({arguments!r}) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}"], cwd=repo, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "[]"
    assert done.returncode == 0
    assert done.stdout


def test_a_review_by_rule_loads_neither_typer_nor_rich(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"openspec/specs/auth/spec.md": spec(requirement("Login", "It SHALL work."))})
    arguments = ["review", "--rules-only", "--staged", "--format", "github"]
    unwanted = ("openai", "mcp", "typer", "rich", "pydantic", "snowballstemmer")
    code = (
        f"from geoflow.__main__ import answer_quickly\nassert answer_quickly({arguments!r}) == 0\n"
        f"print([name for name in {unwanted!r} if name in sys.modules])"
    )
    assert _python(code, ROOT, cwd=repo).splitlines()[-1] == "[]"


def test_a_review_of_main_specs_by_rule_loads_what_it_needs_alone(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"openspec/specs/auth/spec.md": spec(requirement("Login", "It SHALL work."))})
    unwanted = ("git", "sqlite3", "ruamel.yaml", "subprocess", "jinja2")
    code = (
        "from geoflow.__main__ import answer_quickly\nassert answer_quickly(['review', '--rules-only']) == 0\n"
        f"print([name for name in {unwanted!r} if name in sys.modules])"
    )
    assert _python(code, ROOT, cwd=repo).splitlines()[-1] == "[]"


def test_a_plain_validation_compiles_no_rule_of_wording(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"openspec/specs/auth/spec.md": spec(requirement("Login", "It SHALL work."))})
    code = (
        "from geoflow.__main__ import answer_quickly\nassert answer_quickly(['validate', '--all']) == 0\n"
        "print([name for name in sys.modules if name.startswith('geoflow.quality')])"
    )
    assert _python(code, ROOT, cwd=repo).splitlines()[-1] == "[]"


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    code = f"import geoflow, geoflow.__main__; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert _python(code, ROOT, cwd=tmp_path).strip() == "[]"
