"""A file of JSON lines that several processes append to at once, and that never grows beyond a bound."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

LARGEST = 50_000_000
"""Bytes; a file that has grown beyond it is put aside as `NAME.1.jsonl`, in place of the one before."""


class TranscriptFile:
    """An append-only file, readable by this user only, made when the first line comes.

    Args:
        file: Where the lines go.
        complain: Told once, when a line cannot be written; the work goes on without a transcript.
        largest: Bytes after which a new file is begun; with the one put aside there are never more than twice as many.
    """

    def __init__(self, file: Path, complain: Callable[[str], None], largest: int = LARGEST) -> None:
        self._file = file
        self._complain = complain
        self._largest = largest
        self._broken = False

    def append(self, record: Mapping[str, Any]) -> None:
        """Write one line with a single system call, so that lines of parallel writers never mix."""
        if self._broken:
            return
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._write(line) > self._largest:
                self._put_aside()
        except OSError as error:
            self._broken = True
            self._complain(f"no transcript is written: {self._file}: {error.strerror}")

    def _write(self, line: bytes) -> int:
        """Write the line; the size of the file after it."""
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def _put_aside(self) -> None:
        """Begin a new file. A writer that has this one open still writes into it, wherever it is by then."""
        from filelock import FileLock, Timeout

        with suppress(Timeout, FileNotFoundError), FileLock(self._file.with_suffix(".lock"), timeout=1):
            # Another writer may have been faster: a small file must not take the place of the large one.
            if self._file.stat().st_size > self._largest:
                self._file.replace(self._file.with_suffix(".1.jsonl"))
