"""New git objects, gathered here and written by one process, however many they are."""

import re
import struct
import zlib
from hashlib import sha1, sha256
from typing import Literal

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError

Kind = Literal["commit", "tree", "blob"]

SHA1_DIGITS = 40
_NUMBERS: dict[Kind, int] = {"commit": 1, "tree": 2, "blob": 3}
_MISSING = re.compile(rb" missing$", re.MULTILINE)


class NewObjects:
    """Objects that are about to be written.

    Args:
        git: Runs git in the repository.
        digits: How long the ids of its objects are: 40, or 64 in a repository with SHA-256.
    """

    def __init__(self, git: GitProcess, digits: int) -> None:
        self._git = git
        self._algorithm = sha1 if digits == SHA1_DIGITS else sha256
        self._made: dict[str, tuple[Kind, bytes]] = {}

    def add(self, kind: Kind, content: bytes) -> str:
        """Add an object that holds what is given, as it is; its id."""
        head = f"{kind} {len(content)}\0".encode()
        name = self._algorithm(head + content, usedforsecurity=False).hexdigest()
        self._made[name] = kind, content
        return name

    def content(self, name: str) -> bytes | None:
        """Give the content of an object that was added; None where there is none of this id."""
        found = self._made.get(name)
        return found[1] if found else None

    def write(self) -> None:
        """Write all that was added; the objects it refers to need not be there, as in a partial clone.

        Raises:
            GeoflowError: `git-not-writable`; `git-failed` where one is not found by the id that it has here.
        """
        if not self._made:
            return
        # Git writes them one by one in this order, each whole: killed in between, it leaves some that nobody refers to.
        self._git.run("unpack-objects", "-q", stdin=self._pack())
        names = "".join(f"{name}\n" for name in self._made).encode()
        if _MISSING.search(self._git.run("cat-file", "--batch-check", "--buffer", stdin=names)):
            raise GeoflowError(
                "git unpack-objects failed: it gave an object another id than its content has.",
                fix="Try `git fsck` in this repository.",
                code="git-failed",
            )
        self._made.clear()

    def _pack(self) -> bytes:
        # gitformat-pack(5): a head, whole objects, and the digest of it all in the end.
        parts = [struct.pack(">4sII", b"PACK", 2, len(self._made))]
        for kind, content in self._made.values():
            parts += _head(_NUMBERS[kind], len(content)), zlib.compress(content, 1)
        whole = b"".join(parts)
        return whole + self._algorithm(whole, usedforsecurity=False).digest()


def _head(number: int, size: int) -> bytes:
    """Write type and size: four bits of the size beside the type, then seven a byte, the lowest first."""
    head = bytearray([number << 4 | size & 15])
    size >>= 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head)
