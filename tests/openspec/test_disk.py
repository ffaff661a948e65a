import os
import subprocess
from pathlib import Path

import pytest

from geoflow.errors import GeoflowError
from geoflow.openspec.disk import find_root, last_modified, load, open_files
from tests.builders import write_tree


def test_the_root_is_the_nearest_folder_with_specs_changes_or_config(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {"openspec/specs/x/spec.md": "", "b/openspec/notes.md": "", "b/c/d.txt": ""})
    write_tree(tmp_path / "e", {"openspec/config.yml": ""})

    assert find_root(str(tmp_path / "a" / "b" / "c")) == str(tmp_path / "a")
    assert find_root(str(tmp_path / "e")) == str(tmp_path / "e")
    assert find_root(str(tmp_path)) is None


def test_loading_keeps_every_byte_and_names_empty_changes(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfa\r\nb\rc\n\xff\x00\xc3"
    write_tree(tmp_path, {"openspec/specs/x/spec.md": data, "openspec/changes/archive/2026-01-01-a/tasks.md": "x"})
    (tmp_path / "openspec/changes/empty").mkdir()

    files = load(str(tmp_path))

    assert files["openspec/specs/x/spec.md"].encode("utf-8", "surrogateescape") == data
    assert files["openspec/changes/empty/"] == ""
    assert "openspec/changes/archive/2026-01-01-a/tasks.md" in files
    assert "openspec/changes/archive/2026-01-01-a/tasks.md" not in load(str(tmp_path), archive=False)


def test_links_inside_are_read_and_links_to_nowhere_or_to_folders_are_not(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/specs/x/spec.md": "inside", "openspec/specs/y/note.md": ""})
    (tmp_path / "openspec/specs/y/spec.md").symlink_to("../x/spec.md")
    (tmp_path / "openspec/specs/y/gone.md").symlink_to("nowhere")
    (tmp_path / "openspec/specs/z").symlink_to("x")

    assert set(load(str(tmp_path))) == {
        "openspec/specs/x/spec.md",
        "openspec/specs/y/spec.md",
        "openspec/specs/y/note.md",
    }


def test_a_spec_that_links_outside_is_refused(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret": "x", "openspec/specs/y/note.md": ""})
    (tmp_path / "openspec/specs/y/spec.md").symlink_to("../../../secret")

    with pytest.raises(GeoflowError) as raised:
        load(str(tmp_path))

    assert raised.value.code == "outside-root"


def test_other_links_that_leave_are_not_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret": "x", "openspec/specs/y/spec.md": ""})
    (tmp_path / "openspec/specs/y/note.md").symlink_to("../../../secret")

    assert set(load(str(tmp_path))) == {"openspec/specs/y/spec.md"}


def test_the_time_of_a_change_is_that_of_its_newest_file(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/changes/c/a.md": "", "openspec/changes/c/d/b.md": ""})
    os.utime(tmp_path / "openspec/changes/c/a.md", (5, 100))
    os.utime(tmp_path / "openspec/changes/c/d/b.md", (5, 200))

    assert last_modified(str(tmp_path), "openspec/changes/c") == 200


def test_a_file_is_read_when_it_is_asked_for_and_not_before(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/specs/x/spec.md": "one", "openspec/changes/c/proposal.md": "two"})
    (tmp_path / "openspec/changes/empty").mkdir()

    files = open_files(str(tmp_path))
    write_tree(tmp_path, {"openspec/specs/x/spec.md": "changed"})

    assert set(files) == {"openspec/specs/x/spec.md", "openspec/changes/c/proposal.md", "openspec/changes/empty/"}
    assert files["openspec/specs/x/spec.md"] == "changed"
    assert files.raw("openspec/changes/empty/") == b""
    assert files.get("openspec/specs/y/spec.md") is None
    assert files.asked == {"openspec/specs/x/spec.md", "openspec/specs/y/spec.md"}


def test_a_file_that_goes_away_before_it_is_read_is_told(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/specs/x/spec.md": "one"})
    files = open_files(str(tmp_path))
    (tmp_path / "openspec/specs/x/spec.md").unlink()

    with pytest.raises(GeoflowError) as raised:
        files["openspec/specs/x/spec.md"]

    assert raised.value.code == "unreadable"


def test_folders_may_be_nested_deeper_than_python_recurses(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/specs/x/spec.md": "one"})
    here = os.open(tmp_path / "openspec/specs", os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)

    assert set(load(str(tmp_path))) == {"openspec/specs/x/spec.md"}
    # Removing it in Python would recurse, too.
    subprocess.run(["rm", "-rf", str(tmp_path / "openspec")], check=True)
