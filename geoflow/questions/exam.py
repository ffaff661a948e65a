"""An exam for `ask`, made from a team's own specs: questions whose answers are literal spans, and some without any."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from geoflow.openspec.model import Requirement, Scenario, Spec, Step, Tree
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import Token, tokens
from geoflow.questions.condition import asked_condition, negations, stated_condition
from geoflow.questions.extract import Extract, extracts
from geoflow.questions.passage import count_lines, passages
from geoflow.questions.same import sameness
from geoflow.questions.terms import query_terms, stems

Kind = Literal["outcome", "number", "name", "hidden"]
KINDS: tuple[Kind, ...] = ("outcome", "number", "name")
_SHORTEST, _LONGEST = 25, 200
_LEAST_TERMS = 4
_SAID_ELSEWHERE = 0.6
_MARKS = re.compile(r"[`*]+")
_CLAUSE_END = re.compile(r"[;:]\s")


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the exam. `answer` is the span that answers it, to the letter, empty for a hidden one.

    The span lies in the document at `path`, from `line` to `end_line` with the sentence or scenario that holds it,
    whose text is `place`.
    """

    kind: Kind
    question: str
    path: str
    line: int
    end_line: int
    place: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Exam:
    """Questions that the tree answers, and questions that it does not once the hidden scenarios are taken out.

    `without` is {path: text} of the documents as they are with every hidden scenario taken out.
    """

    answerable: tuple[Item, ...]
    hidden: tuple[Item, ...]
    without: Mapping[str, str]


def make_exam(tree: Tree, items: int) -> Exam:
    """Make an exam of at most this many answerable questions, and half as many that nothing answers.

    The choice depends on the documents alone: the same tree gives the same exam.
    """
    made = [item for spec in tree.specs for item in _of_spec(spec)]
    only = _alone(_alone(made, lambda item: item.question.casefold()), lambda item: sameness(item.question))
    by_kind = {kind: _shuffled([item for item in only if item.kind == kind]) for kind in KINDS}
    answerable = _in_turn(list(by_kind.values()), items)
    hidden = _hidden(tree, by_kind["outcome"], items // 2)
    return Exam(tuple(answerable), tuple(hidden), _without(tree, hidden))


def _alone(items: Sequence[Item], key: Callable[[Item], Hashable]) -> list[Item]:
    # What `ask` takes for one question it answers once, by one of the places.
    count = Counter(map(key, items))
    return [item for item in items if count[key(item)] == 1]


def _shuffled(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: sha256(f"{item.path} {item.question}".encode("utf-8", "replace")).digest())


def _in_turn(groups: Sequence[list[Item]], most: int) -> list[Item]:
    longest = max(map(len, groups), default=0)
    turns = [group[turn] for turn in range(longest) for group in groups if turn < len(group)]
    return turns[:most]


def _of_spec(spec: Spec) -> Iterator[Item]:
    for requirement in spec.requirements:
        for scenario in requirement.scenarios:
            yield from _outcome(spec, scenario)
        yield from _blanks(spec, requirement)


def _outcome(spec: Spec, scenario: Scenario) -> Iterator[Item]:
    when = [step.text for step in scenario.steps if step.keyword == "WHEN"]
    then = [_written(spec, step) for step in scenario.steps if step.keyword == "THEN"]
    if len(when) != 1 or not then or not then[0]:
        return
    condition = _plain(when[0]).rstrip(".")
    if _is_usable(condition):
        place = spec.text[scenario.start : scenario.end].rstrip()
        question = f"What happens when {condition[0].lower() + condition[1:]}?"
        yield _item("outcome", spec, scenario.start, place, (question, then[0]))


def _written(spec: Spec, step: Step) -> str:
    """Give the text of a step as it is written, over all its lines; empty where its marks part it."""
    words = map(re.escape, step.text.split())
    match = re.search(r"\s+".join(words), spec.text[step.start : step.end])
    return match.group() if match else ""


def _blanks(spec: Spec, requirement: Requirement) -> Iterator[Item]:
    body = spec.text[requirement.body_start : requirement.body_end]
    for start, end in sentences(body):
        sentence = body[start:end]
        found = [token for token in tokens(sentence) if token.kind in {"number", "literal"}]
        if len(found) != 1 or "\n\n" in sentence:
            continue
        said = sentence[found[0].start : found[0].end].rstrip(",")
        question = _blanked(sentence, found[0]._replace(end=found[0].start + len(said)))
        if question:
            kind: Kind = "number" if found[0].kind == "number" else "name"
            yield _item(kind, spec, requirement.body_start + start, sentence, (question, said))


def _blanked(sentence: str, gap: Token) -> str:
    """Ask for a piece of a sentence by the clause around it, as an echo question does; empty where that is no use."""
    said = sentence[gap.start : gap.end]
    before, after = sentence[: gap.start], sentence[gap.end :]
    alone = re.search(r"\s\Z", before) and re.match(r"[\s.,;:)](?!\d)|\Z", after)
    if gap.kind == "number" and not alone:
        return ""
    if gap.kind == "number":
        unit = re.sub(r"^[-+\d.,\s]+", "", said)
        word = f"how many {unit}".strip() if unit or said.isdecimal() else "how much"
    elif said.startswith(("`", '"', "“")) and 3 <= len(said) <= 60 and "\n" not in said:
        word = "what"
    else:
        return ""
    clause = f"{_CLAUSE_END.split(before)[-1]}{word}{_CLAUSE_END.split(after)[0]}"
    plain = _plain(clause).rstrip(".").lstrip("-+ ")
    return f"{plain}?" if _is_usable(plain) else ""


def _is_usable(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LONGEST and len(query_terms(text)) >= _LEAST_TERMS


def _plain(text: str) -> str:
    return _joined(_MARKS.sub("", text))


def _item(kind: Kind, spec: Spec, start: int, place: str, texts: tuple[str, str]) -> Item:
    line = count_lines(spec.text[:start]) + 1
    return Item(kind, texts[0], spec.path, line, line + count_lines(place), place, texts[1])


def _hidden(tree: Tree, items: Sequence[Item], most: int) -> list[Item]:
    """Choose scenarios that can be hidden: neither their condition nor what comes of it is said anywhere else."""
    pieces = [_Piece.of(piece.text, is_scenario=piece.is_scenario, at=piece) for piece in _extracts(tree)]
    copies = _copies(tree)
    chosen: list[Item] = []
    for item in items:
        if len(chosen) == most:
            break
        asked, outcome = _Piece.of(asked_condition(item.question), is_scenario=True), stems(item.answer)
        own = copies.get(_joined(item.place), [])
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
            found.setdefault(_joined(whole), []).append(copy)
    return found


def _without(tree: Tree, hidden: Sequence[Item]) -> dict[str, str]:
    """Take the hidden scenarios out of every document, and their copies in active changes with them."""
    copies = _copies(tree)
    texts = {spec.path: spec.text for spec in tree.specs}
    texts |= {delta.path: delta.text for change in tree.changes for delta in change.deltas}
    cut = {copy for item in hidden for copy in copies[_joined(item.place)]}
    for copy in sorted(cut, key=lambda one: -one.start):
        texts[copy.path] = texts[copy.path][: copy.start] + texts[copy.path][copy.end :]
    return {path: texts[path] for path in sorted({copy.path for copy in cut})}


def _joined(text: str) -> str:
    return " ".join(text.split())
