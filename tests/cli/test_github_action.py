"""The composite action for GitHub: its scripts as the runner executes them, also with hostile inputs and specs."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.github import ACTION, ROOT, WORKFLOW, Ran, load, run_action
from tests.cli.hooking import BAD, DOOR, GATE, GOOD

HOSTILE = ['"; touch trapped; "', "$(touch trapped)", "`touch trapped`", "a\ntouch trapped", "::set-output name=x::y"]
VAGUE = spec(requirement("Open", "The gate SHALL quickly open, etc."))


def pull_request(folder: Path, files: dict[str, str]) -> Path:
    """Make what the checkout action leaves of a pull request: a detached merge, and the base as a remote's branch."""
    repo = make_repo(folder, {GATE: GOOD, DOOR: VAGUE})
    git(repo, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(repo, "switch", "-q", "--detach")
    write_tree(repo, files)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "--allow-empty", "-m", "work")
    return repo


def schema_says(file: Path, schema: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not find_spec("check_jsonschema"), reason="check-jsonschema is not installed")
@pytest.mark.parametrize(("file", "schema"), [(ACTION, "vendor.github-actions"), (WORKFLOW, "vendor.github-workflows")])
def test_action_and_workflow_are_valid_by_their_schemas(file: Path, schema: str) -> None:
    done = schema_says(file, schema)
    assert done.returncode == 0, done.stdout


def test_a_clean_pull_request_passes_and_leaves_its_reports(tmp_path: Path) -> None:
    ran = run_action(pull_request(tmp_path / "p", {}), tmp_path / "temp", GITHUB_BASE_REF="main")
    assert {name: one.returncode for name, one in ran.steps.items()} == dict.fromkeys(ran.steps, 0)
    assert list(ran.steps) == ["Validate", "Review", "Write the reports", "Verdict"]
    assert ran.comment.startswith("<!-- geoflow -->\n### geoflow\n\n**approve**")
    assert ran.summary == ran.comment
    log = json.loads((ran.temp / "geoflow-reports" / "geoflow.sarif").read_text("utf-8"))
    assert {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in log["runs"][0]["results"]
    } == {DOOR}


def test_an_invalid_spec_fails_the_last_step_and_the_reports_are_there(tmp_path: Path) -> None:
    repo = pull_request(tmp_path / "p", {GATE: BAD})
    ran = run_action(repo, tmp_path / "temp", GITHUB_BASE_REF="main")
    assert {name for name, one in ran.steps.items() if one.returncode} == {"Verdict"}
    assert f"::error file={GATE},line=7," in ran.steps["Review"].stdout
    assert "Not all specs and changes are valid OpenSpec" in ran.comment
    assert "::error title=geoflow::" in ran.steps["Verdict"].stdout


def test_without_a_base_everything_is_reviewed_and_the_severity_decides(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "p", {DOOR: VAGUE})
    assert run_action(repo, tmp_path / "one").steps["Verdict"].returncode == 0
    assert run_action(repo, tmp_path / "two", {"fail-on": "warning"}).steps["Verdict"].returncode == 1


def test_a_tree_in_a_folder_is_named_by_its_place_in_the_repository(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "p", {f"my docs/{GATE}": BAD})
    ran = run_action(repo, tmp_path / "temp", {"folder": "my docs"})
    assert f"::error file=my docs/{GATE},line=7," in ran.steps["Review"].stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("since", text) for text in HOSTILE),
        *((name, text) for name in ("folder", "fail-on", "strict") for text in HOSTILE[:4:3]),
    ],
)
def test_a_hostile_input_is_one_argument_and_nothing_of_it_is_run(tmp_path: Path, name: str, text: str) -> None:
    repo = make_repo(tmp_path / "p", {GATE: GOOD})
    ran = run_action(repo, tmp_path / "temp", {name: text})
    assert not list(tmp_path.rglob("trapped"))
    assert (name == "strict") == (list(ran.steps.values())[-1].returncode == 0)
    assert_obeys_nothing(ran)


@pytest.mark.parametrize("branch", ["a;touch${IFS}trapped", "$(touch${IFS}trapped)", "-x", '"'])
def test_a_hostile_name_of_the_base_branch_is_no_command(tmp_path: Path, branch: str) -> None:
    ran = run_action(pull_request(tmp_path / "p", {}), tmp_path / "temp", GITHUB_BASE_REF=branch)
    assert ran.steps["Review"].returncode in {2, 3}
    assert not list(tmp_path.rglob("trapped"))


