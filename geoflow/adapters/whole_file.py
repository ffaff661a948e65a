"""A small file put in place of another, whole or not at all."""

import os
import secrets
from pathlib import Path


def replace_file(place: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file under another name beside its place and rename it there, its folder made where it is missing.

    A run that is killed leaves the file as it was, and at most a hidden draft beside it.

    Args:
        place: Where the file belongs; a link is replaced, not followed.
        content: All of it.
        mode: Who may read it; this user only, unless told.

    Raises:
        OSError: The system refuses; the file is as it was.
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.replace(place)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
