"""An exam for `ask`, made from a team's own specs: questions whose answers are literal spans, and some without any."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from geoflow.openspec.model import Requirement, Scenario, Spec, Step, Tree
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import Token, tokens
from geoflow.questions.exam_hidden import hidden_items, without_hidden
from geoflow.questions.exam_item import Item, Kind, joined
from geoflow.questions.passage import count_lines
from geoflow.questions.same import sameness
from geoflow.questions.terms import query_terms

KINDS: tuple[Kind, ...] = ("outcome", "number", "name")
_SHORTEST, _LONGEST = 25, 200
_LEAST_TERMS = 4
_MARKS = re.compile(r"[`*]+")
_CLAUSE_END = re.compile(r"[;:]\s")


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
    hidden = hidden_items(tree, by_kind["outcome"], items // 2)
    return Exam(tuple(answerable), tuple(hidden), without_hidden(tree, hidden))


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
    return joined(_MARKS.sub("", text))


def _item(kind: Kind, spec: Spec, start: int, place: str, texts: tuple[str, str]) -> Item:
    line = count_lines(spec.text[:start]) + 1
    return Item(kind, texts[0], spec.path, line, line + count_lines(place), place, texts[1])
