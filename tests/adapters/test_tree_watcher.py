"""One save is one notice: by renaming, in a burst, after the folder came back, and where the system gives none."""

import errno
import threading
import time
from pathlib import Path

import pytest

from geoflow.adapters.tree_watcher import TreeWatcher
from tests.builders import write_tree

LONG = 5.0
"""Seconds that nothing here takes; what shall not come is waited for a shorter time."""
SHORT = 0.6


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "root", {"openspec/specs/gate/spec.md": "a", "openspec/changes/x/proposal.md": "b"})


def test_a_save_is_noticed_once(root: Path) -> None:
    with TreeWatcher(root) as watcher:
        (root / "openspec/specs/gate/spec.md").write_text("c")
        assert watcher.wait(LONG)
        assert not watcher.wait(SHORT)
        assert watcher.note == ""


def test_a_read_and_other_files_are_no_save(root: Path) -> None:
    with TreeWatcher(root) as watcher:
        (root / "openspec/specs/gate/spec.md").read_text()
        write_tree(root, {"src/main.py": "print()", "openspec/specs/gate/.spec.md.swp": "x", "README.md": "r"})
        assert not watcher.wait(SHORT)


def test_an_atomic_save_from_a_temporary_name_is_noticed(root: Path) -> None:
    with TreeWatcher(root) as watcher:
        draft = root / "openspec/specs/gate/.spec.md.tmp"
        draft.write_text("c")
        draft.replace(root / "openspec/specs/gate/spec.md")
        assert watcher.wait(LONG)


def test_many_files_at_once_are_one_notice(root: Path) -> None:
    with TreeWatcher(root, quiet=0.3) as watcher:
        write_tree(root, {f"openspec/specs/part-{n}/spec.md": "x" for n in range(200)})
        assert watcher.wait(LONG)
        assert not watcher.wait(SHORT)
        (root / "openspec/specs/part-199/spec.md").write_text("y")  # in a folder that came meanwhile
        assert watcher.wait(LONG)


def test_saves_without_end_are_noticed_all_the_same(root: Path) -> None:
    done = threading.Event()

    def save() -> None:
        while not done.wait(0.02):
            (root / "openspec/specs/gate/spec.md").write_text(str(time.monotonic()))

    thread = threading.Thread(target=save)
    with TreeWatcher(root, quiet=10.0, longest=0.3) as watcher:
        thread.start()
        assert watcher.wait(LONG)
        done.set()
        thread.join()


def test_a_folder_that_went_and_came_is_watched_again(root: Path) -> None:
    with TreeWatcher(root) as watcher:
        (root / "openspec").rename(root / "away")
        assert watcher.wait(LONG)
        (root / "away").rename(root / "openspec")
        assert watcher.wait(LONG)
        while watcher.wait(SHORT):
            pass
        (root / "openspec/specs/gate/spec.md").write_text("c")
        assert watcher.wait(LONG)


def test_a_tree_that_comes_later_is_watched(tmp_path: Path) -> None:
    with TreeWatcher(tmp_path) as watcher:
        write_tree(tmp_path, {"openspec/specs/gate/spec.md": "a"})
        assert watcher.wait(LONG)
        while watcher.wait(SHORT):
            pass
        (tmp_path / "openspec/specs/gate/spec.md").write_text("b")
        assert watcher.wait(LONG)


def test_polling_notices_too(root: Path) -> None:
    with TreeWatcher(root, poll=True) as watcher:
        assert watcher.note == ""
        time.sleep(1.2)
        (root / "openspec/specs/gate/spec.md").write_text("longer than before")
        assert watcher.wait(LONG)


def test_without_a_watch_left_files_are_looked_at_and_the_limit_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchdog.observers.inotify import InotifyObserver

    def full(_: InotifyObserver) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(InotifyObserver, "start", full)
    with TreeWatcher(root) as watcher:
        assert "max_user_watches" in watcher.note
        time.sleep(1.2)
        (root / "openspec/specs/gate/spec.md").write_text("longer than before")
        assert watcher.wait(LONG)


def test_no_thread_is_left_behind(root: Path) -> None:
    before = threading.active_count()
    with TreeWatcher(root) as watcher:
        (root / "openspec").rename(root / "away")
        watcher.wait(LONG)
    assert threading.active_count() == before
