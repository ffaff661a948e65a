"""The file in the git folder that keeps what rules worked out from one review to the next."""

import os

from geoflow import openspec, quality
from geoflow.adapters.cache_file import cache_file
from geoflow.quality.kept import Kept


class KeptFile:
    """What rules worked out on the tree below a root; outside git nothing is kept."""

    def __init__(self, root: str) -> None:
        self._file = cache_file(root, "findings", (os.path.dirname(one.__file__ or "") for one in (openspec, quality)))

    def read(self) -> Kept:
        """Give what was kept; nothing where there is no file that is whole and of these rules."""
        return Kept(self._file.read() if self._file else "")

    def write(self, kept: Kept) -> None:
        """Keep what is worth it, unless it is kept already; a failure is silent."""
        text = kept.text() if self._file else ""
        if self._file and text:
            self._file.write(text)
