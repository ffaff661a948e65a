"""What `geoflow doctor` finds out about git, hooks, records, servers and caches, and what an issue may hold of it."""

import getpass
import json
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.adapters.checkup import Check
from geoflow.adapters.folders import mcp_file
from geoflow.adapters.side_by_side import side_by_side
from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree

TREE = {"openspec/specs/auth/spec.md": spec(requirement("Login", "The gate SHALL open."))}


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "repo", TREE)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return folder


def lines(area: str) -> list[dict[str, Any]]:
    found = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)["checks"]
    return [line for line in found if line["area"] == area]


def test_where_nobody_told_git_a_name_the_fix_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    line = lines("git")[-1]
    assert (line["status"], line["code"]) == ("warn", "no-identity")
    assert "git config user.name" in line["fix"]


def test_a_shallow_clone_is_told(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repo, "commit", "-q", "--allow-empty", "-m", "more")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    assert lines("git")[-1]["fix"] == "Type: git fetch --unshallow"


def test_an_invalid_tree_is_counted(repo: Path) -> None:
    write_tree(repo, {"openspec/specs/broken/spec.md": "# Nothing\n"})
    [line] = lines("openspec")
    assert (line["status"], line["specs"], line["invalid"]) == ("warn", 2, 1)


class TestHooks:
    def hook(self, folder: Path, name: str, text: str = "# geoflow-hook 1\nexec geoflow\n", mode: int = 0o755) -> None:
        write_tree(folder, {name: f"#!/bin/sh\n{text}"})
        (folder / name).chmod(mode)

    def test_without_any_it_is_skipped_with_the_command(self, repo: Path) -> None:
        self.hook(repo / ".git/hooks", "pre-commit", "make lint\n")
        [line] = lines("hooks")
        assert line["status"] == "skipped"
        assert "pre-commit of others" in line["text"]
        assert "geoflow hooks install" in line["fix"]

    def test_those_that_are_missing_are_named(self, repo: Path) -> None:
        self.hook(repo / ".git/hooks", "post-commit")
        [line] = lines("hooks")
        assert (line["status"], line["installed"]) == ("warn", ["post-commit"])
        assert line["missing"] == ["pre-commit", "post-merge", "post-rewrite", "pre-push"]

    def test_all_of_them_are_well_also_where_hooks_path_leads_elsewhere(self, repo: Path) -> None:
        git(repo, "config", "core.hooksPath", ".husky")
        for name in ("pre-commit", "post-commit", "post-merge", "post-rewrite", "pre-push"):
            self.hook(repo / ".husky", name)
        [line] = lines("hooks")
        assert (line["status"], line["elsewhere"]) == ("ok", True)

    def test_one_that_may_not_be_executed_is_told(self, repo: Path) -> None:
        self.hook(repo / ".git/hooks", "pre-commit", mode=0o644)
        [line] = lines("hooks")
        assert (line["status"], "may not be executed" in line["text"]) == ("warn", True)


