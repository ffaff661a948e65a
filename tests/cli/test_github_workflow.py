"""The workflow that `geoflow init --ci` writes: who may do what, and its scripts with a `gh` that only notes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.ci_files import ACTION, WORKFLOW, source_of
from tests.builders import git, make_repo, requirement, spec
from tests.cli.github import WORKFLOW as TEMPLATE
from tests.cli.github import Ran, load, run_steps
from tests.cli.hooking import GATE, GOOD, held, type_

MENDABLE = spec(requirement("Open", "The gate should open."))
MAY_WRITE = {"code-scanning": "security-events", "comment": "pull-requests"}


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = load(TEMPLATE)["jobs"]
    return found


def test_what_reads_a_pull_request_may_read_the_code_and_nothing_else() -> None:
    assert load(TEMPLATE)["permissions"] == {}
    readers = {
        name: job for name, job in jobs().items() if any("checkout" in one.get("uses", "") for one in job["steps"])
    }
    assert set(readers) == {"review", "improve"}
    assert readers["review"]["permissions"] == {"contents": "read"}
    assert readers["review"]["steps"][0]["with"]["persist-credentials"] is False


def test_what_may_write_sees_no_pull_request_or_no_code() -> None:
    for name, permission in MAY_WRITE.items():
        assert jobs()[name]["permissions"] == {permission: "write"}
        assert all("head.repo.full_name == github.repository" in jobs()[name]["if"] for name in MAY_WRITE)
        assert not any(
            "checkout" in one.get("uses", "") or "./" in one.get("uses", "") for one in jobs()[name]["steps"]
        )
    improve = jobs()["improve"]
    assert improve["if"] == "github.event_name != 'pull_request'"
    assert improve["steps"][0]["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert not any(one.get("uses", "").startswith("./") for one in improve["steps"])


def test_every_job_ends_by_itself() -> None:
    assert all(job["timeout-minutes"] <= 60 for job in jobs().values())


def noting_gh(folder: Path, answer: str = "") -> str:
    """Make a `gh` that notes its arguments and answers the list of comments; a PATH that begins with it."""
    folder.mkdir(parents=True)
    (folder / "gh").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{folder}/asked"\ncase $* in *--jq*) printf "{answer}";; esac\n'
    )
    (folder / "gh").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def run_job(name: str, folder: Path, temp: Path, path: str) -> Ran:
    values = {
        "github.token": "secret",
        "github.repository": "team/project",
        "github.event.pull_request.number": "7",
        "github.event.repository.default_branch": "main",
    }
    steps = [one for one in jobs()[name]["steps"] if "env" in one]
    temp.mkdir()
    return run_steps(steps, folder, temp, values, PATH=path, GEOFLOW_FOLDER=".")


@pytest.mark.parametrize(
    ("before", "call"),
    [("", "POST repos/team/project/issues/7/comments"), ("41\\n42\\n", "PATCH repos/team/project/issues/comments/41")],
)
def test_a_comment_is_written_once_and_then_replaced(tmp_path: Path, before: str, call: str) -> None:
    path = noting_gh(tmp_path / "bin", before)
    ran = run_job("comment", tmp_path, tmp_path / "temp", path)
    assert [one.returncode for one in ran.steps.values()] == [0]
    last = (tmp_path / "bin" / "asked").read_text().splitlines()[-1]
    assert last == f"api --silent --method {call} --field body=@reports/comment.md"


def scheduled(tmp_path: Path, text: str) -> tuple[Path, Ran]:
    repo = make_repo(tmp_path / "p", {GATE: text})
    git(repo, "init", "-q", "--bare", str(tmp_path / "far.git"))
    git(repo, "remote", "add", "origin", str(tmp_path / "far.git"))
    git(repo, "push", "-q", "origin", "main")
    return tmp_path / "far.git", run_job("improve", repo, tmp_path / "temp", noting_gh(tmp_path / "bin"))


def test_an_improvement_is_pushed_and_opened_as_a_pull_request(tmp_path: Path) -> None:
    far, ran = scheduled(tmp_path, MENDABLE)
    (step,) = ran.steps.values()
    assert step.returncode == 0, step.stdout + step.stderr
    branch = json.loads((ran.temp / "improve.json").read_text())["branch"]
    assert branch.startswith("geoflow/improve/")
    assert branch in git(far, "branch", "--format=%(refname:short)").splitlines()
    assert git(far, "for-each-ref", "refs/geoflow/runs")
    assert f"pr create --base main --head {branch} --title" in (tmp_path / "bin" / "asked").read_text()


def test_where_nothing_is_kept_nothing_is_pushed_and_the_job_ends_well(tmp_path: Path) -> None:
    far, ran = scheduled(tmp_path, GOOD)
    (step,) = ran.steps.values()
    assert (step.returncode, step.stdout) == (0, "There is nothing new at origin.\nNo edit was kept.\n"), step.stderr
    assert git(far, "branch", "--format=%(refname:short)") == "main"
    assert "pr create" not in (tmp_path / "bin" / "asked").read_text()


def test_init_writes_workflow_and_action_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path / "p", {GATE: GOOD})
    monkeypatch.chdir(repo)
    assert json.loads(type_("init", "--ci", "--dry-run", "--json").stdout)["ci"] == [
        str(repo / WORKFLOW),
        str(repo / ACTION),
    ]
    assert not (repo / ".github").exists()
    assert type_("init", "--ci").exit_code == 0
    (repo / WORKFLOW).write_text("mine")
    (repo / ACTION).unlink()
    assert json.loads(type_("init", "--ci", "--json").stdout)["ci"] == [str(repo / ACTION)]
    assert (repo / WORKFLOW).read_text() == "mine"


def test_the_workflow_stands_at_the_top_and_works_where_the_tree_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = make_repo(tmp_path / "p", {f'my "docs"/{GATE}': GOOD})
    monkeypatch.chdir(repo / 'my "docs"')
    assert type_("init", "--ci").exit_code == 0
    assert load(repo / WORKFLOW)["env"]["GEOFLOW_FOLDER"] == 'my "docs"'


def test_a_folder_that_github_would_work_out_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path / "p", {f"${{{{ github.token }}}}/{GATE}": GOOD})
    monkeypatch.chdir(repo / "${{ github.token }}")
    assert type_("init", "--ci").exit_code == 3
    assert not (repo / ".github").exists()


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path / "p", {GATE: GOOD})
    (tmp_path / "elsewhere").mkdir()
    (repo / ".github").symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(repo)
    assert type_("init", "--ci").exit_code == 3
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_init_installs_hooks_or_writes_nothing_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    monkeypatch.chdir(alone)
    assert type_("init", "--hooks").exit_code == 3
    assert list(alone.iterdir()) == []
    repo = make_repo(tmp_path / "p", {"README.md": "x"})
    monkeypatch.chdir(repo)
    written = json.loads(type_("init", "--hooks", "--json").stdout)["hooks"]
    assert written == [str(repo / ".git" / "hooks" / name) for name in sorted(held(repo), key=_order)]
    assert json.loads(type_("init", "--hooks", "--json").stdout)["hooks"] == []


def _order(name: str) -> int:
    return ("pre-commit", "post-commit", "post-merge", "post-rewrite", "pre-push").index(name)


@pytest.mark.parametrize(
    ("recorded", "source"),
    [
        ({"url": "https://h/g.git", "vcs_info": {"vcs": "git", "commit_id": "ab12"}}, "git+https://h/g.git@ab12"),
        ({"url": "https://me:key@h/g.git", "vcs_info": {"vcs": "git", "commit_id": "ab12"}}, ""),
        ({"url": "https://h/${{ x }}", "vcs_info": {"vcs": "git", "commit_id": "ab12"}}, ""),
        ({"url": "file:///home/me/g", "dir_info": {"editable": True}}, ""),
        ({}, ""),
    ],
)
def test_the_source_is_what_pip_recorded_where_others_can_have_it(recorded: dict[str, object], source: str) -> None:
    assert source_of(recorded) == source
