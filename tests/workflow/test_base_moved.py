"""Deltas whose base has moved, on real repositories."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from geoflow.openspec import read_tree
from geoflow.openspec.disk import load
from geoflow.quality.finding import Finding
from geoflow.workflow.base_moved import NOT_LOOKED_AT, find_moved_bases
from tests.builders import git, make_repo, requirement, write_tree
from tests.openspec.deltas import block, delta, tree

SPEC = "openspec/specs/auth/spec.md"
DELTA = "openspec/changes/one/specs/auth/spec.md"


def files(text: str, *blocks: str) -> dict[str, str]:
    return tree({"auth": blocks or [block("Login"), block("Logout")]}, {"one": {"auth": text}})


def commit(root: Path, changed: Mapping[str, str | bytes]) -> str:
    write_tree(root, changed)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "more")
    return git(root, "rev-parse", "HEAD")


def find(root: Path) -> list[Finding]:
    found, notes = find_moved_bases(read_tree(load(str(root), archive=False)), open_repository(root))
    assert notes == ()
    return found


def spec_with(*blocks: str) -> dict[str, str]:
    return {SPEC: files("", *blocks)[SPEC]}


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (delta(modified=[block("Login", "second")]), "warning"),
        (delta(removed=["Login"]), "warning"),
        (delta(renamed=[("Login", "In")]), "info"),
        (delta(renamed=[("Login", "In")], modified=[block("In", "second")]), "info"),
    ],
)
def test_a_requirement_that_has_changed_since_its_delta_was_committed_is_found(
    text: str, severity: str, tmp_path: Path
) -> None:
    root = make_repo(tmp_path / "r", files(text))
    written = git(root, "rev-parse", "HEAD")
    commit(root, {"README.md": "between\n"})
    commit(root, spec_with(block("Login", "third"), block("Logout")))
    found = find(root)
    assert (found[0].code, found[0].severity) == ("GF304", severity)
    assert written[:10] in found[0].message
    assert f"git diff {written[:10]} -- {SPEC}" in found[0].fix
    assert text[found[0].start : found[0].end] == found[0].quote
    assert len(found) == 1 + ("MODIFIED" in text and "RENAMED" in text)


@pytest.mark.parametrize(
    "now",
    [
        [block("Login"), block("Logout", "third")],
        [block("Login").replace("the first thing", "the\nfirst  thing"), block("Logout")],
        [block("Login").replace("\n", "\r\n"), block("Logout")],
        [block("Logout")],
    ],
)
def test_another_requirement_new_line_breaks_and_a_requirement_that_is_gone_are_no_moved_base(
    now: list[str], tmp_path: Path
) -> None:
    root = make_repo(tmp_path / "r", files(delta(modified=[block("Login", "second")])))
    commit(root, spec_with(*now))
    assert find(root) == []


def test_a_delta_that_was_touched_after_the_change_is_written_on_the_new_base(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", files(delta(modified=[block("Login", "second")])))
    commit(root, spec_with(block("Login", "third"), block("Logout")))
    assert len(find(root)) == 1
    commit(root, {DELTA: delta(modified=[block("Login", "fourth")])})
    assert find(root) == []


def test_a_delta_with_uncommitted_edits_counts_as_written_now(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", files(delta(modified=[block("Login", "second")])))
    write_tree(root, spec_with(block("Login", "third"), block("Logout")))
    assert len(find(root)) == 1  # the main spec may be uncommitted, and counts as it is
    write_tree(root, {DELTA: delta(modified=[block("Login", "fourth")])})
    assert find(root) == []


def test_a_delta_that_nobody_committed_counts_as_written_now(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", spec_with(block("Login")))
    write_tree(root, {DELTA: delta(modified=[block("Login", "fourth")])})
    assert find(root) == []


def test_a_delta_that_holds_what_has_come_has_taken_it_in(tmp_path: Path) -> None:
    both = requirement("Login", "The part SHALL do the first thing.\nIt SHALL tell.\nIt SHALL ask.")
    root = make_repo(tmp_path / "r", files(delta(modified=[both])))
    commit(root, spec_with(requirement("Login", "The part SHALL do the first thing.\nIt SHALL tell.")))
    assert find(root) == []


def test_deltas_older_than_the_first_look_are_found_in_a_root_below_the_repository(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "r", {"README.md": "top\n"})
    text = delta(modified=[block("Login", "second")])
    below = files(text) | {"openspec/changes/two/specs/auth/spec.md": text}
    commit(top, {f"docs/{path}": content for path, content in below.items()})
    stream = "".join(
        f"commit refs/heads/main\ncommitter Ada <a@b> {1_800_000_000 + n} +0000\ndata 1\n.\n"
        + ("from refs/heads/main^0\n" if n == 0 else "")
        + f"M 644 inline docs/openspec/changes/one/design.md\ndata {len(str(n))}\n{n}\n"
        for n in range(230)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=top, input=stream.encode(), check=True)
    git(top, "reset", "-q", "--hard", "main")
    commit(top, {f"docs/{path}": content for path, content in spec_with(block("Login", "third")).items()})
    assert [(one.code, one.path.split("/")[2]) for one in find(top / "docs")] == [("GF304", "one"), ("GF304", "two")]


def test_without_a_repository_that_is_said_where_there_is_something_to_look_at() -> None:
    text = delta(modified=[block("Login", "second")])
    assert find_moved_bases(read_tree(files(text)), None) == ([], (f"{NOT_LOOKED_AT} (this is no git repository)",))
    assert find_moved_bases(read_tree(files(delta(added=[block("New")]))), None) == ([], ())


def test_a_repository_without_a_commit_is_said(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", files(delta(modified=[block("Login", "second")])), commit=False)
    found, notes = find_moved_bases(read_tree(load(str(root), archive=False)), open_repository(root))
    assert found == []
    assert notes == (f"{NOT_LOOKED_AT} (This repository has no commit yet)",)


def test_names_with_blanks_and_other_scripts_are_looked_up(tmp_path: Path) -> None:
    changes = {"ändern 1": {"größe/ein": delta(modified=[block("Login", "second")])}}
    root = make_repo(tmp_path / "r", tree({"größe/ein": [block("Login")]}, changes))
    commit(root, {"openspec/specs/größe/ein/spec.md": files("", block("Login", "third"))[SPEC]})
    assert [one.code for one in find(root)] == ["GF304"]