class TestRecords:
    def test_a_commit_without_one_is_told(self, repo: Path) -> None:
        assert lines("records")[0]["status"] == "skipped"
        CliRunner().invoke(app, ["monitor", "record"])
        assert lines("records")[0]["status"] == "ok"
        write_tree(repo, {"openspec/specs/more/spec.md": spec(requirement("More", "The gate SHALL close."))})
        git(repo, "add", "-A")
        git(repo, "commit", "-qm", "more")
        [line] = lines("records")
        assert (line["status"], line["lacking"], line["fix"]) == ("warn", 1, "Type: geoflow monitor backfill")

    def test_those_that_are_not_on_the_remote_are_told(self, repo: Path, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q", "--bare", "there")
        git(repo, "remote", "add", "origin", str(tmp_path / "there"))
        CliRunner().invoke(app, ["monitor", "record"])
        assert CliRunner().invoke(app, ["monitor", "push"]).exit_code == 0
        assert lines("records")[0]["status"] == "ok"
        git(repo, "notes", "--ref=geoflow", "append", "-m", "{}")
        [line] = lines("records")
        assert (line["unpushed"], line["fix"]) == (True, "Type: geoflow monitor push")

    def test_notes_that_are_none_are_told(self, repo: Path) -> None:
        blob = git(repo, "hash-object", "-w", "openspec/specs/auth/spec.md")
        (repo / ".git/refs/notes").mkdir()
        (repo / ".git/refs/notes/geoflow").write_text(f"{blob}\n")
        assert lines("records")[0]["status"] == "warn"


class TestServers:
    def servers(self, **entries: dict[str, str]) -> list[dict[str, Any]]:
        write_tree(mcp_file().parent, {mcp_file().name: json.dumps({"mcpServers": entries})})
        return lines("mcp")

    def test_a_command_that_is_not_there_is_told(self) -> None:
        there, gone = self.servers(there={"command": "git"}, gone={"command": "no-such-program"})
        assert (there["status"], there["reachable"]) == ("ok", True)
        assert (gone["status"], gone["reachable"]) == ("warn", False)

    def test_an_address_is_reached_without_a_word(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            [line] = self.servers(mute={"url": f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"})
        assert line["status"] == "ok"
        [line] = self.servers(gone={"url": "http://127.0.0.1:9/mcp"})
        assert line["status"] == "warn"

    def test_a_server_of_the_repository_that_nobody_trusted_is_not_looked_at(self, repo: Path) -> None:
        write_tree(repo, {"mcp.json": '{"mcpServers": {"theirs": {"url": "http://127.0.0.1:9/mcp"}}}'})
        assert lines("mcp") == []
        [line] = lines("tools")
        assert "geoflow trust" in line["fix"]


def test_a_broken_cache_is_named_with_what_to_delete(repo: Path) -> None:
    folder = repo / ".git/geoflow"
    write_tree(folder, {"broken-1.sqlite": b"no database at all", "empty.sqlite": b""})
    with sqlite3.connect(folder / "whole.sqlite") as connection:
        connection.execute("CREATE TABLE a (b)")
    before = sorted(folder.iterdir())
    size, broken = lines("state")
    assert size["cache_bytes"] > 18
    assert (broken["status"], "broken-1.sqlite" in broken["fix"]) == ("warn", True)
    assert sorted(folder.iterdir()) == before


def test_a_check_that_is_not_done_in_time_is_skipped_and_the_others_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:

        def hang() -> list[Check]:
            with socket.create_connection(mute.getsockname()) as waiting:
                waiting.recv(1)
            return []

        found = side_by_side({"slow": hang, "quick": lambda: [Check("quick", "ok", "done")]}, seconds=0.2)
    assert [(one.area, one.status) for one in found] == [("slow", "skipped"), ("quick", "ok")]


PRIVATE = "xyzzy"


def test_a_bug_report_holds_nothing_that_is_private(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / f"home-{PRIVATE}"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("USER", "LOGNAME", "HOSTNAME", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, f"{PRIVATE}@{PRIVATE}.example")
    monkeypatch.setenv("GEOFLOW_LLM__API_KEY", f"sk-{PRIVATE}0123456789abcdef")
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", f"http://{PRIVATE}:{PRIVATE}@127.0.0.1:9/v1")
    git(repo, "remote", "add", "origin", f"https://{PRIVATE}:{PRIVATE}@{PRIVATE}.example/{PRIVATE}.git")
    git(repo, "checkout", "-qb", PRIVATE)
    named = {f"openspec/specs/{PRIVATE}/spec.md": spec(requirement(PRIVATE, f"The {PRIVATE} SHALL be {PRIVATE}."))}
    write_tree(repo, {**named, f"openspec/questions/{PRIVATE}.yaml": f"{PRIVATE}: ["})
    write_tree(repo, {"openspec/geoflow.yaml": f"llm:\n  model: {PRIVATE}\nquestions:\n  people: ['@{PRIVATE}']\n"})
    write_tree(repo, {"mcp.json": f'{{"mcpServers": {{"{PRIVATE}": {{"command": "{PRIVATE}"}}}}}}'})
    write_tree(mcp_file().parent, {"mcp.json": f'{{"mcpServers": {{"{PRIVATE}": {{"command": "{PRIVATE}"}}}}}}'})

    plain = CliRunner().invoke(app, ["doctor"]).stdout
    result = CliRunner().invoke(app, ["doctor", "--bug-report"])

    assert plain.count(PRIVATE) > 5
    assert result.exit_code == 0
    assert PRIVATE not in result.stdout
    for private in (str(tmp_path), str(repo), socket.gethostname(), f" {getpass.getuser()} "):
        assert private not in result.stdout
    assert "It contains no path" in result.stdout
    assert "| openspec | ok | specs 2, changes 0, invalid 0 |" in result.stdout


def test_a_bug_report_for_scripts_is_a_document() -> None:
    found = json.loads(CliRunner().invoke(app, ["doctor", "--bug-report", "--json"]).stdout)
    assert found["schema"] == "geoflow.bug-report/1"
    assert found["markdown"].startswith("<!-- Made by")
