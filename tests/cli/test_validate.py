import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from geoflow.__main__ import answer_quickly
from geoflow.cli import listing, validation
from geoflow.cli.app import app
from tests.builders import GOOD_SCENARIO, requirement, spec, write_tree

GOOD = spec(requirement("A", "The system SHALL work."))
WARNED = spec(requirement("A", "It works."))
DELTA = "## ADDED Requirements\n### Requirement: B\nIt MUST work.\n" + GOOD_SCENARIO
TREE = {
    "openspec/specs/auth/spec.md": GOOD,
    "openspec/specs/shared/spec.md": GOOD,
    "openspec/specs/billing/spec.md": WARNED,
    "openspec/specs/broken/spec.md": 'no "sections" \x1b[31m\n',
    "openspec/changes/add-b/specs/auth/spec.md": DELTA,
    "openspec/changes/add-b/tasks.md": "- [x] 1.1 a\n- [ ] 1.2 b\n",
    "openspec/changes/add-b/proposal.md": "# Change: Add B\n\n## Why\nx\n",
    "openspec/changes/shared/proposal.md": "x",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_tree(tmp_path / "project", TREE)
    monkeypatch.chdir(root)
    return root


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_all_gives_a_line_an_item_and_exits_1_where_one_is_invalid(tree: Path) -> None:
    code, out, _ = run("validate", "--all")

    assert code == 1
    assert "valid    spec/auth\n" in out
    assert "invalid  spec/broken\n" in out
    assert "  openspec/specs/broken/spec.md:1:1: error OS-S1: " in out
    assert "    fix: " in out
    assert out.endswith("4 of 6 valid.\n")


def test_a_warning_fails_under_strict_only(tree: Path) -> None:
    assert run("validate", "billing")[0] == 0
    assert run("validate", "billing", "--strict")[0] == 1


def test_json_has_the_shape_of_the_npm_cli_with_rule_span_and_fix(tree: Path) -> None:
    code, out, _ = run("validate", "broken", "auth", "--json")

    document = json.loads(out)
    assert code == 1
    assert list(document) == ["items", "summary", "version", "root", "schema"]
    broken, auth = document["items"]
    assert list(broken) == ["id", "type", "valid", "issues", "durationMs"]
    assert (auth["id"], auth["type"], auth["valid"], auth["issues"]) == ("auth", "spec", True, [])
    (issue,) = broken["issues"]
    assert (issue["level"], issue["path"], issue["rule"], issue["line"]) == ("ERROR", "file", "OS-S1", 1)
    assert set(issue["span"]) == {"line", "column", "end_line", "end_column"}
    assert issue["fix"]
    assert document["summary"]["totals"] == {"items": 2, "passed": 1, "failed": 1}
    assert document["root"] == {"path": str(tree), "source": "nearest"}


def test_specs_and_changes_can_be_validated_alone(tree: Path) -> None:
    def items(flag: str) -> set[str]:
        document = json.loads(run("validate", flag, "--json")[1])
        assert list(document["summary"]["byType"]) == [flag[2:-1]]
        return {item["type"] for item in document["items"]}

    assert items("--specs") == {"spec"}
    assert items("--changes") == {"change"}


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (["validate"], 2, "nothing-named"),
        (["validate", "authh"], 2, "unknown-item"),
        (["validate", "shared"], 2, "ambiguous-item"),
        (["validate", "auth", "--type", "x"], 2, "unknown-type"),
        (["show", "auth", "--type", "change"], 2, "unknown-item"),
        (["show", "--type", "change", "nothing"], 2, "unknown-item"),
    ],
)
def test_a_wrong_request_is_told_with_a_fix(tree: Path, arguments: list[str], code: int, name: str) -> None:
    done, out, _ = run(*arguments, "--json")

    document = json.loads(out)
    assert done == code
    assert document["code"] == name
    assert document["fix"]
    assert run(*arguments)[0] == code


def test_a_type_settles_what_a_name_means(tree: Path) -> None:
    assert run("validate", "shared", "--type", "spec")[0] == 0
    assert run("validate", "shared", "--type", "change")[0] == 1


def test_no_openspec_folder_is_a_matter_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["validate", "--all"], ["list"], ["show", "x"]):
        code, _, err = run(*command)
        assert code == 3
        assert "no openspec/ folder" in err


