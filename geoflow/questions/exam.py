"""An exam for `ask`, made from a team's own specs: questions whose answers are literal spans, and some without any."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from geoflow.openspec.model import Requirement, Scenario, Spec, Tree
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import Token, tokens
from geoflow.questions.condition import asked_condition, negations, stated_condition
from geoflow.questions.extract import Extract, extracts
from geoflow.questions.passage import count_lines, passages
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
    asked = Counter(item.question.casefold() for item in made)
    only = [item for item in made if asked[item.question.casefold()] == 1]
    by_kind = {kind: _shuffled([item for item in only if item.kind == kind]) for kind in KINDS}
    answerable = _in_turn(list(by_kind.values()), items)
    hidden = _hidden(tree, [item for item in by_kind["outcome"] if item not in answerable[: items // 6]], items // 2)
    return Exam(tuple(answerable), tuple(hidden), _without(tree, hidden))


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
    then = [step.text for step in scenario.steps if step.keyword == "THEN"]
    if len(when) != 1 or not then:
        return
    condition = _plain(when[0]).rstrip(".")
    if _is_usable(condition):
        place = spec.text[scenario.start : scenario.end].rstrip()
        question = f"What happens when {condition[0].lower() + condition[1:]}?"
        yield _item("outcome", spec, scenario.start, place, (question, then[0]))


def _blanks(spec: Spec, requirement: Requirement) -> Iterator[Item]:
    body = spec.text[requirement.body_start : requirement.body_end]
    for start, end in sentences(body):
        sentence = body[start:end]
        found = [token for token in tokens(sentence) if token.kind in {"number", "literal"}]
        if len(found) != 1 or "\n\n" in sentence:
            continue
        question = _blanked(sentence, found[0])
        if question:
            kind: Kind = "number" if found[0].kind == "number" else "name"
            answer = sentence[found[0].start : found[0].end]
            yield _item(kind, spec, requirement.body_start + start, sentence, (question, answer))


def _blanked(sentence: str, gap: Token) -> str:
    """Ask for a piece of a sentence by the clause around it, as an echo question does; empty where that is no use."""
    said = sentence[gap.start : gap.end]
    alone = re.match(r"\s", sentence[gap.start - 1 : gap.start]) and re.match(r"[\s.,;:)]", sentence[gap.end :] + " ")
    if gap.kind == "number" and not alone:
        return ""
    if gap.kind == "number":
        unit = re.sub(r"^[-+\d.,\s]+", "", said)
        word = f"how many {unit}".strip() if unit or said.isdecimal() else "how much"
    elif said.startswith(("`", '"', "“")) and 3 <= len(said) <= 60 and "\n" not in said:
        word = "what"
    else:
        return ""
    before, after = sentence[: gap.start], sentence[gap.end :]
    clause = f"{_CLAUSE_END.split(before)[-1]}{word}{_CLAUSE_END.split(after)[0]}"
    plain = _plain(clause).rstrip(".").lstrip("-+ ")
    return f"{plain}?" if _is_usable(plain) else ""


def _is_usable(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LONGEST and len(query_terms(text)) >= _LEAST_TERMS


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _item(kind: Kind, spec: Spec, start: int, place: str, texts: tuple[str, str]) -> Item:
    line = count_lines(spec.text[:start]) + 1
    return Item(kind, texts[0], spec.path, line, line + count_lines(place), place, texts[1])


def _hidden(tree: Tree, items: Sequence[Item], most: int) -> list[Item]:
    """Choose scenarios that can be hidden: neither their condition nor what comes of it is said anywhere else."""
    pieces = [_Piece.of(piece.text, is_scenario=piece.is_scenario) for piece in _extracts(tree)]
    chosen: list[Item] = []
    for item in items:
        asked, outcome = _Piece.of(asked_condition(item.question), is_scenario=True), stems(item.answer)
        saying = [piece for piece in pieces if piece.says(asked, outcome)]
        if all(piece.text in item.place or item.place in piece.text for piece in saying):
            chosen.append(Item("hidden", item.question, item.path, item.line, item.end_line, item.place))
        if len(chosen) == most:
            break
    return chosen


def _extracts(tree: Tree) -> Iterator[Extract]:
    for passage in passages(tree):
        yield from extracts(passage)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or scenario by the stems of its words, and of the condition that it states."""

    text: str
    words: frozenset[str]
    condition: frozenset[str]
    negations: int

    @classmethod
    def of(cls, text: str, *, is_scenario: bool) -> "_Piece":
        stated = stated_condition(text, is_scenario=is_scenario)
        return cls(text, stems(text), stems(stated), negations(stated))

    def says(self, wanted: "_Piece", outcome: frozenset[str]) -> bool:
        """Tell whether it says most of what a scenario says, or states the very condition of it."""
        if outcome and len(outcome & self.words) >= _SAID_ELSEWHERE * len(outcome):
            return True
        return wanted.negations == self.negations and wanted.condition <= self.condition


def _without(tree: Tree, hidden: Sequence[Item]) -> dict[str, str]:
    """Take the hidden scenarios out of every document, and their copies in active changes with them."""
    gone = {" ".join(item.place.split()) for item in hidden}
    found: dict[str, str] = {}
    deltas = [
        (delta.path, delta.text, (*delta.added, *delta.modified)) for change in tree.changes for delta in change.deltas
    ]
    for path, text, requirements in [*((s.path, s.text, s.requirements) for s in tree.specs), *deltas]:
        scenarios = [scenario for requirement in requirements for scenario in requirement.scenarios]
        cut = [one for one in scenarios if " ".join(text[one.start : one.end].split()) in gone]
        for scenario in sorted(cut, key=lambda one: -one.start):
            text = text[: scenario.start] + text[scenario.end :]  # noqa: PLW2901
        if cut:
            found[path] = text
    return found
