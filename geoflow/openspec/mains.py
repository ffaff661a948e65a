"""Main specs as merges see them, each read once however many deltas ask for it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from geoflow.openspec.blocks import Block, Region, spec_blocks
from geoflow.openspec.headings import folded_name, normal_name
from geoflow.openspec.layout import SPECS
from geoflow.openspec.lines import WHITE, Lines, split
from geoflow.openspec.model import Issue
from geoflow.openspec.structure_rules import structure_issues


class Entry(NamedTuple):
    """A requirement block of a main spec or of a delta; `heading` replaces its first line where it was renamed."""

    name: str
    document: Lines
    block: Block
    heading: str

    def raw(self) -> str:
        """Give the block's lines, joined by line feeds, without white space at the end."""
        lines = self.document.lines[self.block.start : self.block.end]
        text = "\n".join(lines).rstrip(WHITE)
        if not self.heading:
            return text
        _, feed, rest = text.partition("\n")
        return self.heading + feed + rest


class Main(NamedTuple):
    """A main spec: its lines, its `## Requirements` section, its blocks with their names, and the names folded.

    `broken` is the first thing for which no delta can be applied to it.
    """

    path: str
    document: Lines
    section: Region | None
    blocks: list[Block]
    keys: tuple[str, ...]
    entries: dict[str, Entry]
    folds: frozenset[str]
    broken: Issue | None


def open_main(path: str, text: str) -> Main:
    """Read a main spec for merging; no text makes this fail."""
    document = split(text)
    section, blocks = spec_blocks(document)
    keys = tuple(normal_name(block.name) for block in blocks)
    entries = {key: Entry(block.name, document, block, "") for key, block in zip(keys, blocks, strict=True)}
    broken = next(structure_issues(path, document), None)
    return Main(path, document, section, blocks, keys, entries, frozenset(map(folded_name, entries)), broken)


class Mains:
    """The main specs of a tree, each opened when first asked for; `opener` opens them as `open_main` does."""

    __slots__ = ("_files", "_open", "_opened")

    def __init__(self, files: Mapping[str, str], opener: Callable[[str, str], Main] = open_main) -> None:
        self._files = files
        self._open = opener
        self._opened: dict[str, Main] = {}

    def get(self, capability: str) -> Main | None:
        """Give the main spec of a capability, None where there is none."""
        path = f"{SPECS}{capability}/spec.md"
        if path not in self._opened:
            text = self._files.get(path)
            if text is None:
                return None
            self._opened[path] = self._open(path, text)
        return self._opened[path]