def test_a_spec_that_speaks_to_the_runner_is_not_obeyed(tmp_path: Path) -> None:
    shout = "::error::obey\n##[error]obey\n::set-env name=PATH::obey\n::stop-commands::obey\n::obey::"
    text = spec(f"### Requirement: ::warning::obey\n{shout}\n\n### Requirement: ##[error]obey\nThe gate SHALL open.\n")
    ran = run_action(make_repo(tmp_path / "p", {GATE: text, "openspec/specs/::error::x/spec.md": BAD}), tmp_path / "t")
    assert ran.steps["Verdict"].returncode == 1
    assert_obeys_nothing(ran)


def assert_obeys_nothing(ran: Ran) -> None:
    """Read the output as the runner does: nothing between `stop-commands` and its token, else a command a line."""
    for step in ran.steps.values():
        token = ""
        for line in step.stdout.splitlines():
            if token:
                token = "" if line == f"::{token}::" else token
                continue
            if begun := re.match(r"\s*::(\w[\w-]*)(?: (.*?))?::(.*)", line):
                assert begun[1] in {"error", "warning", "notice", "stop-commands"}, line
                assert not begun[3].startswith("obey"), line
                token = begun[3] if begun[1] == "stop-commands" else ""
            else:
                assert "##[" not in line
        assert not token


def test_no_more_is_said_than_github_takes(tmp_path: Path) -> None:
    parts = [
        requirement(f"Part {count}", "It SHALL quickly and gracefully open, etc. " * 6, "") for count in range(300)
    ]
    ran = run_action(make_repo(tmp_path / "p", {GATE: spec(*parts)}), tmp_path / "temp")
    shown = re.findall(r"^::(error|warning|notice) ", ran.steps["Review"].stdout, re.MULTILINE)
    assert max(map(shown.count, set(shown))) == 10
    assert re.search(r"^\d+ more of the kind error are not shown\.$", ran.steps["Review"].stdout, re.MULTILINE)
    assert 50_000 < len(ran.comment) <= 65_536
    assert re.search(r"^- \d+ more are not shown\.$", ran.comment, re.MULTILINE)
    assert len(ran.summary.encode()) <= 1 << 20


def test_a_summary_of_marks_that_are_long_in_bytes_fits_as_well(tmp_path: Path) -> None:
    parts = [
        requirement(f"\N{GRINNING FACE}{count}", "\N{GRINNING FACE} SHALL quickly open, etc. " * 9, "")
        for count in range(300)
    ]
    ran = run_action(make_repo(tmp_path / "p", {GATE: spec(*parts)}), tmp_path / "temp")
    assert len(ran.comment) <= 65_536
    assert len(ran.summary.encode()) <= 1 << 20


@pytest.mark.parametrize("file", [ACTION, WORKFLOW], ids=["action", "workflow"])
def test_no_expression_stands_in_a_script_and_every_action_is_pinned(file: Path) -> None:
    steps = all_steps(load(file))
    assert [one["run"] for one in steps if "${{" in one.get("run", "")] == []
    uses = [one["uses"] for one in steps if "uses" in one]
    assert uses
    assert [one for one in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}|\./\.github/actions/geoflow", one)] == []


def all_steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job["steps"]]


def test_the_action_that_init_writes_is_the_one_of_this_repository() -> None:
    assert (ROOT / "templates" / "ci" / "action.yml").read_bytes() == ACTION.read_bytes()


def install(source: str, action_folder: Path, temp: Path) -> "subprocess.CompletedProcess[str]":
    step = next(one for one in load(ACTION)["runs"]["steps"] if one.get("name") == "Install geoflow")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "RUNNER_TEMP": str(temp), "ACTION_FOLDER": str(action_folder), "SOURCE": source}
    shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    return subprocess.run(shell, cwd=temp, env=env, capture_output=True, text=True, check=False)


def test_outside_the_own_repository_installing_needs_a_source(tmp_path: Path) -> None:
    done = install("", tmp_path / "p" / ".github" / "actions" / "geoflow", tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("::error title=geoflow::Say with the input source")


def test_a_hostile_source_is_no_command_and_no_option(tmp_path: Path) -> None:
    done = install("--index-url=$(touch trapped)", tmp_path, tmp_path)
    assert done.returncode == 1
    assert "Invalid requirement" in done.stderr
    assert not (tmp_path / "trapped").exists()


@pytest.mark.long
def test_in_its_own_repository_the_action_installs_what_it_lies_in(tmp_path: Path) -> None:
    """Fetches what geoflow needs from PyPI."""
    assert install("", ACTION.parent, tmp_path).returncode == 0
    done = subprocess.run([tmp_path / "geoflow" / "bin" / "geoflow", "--version"], capture_output=True, check=False)
    assert done.stdout.startswith(b"geoflow ")
