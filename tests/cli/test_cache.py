import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.__main__ import answer_quickly
from geoflow.cli.judge import Judge
from geoflow.openspec import Report, load, validate
from geoflow.openspec.disk import open_files
from geoflow.openspec.items import items
from geoflow.openspec.layout import layout
from tests.builders import GOOD_SCENARIO, git, make_repo, requirement, spec, write_tree
from tests.openspec.documents import DOCUMENTS

SCHEMA = """name: own
version: 1
artifacts:
  - {id: work, generates: proposal.md, description: d, template: t.md, requires: []}
apply: {requires: [work], tracks: proposal.md}
"""
MAIN = spec(requirement("A", "The system SHALL work."), requirement("B", "It works."))
DELTA = "## MODIFIED Requirements\n### Requirement: A\nIt MUST work.\n" + GOOD_SCENARIO
TREE = {
    "openspec/config.yaml": "schema: spec-driven\n",
    "openspec/specs/a/spec.md": MAIN,
    "openspec/specs/b/spec.md": MAIN.replace("Requirement: A", "Requirement: Z"),
    "openspec/changes/c/specs/a/spec.md": DELTA,
    "openspec/changes/c/tasks.md": "## 1. G\n- [ ] 1.1 a\n- [ ] 1.1 b\n",
    "openspec/changes/c/proposal.md": "- why\n",
    "openspec/changes/d/specs/b/spec.md": "## ADDED Requirements\n" + requirement("Z", "It SHALL be another."),
    "openspec/changes/d/.openspec.yaml": "schema: spec-driven\n",
}
PATHS = [*TREE, "openspec/specs/new/spec.md", "openspec/changes/d/specs/new/spec.md", "openspec/changes/d/tasks.md",
         "openspec/schemas/own/schema.yaml", "openspec/changes/e/proposal.md", "openspec/changes/e/in/tasks.md"]  # fmt: skip
METADATA = st.sampled_from(
    ["schema: own\n", "schema: spec-driven\nskip_specs: true\n", "schema: nope\n", "skip_specs: 1"]
)
CONTENTS = st.one_of(DOCUMENTS, METADATA, st.just(SCHEMA), st.sampled_from([MAIN, DELTA]))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "project", TREE)
    monkeypatch.chdir(folder)
    return folder


def cached(root: Path) -> tuple[Report, ...]:
    files = open_files(str(root), archive=False)
    found = layout(files)
    judge = Judge(str(root), files, found)
    reports = tuple(judge.judge(item) for item in items(found))
    judge.remember(whole=True)
    return reports


def cache_file(root: Path) -> Path:
    (path,) = (root / ".git" / "geoflow").iterdir()
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int | None, str]:
    code = answer_quickly(["validate", *arguments])
    return code, re.sub(r'"durationMs": \d+', "", capsys.readouterr().out)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.one_of(st.none(), CONTENTS)), min_size=1, max_size=6))
