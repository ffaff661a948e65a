"""Questions of an exam that nothing answers: scenarios are taken out that are said nowhere else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from geoflow.openspec.model import Tree
from geoflow.questions.condition import asked_condition, negations, stated_condition
from geoflow.questions.exam_item import Item, joined
from geoflow.questions.extract import Extract, extracts
from geoflow.questions.passage import count_lines, passages
from geoflow.questions.terms import stems

_SAID_ELSEWHERE = 0.6


def hidden_items(tree: Tree, items: Sequence[Item], most: int) -> list[Item]:
    """Choose scenarios that can be hidden: neither their condition nor what comes of it is said anywhere else."""
    pieces = [_Piece.of(piece.text, is_scenario=piece.is_scenario, at=piece) for piece in _extracts(tree)]
    copies = _copies(tree)
    chosen: list[Item] = []
    for item in items:
        if len(chosen) == most:
            break
        asked, outcome = _Piece.of(asked_condition(item.question), is_scenario=True), stems(item.answer)
        own = copies.get(joined(item.place), [])
        if all(any(copy.holds(piece) for copy in own) for piece in pieces if piece.says(asked, outcome)):
            chosen.append(Item("hidden", item.question, item.path, item.line, item.end_line, item.place))
    return chosen


def _extracts(tree: Tree) -> Iterator[Extract]:
    for passage in passages(tree):
        yield from extracts(passage)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or scenario by the stems of its words, and of the condition that it states."""

    path: str
    line: int
    words: frozenset[str]
    condition: frozenset[str]
    negations: int

    @classmethod
    def of(cls, text: str, *, is_scenario: bool, at: Extract | None = None) -> "_Piece":
        stated = stated_condition(text, is_scenario=is_scenario)
        path, line = (at.passage.path, at.line) if at else ("", 0)
        return cls(path, line, stems(text), stems(stated), negations(stated))

    def says(self, wanted: "_Piece", outcome: frozenset[str]) -> bool:
        """Tell whether it says most of what a scenario says, or states the very condition of it."""
        if outcome and len(outcome & self.words) >= _SAID_ELSEWHERE * len(outcome):
            return True
        return wanted.negations == self.negations and wanted.condition <= self.condition


@dataclass(frozen=True, slots=True)
class _Copy:
    """Where a scenario stands: in a spec, or word for word in the delta of an active change."""

    path: str
    start: int
    end: int
    line: int
    end_line: int

    def holds(self, piece: _Piece) -> bool:
        return piece.path == self.path and self.line <= piece.line <= self.end_line


def _copies(tree: Tree) -> dict[str, list[_Copy]]:
    """List where each scenario stands that can be taken out, by its words."""
    deltas = [delta for change in tree.changes for delta in change.deltas]
    documents = [(one.path, one.text, one.requirements) for one in tree.specs]
    documents += [(one.path, one.text, (*one.added, *one.modified)) for one in deltas]
    found: dict[str, list[_Copy]] = {}
    for path, text, requirements in documents:
        for scenario in (one for requirement in requirements for one in requirement.scenarios):
            whole = text[scenario.start : scenario.end]
            line = scenario.span.line
            copy = _Copy(path, scenario.start, scenario.end, line, line + count_lines(whole.rstrip()))
            found.setdefault(joined(whole), []).append(copy)
    return found


def without_hidden(tree: Tree, hidden: Sequence[Item]) -> dict[str, str]:
    """Take the hidden scenarios out of every document, and their copies in active changes with them."""
    copies = _copies(tree)
    texts = {spec.path: spec.text for spec in tree.specs}
    texts |= {delta.path: delta.text for change in tree.changes for delta in change.deltas}
    cut = {copy for item in hidden for copy in copies[joined(item.place)]}
    for copy in sorted(cut, key=lambda one: -one.start):
        texts[copy.path] = texts[copy.path][: copy.start] + texts[copy.path][copy.end :]
    return {path: texts[path] for path in sorted({copy.path for copy in cut})}
