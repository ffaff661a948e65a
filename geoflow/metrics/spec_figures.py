"""What one main spec contributes to the measures, worked out once for each content."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from geoflow.metrics.plain_spec import NEXT, is_plain_block, is_plain_head, usable
from geoflow.openspec.blocks import spec_blocks
from geoflow.openspec.lines import WHITE, split
from geoflow.openspec.model import Issue
from geoflow.openspec.parser import find_region, parse_spec, section_content
from geoflow.openspec.spec_rules import check_spec
from geoflow.openspec.verdict_keys import digest
from geoflow.quality.failure import describes_failure

_MOST_KNOWN = 50_000
_GOOD_HEAD = "## Purpose\nSays what the parts of this document owe to each other and to whom.\n\n## Requirements"
_GOOD_BLOCK = f"{NEXT} One\nIt SHALL work.\n\n#### Scenario: One\n- **WHEN** it is asked\n- **THEN** it works\n"

Texts = Callable[[str], str]
"""Gives the text of a content by its id."""


class Totals(NamedTuple):
    """What is summed up over specs. `valid` and `strict` are 1 where a spec passes, `bare` where it has no Purpose."""

    specs: int = 0
    requirements: int = 0
    scenarios: int = 0
    words: int = 0
    requirement_words: int = 0
    with_scenario: int = 0
    with_failure: int = 0
    bare: int = 0
    errors: int = 0
    warnings: int = 0
    valid: int = 0
    strict: int = 0


class SpecFigures(NamedTuple):
    """The figures of a spec, and what its requirements say: {name: a digest of the text}."""

    totals: Totals
    texts: Mapping[str, str]


class _Issues(NamedTuple):
    errors: int
    warnings: int


class _Block(NamedTuple):
    """A requirement. `says` stands for its text; `issues` are None where it is not plain."""

    name: str
    says: str
    all_words: int
    words: int
    scenarios: int
    fails: bool
    issues: _Issues | None


_NO_BLOCK = _Block("", "", 0, 0, 0, fails=False, issues=None)


class SpecReader:
    """Reads specs; a requirement that it has read before, in whatever spec, is not read again."""

    def __init__(self) -> None:
        self._blocks: dict[str, _Block] = {}
        self._heads: dict[str, _Issues | None] = {}

    def read(self, text: str) -> SpecFigures:
        """Work out the figures of a main spec; any text has some."""
        return self._plain(text) or self._any(text)

    def _plain(self, text: str) -> SpecFigures | None:
        """Sum up a spec from its parts; None where one part may have to do with another."""
        if not usable(text):
            return None
        head, *parts = text.split(NEXT)
        issues = self._heads[head] if head in self._heads else self._head(head)
        if issues is None or not parts:
            return None
        sources = [NEXT[1:] + part.rstrip("\n") for part in parts]
        found = [self._blocks.get(source) or self._block(source) for source in sources]
        texts = {block.name: block.says for block in found}
        every = [issues]
        for block in found:
            if block.issues is None:
                return None
            every.append(block.issues)
        if len(texts) < len(found):
            return None
        words = len(head.split()) + sum(block.all_words for block in found)
        return _figures(found, texts, every, words, bare=False)

    def _any(self, text: str) -> SpecFigures:
        document = split(text)
        blocks = [
            (block.name, "\n".join(document.lines[block.start : block.end])) for block in spec_blocks(document).blocks
        ]
        found = [self._blocks.get(source) or self._block(source) for _, source in blocks]
        purpose = find_region(document, "purpose")
        bare = purpose is None or not section_content(document, purpose)
        texts = {name: _digest(source.rstrip(WHITE)) for name, source in blocks}
        return _figures(found, texts, [counted(check_spec("", text))], len(text.split()), bare=bare)

    def _head(self, head: str) -> _Issues | None:
        if len(self._heads) >= _MOST_KNOWN:
            self._heads.clear()
        issues = counted(check_spec("", head + _GOOD_BLOCK)) if is_plain_head(head) else None
        self._heads[head] = issues
        return issues

    def _block(self, source: str) -> _Block:
        # A block is read as the one requirement of a spec: nothing outside it counts for what it says.
        read = parse_spec("", "", f"## Requirements\n{source}").requirements
        if len(read) != 1:
            return _NO_BLOCK
        one = read[0]
        block = _Block(
            one.name,
            _digest(source),
            len(source.split()),
            len(one.text.split()),
            len(one.scenarios),
            any(map(describes_failure, one.scenarios)),
            counted(check_spec("", f"{_GOOD_HEAD}\n{source}")) if is_plain_block(source) else None,
        )
        if len(self._blocks) >= _MOST_KNOWN:
            self._blocks.clear()
        self._blocks[source] = block
        return block


def _figures(
    blocks: list[_Block], texts: Mapping[str, str], issues: list[_Issues], words: int, *, bare: bool
) -> SpecFigures:
    errors, warnings = sum(one.errors for one in issues), sum(one.warnings for one in issues)
    totals = Totals(
        specs=1,
        requirements=len(blocks),
        scenarios=sum(block.scenarios for block in blocks),
        words=words,
        requirement_words=sum(block.words for block in blocks),
        with_scenario=sum(block.scenarios > 0 for block in blocks),
        with_failure=sum(block.fails for block in blocks),
        bare=int(bare),
        errors=errors,
        warnings=warnings,
        valid=int(not errors),
        strict=int(not errors and not warnings),
    )
    return SpecFigures(totals, texts)


def _digest(text: str) -> str:
    return digest(text.encode("utf-8", "surrogatepass")).hex()


def counted(issues: Iterable[Issue]) -> _Issues:
    """Count errors and warnings."""
    levels = [issue.level for issue in issues]
    return _Issues(levels.count("ERROR"), levels.count("WARNING"))
