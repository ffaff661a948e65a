"""Unfinished runs of improve, a file each in the git folder: appended while a run works, and removed when it ends."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from geoflow.adapters.journal_lines import Replies, Told, head_line, read_journal, reply_from, reply_line
from geoflow.adapters.transcript import request_hash
from geoflow.ports import ChatReply, ChatRequest, Unfinished

FOLDER = "improve"
_NAME = re.compile(r"\d{8}-\d{6}-\w+\Z", re.ASCII)
_SUFFIX = ".jsonl"


class RunJournal:
    """The `Journal` port. One run writes at a time; where nothing can be written nothing is, and no run fails for it.

    Args:
        state_folder: Geoflow's folder in the git folder.
        root: The folder that holds `openspec/`: only its runs are listed, since another work tree has another commit.
    """

    def __init__(self, state_folder: Path, root: Path) -> None:
        self._folder, self._root = state_folder / FOLDER, str(root)
        self._file: Path | None = None
        self._replies: Replies = {}

    def unfinished(self) -> list[Unfinished]:
        """List the runs of this root that have not ended, the newest first, and those of roots that are gone."""
        return [
            replace(told.run, pid=_living(told))
            for file in sorted(self._files(), reverse=True)
            if (told := read_journal(file)) and told.run.run == file.stem and self._is_ours(told)
        ]

    def begin(self, run: str, base: str, targets: Sequence[str]) -> None:
        """Begin to write a run down, or go on with it: what it has heard is recalled from then on."""
        from geoflow.adapters.embedded_state import process_start

        self._file = self._place(run)
        told = read_journal(self._file)
        self._replies = told.replies if told else {}
        process = (os.getpid(), process_start(os.getpid()) or 0.0)
        self._append(head_line(run, base, targets, self._root, process))

    def recall(self, model: str, request: ChatRequest) -> ChatReply | None:
        """Give what a model said before the kill, each reply once and in its order."""
        if not self._replies:
            return None
        heard = self._replies.get((model, request_hash(request)))
        return reply_from(heard.popleft(), request) if heard else None

    def keep(self, model: str, request: ChatRequest, reply: ChatReply) -> None:
        """Write a reply down, on the disk before this returns; calls of functions are not kept."""
        if not reply.calls:
            self._append(reply_line(model, request_hash(request), reply), sync=True)

    def at(self, done: int, total: int) -> None:
        """Write down how many findings of how many are done."""
        self._append({"done": done, "total": total})

    def deliver(self, branch: str, tip: str, record: bytes) -> None:
        """Write down what is about to be published, on the disk before this returns."""
        self._append({"branch": branch, "tip": tip, "record": record.decode("utf-8", "replace")}, sync=True)

    def forget(self, run: str) -> None:
        """Remove what was written of a run."""
        with suppress(OSError):
            self._place(run).unlink(missing_ok=True)

    def _is_ours(self, told: Told) -> bool:
        return told.root == self._root or not Path(told.root).is_dir()

    def _files(self) -> list[Path]:
        try:
            return [file for file in self._folder.iterdir() if file.suffix == _SUFFIX and _NAME.match(file.stem)]
        except OSError:
            return []

    def _place(self, run: str) -> Path:
        if not _NAME.match(run):
            raise ValueError(run)
        return self._folder / f"{run}{_SUFFIX}"

    def _append(self, line: Mapping[str, Any], *, sync: bool = False) -> None:
        """Write one line with a single system call, behind a line feed: the line before may be torn."""
        if self._file is None:
            return
        content = b"\n" + json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, content)
                if sync:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            self._file = None  # the run goes on without; a later one asks again


def _living(told: Told) -> int:
    from geoflow.adapters.embedded_state import process_start

    started = process_start(told.pid)
    return told.pid if started is not None and abs(started - told.created) < 1.0 else 0
