"""What a run tried: every candidate with its gate vector, its prompt and what it took."""

import json
import subprocess
from pathlib import Path

import pytest

from geoflow.adapters.git_objects import write_blob
from geoflow.adapters.git_process import GitProcess
from tests.builders import git, make_repo, requirement, spec
from tests.cli.improving import improve
from tests.servers import model_server

PATH = "openspec/specs/example/spec.md"
VAGUE = requirement("Reading", "The reader SHALL gracefully stop within 10 s.")
LOWER = requirement("Writing", "The writer SHALL keep the file. A reader must wait.")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one run: an edit of form, a refused span, a kept sentence."""
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE, LOWER)})
    monkeypatch.chdir(root)
    bad = {"old_span": "within 10 s", "new_span": "soon"}
    with model_server(bad, {"sentence": "The reader SHALL stop within 10 s."}) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        assert improve("--json").exit_code == 0
    return root


def the_run(root: Path) -> str:
    return git(root, "for-each-ref", "--format=%(refname:lstrip=3)", "refs/geoflow/runs/")


def test_each_candidate_has_its_checks_its_prompt_and_its_own_cost(root: Path) -> None:
    document = json.loads(improve("--explain", the_run(root), "--json").stdout)
    assert document["schema"] == "geoflow.candidates/1"
    refused, kept, form = document["candidates"]
    assert [(one["prompt"], one["refused_by"], one["kept"]) for one in (refused, kept, form)] == [
        ("improve.span/1", "numbers-kept", False),
        ("improve.reword/1", "", True),
        ("", "", True),
    ]
    assert [one["cost"]["calls"] for one in (refused, kept, form)] == [1, 1, 0]
    assert 0 < len(refused["passed"]) < len(kept["passed"]) == 22
    assert refused["passed"] == kept["passed"][: len(refused["passed"])]
    for one in (refused, kept):
        assert one["cost"]["prompt_tokens"] > 0
        assert one["cost"]["completion_tokens"] > 0
        assert one["cost"]["seconds"] > 0


def test_the_costs_of_the_candidates_add_up_to_that_of_the_run(root: Path) -> None:
    record = json.loads(git(root, "show", f"refs/geoflow/runs/{the_run(root)}:run.json"))
    parts = [one["cost"] for one in (*record["edits"], *record["refused"])]
    for name in ("calls", "prompt_tokens", "completion_tokens"):
        assert sum(part[name] for part in parts) == record["cost"][name]


def test_people_read_it_in_a_narrow_window(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = " ".join(improve("--explain", the_run(root)).stdout.split())
    assert "refused by numbers-kept GF201" in shown
    assert "loses the number “10s”" in shown
    assert "by reword, prompt improve.reword/1; 1 call, " in shown
    assert "by template:capitals; 0 calls, 0 + 0 tokens" in shown


def test_an_unknown_run_and_two_runs_are_usage_errors(root: Path) -> None:
    for words, code in ((("--explain", "nothing"), "unknown-run"), (("--explain", "a", "b"), "usage")):
        result = improve(*words, "--json")
        assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, code)


def test_a_record_of_an_earlier_version_or_of_a_stranger_is_shown_as_far_as_it_can_be(root: Path) -> None:
    ref = f"refs/geoflow/runs/{the_run(root)}"
    record = json.loads(git(root, "show", f"{ref}:run.json"))
    for one in (*record["edits"], *record["refused"]):
        del one["cost"]
    record["refused"][0] |= {"prompt": 7, "reason": "\x1b[31mred", "checks": "all", "cost": {"calls": "many"}}
    blob = write_blob(GitProcess(root), json.dumps(record).encode())
    tree = subprocess.run(
        ["git", "mktree"], cwd=root, input=f"100644 blob {blob}\trun.json\n", capture_output=True, text=True, check=True
    ).stdout.strip()
    git(root, "update-ref", ref, git(root, "commit-tree", tree, "-p", "HEAD", "-m", "run"))
    result = improve("--explain", the_run(root))
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "0 calls, 0 + 0 tokens" in result.stdout
