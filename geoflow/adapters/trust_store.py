"""What the user trusts a repository with, kept in the user's own folder and never in the repository."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from geoflow.adapters.whole_file import replace_file
from geoflow.errors import GeoflowError

SCHEMA = "geoflow.trusted/1"
_LARGEST_FILE = 1_000_000

State = Literal["trusted", "changed", "new"]


@dataclass(frozen=True, slots=True)
class TrustItem:
    """One thing that a repository would reach, start or change.

    `name` tells it from the others of its repository, `path` is the file that asks for it, relative to the root, and
    `effect` what it would do. `content` is exactly what would be used: the hash that is trusted covers it.
    """

    kind: Literal["address", "prompt", "server", "tools"]
    name: str
    path: str
    effect: str
    content: str

    @property
    def digest(self) -> str:
        """Give the hash of what would be used."""
        parts = (self.kind, self.name, self.content)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


Trusts = Callable[[TrustItem], bool]
"""Tells whether the user trusts an item as it is."""


def trusts_nothing(item: TrustItem) -> bool:  # noqa: ARG001 - a `Trusts` names it
    """Trust no item."""
    return False


@dataclass(frozen=True, slots=True)
class TrustedRepository:
    """A repository with what is trusted in it: {name of the item: hash}, and since when."""

    root: Path
    since: str
    digests: dict[str, str]


class TrustStore:
    """One file a repository, readable and writable by this user only.

    Args:
        folder: Where the files lie; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def state(self, root: Path, item: TrustItem) -> State:
        """Tell whether an item is trusted as it is, was trusted otherwise, or never."""
        known = self.trusted_in(root)
        if known is None or item.name not in known.digests:
            return "new"
        return "trusted" if known.digests[item.name] == item.digest else "changed"

    def in_repository(self, root: Path) -> Trusts:
        """Give a function that tells which items of a repository are trusted, read once."""
        known = self.trusted_in(root)
        digests = known.digests if known else {}
        return lambda item: digests.get(item.name) == item.digest

    def trusted_in(self, root: Path) -> TrustedRepository | None:
        """Give what is trusted in a repository; None where nothing is."""
        found = _read(self._file(root))
        return found if found and found.root == root.resolve() else None

    def repositories(self) -> list[TrustedRepository]:
        """List every repository in which something is trusted, by path."""
        found = [_read(file) for file in sorted(self._folder.glob("*.json"))] if self._folder.is_dir() else []
        return sorted((one for one in found if one), key=lambda one: one.root)

    def grant(self, root: Path, items: Iterable[TrustItem]) -> None:
        """Trust exactly these items of a repository from now on, whole or not at all.

        Raises:
            GeoflowError: `trust-not-kept` where the folder cannot be written.
        """
        record = {
            "schema": SCHEMA,
            "repository": str(root.resolve()),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "items": {item.name: item.digest for item in items},
        }
        file = self._file(root)
        try:
            replace_file(file, json.dumps(record, indent=1).encode())
        except OSError as error:
            raise _not_kept(file, error) from error

    def revoke(self, root: Path) -> bool:
        """Trust nothing of a repository any more; whether something was."""
        file = self._file(root)
        try:
            file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _not_kept(file, error) from error
        return True

    def _file(self, root: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]}.json"


def _read(file: Path) -> TrustedRepository | None:
    """Read a record; whatever is wrong with it, nothing is trusted."""
    try:
        with file.open("rb") as opened:
            record: Any = json.loads(opened.read(_LARGEST_FILE))
        if record["schema"] != SCHEMA:
            return None
        digests = {str(name): str(digest) for name, digest in record["items"].items()}
        return TrustedRepository(Path(record["repository"]), str(record["since"]), digests)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _not_kept(file: Path, error: OSError) -> GeoflowError:
    return GeoflowError(
        f"What you trust cannot be kept in {file}: {error.strerror}.",
        fix="Make that folder one that you may write to.",
        code="trust-not-kept",
    )
