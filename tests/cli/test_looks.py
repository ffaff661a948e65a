"""Colour and quiet hold for every command, on the hot path as behind Typer; completion offers values and is silent."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.__main__ import answer_quickly, main
from geoflow.cli import completing
from geoflow.cli.app import app
from geoflow.cli.looks import Looks, color, hint, split_looks, use_looks
from tests.builders import git, make_repo, requirement, spec

VAGUE = {"openspec/specs/auth/spec.md": spec(requirement("Login", "The gate SHALL gracefully open."))}
REVIEW = ("review", "--rules-only")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    use_looks(Looks())


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "repo", {**VAGUE, "openspec/changes/add-login/proposal.md": "## Why\nx\n"})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    monkeypatch.delenv("NO_COLOR")
    return folder


def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Give what the console script prints on stdout, whichever way it takes, without ending this process."""
    use_looks(Looks())  # as a process of its own begins
    monkeypatch.setattr(sys, "argv", ["geoflow", *arguments])
    monkeypatch.setattr(os, "_exit", lambda code: (_ for _ in ()).throw(SystemExit(code)))
    with pytest.raises(SystemExit):
        main()
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "looks", "rest"),
    [
        (["list"], Looks(), ["list"]),
        (["--quiet", "list", "--quiet"], Looks(quiet=True), ["list", "--quiet"]),
        (["-q", "--color", "never", "list"], Looks("never", quiet=True), ["list"]),
        (["--color=always", "--version"], Looks("always"), ["--version"]),
        (["--color", "purple", "list"], Looks(), ["--color", "purple", "list"]),
        (["--color"], Looks(), ["--color"]),
        (["--json", "--quiet"], Looks(), ["--json", "--quiet"]),
    ],
)
def test_only_what_stands_before_the_command_is_taken(arguments: list[str], looks: Looks, rest: list[str]) -> None:
    assert split_looks(arguments) == (looks, rest)


