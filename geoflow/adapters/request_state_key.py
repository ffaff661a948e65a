"""The key that seals what a client holds for the server while a person thinks, so that a new server can open it."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from geoflow.adapters.whole_file import replace_file

LIFETIME_SECONDS = 30 * 24 * 3600
_BYTES = 32


def request_state_key(folder: Path) -> bytes | None:
    """Read the key of a folder, made at the first use and readable by this user only; None where it cannot be kept.

    Args:
        folder: What geoflow keeps of a root, outside the work tree; made if need be.
    """
    file = folder / "mcp-request-state.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _read(file) or _make(file)
    except OSError:
        return None


def _read(file: Path) -> bytes | None:
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        return None
    # A key that others may read is none; nor is half a one.
    return key if len(key) >= _BYTES and not file.stat().st_mode & 0o077 else None


def _make(file: Path) -> bytes | None:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    replace_file(draft, secrets.token_bytes(_BYTES))
    try:
        if _is_unusable(file):
            draft.replace(file)
        else:
            with suppress(FileExistsError):  # another server was quicker: its key counts
                os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return _read(file)


def _is_unusable(file: Path) -> bool:
    return file.exists() and _read(file) is None
