"""What rules worked out before, so that they need not do it again: by the text it was worked out from.

Whatever is kept follows from its key alone, or holds the questions to the rest of the tree that it rests on, with
their answers (`asked`). So it may be thrown away, or be of another branch, and can never be stale.
"""

import json
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Any, TypeVar

from geoflow.openspec.model import Delta, Requirement, Spec
from geoflow.openspec.verdict_keys import digest

Entry = dict[str, Any]
"""Values of JSON by what they are: all that is kept of one text."""

_Worked = TypeVar("_Worked")
_MOST_KEYS = 20_000


class Kept:
    """Entries by key: those of earlier runs, and those that this run asked for.

    Args:
        text: What `text` gave in an earlier run: a line an entry, its key and then its values. A line is read when its
            entry is asked for.
    """

    def __init__(self, text: str = "") -> None:
        lines = (line.partition(" ") for line in text.split("\n"))
        self._before = {key: written for key, _, written in lines if written}
        self._read: dict[str, str] = {}
        self._used: dict[str, Entry] = {}
        self._keys: dict[tuple[str, int, int], str] = {}
        self._changed: set[str] = set()
        self._is_new = False

    def entry(self, key: str) -> Entry:
        """Give what is kept of a key; it is changed by `keep` alone."""
        found = self._used.get(key)
        if found is None:
            written = self._before.pop(key, "")
            found = self._used[key] = json.loads(written) if written else {}
            self._read[key] = written
        return found

    def worked_out(self, key: str, what: str, work: Callable[[], _Worked]) -> _Worked:
        """Give a value that follows from its key alone, worked out unless it was before."""
        entry = self.entry(key)
        if what not in entry:
            self.keep(key, what, work())
        value: _Worked = entry[what]
        return value

    def keep(self, key: str, what: str, value: Any) -> None:
        """Keep a value in the place of the one before."""
        self.entry(key)[what] = value
        self._changed.add(key)

    def text(self) -> str:
        """Write what is worth it: all that was used, and of the rest no more than that; empty where nothing is new."""
        if not (self._changed or self._is_new):
            return ""
        used = {key: self._written(key, entry) for key, entry in self._used.items() if entry}
        rest = islice(self._before.items(), len(used))
        return "\n".join(f"{key} {written}" for key, written in chain(used.items(), rest))

    def knows(self, key: str) -> bool:
        """Tell whether anything is kept of a key."""
        return key in self._before or key in self._used

    def begin_anew(self) -> None:
        """Let `news` tell what is kept from now on."""
        self._changed.clear()

    def news(self) -> str:
        """Write the entries that have changed, for another one to `take`."""
        return "\n".join(f"{key} {self._written(key, self._used[key])}" for key in self._changed)

    def take(self, news: str) -> None:
        """Add what another one worked out on the same texts; what is here already stays."""
        for line in news.split("\n"):
            key, _, written = line.partition(" ")
            if key in self._used:
                self._add(self._used[key], json.loads(written))
                self._changed.add(key)
            elif written:
                self._before[key] = written
                self._is_new = True

    @staticmethod
    def _add(entry: Entry, more: Entry) -> None:
        for what, value in more.items():
            here = entry.setdefault(what, value)
            if isinstance(here, dict):
                entry[what] = value | here

    def _written(self, key: str, entry: Entry) -> str:
        unchanged = self._read[key] if key not in self._changed else ""
        return unchanged or json.dumps(entry, separators=(",", ":"))

    def of_requirement(self, document: Spec | Delta, requirement: Requirement) -> str:
        """Give the key of a requirement: its text, and how it was read; its place in the document does not count."""
        place = (document.text, requirement.start, requirement.end)
        key = self._keys.get(place)
        if key is None:
            if len(self._keys) > _MOST_KEYS:
                self._keys.clear()
            key = self._keys[place] = _key_of(document, requirement)
        return key


def short(parts: Iterable[str]) -> str:
    """Digest some texts, in their order, so that equal ones are known by it."""
    return key_of("", *parts)


def key_of(what: str, *texts: str) -> str:
    """Give the key of some texts together."""
    parts = (str(len(text)) + "\0" + text for text in texts)
    return digest(("\0".join((what, *parts))).encode("utf-8", "surrogatepass")).hex()


def _key_of(document: Spec | Delta, requirement: Requirement) -> str:
    start = requirement.start
    read = [requirement.body_start - start, requirement.body_end - start]
    for scenario in requirement.scenarios:
        read += (scenario.start - start, scenario.end - start, len(scenario.steps))
    block = document.text[start : requirement.end]
    return key_of("requirement", requirement.name, repr(read), block)
