import tarfile
from pathlib import Path

import pytest

from geoflow.openspec import Change, Requirement, read_tree, splice
from geoflow.openspec.disk import find_root, load
from geoflow.openspec.lines import split, starts
from tests.conftest import CORPUS

ARCHIVES = sorted(CORPUS.glob("*.tar.gz")) if CORPUS.is_dir() else []
pytestmark = pytest.mark.corpus


def unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    name = archive.name.removesuffix(".tar.gz")
    root = find_root(str(folder / name))
    assert root is not None
    return Path(root)


def requirements_of(change: Change) -> list[tuple[str, Requirement]]:
    return [(delta.text, item) for delta in change.deltas for item in (*delta.added, *delta.modified)]


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_every_file_of_a_real_tree_is_read_and_written_back_byte_for_byte(archive: Path, tmp_path: Path) -> None:
    root = unpack(archive, tmp_path)
    files = load(str(root))
    assert files

    for path, text in files.items():
        assert text.encode("utf-8", "surrogateescape") == (root / path).read_bytes()
        document = split(text)
        begins = starts(document)
        assert text[: document.first] + "".join(map(text.__getitem__, map(slice, begins, begins[1:]))) == text

    tree = read_tree(files)
    found = [(spec.text, item) for spec in tree.specs for item in spec.requirements]
    for change in (*tree.changes, *tree.archived):
        found.extend(requirements_of(change))
    for text, item in found:
        assert text.startswith("###", item.start)
        whole = text[item.start : item.end]
        if "\r" not in text:
            assert splice(text, item.start, item.end, whole) == text
        for scenario in item.scenarios:
            assert text.startswith("####", scenario.start)
