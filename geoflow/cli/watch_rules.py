"""What rules go by while somebody watches: the settings and the project's words, read anew when they are saved."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError
from geoflow.workflow.rule_findings import Rules

if TYPE_CHECKING:
    from geoflow.settings import Settings


class CurrentRules:
    """The rules of a tree that is watched; what cannot be read leaves them as they were.

    Args:
        root: The folder that holds `openspec/`.
    """

    def __init__(self, root: Path) -> None:
        from geoflow.adapters.history_when_asked import HistoryWhenAsked
        from geoflow.adapters.kept_file import KeptFile

        self._file = KeptFile(str(root))
        self._kept = self._file.read()
        self._history = HistoryWhenAsked(root)
        self._root = root
        self._stamp: object = None
        self._settings: Settings | None = None
        self.rules = Rules(history=self._history, kept=self._kept)
        self.note = ""
        """What is wrong with the settings or words, where something is."""

    def read(self, files: Mapping[str, str]) -> bool:
        """Read them where they changed, and tell whether other rules hold now."""
        from geoflow.adapters.lexicon_file import read_lexicon

        before, self.note = self.rules, ""
        try:
            settings = self._read_settings()
            lexicon = read_lexicon(files)
        except GeoflowError as error:
            self.note = f"{error.message} {error.fix}".strip()
            return False
        self.rules = Rules(frozenset(settings.rules.off), settings.review.allow, lexicon, self._history, self._kept)
        return self.rules != before

    def keep(self) -> None:
        """Keep what rules worked out for the next command."""
        self._file.write(self._kept)

    def settle(self) -> None:
        """Hold no more of what they worked out than what the last look used, and as much again."""
        self._kept.settle()

    def _read_settings(self) -> "Settings":
        from geoflow.adapters.folders import user_settings_file
        from geoflow.adapters.setting_values import PROJECT_FILE
        from geoflow.cli.context import settings_here

        stamp = [_stamp(self._root / PROJECT_FILE), _stamp(user_settings_file())]
        if self._settings is None or stamp != self._stamp:
            loaded = settings_here()
            self._stamp, self._settings = stamp, loaded.settings
            self.note = " ".join(loaded.notices)
        return self._settings


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