@pytest.mark.parametrize(
    ("asked", "no_color", "force_color", "found"),
    [
        ("auto", "", "", "auto"),
        ("auto", "1", "", "never"),
        ("auto", "1", "1", "never"),
        ("auto", "", "1", "always"),
        ("always", "1", "", "always"),
        ("never", "", "1", "never"),
    ],
)
def test_the_option_weighs_most_and_then_no_color(
    monkeypatch: pytest.MonkeyPatch, asked: str, no_color: str, force_color: str, found: str
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("FORCE_COLOR", force_color)
    use_looks(Looks(asked))
    assert color() == found


@pytest.mark.parametrize("command", [REVIEW, ("review", "--rules-only", "--budget", "1calls"), ("--help",)])
def test_colours_are_there_where_they_are_asked_for_and_nowhere_else(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert root.is_dir()
    assert "\x1b[" in typed(monkeypatch, capsys, "--color", "always", *command)
    assert "\x1b" not in typed(monkeypatch, capsys, "--color", "never", *command)
    assert "\x1b" not in typed(monkeypatch, capsys, *command)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in typed(monkeypatch, capsys, *command)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in typed(monkeypatch, capsys, *command)
    assert "\x1b[" in typed(monkeypatch, capsys, "--color=always", *command)


@pytest.mark.parametrize("command", [["list"], ["validate", "--all"], [*REVIEW], ["--version"], []])
def test_the_hot_path_answers_with_these_options_as_without(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert answer_quickly(command) is not None
    plain = capsys.readouterr().out
    program = f"import sys; sys.argv = {['geoflow', '-q', '--color=never', *command]}; import geoflow.__main__ as m\n"
    program += "import os\nos._exit = lambda code: sys.exit('typer' in sys.modules)\nm.main()"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (plain, "", 0)


@pytest.mark.parametrize("command", [["improve", "--dry-run"], ["monitor", "check"], ["ask", "Who?"]])
def test_quiet_leaves_out_hints_and_nothing_of_the_answer(root: Path, command: list[str]) -> None:
    assert root.is_dir()
    loud, quiet = CliRunner().invoke(app, command), CliRunner().invoke(app, ["--quiet", *command])
    assert quiet.stderr == ""
    assert bool(loud.stderr) == (command[0] != "ask")
    answers = [re.sub(r"[0-9.]+ s\b|[0-9]{8}-[0-9]{6}-", "", one.stdout) for one in (loud, quiet)]
    assert answers[0] == answers[1]
    assert loud.exit_code == quiet.exit_code


def test_quiet_keeps_errors_and_what_is_ignored(root: Path) -> None:
    (root / "openspec/geoflow.yaml").write_text("llm:\n  api_key: sk-1\n")
    result = CliRunner().invoke(app, ["--quiet", "config", "show", "llm.modle"])
    assert (result.exit_code, "did you mean llm.model?" in result.stderr) == (2, True)
    assert "which is ignored" in CliRunner().invoke(app, ["-q", "config", "show"]).stderr


def test_one_command_being_quiet_does_not_silence_the_next(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    CliRunner().invoke(app, ["--quiet", "list"])
    hint("one")
    CliRunner().invoke(app, ["list"])
    hint("two")
    assert capsys.readouterr().err == "two\n"
    assert root.is_dir()


@pytest.mark.usefixtures("root")
class TestCompletion:
    def test_values_are_those_of_the_tree(self) -> None:
        assert completing.complete_change("add") == ["add-login"]
        assert completing.complete_capability("") == ["auth"]
        assert completing.complete_item("a") == ["add-login", "auth"]
        assert completing.complete_measure("size.req") == ["size.requirements"]
        assert completing.complete_setting("llm.mod") == ["llm.model"]
        assert completing.complete_roles("security,te") == ["security,testing"]

    def test_the_values_of_a_setting_are_those_that_it_takes(self) -> None:
        assert completing.complete_value(["rules.off"], "GF10") == ["GF101", "GF102"]
        assert completing.complete_value(["rules.off"], "GF101,GF102")[-1] == "GF101,GF102"
        assert completing.complete_value(["llm.transcript"], "re") == ["replies"]
        assert completing.complete_value(["improve.veto"], "t") == ["true"]
        assert completing.complete_value(["no.such"], "") == []

    def test_runs_are_those_that_are_kept(self, root: Path) -> None:
        git(root, "update-ref", "refs/geoflow/runs/20260101-000000-abcdef0", "HEAD")
        assert completing.complete_run("2026") == ["20260101-000000-abcdef0"]
        assert "20260101-000000-abcdef0" in completing.complete_item_or_run("")

    def test_a_name_that_would_be_an_option_or_command_a_terminal_is_not_offered(self, root: Path) -> None:
        for name in ("--force", "a\x1b[2Jb", "add-ok"):
            (root / "openspec/changes" / name).mkdir()
        assert completing.complete_change("") == ["add-login", "add-ok"]

    def test_outside_a_tree_or_without_git_nothing_is_offered_or_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PATH", "")
        for name in ("change", "capability", "item", "run", "question", "target", "item_or_run"):
            assert getattr(completing, f"complete_{name}")("") == []
        gone = tmp_path / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        assert completing.complete_change("") == []
        assert capfd.readouterr() == ("", "")


def complete(shell: str, folder: Path, line: str, *, value: bool = True) -> "subprocess.CompletedProcess[str]":
    words = line.split()
    ways = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1 if value else len(words))},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    program = "import sys; sys.argv = ['geoflow']; from geoflow.__main__ import main; main()"
    environment = {**os.environ, **ways[shell], "_GEOFLOW_COMPLETE": f"complete_{shell}"}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_the_values_and_outside_a_tree_nothing(shell: str, root: Path, tmp_path: Path) -> None:
    offered = complete(shell, root, "geoflow archive add-")
    assert "add-login" in offered.stdout
    assert offered.stderr == ""
    nothing = complete(shell, tmp_path, "geoflow archive add-")
    assert (nothing.stdout.strip().removeprefix("_arguments").strip(), nothing.stderr) in {("", ""), ("_files", "")}
