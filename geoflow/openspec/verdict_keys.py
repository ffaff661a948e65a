"""What the verdict on an item depends on, as one short key: equal keys, equal issues.

A key is a digest over contents and names, never over times, so it holds on every branch.
"""

from collections.abc import Callable, Iterable

from geoflow.openspec.items import Item
from geoflow.openspec.layout import SCHEMAS, SPECS, USER_SCHEMAS, Layout, delta_paths

try:
    # The whole of hashlib costs 3 ms, a tenth of the command that this is for.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

_SCHEMAS = (SCHEMAS, USER_SCHEMAS)
_CONFIGS = ("openspec/config.yaml", "openspec/config.yml")
# Nothing that validation asks of a change stands in these, unless a schema of the project's own says so.
_UNREAD = frozenset(("proposal.md", "design.md"))
_SIZE = 16
_ABSENT = b"-" * _SIZE


def digest(content: bytes) -> bytes:
    """Digest a content into 16 bytes that no other content has."""
    return blake2b(content, digest_size=_SIZE).digest()


class VerdictKeys:
    """The keys of the items of one tree.

    Args:
        found: The layout of the tree.
        paths: Every path of the tree.
        raw: Gives the bytes of a path; KeyError where it is not there, GeoflowError where it cannot be read.
        world: What verdicts depend on beside the tree, such as the rules themselves.
    """

    __slots__ = ("_common", "_digests", "_found", "_raw", "_unread", "_world")

    def __init__(self, found: Layout, paths: Iterable[str], raw: Callable[[str], bytes], world: bytes) -> None:
        self._found = found
        self._raw = raw
        self._digests: dict[str, bytes] = {}
        self._common = sorted(path for path in paths if path.startswith(_SCHEMAS) or path in _CONFIGS)
        self._unread = frozenset() if any(path.startswith(_SCHEMAS) for path in self._common) else _UNREAD
        self._world = world

    def of(self, item: Item) -> str:
        """Give the key of an item, 32 hexadecimal digits; GeoflowError where one of its files cannot be read."""
        names = sorted(self._found.changes[item.id]) if item.type == "change" else ()
        about = "\0".join((item.type, item.id, *names, "")).encode("utf-8", "surrogatepass")
        contents = self._contents((*self._common, "", *self._read_for(item)))
        return digest(self._world + about + contents).hex()

    def cover(self, item: Item, asked: Iterable[str]) -> bool:
        """Tell whether an item's key covers the contents of all these paths; if not, its verdict must not be kept."""
        covered = set(self._read_for(item))
        return all(path in covered or path.startswith(_SCHEMAS) or path in _CONFIGS for path in asked)

    def _read_for(self, item: Item) -> list[str]:
        """List the paths, there or not, whose contents count for an item, beside configuration and schemas."""
        if item.type == "spec":
            return [self._found.specs[item.id]]
        names = self._found.changes[item.id]
        own = [path for name, path in names.items() if name not in self._unread]
        targets = [f"{SPECS}{capability}/spec.md" for capability in delta_paths(names)]
        # A path that ends in a slash is a folder in the place of a file.
        return sorted((*own, *targets, *(f"{target}/" for target in targets)))

    def _contents(self, paths: Iterable[str]) -> bytes:
        return b"".join(
            path.encode("utf-8", "surrogatepass") + b"\0" + (self._digests.get(path) or self._digest_of(path))
            for path in paths
        )

    def _digest_of(self, path: str) -> bytes:
        try:
            found = digest(self._raw(path))
        except KeyError:
            found = _ABSENT
        self._digests[path] = found
        return found
