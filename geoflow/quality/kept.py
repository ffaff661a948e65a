"""What rules worked out before, so that they need not do it again: by the text it was worked out from.

Whatever is kept follows from its key alone, or holds the questions to the rest of the tree that it rests on, with
their answers (`asked`). So it may be thrown away, or be of another branch, and can never be stale.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from geoflow.openspec.model import Delta, Requirement, Spec
from geoflow.openspec.verdict_keys import digest

Entry = dict[str, Any]
"""Values of JSON by what they are: all that is kept of one text."""

_Worked = TypeVar("_Worked")
_MOST_KEYS = 20_000
_EACH = "each"
_DEEP = "#####"


class Kept:
    """Entries by key: those of earlier runs, and those that this run asked for.

    Args:
        text: What `text` gave in an earlier run: a line an entry, its key and then its values. A line is read when its
            entry is asked for.
        news: What `news` gave in runs since.
    """

    def __init__(self, text: str = "", news: str = "") -> None:
        self._before = entries(text) | entries(news)
        self._read: dict[str, str] = {}
        self._used: dict[str, Entry] = {}
        self._texts: dict[str, str] = {}
        self._keys: dict[str, dict[tuple[int, int], str]] = {}
        self._changed: set[str] = set()
        self._taken: set[str] = set()

    def entry(self, key: str) -> Entry:
        """Give what is kept of a key; it is changed by `keep` alone."""
        found = self._used.get(key)
        if found is None:
            line = self._before.pop(key, "")
            found = self._used[key] = json.loads(line[len(key) + 1 :]) if line else {}
            self._read[key] = line
        return found

    def worked_out(self, key: str, what: str, work: Callable[[], _Worked]) -> _Worked:
        """Give a value that follows from its key alone, worked out unless it was before."""
        entry = self.entry(key)
        if what not in entry:
            self.keep(key, what, work())
        value: _Worked = entry[what]
        return value

    def of_each(
        self,
        document: Spec | Delta,
        requirements: Sequence[Requirement],
        what: str,
        work: Callable[[Requirement], _Worked],
    ) -> list[_Worked]:
        """Give a value for each of a document's requirements, which follows from its text alone.

        The values of a document that is as it was are kept together, so that its requirements need not be known again.
        """

        def each() -> list[_Worked]:
            keys = [self.of_requirement(document, one) for one in requirements]
            # A requirement that nobody asks for by itself stays as long as its document.
            self.keep(whole, _EACH, [[*place, key] for place, key in self._keys_in(whole).items()])
            return [self.worked_out(key, what, partial(work, one)) for key, one in zip(keys, requirements, strict=True)]

        whole = self.of_document(document)
        return self.worked_out(whole, what, each)

    def keep(self, key: str, what: str, value: Any) -> None:
        """Keep a value in the place of the one before."""
        self.entry(key)[what] = value
        self._changed.add(key)

    def text(self) -> str:
        """Write what is worth it: all that was used, and of the rest no more than that; empty where nothing is new."""
        return "\n".join(self._worth_it().values()) if self.has_news else ""

    def _worth_it(self) -> dict[str, str]:
        worth = {key: self._written(key, entry) for key, entry in self._used.items() if entry}
        parts = (key for entry in self._used.values() for *_, key in entry.get(_EACH, ()))
        worth |= {key: self._before[key] for key in parts if key in self._before}
        rest = islice((one for one in self._before.items() if one[0] not in worth), len(worth))
        return worth | dict(rest)

    def settle(self) -> None:
        """Forget what is not worth it, and that the rest was used; for who looks again and again."""
        self._before = self._worth_it()
        self._taken = (self._taken | self._changed) & self._before.keys()
        for held in (self._read, self._used, self._texts, self._keys, self._changed):
            held.clear()

    def knows(self, key: str) -> bool:
        """Tell whether anything is kept of a key."""
        return key in self._before or key in self._used

    def begin_anew(self) -> None:
        """Let `news` and `text` tell what is kept from now on, where anything is."""
        self._read |= dict.fromkeys(self._changed, "")
        self._changed.clear()
        self._taken.clear()

    @property
    def has_news(self) -> bool:
        """Tell whether there is anything that was not kept."""
        return bool(self._changed or self._taken)

    def news(self) -> str:
        """Write the entries that have changed, for another one to `take`."""
        new = {key: self._before.get(key, "") for key in self._taken}
        new |= {key: self._written(key, self._used[key]) for key in self._changed | (new.keys() & self._used.keys())}
        return "\n".join(new.values())

    def take(self, news: str) -> None:
        """Add what another one worked out on the same texts; what is here already stays."""
        for key, line in entries(news).items():
            if key in self._used:
                self._add(self._used[key], json.loads(line[len(key) + 1 :]))
                self._changed.add(key)
            else:
                self._before[key] = line
                self._taken.add(key)

    @staticmethod
    def _add(entry: Entry, more: Entry) -> None:
        for what, value in more.items():
            here = entry.setdefault(what, value)
            if isinstance(here, dict):
                entry[what] = value | here

    def _written(self, key: str, entry: Entry) -> str:
        unchanged = self._read[key] if key not in self._changed else ""
        return unchanged or f"{key} {json.dumps(entry, separators=(',', ':'))}"

    def of_document(self, document: Spec | Delta) -> str:
        """Give the key of a document, of whatever name: its text, and as what it is read."""
        return self.of_text(type(document), document.text)

    def of_text(self, kind: type[Spec] | type[Delta] | None, text: str) -> str:
        """Give the key of a text by itself, or as a document that is not parsed yet."""
        key = self._texts.get(text)
        if key is None:
            if len(self._texts) > _MOST_KEYS:
                self._texts.clear()
                self._keys.clear()
            key = self._texts[text] = key_of("text", text)
        return f"{kind.__name__}-{key}" if kind else key

    def of_requirement(self, document: Spec | Delta, requirement: Requirement) -> str:
        """Give the key of a requirement: its text, and how it was read; its place in the document does not count."""
        whole, place = self.of_document(document), (requirement.start, requirement.end)
        keys = self._keys_in(whole)
        key = keys.get(place)
        if key is None:
            key = keys[place] = _key_of(document, requirement)
        return key

    def _keys_in(self, whole: str) -> dict[tuple[int, int], str]:
        """Give the keys of requirements by where they stand in a document."""
        keys = self._keys.get(whole)
        if keys is None:
            keys = self._keys[whole] = {(start, end): key for start, end, key in self.entry(whole).get(_EACH, ())}
        return keys


def entries(text: str) -> dict[str, str]:
    """Tell the lines that `Kept` writes apart: {key: line}."""
    return {line[: line.find(" ")]: line for line in text.split("\n") if line}


def short(parts: Iterable[str]) -> str:
    """Digest some texts, in their order, so that equal ones are known by it."""
    return key_of("", *parts)


def key_of(what: str, *texts: str) -> str:
    """Give the key of some texts together."""
    parts = (str(len(text)) + "\0" + text for text in texts)
    return digest(("\0".join((what, *parts))).encode("utf-8", "surrogatepass")).hex()


def _key_of(document: Spec | Delta, requirement: Requirement) -> str:
    # How a block is read follows from its text; but a heading of more than four marks is a scenario in specs alone.
    start = requirement.start
    block = document.text[start : requirement.end]
    read = (requirement.body_start - start, requirement.body_end - start, isinstance(document, Spec) and _DEEP in block)
    return key_of("requirement", requirement.name, repr(read), block)
