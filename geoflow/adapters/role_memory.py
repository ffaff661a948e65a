"""What roles said, kept at once in the git directory, so that a killed review goes on."""

from pathlib import Path

from geoflow.adapters.kept_texts import KeptTexts

VERSION = 2
MOST = 50_000
"""Answers kept; the oldest go first."""


class SqliteRoleMemory:
    """The `RoleMemory` port. A broken, locked or unwritable file fails no review.

    Args:
        file: Where it lies; None remembers nothing.
        fresh: Whether what was said before is not recalled, and only said anew.
    """

    def __init__(self, file: Path | None, *, fresh: bool = False) -> None:
        self._kept = KeptTexts(file, version=VERSION, most=MOST)
        self._fresh = fresh

    def recall(self, key: str) -> str | None:
        """Give what was said, unless all shall be asked anew."""
        return None if self._fresh else self._kept.held([key]).get(key)

    def keep(self, key: str, said: str) -> None:
        """Remember it, in a transaction of its own."""
        self._kept.keep({key: said})
