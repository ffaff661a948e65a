"""`geoflow propose --revise` as people and scripts use it, with servers that fail and a process that is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import git, make_repo
from tests.cli.changes import at_terminal
from tests.cli.contract import FAILURES, Failure
from tests.servers import model_server
from tests.workflow.revising import CHANGE, DELTA, FOLDER, SENTENCE, comment, files_of, tree

SWAP = "Say 30 seconds instead of 1 minute."
WORDS = "Send the level to the office."
KILLS = 12


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_repo(tmp_path / "gauge", tree())
    git(made, "config", "user.name", "Ada Example")
    git(made, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(made)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return made


def revise(*options: str) -> Result:
    result = CliRunner().invoke(app, ["propose", "--revise", CHANGE, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def document(*options: str) -> dict[str, Any]:
    found = json.loads(revise(*options, "--json").stdout)
    assert isinstance(found, dict)
    return found


def test_a_person_comments_and_the_change_says_what_they_wanted(root: Path) -> None:
    at_terminal("review", CHANGE, "--comment", SWAP)
    shown = at_terminal("propose", "--revise", CHANGE)
    assert "- … send the water level within 1 minute after" in shown or "1 minute after it was measured" in shown
    assert "30 seconds after it was measured" in shown
    assert "1 edited, 0 asked, 0 settled, 0 open" in shown
    assert f"written; {CHANGE}: in review; next: person" in shown
    assert "1 minute" not in (root / DELTA).read_text()


def test_a_comment_in_a_script_counts_as_an_agents_and_gives_no_figure(root: Path) -> None:
    CliRunner().invoke(app, ["review", CHANGE, "--comment", SWAP])
    before = (root / DELTA).read_text()
    result = revise()
    assert result.exit_code == 1
    assert (root / DELTA).read_text() == before


def test_the_json_names_every_finding_with_its_edit(root: Path) -> None:
    finding = comment(root, SWAP)
    found = document()
    assert (found["schema"], found["change"], found["written"]) == ("geoflow.revise/1", CHANGE, True)
    [one] = found["handled"]
    assert (one["id"], one["outcome"], one["source"]) == (finding, "edited", "person")
    assert [edit["path"] for edit in one["edits"]] == [DELTA, DELTA]
    assert {"path", "text"} == set(found["documents"][0])


def test_a_dry_run_says_that_nothing_was_written(root: Path) -> None:
    comment(root, SWAP)
    before = files_of(root)
    result = revise("--dry-run")
    assert "Nothing was written (--dry-run)." in result.stdout
    assert files_of(root) == before


def test_nothing_to_do_is_said_and_is_no_failure(root: Path) -> None:
    result = revise()
    assert (result.exit_code, result.stdout) == (0, f"{CHANGE} has no open finding and no answer that is not in it.\n")
    assert files_of(root) == tree()


def test_hostile_words_reach_no_terminal_as_they_are(root: Path) -> None:
    comment(root, "Say \x1b[31m30 seconds\x1b[0m [bold]instead[/bold] of it.")
    assert "\x1b" not in revise().stdout


@pytest.mark.timeout(60)
@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: one.does)
def test_a_failing_server_leaves_what_code_has_mended(
    root: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    swap, words = comment(root, SWAP), comment(root, WORDS, by="Ben", quote="send the water level")
    with model_server(always=failure.script()) as server:
        for name, value in {"BASE_URL": server.base_url, **failure.settings}.items():
            monkeypatch.setenv(f"GEOFLOW_LLM__{name}", value)
        found = document()
    outcomes = {one["id"]: one["outcome"] for one in found["handled"]}
    assert outcomes == {swap: "edited", words: "open"}
    assert all(one["why"] for one in found["handled"] if one["outcome"] == "open")
    assert SENTENCE.replace("1 minute", "30 seconds") in (root / DELTA).read_text()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("failure", FAILURES[::6], ids=lambda one: one.does)
def test_a_failing_server_is_the_answer_where_nothing_was_mended(
    root: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    comment(root, WORDS, quote="send the water level")
    before = files_of(root)
    with model_server(always=failure.script()) as server:
        for name, value in {"BASE_URL": server.base_url, **failure.settings}.items():
            monkeypatch.setenv(f"GEOFLOW_LLM__{name}", value)
        result = revise("--json")
    found = json.loads(result.stdout)
    assert files_of(root) == before
    if failure.kind == "server":
        assert (result.exit_code, found["code"]) == (3, failure.code)
    else:
        assert (result.exit_code, found["handled"][0]["outcome"]) == (1, "open")


def test_killed_at_any_moment_the_documents_are_the_old_or_the_new(root: Path) -> None:
    comment(root, SWAP)
    before = files_of(root)
    seconds = _killed(root, None)
    after = _documents(root)
    found = set()
    for count in range(KILLS):
        _restore(root, before)
        _killed(root, seconds * (0.55 + 0.5 * count / KILLS))
        now = _documents(root)
        found.add(now == after)
        assert now in (after, {path: text for path, text in before.items() if "/reviews/" not in path})
        # A response is there exactly where its documents are.
        responses = [path for path in files_of(root) if "/reviews/" in path]
        assert len(responses) == 1 + (now == after)
    assert found


def _documents(root: Path) -> dict[str, str]:
    return {path: text for path, text in files_of(root).items() if "/reviews/" not in path}


def _restore(root: Path, before: dict[str, str]) -> None:
    for path in files_of(root):
        if path not in before:
            (root / path).unlink()
    for path, text in before.items():
        (root / path).write_text(text)


def _killed(root: Path, seconds: float | None) -> float:
    begun = time.monotonic()
    command = [sys.executable, "-m", "geoflow", "propose", "--revise", CHANGE]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        if seconds is None:
            assert process.wait() == 0
        else:
            time.sleep(seconds)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return time.monotonic() - begun


def test_the_change_of_a_revision_is_what_git_shows(root: Path) -> None:
    comment(root, SWAP)
    revise()
    assert git(root, "diff", "--name-only").splitlines() == [f"{FOLDER}/proposal.md", DELTA, f"{FOLDER}/tasks.md"]
