"""What `geoflow doctor` says of the files that may be deleted at any time: how large they are, and which are broken."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from geoflow.adapters.checkup import Check

_LARGE = 1_000_000_000
_LOOKED_INTO = 200_000_000  # bytes; a larger database takes longer than a check-up may
_TRANSCRIPT = "transcript.jsonl"
_SQLITE = b"SQLite format 3\0"


def check_caches(folder: Path, others: tuple[Path, ...] = ()) -> list[Check]:
    """Look at geoflow's folder in the git folder, and at caches of the user's own; nothing is written."""
    sizes = {path: path.lstat().st_size for path in _files(folder)}
    transcript = sizes.get(folder / _TRANSCRIPT, 0)
    caches = sum(sizes.values()) - transcript
    own = sum(path.lstat().st_size for other in others for path in _files(other))
    text = f"transcript {transcript / 1e6:.1f} MB, caches {caches / 1e6:.1f} MB in {folder}"
    text += f", {own / 1e6:.1f} MB among your own" if own else ""
    facts = {"folder": str(folder), "transcript_bytes": transcript, "cache_bytes": caches, "own_cache_bytes": own}
    if transcript + caches > _LARGE:
        fix = f"Delete {folder}; nothing but caches and transcripts is in it."
        return [Check("state", "warn", text, fix, facts), *_broken(sizes)]
    return [Check("state", "ok", text, facts=facts), *_broken(sizes)]


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _broken(sizes: dict[Path, int]) -> list[Check]:
    return [
        Check("state", "warn", f"the cache {path} is broken", f"Delete it, it is made anew: {path}", {"broken": 1})
        for path, size in sizes.items()
        if path.suffix == ".sqlite" and 0 < size < _LOOKED_INTO and not _is_whole(path)
    ]


def _is_whole(file: Path) -> bool:
    wal = file.with_name(file.name + "-wal")
    try:
        with file.open("rb") as opened:
            if opened.read(len(_SQLITE)) != _SQLITE:
                return False
        if wal.exists() and wal.stat().st_size:
            return True  # somebody writes to it, and what it holds is not in this file alone
        # Immutable: nothing is locked, and no file is made beside it.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False
    except OSError:
        return True  # it went away meanwhile, or is not ours to read
