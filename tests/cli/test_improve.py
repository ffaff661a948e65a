"""`geoflow improve` as a process: real server, real repositories in every state, bad input, sudden death."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from geoflow.cli.improve_text import changed_part
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.servers import drop, html, http_error, model_server

PATH = "openspec/specs/example/spec.md"
VAGUE = requirement("Reading", "The reader SHALL gracefully stop within 10 s.")
LOWER = requirement("Writing", "The writer SHALL keep the file. A reader must wait.")
GOOD_SPAN = {"old_span": "gracefully stop", "new_span": "stop"}


def geoflow(root: Path, *arguments: str, base_url: str = "none") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geoflow", *arguments],
        cwd=root,
        env=os.environ | {"GEOFLOW_LLM__BASE_URL": base_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def check_failure(done: subprocess.CompletedProcess[str], exit_code: int, code: str) -> None:
    """Check an expected failure: its exit code, one JSON document with a fix, and no traceback."""
    document = json.loads(done.stdout)
    assert (done.returncode, document["schema"], document["code"]) == (exit_code, "geoflow.error/1", code)
    assert document["message"]
    assert document["fix"]
    assert "Traceback" not in done.stderr


def test_the_report_names_finding_checks_refusals_and_figures(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE, LOWER)})
    bad = {"old_span": "within 10 s", "new_span": "soon"}
    with model_server(bad, {"sentence": "The reader SHALL stop within 10 s."}) as server:
        done = geoflow(root, "improve", base_url=server.base_url)
    assert done.returncode == 0, done.stderr
    assert "model: scripted-7b (lm-studio)" in done.stderr
    for expected in (
        "kept  openspec/specs/example/spec.md:8",
        "GF201 “gracefully” judges instead of saying what happens",
        "by reword, prompt improve.reword/1",
        "by template:capitals",
        "Each passed all 22 checks of the gate: changes-something,",
        "Refused by the gate",
        "numbers-kept: loses the number “10s”",
        "2 kept, 1 refused; 2 model calls",
        "git merge geoflow/improve/",
    ):
        assert expected in " ".join(done.stdout.split()) or expected in done.stdout, done.stdout
    assert "smells" in done.stdout


def test_the_json_of_a_run_has_the_promised_fields(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE, LOWER)})
    with model_server(GOOD_SPAN) as server:
        document: dict[str, Any] = json.loads(geoflow(root, "improve", "--json", base_url=server.base_url).stdout)
    assert document["schema"] == "geoflow.improve/1"
    assert {"run", "branch", "edits", "refused", "questions", "before", "after", "cost"} <= set(document)
    for edit in document["edits"]:
        assert {"finding", "path", "requirement", "old", "new", "strategy", "licences", "checks", "commit"} <= set(edit)
        assert len(edit["checks"]) == 22
        assert git(root, "cat-file", "-t", edit["commit"]) == "commit"


def test_control_characters_of_a_spec_never_reach_the_terminal(tmp_path: Path) -> None:
    body = "The reader SHALL be able to \x1b]0;owned\x07stop. \x1b[31mA reader must wait."
    root = make_repo(tmp_path / "r", {PATH: spec(requirement("Rea\x1b[2Jding", body))})
    done = geoflow(root, "improve")
    assert "\x1b" not in done.stdout + done.stderr
    assert "\x07" not in done.stdout + done.stderr


def test_an_unborn_branch_is_an_error_with_a_fix(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(LOWER)}, commit=False)
    check_failure(geoflow(root, "improve", "--json"), 3, "unborn-branch")


def test_no_repository_is_an_error_with_a_fix(tmp_path: Path) -> None:
    check_failure(geoflow(write_tree(tmp_path / "r", {PATH: spec(LOWER)}), "improve", "--json"), 3, "not-a-repository")


def test_no_openspec_folder_is_an_error_with_a_fix(tmp_path: Path) -> None:
    check_failure(geoflow(make_repo(tmp_path / "r", {"a.txt": "x"}), "improve", "--json"), 3, "no-openspec")


def test_an_openspec_folder_that_was_never_committed_has_nothing_to_improve(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {"a.txt": "x"})
    write_tree(root, {PATH: spec(LOWER)})
    done = geoflow(root, "improve")
    assert done.returncode == 0
    assert "1 uncommitted file" in done.stderr
    assert "Nothing to improve" in done.stdout


def test_an_unreadable_budget_is_a_usage_error(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(LOWER)})
    check_failure(geoflow(root, "improve", "--json", "--budget", "lots"), 2, "budget-unreadable")


def test_a_detached_head_and_a_linked_worktree_are_improved_like_a_branch(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(LOWER)})
    git(root, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    done = geoflow(tmp_path / "linked", "improve", "--json")
    branch = json.loads(done.stdout)["branch"]
    assert "A reader MUST wait." in git(root, "show", f"{branch}:{PATH}")
    assert git(tmp_path / "linked", "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff" * 1000,
        b"\xff\xfe" + spec(LOWER).encode("utf-16-le"),
        b"#" * 10_000_000,
        b"\n" * 100_000,
    ],
    ids=["empty", "binary", "utf16", "huge-line", "blank"],
)
def test_a_spec_that_is_no_spec_stops_nothing(tmp_path: Path, content: bytes) -> None:
    root = make_repo(tmp_path / "r", {"openspec/specs/bad/spec.md": content, PATH: spec(LOWER)})
    done = geoflow(root, "improve", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert {edit["path"] for edit in document["edits"]} == {PATH}
    assert git(root, "diff", "--name-only", "main", document["branch"]) == PATH


def test_a_huge_spec_is_left_with_its_reason(tmp_path: Path) -> None:
    many = spec(*(LOWER.replace("Writing", f"Writing {number}") for number in range(8000)))
    root = make_repo(tmp_path / "r", {"openspec/specs/huge/spec.md": many, PATH: spec(LOWER)})
    document = json.loads(geoflow(root, "improve", "--json").stdout)
    assert {edit["path"] for edit in document["edits"]} == {PATH}
    reasons = {left["why"] for left in document["left"]}
    assert reasons - {"needs an answer from someone who knows"} == {"the file has more than 1,000,000 characters"}


@pytest.mark.parametrize(
    "reply",
    [html(), drop(), http_error(500, {"error": "crash"}), "not json", {"wrong": "form"}, ""],
    ids=["html", "drop", "500", "text", "wrong-form", "empty"],
)
def test_a_server_that_answers_garbage_costs_no_edit_of_form(tmp_path: Path, reply: Any) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE, LOWER)})
    with model_server(always=reply) as server:
        done = geoflow(root, "improve", "--json", base_url=server.base_url)
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [edit["finding"]["code"] for edit in document["edits"]] == ["GF101"]
    assert document["refused"] or document["notes"]
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_leaves_the_edits_of_form(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE, LOWER)})
    done = geoflow(root, "improve", "--json", base_url="http://127.0.0.1:9/v1")
    assert "note: " in done.stderr
    assert [edit["finding"]["code"] for edit in json.loads(done.stdout)["edits"]] == ["GF101"]


def test_killed_at_any_moment_nothing_of_the_user_has_changed(tmp_path: Path) -> None:
    many = spec(*(LOWER.replace("Writing", f"Writing {number}") for number in range(60)))
    root = make_repo(tmp_path / "r", {PATH: many})
    before = [git(root, *ask) for ask in (["rev-parse", "main"], ["status", "--porcelain"], ["ls-files", "-s"])]
    dice = random.Random(5)
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-m", "geoflow", "improve"],
            cwd=root,
            env=os.environ | {"GEOFLOW_LLM__BASE_URL": "none"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(dice.uniform(0.2, 1.6))
        child.send_signal(signal.SIGKILL)
        child.wait()
        asks = (["rev-parse", "main"], ["status", "--porcelain"], ["ls-files", "-s"])
        assert [git(root, *ask) for ask in asks] == before
        git(root, "fsck", "--no-dangling")
    for waiting in git(root, "branch", "--list", "geoflow/*", "--format=%(refname:short)").splitlines():
        git(root, "branch", "-qD", waiting)  # of a run that was killed when all was done: its requirements would wait
    done = geoflow(root, "improve", "--json")
    assert len(json.loads(done.stdout)["edits"]) == 60


def test_ctrl_c_delivers_what_was_kept_so_far_and_ends_with_130(tmp_path: Path) -> None:
    from tests.servers import hang

    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE, LOWER)})
    with model_server(always=hang()) as server:
        child = subprocess.Popen(
            [sys.executable, "-m", "geoflow", "improve"],
            cwd=root,
            env=os.environ | {"GEOFLOW_LLM__BASE_URL": server.base_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Stopped by Ctrl-C." in stdout
    assert "Traceback" not in stderr
    branch = git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/geoflow")
    assert branch in stdout
    assert git(root, "rev-list", "--count", f"main..{branch}") == "1"


def test_a_change_is_shown_with_a_few_words_around_it() -> None:
    old = "word " * 30 + "old here " + "tail " * 30
    before, after = changed_part(old, old.replace("old", "new"))
    assert before.startswith("… ")
    assert before.endswith(" …")
    assert "old here" in before
    assert "new here" in after
    assert len(before) < 120
