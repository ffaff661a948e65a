"""The OpenSpec files of the work tree."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.disk import load
from tests.builders import make_repo, write_tree

CHANGE = "openspec/changes/add-login"
FILES = {f"{CHANGE}/proposal.md": "# Änderung\r\n", f"{CHANGE}/tasks.md": "", f"{CHANGE}/specs/a/spec.md": "delta\n"}


def files_below(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def refusal(root: Path, files: dict[str, str]) -> str:
    before = files_below(root)
    with pytest.raises(GeoflowError) as failure:
        WorkTreeDocuments(root).create(files)
    assert failure.value.exit_code is ExitCode.ENVIRONMENT
    assert files_below(root) == before
    assert not list(root.rglob(".geoflow-new-*"))
    return failure.value.code


def test_read_gives_every_file_byte_for_byte(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "openspec/b.md": "\ufeffone\r\n",
        "openspec/a/ü \n.md": "two",
        "openspec/binary": bytes(range(256)),
        "openspec/.hidden/x.md": "h",
    }
    write_tree(tmp_path / "p", files | {"src/x.md": "no"})
    read = WorkTreeDocuments(tmp_path / "p").read()
    assert read == {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    assert list(read) == sorted(read)


def test_read_agrees_with_git_about_links_and_nested_repositories(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "p", {"openspec/a.md": "a", "secret.md": "s"})
    make_repo(root / "openspec" / "nested", {"n.md": "n"})
    (root / "openspec" / "link.md").symlink_to("../secret.md")
    (root / "openspec" / "folder").symlink_to("..")
    assert WorkTreeDocuments(root).read() == {"openspec/a.md": b"a"}


@pytest.mark.parametrize("read", [lambda root: WorkTreeDocuments(root).read(), lambda root: load(str(root))])
def test_drafts_that_come_and_go_meanwhile_do_not_end_a_read(
    tmp_path: Path, read: Callable[[Path], dict[str, object]]
) -> None:
    files = {f"openspec/specs/s{number}/spec.md": "text" for number in range(20)}
    root = write_tree(tmp_path / "p", files)
    done = threading.Event()

    def save_again_and_again() -> None:
        while not done.is_set():
            for path in files:
                draft = root / f"{path}.new"
                draft.write_text("text")
                draft.replace(root / path)

    writer = threading.Thread(target=save_again_and_again)
    writer.start()
    try:
        for _ in range(200):
            assert set(files) <= set(read(root))
    finally:
        done.set()
        writer.join()


def test_read_of_nothing_is_empty(tmp_path: Path) -> None:
    assert WorkTreeDocuments(tmp_path).read() == {}
    (tmp_path / "openspec").write_text("a file")
    assert WorkTreeDocuments(tmp_path).read() == {}


ARCHIVE = "openspec/changes/archive"
LIVE_FILES = {
    "openspec/project.md": "p",
    "openspec/archive/x.md": "no archive of changes",
    "openspec/specs/archive/spec.md": "a capability",
    "openspec/changes/add/proposal.md": "active",
    "openspec/changes/archived/proposal.md": "active too",
    "openspec/changes/add/archive/x.md": "inside a change",
}
HISTORY_FILES = {f"{ARCHIVE}/2026-01-01-a/proposal.md": "old", f"{ARCHIVE}/2026-01-01-a/specs/s/spec.md": "old spec"}


def as_bytes(files: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


def test_what_is_live_and_what_is_history_are_read_apart_and_make_up_everything(tmp_path: Path) -> None:
    documents = WorkTreeDocuments(write_tree(tmp_path / "p", {**LIVE_FILES, **HISTORY_FILES}))
    assert documents.read("live") == as_bytes(LIVE_FILES)
    assert documents.read("history") == as_bytes(HISTORY_FILES)
    assert documents.read("all") == documents.read() == as_bytes({**LIVE_FILES, **HISTORY_FILES})
    for part in (documents.read("live"), documents.read("history")):
        assert list(part) == sorted(part)


def test_without_an_archive_there_is_no_history(tmp_path: Path) -> None:
    assert WorkTreeDocuments(tmp_path).read("history") == {}
    documents = WorkTreeDocuments(write_tree(tmp_path / "p", LIVE_FILES))
    assert documents.read("history") == {}
    assert documents.read("live") == documents.read()


def test_a_file_in_the_place_of_the_archive_is_live(tmp_path: Path) -> None:
    documents = WorkTreeDocuments(write_tree(tmp_path / "p", {ARCHIVE: "a file"}))
    assert documents.read("history") == {}
    assert documents.read("live") == documents.read() == {ARCHIVE: b"a file"}


@pytest.mark.parametrize("linked", ["openspec/changes", ARCHIVE, f"{ARCHIVE}/2026-01-01-a"])
def test_history_is_read_through_no_link(tmp_path: Path, linked: str) -> None:
    elsewhere = write_tree(tmp_path / "elsewhere", HISTORY_FILES)
    root = write_tree(tmp_path / "p", {"openspec/project.md": "p"})
    (root / linked).parent.mkdir(parents=True, exist_ok=True)
    (root / linked).symlink_to(elsewhere / linked)
    documents = WorkTreeDocuments(root)
    assert documents.read("history") == {}
    assert documents.read("live") == documents.read() == {"openspec/project.md": b"p"}


@pytest.mark.parametrize("nested", ["openspec/changes", ARCHIVE, f"{ARCHIVE}/2026-01-01-a"])
def test_nor_from_a_nested_repository(tmp_path: Path, nested: str) -> None:
    root = write_tree(tmp_path / "p", {"openspec/project.md": "p", **HISTORY_FILES})
    make_repo(root / nested, {})
    documents = WorkTreeDocuments(root)
    assert documents.read("history") == {}
    assert documents.read("live") == documents.read() == {"openspec/project.md": b"p"}


def test_what_was_said_is_read_alone(tmp_path: Path) -> None:
    said = {"openspec/feedback/a.yaml": "a", "openspec/feedback/deeper/b.yaml": "b"}
    documents = WorkTreeDocuments(write_tree(tmp_path / "p", {**LIVE_FILES, **HISTORY_FILES, **said}))
    live = documents.read("live")
    assert documents.read("feedback") == as_bytes(said)
    assert as_bytes(said).items() <= live.items()
    assert WorkTreeDocuments(tmp_path).read("feedback") == {}


def test_it_is_read_through_no_link_and_from_no_nested_repository(tmp_path: Path) -> None:
    said = {"openspec/feedback/a.yaml": "a"}
    elsewhere = write_tree(tmp_path / "elsewhere", said)
    root = write_tree(tmp_path / "p", {"openspec/project.md": "p"})
    (root / "openspec/feedback").symlink_to(elsewhere / "openspec/feedback")
    assert WorkTreeDocuments(root).read("feedback") == {}
    nested = write_tree(tmp_path / "n", said)
    make_repo(nested / "openspec/feedback", {})
    assert WorkTreeDocuments(nested).read("feedback") == {}


def test_a_half_written_change_is_in_no_part(tmp_path: Path) -> None:
    files = {"openspec/.geoflow-new-1-ab/x.md": "x", f"{ARCHIVE}/.geoflow-new-1-ab/x.md": "x"}
    documents = WorkTreeDocuments(write_tree(tmp_path / "p", files))
    assert documents.read("live") == documents.read("history") == documents.read() == {}


def test_create_writes_all_files_of_a_new_folder(tmp_path: Path) -> None:
    WorkTreeDocuments(tmp_path).create(FILES)
    assert files_below(tmp_path) == {name: text.encode() for name, text in FILES.items()}


def test_create_writes_one_file_into_a_folder_that_exists(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/questions/old.yaml": "old"})
    WorkTreeDocuments(tmp_path).create({"openspec/questions/new.yaml": "new"})
    assert files_below(tmp_path) == {"openspec/questions/old.yaml": b"old", "openspec/questions/new.yaml": b"new"}


def test_create_of_nothing_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    WorkTreeDocuments(tmp_path / "p").create({})
    assert list((tmp_path / "p").iterdir()) == []


@pytest.mark.parametrize("standing", [f"{CHANGE}/tasks.md", f"{CHANGE}/other.md", f"{CHANGE}", "openspec/changes"])
def test_create_replaces_nothing(tmp_path: Path, standing: str) -> None:
    write_tree(tmp_path, {standing: "the user's"})
    assert refusal(tmp_path, FILES) == "exists"


def test_create_replaces_no_single_file_folder_or_dangling_link(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/file": "f", "openspec/folder/x": "x"})
    (tmp_path / "openspec" / "dangling").symlink_to("nowhere")
    for name in ("file", "folder", "dangling", "file/below"):
        assert refusal(tmp_path, {f"openspec/{name}": "new"}) in {"exists", "not-writable"}


@pytest.mark.parametrize(
    "path",
    [
        "x.md",
        "openspec",
        "openspec/../x.md",
        "/tmp/x.md",
        "openspec//x",
        "openspec/./x",
        "openspec/.git/hooks/x",
        "openspec/a\\b",
        "openspec/\0",
    ],
)
def test_create_stays_below_openspec(tmp_path: Path, path: str) -> None:
    assert refusal(tmp_path, {path: "evil"}) == "outside-openspec"


def test_create_follows_no_link_out_of_openspec(tmp_path: Path) -> None:
    outside = write_tree(tmp_path / "outside", {"changes/keep.md": "k"})
    root = write_tree(tmp_path / "p", {"openspec/specs/a/spec.md": "s"})
    (root / "openspec" / "changes").symlink_to(outside / "changes")
    assert refusal(root, FILES) == "outside-openspec"
    elsewhere = tmp_path / "q"
    elsewhere.mkdir()
    (elsewhere / "openspec").symlink_to(outside)
    assert refusal(elsewhere, {"openspec/new/x.md": "x"}) == "outside-openspec"
    assert files_below(outside) == {"changes/keep.md": b"k"}


def test_create_sweeps_what_a_killed_run_left_and_spares_a_living_one(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_tree(
        tmp_path, {f"openspec/.geoflow-new-{gone.pid}-ab/x.md": "old", "openspec/.geoflow-new-1-ab/x.md": "alive"}
    )
    documents = WorkTreeDocuments(tmp_path)
    assert documents.read() == {}
    documents.create(FILES)
    assert set(files_below(tmp_path)) == {*FILES, "openspec/.geoflow-new-1-ab/x.md"}


WORK = """
import shutil, sys
from pathlib import Path
from geoflow.adapters.documents import WorkTreeDocuments

documents = WorkTreeDocuments(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(100_000):
    folder = f"openspec/changes/c{sys.argv[2]}-{number}"
    documents.create({f"{folder}/{name}.md": name * 2000 for name in "abcdefgh"})
"""


def test_a_killed_run_leaves_whole_changes_only(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "p", {"openspec/specs/a/spec.md": "s"})
    chance = random.Random(7)
    for attempt in range(8):
        child = subprocess.Popen([sys.executable, "-c", WORK, str(root), str(attempt)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0, 0.15))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    changes = list((root / "openspec" / "changes").iterdir())
    assert changes
    for change in changes:
        assert files_below(change) == {f"{name}.md": (name * 2000).encode() for name in "abcdefgh"}
    WorkTreeDocuments(root).create(FILES)
    assert not list((root / "openspec").glob(".geoflow-new-*"))
