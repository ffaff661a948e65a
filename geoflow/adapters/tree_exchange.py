"""Two folders exchanged in one system call, where the system has one."""

import ctypes
import errno
import os
import sys

_HERE = -100  # AT_FDCWD of Linux: paths are not relative to an open folder
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, and RENAME_SWAP of macOS


def exchange(one: str, other: str) -> None:
    """Let two folders of one file system change places; nobody ever sees one of the paths empty or both alike.

    Raises:
        OSError: ENOSYS where the system has no such call; EINVAL, EXDEV, EBUSY and others where the file system, or one
            of the folders, cannot take part.
    """
    status = _call(os.fsencode(one), os.fsencode(other))
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), one, None, other)


def _call(one: bytes, other: bytes) -> int:
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    library = ctypes.CDLL(None, use_errno=True)
    # The flags are unsigned int, everything else is what ctypes takes it for.
    if call := getattr(library, "renameat2", None):
        return int(call(_HERE, one, _HERE, other, ctypes.c_uint(_EXCHANGE)))
    if call := getattr(library, "renamex_np", None):
        return int(call(one, other, ctypes.c_uint(_EXCHANGE)))
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
