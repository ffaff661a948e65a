"""Bad input of many kinds over the whole command tree: an answer or an error with a fix, and never a traceback."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from geoflow.__main__ import answer_quickly
from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree

SPEC = "openspec/specs/auth/spec.md"
GOOD = spec(requirement("Login", "The gate SHALL gracefully open."))
TREE = {SPEC: GOOD, "openspec/changes/add/proposal.md": "## Why\nThe gate stands open.\n\n## What Changes\n- A lock.\n"}
SAMPLE = 6
"""One in so many is tried each time; `make long` tries them all."""
HUGE = b"### Requirement: A\n" + b"x" * 2_000_000
# It serves, watches, fetches, or works for minutes on a whole tree; each has tests of its own.
NOT_TRIED = {
    ("mcp",),
    ("watch",),
    ("model", "pull"),
    ("model", "stop"),
    ("demo",),
    ("model", "use"),
    ("bench", "model"),
}


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if not hasattr(child, "commands"):
            yield (*words, name), child
        yield from _commands(child, (*words, name))


COMMANDS = {words: child for words, child in _commands(get_command(app)) if words not in NOT_TRIED}
WRONG: dict[Any, list[str]] = {
    int: ["x", "", "1.5", "99999999999999999999", "-1"],
    float: ["x", "nan", "inf"],
    Path: ["/nowhere/at/all", "/", "\x1b[2J", "a\0b"],
    str: ["\x1b[2J\u202e", "../../../etc/passwd", "x" * 20_000, "\udcff", "a\0b"],
}


def _kind(parameter: Any) -> Any:
    """Tell of which kind a value is: that of a list is that of its items; a word of a closed list is a text."""
    kind = parameter.type_descriptor.annotation
    inner = (kind, *get_args(kind), *(two for one in get_args(kind) for two in get_args(one)))
    return next((one for one in inner if one in WRONG), str)


def _wrong(child: Any, words: tuple[str, ...]) -> Iterator[list[str]]:
    """Give lines that have something wrong in one place: in every option and argument that takes a value."""
    needed = ["something" for one in child.params if one.param_type_name == "argument" and one.required]
    for one in child.params:
        values = [] if getattr(one, "is_flag", False) else WRONG[_kind(one)]
        for value in values:
            if one.param_type_name == "option":
                yield [*words, *needed, one.opts[0], value]
            else:
                yield [*words, value, *needed[1:]]


LINES = [line for words, child in COMMANDS.items() for line in _wrong(child, words)]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "repo", TREE)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return folder


def owes(result: Result, line: list[str]) -> None:
    """Hold a result against what every command owes, whatever it was given."""
    assert result.exception is None or isinstance(result.exception, SystemExit), (line, repr(result.exception))
    assert result.exit_code in {0, 1, 2, 3}, (line, result.exit_code)
    assert "Traceback" not in result.output, line
    shown = result.output.replace("\t", " ").replace("\n", " ")
    assert all(sign.isprintable() or "\ud800" <= sign <= "\udfff" for sign in shown), line
    if "--json" in line and result.stdout.startswith("{"):
        document = json.loads(result.stdout)
        assert document["schema"].startswith("geoflow."), line
        assert document["schema"] != "geoflow.error/1" or (document["code"] and document["message"]), line


def test_there_are_many_of_them() -> None:
    assert len(LINES) > 200


def _try_wrong(words: tuple[str, ...], every: int) -> None:
    for line in [line for line in LINES if tuple(line[: len(words)]) == words][::every]:
        result = CliRunner().invoke(app, line, input="")
        owes(result, line)
        assert result.exit_code == 0 or result.output.strip(), line


QUICK = [words for words in COMMANDS if words[0] not in {"bench", "improve", "propose"}]
each_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("words", QUICK, ids=" ".join)
def test_a_wrong_value_is_an_error_with_a_message(words: tuple[str, ...]) -> None:
    _try_wrong(words, every=SAMPLE)


@pytest.mark.long
@pytest.mark.usefixtures("root")
@each_command
def test_a_wrong_value_anywhere_is_an_error_with_a_message(words: tuple[str, ...]) -> None:
    _try_wrong(words, every=1)


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize(
    "line",
    [
        ["review", "--rules-only", "--since"],
        ["monitor", "compare"],
        ["monitor", "check", "--against"],
        ["monitor", "push"],
        ["improve", "--triage"],
    ],
)
def test_a_name_for_git_that_holds_a_nul_is_refused(line: list[str]) -> None:
    result = CliRunner().invoke(app, [*line, "a\0b"])
    owes(result, line)
    assert result.exit_code in {1, 2, 3}


def _broken_trees(folder: Path) -> Iterator[tuple[str, Path]]:
    """Make repositories of which each has one thing wrong; the name says what."""
    contents: dict[str, dict[str, str | bytes]] = {
        "binary": {SPEC: bytes(range(256)) * 40},
        "not-utf8": {SPEC: GOOD.encode("utf-16")},
        "latin1": {SPEC: GOOD.replace("gate", "Tür").encode("latin-1")},
        "nul": {SPEC: GOOD.replace("gate", "g\0ate")},
        "huge-line": {SPEC: HUGE},
        "empty": {SPEC: b""},
        "crlf": {SPEC: GOOD.replace("\n", "\r\n"), "openspec/geoflow.yaml": "rules:\r\n  off: [GF301]\r\n"},
        "bom": {SPEC: b"\xef\xbb\xbf" + GOOD.encode()},
        "folder-for-spec": {f"{SPEC}/x.md": "x"},
        "folder-for-proposal": {"openspec/changes/add/proposal.md/x": "x"},
        "file-for-specs": {"openspec/specs": "x"},
        "file-for-changes": {"openspec/changes": "x"},
        "folder-for-settings": {"openspec/geoflow.yaml/x": "x"},
        "broken-settings": {"openspec/geoflow.yaml": "llm: [\n"},
        "settings-of-wrong-types": {"openspec/geoflow.yaml": "llm:\n  timeout: {a: b}\n"},
        "settings-unknown": {"openspec/geoflow.yaml": "lmm:\n  model: x\n"},
        "settings-binary": {"openspec/geoflow.yaml": b"\xff\xfe\x00"},
        "settings-bomb": {"openspec/geoflow.yaml": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"},
        "settings-deep": {"openspec/geoflow.yaml": "a: " + "[" * 5_000},
        "broken-config": {"openspec/config.yaml": "schema: [\n"},
        "broken-lexicon": {"openspec/workflow/lexicon.yaml": "judging: {\n"},
        "broken-lessons": {"openspec/workflow/lessons.yaml": "- [\n"},
        "broken-question": {"openspec/questions/a.yaml": "question: [\n"},
        "broken-feedback": {"openspec/feedback/a.yaml": b"\xff\xfe"},
        "broken-review": {"openspec/changes/add/reviews/a.yaml": "event: nonsense\n"},
        "broken-servers": {"mcp.json": "{"},
        "servers-of-wrong-types": {"mcp.json": '{"mcpServers": [1]}'},
        "folder-for-servers": {"mcp.json/x": "x"},
        "broken-codeowners": {"CODEOWNERS": b"\xff\xfe * [["},
        "no-specs": {"openspec/specs/.keep": ""},
    }
    for name, files in contents.items():
        kept = {path: text for path, text in TREE.items() if not any(_collide(path, other) for other in files)}
        yield name, make_repo(folder / name, {**kept, **files})
    yield "unborn", make_repo(folder / "unborn", TREE, commit=False)
    yield "no-repository", write_tree(folder / "plain", TREE)
    yield from _odd_repositories(folder)


def _collide(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _odd_repositories(folder: Path) -> Iterator[tuple[str, Path]]:
    detached = make_repo(folder / "detached", TREE)
    git(detached, "checkout", "-q", "--detach")
    yield "detached", detached
    notes = make_repo(folder / "notes", TREE)
    git(notes, "notes", "--ref=geoflow", "add", "-m", '{"schema": 1, "derived": [')
    yield "broken-notes", notes
    ref = make_repo(folder / "ref", TREE)
    write_tree(
        ref / ".git", {"refs/notes/geoflow": "0" * 40 + "\n", "refs/geoflow/runs/x": git(ref, "rev-parse", "HEAD")}
    )
    yield "refs-that-lead-nowhere", ref
    runs = make_repo(folder / "runs", TREE)
    blob = git(runs, "hash-object", "-w", SPEC)
    git(runs, "update-ref", "refs/geoflow/runs/20260101-000000-abcdef0", blob)
    yield "a-run-that-is-none", runs
    state = make_repo(folder / "state", TREE)
    write_tree(state / ".git", {"geoflow": "a file"})
    yield "state-that-is-a-file", state
    caches = make_repo(folder / "caches", TREE)
    CliRunner().invoke(app, ["list"])
    write_tree(
        caches / ".git/geoflow", dict.fromkeys(("passages.sqlite", "transcript.jsonl", "roles.sqlite"), b"\xff\x00x")
    )
    yield "broken-caches", caches
    loop = make_repo(folder / "loop", TREE)
    (loop / "openspec/specs/loop").symlink_to(loop / "openspec/specs")
    (loop / "openspec/specs/nowhere").symlink_to("/nowhere")
    yield "links", loop
    head = make_repo(folder / "head", TREE)
    (head / ".git/HEAD").write_text("nonsense\n")
    yield "a-head-that-is-none", head
    config = make_repo(folder / "config", TREE)
    (config / ".git/config").write_text("[nonsense\n")
    yield "a-broken-git-config", config
    bare = folder / "bare"
    git(make_repo(folder / "whole", TREE), "clone", "-q", "--bare", ".", str(bare))
    yield "bare", write_tree(bare, TREE)


# What looks at a tree without taking long.
LOOKING = [
    *([], ["list"], ["list", "--specs"], ["validate", "--all"], ["show", "auth"], ["show", "add"]),
    *(
        ["review", "--rules-only"],
        ["review", "--rules-only", "--staged"],
        ["review", "--since", "HEAD", "--rules-only"],
    ),
    *(["ask", "Who opens?"], ["ask", "--list"], ["feedback"], ["trust", "--list"], ["config", "show"], ["doctor"]),
    *(["monitor", "show"], ["monitor", "record", "--dry-run"], ["monitor", "history"], ["monitor", "check"]),
    *(["improve", "--dry-run"], ["improve", "--outcomes"], ["improve", "--explain"], ["improve", "--triage"]),
    *(["archive", "add", "--dry-run"], ["mcp", "tools"], ["feedback", "auth", "--accept", "--dry-run"]),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    with pytest.MonkeyPatch.context() as patched:
        for role in ("AUTHOR", "COMMITTER"):
            patched.setenv(f"GIT_{role}_NAME", "Ada")
            patched.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
        folder = tmp_path_factory.mktemp("broken")
        patched.chdir(folder)
        return dict(_broken_trees(folder))


def _look(broken: dict[str, Path], every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    pairs = [(name, line) for name in broken for line in LOOKING]
    for count, (name, line) in enumerate(pairs):
        if count % every:
            continue
        monkeypatch.chdir(broken[name])
        for typed in [line, [*line, "--json"]][count // every % 2 :]:
            result = CliRunner().invoke(app, typed, input="")
            if typed == ["show", "auth"]:  # into a pipe the document goes as it is
                assert result.exception is None or isinstance(result.exception, SystemExit), (name, result.exception)
            else:
                owes(result, [name, *typed])


def test_a_tree_with_one_thing_wrong_is_no_traceback(broken: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _look(broken, 15, monkeypatch)  # with no common factor, each tree and each command have their turn


@pytest.mark.long
def test_nor_is_any_of_them_with_any_command(broken: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    _look(broken, 1, monkeypatch)


def test_the_short_way_owes_the_same(
    broken: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, folder in broken.items():
        monkeypatch.chdir(folder)
        for line in ([], ["list"], ["validate", "--all"]):
            assert answer_quickly([*line, "--json"]) in {0, 1, 2, 3, None}, (name, line)
            sys.stdout.flush()
            shown = capfd.readouterr().out
            assert not shown or json.loads(shown)["schema"].startswith("geoflow."), (name, line)


def test_without_git_every_command_says_so_or_does_without(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    for line in LOOKING:
        owes(CliRunner().invoke(app, [*line, "--json"], input=""), line)


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        yield
    finally:
        path.chmod(mode)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("place", [SPEC, "openspec/specs", "openspec/changes/add", ".git", "openspec"])
def test_what_may_not_be_read_is_told(root: Path, place: str) -> None:
    with unreadable(root / place):
        for line in LOOKING:
            owes(CliRunner().invoke(app, [*line, "--json"], input=""), line)


@pytest.mark.parametrize("given", [b"", b"\xff\xfe\n", b"\0\n", b"x" * 1_100_000, b"\n\n\n"])
def test_whatever_comes_on_stdin_is_no_traceback(root: Path, given: bytes) -> None:
    assert root.is_dir()
    for line in (
        ["ask", "-"],
        ["propose", "-"],
        ["improve", "--triage"],
        ["trust"],
        ["archive"],
        ["config", "set", "a", "-"],
    ):
        owes(CliRunner().invoke(app, [*line, "--json"], input=given), line)


@pytest.mark.parametrize("columns", ["20", "1", "0", "-5", "x", "100000"])
def test_any_width_of_a_terminal_is_no_traceback(root: Path, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    assert root.is_dir()
    monkeypatch.setenv("COLUMNS", columns)
    for line in LOOKING[::3]:
        owes(CliRunner().invoke(app, line, input=""), line)


@pytest.mark.parametrize("path", ["openspec\\specs\\auth\\spec.md", "C:\\repo\\openspec", "\\\\host\\share", "auth\\"])
def test_a_windows_path_where_an_id_is_asked_for_is_refused_or_found(root: Path, path: str) -> None:
    assert root.is_dir()
    for line in (
        ["show", path],
        ["validate", path],
        ["review", path, "--rules-only"],
        ["archive", path],
        ["improve", path],
    ):
        result = CliRunner().invoke(app, [*line, "--json"], input="")
        owes(result, line)
        assert json.loads(result.stdout)["schema"] == "geoflow.error/1"