def test_an_empty_tree_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"openspec/config.yaml": ""})
    monkeypatch.chdir(tmp_path)

    assert run("validate", "--all") == (0, "There is nothing to validate.\n", "")
    assert json.loads(run("validate", "--all", "--json")[1])["items"] == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe" * 1000, b"\xc3\x28 caf\xe9\n## Purpose\n\xff\n## Requirements\n", b"# " * 5_000_000],
    ids=["empty", "binary", "no-utf-8", "10-mb"],
)
def test_any_file_gets_a_clear_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    write_tree(tmp_path, {"openspec/specs/odd/spec.md": content, "openspec/changes/c/specs/odd/spec.md": content})
    monkeypatch.chdir(tmp_path)

    for arguments in (
        ["validate", "--all"],
        ["validate", "--all", "--json"],
        ["list", "--specs"],
        ["show", "odd", "--json"],
    ):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == (1 if arguments[0] == "validate" else 0)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        done.stdout.encode("utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["validate", "--all"],
        ["validate", "--all", "--strict", "--json"],
        ["validate", "billing", "broken"],
        ["validate", "--changes"],
        ["validate", "--specs", "--json"],
        ["validate", "nothing"],
        ["validate", "nothing", "--json"],
        ["validate"],
        ["validate", "--archived", "--json"],
        ["validate", "--all", "--no-interactive"],
        ["list"],
        ["list", "--json"],
        ["list", "--changes"],
        ["list", "--specs", "--json"],
        ["list", "--specs"],
        ["list", "--order"],
        ["list", "--order", "--specs", "--json"],
    ],
    ids=" ".join,
)
def test_the_short_way_answers_as_the_command_line_does(
    tree: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = answer_quickly(arguments)
    quick = capsys.readouterr()
    whole = run(*arguments)

    def without_times(text: str) -> str:
        return re.sub(r'"durationMs": \d+', "", text)

    assert code is not None
    assert (code, without_times(quick.out), quick.err) == (whole[0], without_times(whole[1]), whole[2])


@pytest.mark.parametrize(("command", "switches"), [("validate", validation.SWITCHES), ("list", listing.SWITCHES)])
def test_the_short_way_knows_every_switch_of_the_command_and_no_other(command: str, switches: tuple[str, ...]) -> None:
    options = get_command(app).commands[command].params  # type: ignore[attr-defined]

    assert {option.opts[0] for option in options if getattr(option, "is_flag", False)} == set(switches)


@pytest.mark.parametrize(
    "arguments",
    [["validate", "x", "--type", "spec"], ["validate", "--help"], ["list", "--sort", "name"], ["list", "x"], ["x"]],
)
def test_the_short_way_leaves_everything_else_to_the_command_line(tree: Path, arguments: list[str]) -> None:
    assert answer_quickly(arguments) is None


@pytest.mark.parametrize(
    "arguments", [["--version"], ["validate", "--all", "--json"], ["validate", "--all"], ["list"], ["list", "--specs"]]
)
def test_the_short_way_loads_nothing_heavy(tree: Path, arguments: list[str]) -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        f"from geoflow.__main__ import answer_quickly; answer_quickly({arguments!r})\n"
        "sys.stderr.write(' '.join({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tree, capture_output=True, text=True, check=True)

    loaded = set(done.stderr.split())
    assert "geoflow" in loaded
    heavy = {"openai", "mcp", "typer", "rich", "git", "pydantic", "ruamel", "dataclasses", "pathlib", "inspect", "json"}
    assert not loaded & heavy


def test_a_defect_in_the_short_way_does_not_look_like_an_answer(tree: Path) -> None:
    program = (
        "import sys; from geoflow import __main__ as way\n"
        "def broken(arguments): raise RuntimeError('defect')\n"
        "way.answer_quickly = broken; way.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tree, capture_output=True, text=True, check=False)

    assert done.returncode == 70
    assert "RuntimeError: defect" in done.stderr


def test_a_reader_that_goes_away_is_no_error(tree: Path) -> None:
    command = f"{sys.executable} -m geoflow validate --all --json | true"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tree, capture_output=True, text=True, check=True)

    assert done.stderr == ""


def test_control_characters_of_a_name_do_not_reach_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"openspec/specs/a/spec.md": spec(requirement("\x1b[2J", "It works."))})
    monkeypatch.chdir(tmp_path)

    out = run("validate", "a")[1]

    assert "\\x1b[2J" in out
    assert "\x1b" not in out


def test_list_shows_changes_with_their_tasks_and_specs_with_their_requirements(tree: Path) -> None:
    changes = json.loads(run("list", "--json")[1])["changes"]
    specs = json.loads(run("list", "--specs", "--json")[1])["specs"]

    by_name = {change["name"]: change for change in changes}
    assert set(by_name) == {"add-b", "shared"}
    added = by_name["add-b"]
    assert (added["completedTasks"], added["totalTasks"], added["status"]) == (1, 2, "in-progress")
    assert by_name["shared"]["status"] == "no-tasks"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", added["lastModified"])
    assert {"id": "auth", "requirementCount": 1} in specs
    assert [item["id"] for item in specs] == ["auth", "billing", "broken", "shared"]
    assert "1/2 tasks" in run("list")[1]
    assert "1 requirement" in run("list", "--specs")[1]


def test_list_says_when_there_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"openspec/config.yaml": ""})
    monkeypatch.chdir(tmp_path)

    assert run("list")[1] == "There are no changes.\n"
    assert run("list", "--specs")[1] == "There are no specs.\n"


def test_list_names_a_folder_around_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"openspec/changes/group/inner/proposal.md": "x"})
    monkeypatch.chdir(tmp_path)

    (change,) = json.loads(run("list", "--json")[1])["changes"]

    assert change["nested"] == ["group/inner"]
    assert "group/inner" in run("list")[1]


def test_show_prints_the_file_as_it_is(tree: Path) -> None:
    assert run("show", "auth")[1] == GOOD
    assert run("show", "add-b")[1] == TREE["openspec/changes/add-b/proposal.md"]


def test_show_gives_a_spec_and_a_change_as_json(tree: Path) -> None:
    shown = json.loads(run("show", "auth", "--json")[1])
    change = json.loads(run("show", "add-b", "--json")[1])

    assert (shown["id"], shown["requirementCount"]) == ("auth", 1)
    (first,) = shown["requirements"]
    assert (first["text"], first["name"], first["line"]) == ("The system SHALL work.", "A", 7)
    assert first["scenarios"][0]["rawText"] == "- **WHEN** a user asks\n- **THEN** the system answers"
    assert (change["title"], change["deltaCount"]) == ("Add B", 1)
    assert change["deltas"][0]["description"] == "Add requirement: It MUST work."


def test_show_needs_a_proposal_for_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"openspec/changes/c/tasks.md": ""})
    monkeypatch.chdir(tmp_path)

    code, out, _ = run("show", "c", "--json")

    assert (code, json.loads(out)["code"]) == (3, "no-proposal")
