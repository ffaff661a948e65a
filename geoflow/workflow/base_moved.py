"""Look through git for deltas whose base has moved since they were written."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError
from geoflow.openspec import Delta, Tree, parse_spec
from geoflow.openspec.touches import Touch, block_text, touches
from geoflow.quality.finding import Finding
from geoflow.quality.moved import find_moved, stands_on

if TYPE_CHECKING:
    from geoflow.ports import History

NOT_LOOKED_AT = "not looked at: whether main specs have changed since the deltas for them were written"


def find_moved_bases(
    tree: Tree, history: "History | None", within: Collection[str] | None = None
) -> tuple[list[Finding], tuple[str, ...]]:
    """Find the deltas of active changes whose requirements have changed since (GF304), and say what hindered it.

    One walk through the history of the deltas, however many there are; every version of a main spec is read and parsed
    once. A delta with uncommitted edits counts as written now. With `within` only deltas in these files are looked at.
    """
    deeds = {delta.path: (delta, own) for delta, own in _deltas(tree) if within is None or delta.path in within}
    if not deeds:
        return [], ()
    if history is None:
        return [], (f"{NOT_LOOKED_AT} (this is no git repository)",)
    try:
        open_ones = set(history.uncommitted())
        commits = history.last_touched([path for path in deeds if path not in open_ones])
        paths = {spec.id: spec.path for spec in tree.specs}
        places = {(commit, paths[deeds[path][0].id]) for path, commit in commits.items()}
        texts = history.read_at(places)
    except GeoflowError as error:
        return [], (f"{NOT_LOOKED_AT} ({error.message.rstrip('.')})",)
    versions = _Versions({spec.path: spec.text for spec in tree.specs})
    found: list[Finding] = []
    for path, commit in commits.items():
        delta, own = deeds[path]
        then = texts.get((commit, paths[delta.id]))
        if then is not None:
            now = versions.current(paths[delta.id])
            if then == now:
                continue
            found += find_moved(own, delta, versions.blocks(then), versions.blocks(now), commit)
    return found, ()


def _deltas(tree: Tree) -> Iterator[tuple[Delta, list[Touch]]]:
    specs = {spec.id for spec in tree.specs}
    for change in tree.changes:
        every = touches(change)
        for delta in change.deltas:
            own = [touch for touch in every if touch.path == delta.path]
            if delta.id in specs and stands_on(own):
                yield delta, own


class _Versions:
    """The requirements of main specs as they were and are, each text parsed once."""

    def __init__(self, now: dict[str, str]) -> None:
        self._now = {path: text.encode("utf-8", "surrogateescape") for path, text in now.items()}
        self._parsed: dict[bytes, dict[str, str]] = {}

    def current(self, path: str) -> bytes:
        return self._now[path]

    def blocks(self, content: bytes) -> dict[str, str]:
        if content not in self._parsed:
            text = content.decode("utf-8", "surrogateescape")
            spec = parse_spec("", "", text)
            self._parsed[content] = {one.name: block_text(text, one) for one in spec.requirements}
        return self._parsed[content]
