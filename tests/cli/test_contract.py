"""What every command owes: help with an example, JSON that parses also for a failure, a fix, and never a traceback."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from geoflow.cli.app import app
from geoflow.cli.json_text import quoted
from tests.builders import make_repo, requirement, spec, write_tree

ROOT = Path(__file__).parents[2]


class Command(NamedTuple):
    """A registered command: its words, and its arguments with something in every place that must be filled."""

    words: tuple[str, ...]
    filled: tuple[str, ...]
    json: bool


def _walk(command: Any, words: tuple[str, ...] = ()) -> Iterator[Command]:
    for name, child in getattr(command, "commands", {}).items():
        if not hasattr(child, "commands") or child.invoke_without_command:
            filled = tuple("something" for one in child.params if one.param_type_name == "argument" and one.required)
            options = {option for one in child.params for option in one.opts}
            yield Command((*words, name), filled, "--json" in options)
        yield from _walk(child, (*words, name))


COMMANDS = list(_walk(get_command(app)))
# What works on a repository with specs fails without one; these work on the user's models and machine.
ANYWHERE = {
    ("bench", "model"),
    ("model", "list"),
    ("model", "stop"),
    ("model", "pull"),
    ("model", "use"),
    ("doctor",),
    ("demo",),
    ("init",),
    ("config", "show"),
    ("config", "path"),
    ("config", "set"),
    ("monitor", "measures"),
    ("rules",),
}
# It answers over MCP and waits for that on stdin; tests/cli/test_mcp_server.py has what it owes.
SERVERS = {("mcp",)}
# They end when they are told to; tests/cli/test_watch.py and test_monitor_serve.py have what they owe.
ENDLESS = {("watch",), ("monitor", "serve")}
# Asked for what is not there: a change, an agent, a commit before the first, a remote, enough specs.
MAY_REFUSE = {
    *(("propose",), ("archive",), ("bench", "ask"), ("bench", "improve"), ("mcp", "call")),
    *(("monitor", "compare"), ("monitor", "push"), ("monitor", "pull")),
}
ON_SPECS = [command for command in COMMANDS if command.words not in ANYWHERE | SERVERS | ENDLESS]
each = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.words))
each_on_specs = pytest.mark.parametrize("command", ON_SPECS, ids=lambda command: " ".join(command.words))


def _asking(command: Command) -> tuple[str, ...]:
    """Give arguments that ask for something where a bare command would be typed wrong."""
    more: dict[tuple[str, ...], list[str]] = {
        ("validate",): ["--all"],
        ("propose",): ["something"],
        ("ask",): ["something"],
        ("mcp", "install"): ["--client", "cursor"],
    }
    return (*command.words, *command.filled, *more.get(command.words, []))


def _type(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "geoflow", *arguments],
        cwd=folder,
        env={**os.environ, "GEOFLOW_LLM__BASE_URL": "none", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_verb_is_registered() -> None:
    assert {command.words[0] for command in COMMANDS} >= {
        *("propose", "review", "ask", "improve", "monitor"),
        *("validate", "list", "show", "archive", "model", "demo"),
    }


@each
def test_help_has_an_example_that_starts_with_the_command(command: Command) -> None:
    result = CliRunner().invoke(app, [*command.words, "--help"])
    assert result.exit_code == 0
    assert f"Example: geoflow {' '.join(command.words)}" in " ".join(result.output.replace("│", " ").split())


@each
def test_help_fits_a_narrow_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    result = CliRunner().invoke(app, [*command.words, "--help"])
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 40
    assert "Example:" in result.output


@each
def test_every_command_but_the_demo_and_the_server_has_json(command: Command) -> None:
    assert command.json == (command.words not in {("demo",), *SERVERS})


@each_on_specs
def test_without_openspec_the_failure_is_one_document_with_a_fix(command: Command, tmp_path: Path) -> None:
    result = _type(tmp_path, *_asking(command), "--json")
    document = json.loads(result.stdout)
    assert (document["schema"], document["code"]) == ("geoflow.error/1", "no-openspec")
    assert document["message"]
    assert document["fix"]
    assert result.returncode == 3
    assert "Traceback" not in result.stderr


@each_on_specs
def test_without_openspec_people_are_told_on_stderr_what_to_type(command: Command, tmp_path: Path) -> None:
    result = _type(tmp_path, *_asking(command))
    assert (result.returncode, result.stdout) == (3, "")
    assert re.fullmatch(r"geoflow: There is no openspec/ folder in [^\n]+\n  fix: [^\n]+\n", result.stderr)


@each_on_specs
def test_outside_a_repository_there_is_an_answer_or_a_failure_with_a_fix(command: Command, tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/specs/auth/spec.md": spec(requirement("Login", "The gate SHALL open."))})
    result = _type(tmp_path, *_asking(command), "--json")
    document = json.loads(result.stdout)
    assert "Traceback" not in result.stderr
    if document["schema"] == "geoflow.error/1":
        assert result.returncode in {2, 3}
        assert document["fix"]
    else:
        assert result.returncode in {0, 1}
    in_git = command.words[0] in {"improve", "monitor", "hooks"}
    assert (document.get("code") == "not-a-repository") == in_git


@each_on_specs
def test_an_unborn_branch_is_no_traceback(command: Command, tmp_path: Path) -> None:
    files = {"openspec/specs/auth/spec.md": spec(requirement("Login", "The gate SHALL open."))}
    result = _type(make_repo(tmp_path / "repo", files, commit=False), *_asking(command), "--json")
    document = json.loads(result.stdout)
    assert (document.get("code") == "unborn-branch") == (command.words[0] in {"improve", "monitor"})
    assert "Traceback" not in result.stderr


@each_on_specs
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01", b"\0" * 1000, b"# A\n" * 200_000])
def test_a_file_that_is_no_spec_is_no_traceback(command: Command, content: bytes, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"openspec/specs/auth/spec.md": content})
    result = _type(repo, *_asking(command), "--json")
    assert json.loads(result.stdout)["schema"].startswith("geoflow.")
    assert result.returncode in {0, 1, 2, 3}
    assert "Traceback" not in result.stderr


@each
def test_an_unknown_option_is_typed_wrong(command: Command) -> None:
    result = CliRunner().invoke(app, [*command.words, *command.filled, "--no-such-option"])
    assert result.exit_code == 2
    assert "--no-such-option" in result.output


@each_on_specs
def test_output_into_a_pipe_has_no_colours(command: Command, tmp_path: Path) -> None:
    files = {"openspec/specs/something/spec.md": spec(requirement("Login", "The gate SHALL gracefully open."))}
    result = _type(make_repo(tmp_path / "repo", files), *_asking(command), COLUMNS="40", TERM="xterm-256color")
    assert "\x1b" not in result.stdout + result.stderr
    assert result.stdout or command.words in MAY_REFUSE
    assert "Traceback" not in result.stderr


def test_a_reader_that_goes_away_ends_a_command_without_a_word(tmp_path: Path) -> None:
    names = [requirement(f"Rule {count}", "It SHALL gracefully work, etc.") for count in range(400)]
    repo = make_repo(tmp_path / "repo", {"openspec/specs/auth/spec.md": spec(*names)})
    command = f"{quoted(sys.executable)} -m geoflow review --rules-only | head -1"
    done = subprocess.run(["sh", "-c", command], cwd=repo, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("openspec/specs/auth/spec.md:")
    assert done.stderr == ""


def test_the_readme_shows_commands_in_their_order_with_the_first_sentence_of_their_help() -> None:
    rows = [f"| `geoflow {' '.join(command.words)}` | {_first_sentence(command)} |" for command in COMMANDS]
    listed = re.findall(r"^\| `geoflow .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    names = [row.split("`")[1] for row in listed]
    wanted = [row for row in rows if row.split("`")[1] in names]
    assert listed == wanted, "put this table into README.md:\n" + "\n".join(wanted)
    assert set(names) >= {"geoflow propose", "geoflow review", "geoflow ask", "geoflow improve"}


def _first_sentence(command: Command) -> str:
    shown = CliRunner().invoke(app, [*command.words, "--help"], env={"COLUMNS": "300"}).output
    first = re.search(r"Usage:[^\n]*\s+(\S.*?)\.(?:\s|$)", shown)
    assert first, shown
    return first[1]


def test_a_bug_shows_its_traceback_and_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    program = (
        "import sys; from geoflow.cli.app import app; from geoflow.__main__ import main\n"
        "@app.command('break')\ndef _break() -> None: raise ZeroDivisionError('a defect')\n"
        "sys.argv = ['geoflow', 'break']; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "ZeroDivisionError: a defect" in done.stderr
