"""The files in the git folder that keep what rules worked out from one review to the next.

After an edit little is new, and to write all of it again costs more than to find it: so what is new is written to a
second file, until that has half the size of the first. The second one says for which first one it was written.
"""

import os
from typing import Literal

from geoflow import metrics, openspec, quality
from geoflow.adapters.cache_file import cache_file
from geoflow.quality.kept import Kept, entries


class KeptFile:
    """What rules worked out on the tree below a root, or `figures` of it; outside git nothing is kept."""

    def __init__(self, root: str, kind: Literal["findings", "figures"] = "findings") -> None:
        rooms = (openspec, quality, metrics) if kind == "figures" else (openspec, quality)
        self._file = cache_file(root, kind, (os.path.dirname(one.__file__ or "") for one in rooms))
        self._more = self._file.beside(f"more-{kind}") if self._file else None
        self._size = 0
        self._news: dict[str, str] = {}

    def read(self) -> Kept:
        """Give what was kept; nothing where there is no file that is whole and of these rules."""
        if self._file is None or self._more is None:
            return Kept()
        text = self._file.read()
        mark, _, news = self._more.read().partition("\n") if text else ("", "", "")
        news = news if mark == self._file.mark else ""
        self._size, self._news = len(text), entries(news)
        return Kept(text, news)

    def write(self, kept: Kept) -> None:
        """Keep what is worth it, unless it is kept already; a failure is silent."""
        if self._file is None or self._more is None or not kept.has_news:
            return
        self._news |= entries(kept.news()) if self._size else {}
        more = "\n".join(self._news.values())
        if len(more) < self._size / 2:
            self._more.write(f"{self._file.mark}\n{more}")
        else:
            text = kept.text()
            self._file.write(text)
            self._size, self._news = len(text), {}
        kept.begin_anew()