def test_after_any_edits_a_cached_verdict_is_a_fresh_one(edits: list[tuple[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_tree(Path(folder), {**TREE, ".git/HEAD": "ref: refs/heads/main\n"})
        for path, text in [("openspec/config.yaml", TREE["openspec/config.yaml"]), *edits, *edits[:1]]:
            if text is None:
                (root / path).unlink(missing_ok=True)
            else:
                write_tree(root, {path: text.encode("utf-8", "surrogateescape")})
            fresh = validate(load(str(root), archive=False))
            assert cached(root) == fresh
            assert cached(root) == fresh


@pytest.mark.parametrize("switches", [("--all",), ("--all", "--json"), ("--strict", "--all", "--json"), ("a", "c")])
def test_the_answer_is_the_same_with_the_cache_without_it_and_outside_git(
    root: Path, capsys: pytest.CaptureFixture[str], switches: tuple[str, ...]
) -> None:
    first = answer(capsys, *switches)
    assert "OS-" in first[1]
    assert cache_file(root).stat().st_size
    assert answer(capsys, *switches) == first
    (root / ".git").rename(root / "git")
    assert answer(capsys, *switches) == first


def test_a_second_run_needs_no_rule(root: Path) -> None:
    command = "import sys; from geoflow.__main__ import answer_quickly; answer_quickly(['validate', '--all']); sys.exit('geoflow.openspec.spec_rules' in sys.modules)"  # fmt: skip

    def loads_the_rules() -> int:
        return subprocess.run([sys.executable, "-c", command], cwd=root, check=False, capture_output=True).returncode

    assert [loads_the_rules(), loads_the_rules()] == [1, 0]


def test_only_what_changed_is_judged_anew(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "--all")
    before = cache_file(root).read_text()
    write_tree(root, {"openspec/specs/b/spec.md": MAIN})
    answer(capsys, "--all")
    after = cache_file(root).read_text()

    def keys(text: str) -> set[str]:
        return set(re.findall(r"^\+(\w+) ", text.partition("\n=\n")[0], re.MULTILINE))

    assert len(keys(before)) == len(keys(after)) == 4
    assert len(keys(before) & keys(after)) == 2  # spec a and change c; change d has a delta for spec b


def test_a_run_that_finds_everything_writes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer(capsys, "--all")
    before = cache_file(root).stat()
    answer(capsys, "--all")
    answer(capsys, "a", "--json")

    after = cache_file(root).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("where", ["there", "away"])
def test_a_git_folder_that_cannot_be_written_is_no_error(
    root: Path, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    first = answer(capsys, "--all", "--json")
    write_tree(root, {"openspec/specs/b/spec.md": "other"})
    if where == "away":
        (cache_file(root)).unlink()
        (root / ".git" / "geoflow").rmdir()
        (root / ".git" / "geoflow").write_text("in the way")
    with _read_only(root / ".git"):
        code, out = answer(capsys, "--all", "--json")

    assert code == 1
    assert out != first[1]


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    below = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in below:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in below:
            path.chmod(0o755)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"\x00\xff" * len(data),
        lambda data: data.replace(b"SHALL", b"shall"),
        lambda data: data * 3,
    ],
    ids=["truncated", "garbage", "another text", "thrice"],
)
def test_a_damaged_cache_is_survived_and_mended(
    root: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[bytes], bytes]
) -> None:
    first = answer(capsys, "--all", "--json")
    good = cache_file(root).read_bytes()
    cache_file(root).write_bytes(damage(good))

    assert answer(capsys, "--all", "--json") == first
    assert cache_file(root).read_bytes() == good


def test_eight_processes_at_once_all_answer_right(root: Path) -> None:
    command = [sys.executable, "-m", "geoflow", "validate", "--all", "--json"]

    def answers() -> set[str]:
        running = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(8)]
        outputs = [process.communicate()[0] for process in running]
        assert {process.returncode for process in running} == {0}
        return {re.sub(r'"durationMs": \d+', "", output) for output in outputs}

    (alone,) = answers()
    (again,) = answers()
    assert again == alone
    assert [path.name[:9] for path in (root / ".git" / "geoflow").iterdir()] == ["verdicts-"]

    cache_file(root).write_bytes(b"torn")
    write_tree(root, {"openspec/specs/b/spec.md": MAIN})
    (changed,) = answers()
    assert changed != alone


def test_linked_work_trees_have_a_cache_of_their_own(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linked = root.parent / "linked"
    git(root, "worktree", "add", "-q", str(linked))
    write_tree(linked, {"openspec/specs/a/spec.md": "other"})
    fresh = validate(load(str(linked), archive=False))

    assert cached(root) == validate(load(str(root), archive=False))
    assert cached(linked) == fresh
    assert cached(linked) == fresh
    assert list((root / ".git" / "worktrees" / "linked" / "geoflow").iterdir())


def test_a_file_that_cannot_be_read_is_told_each_time(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "openspec/specs/a/spec.md"
    path.unlink()
    path.symlink_to(root.parent / "outside.md")
    (root.parent / "outside.md").write_text(MAIN)

    first = answer(capsys, "--all", "--json")

    assert "outside" in first[1]
    assert answer(capsys, "--all", "--json") == first
