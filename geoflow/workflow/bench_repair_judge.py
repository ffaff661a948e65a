"""Whether a mended requirement asks for what the original did, told without the gate: three texts, counted."""

from collections import Counter
from dataclasses import dataclass

from geoflow.improvement.composing import changed_span
from geoflow.openspec import read_tree
from geoflow.openspec.model import Requirement
from geoflow.quality.findings import documents, requirements_of
from geoflow.quality.tokens import Kind, tokens

_AROUND = 60
_NOUNS: dict[Kind, str] = {"literal": "literal", "number": "number", "negation": "negation", "modal": "obligation"}
_STRENGTH = {"must": "shall"}


@dataclass(frozen=True, slots=True)
class Texts:
    """A document as it was, as it was made wrong, and as it was mended; its path, and the requirement it is about."""

    path: str
    requirement: str
    good: str
    bad: str
    new: str

    def shown(self) -> tuple[str, str]:
        """Give what was changed in the wrong text and what stands there now, each with a few words around it."""
        if self.bad == self.new:
            return "", ""
        old, new = changed_span(self.bad, self.new), changed_span(self.new, self.bad)
        return _around(self.bad, old.start, old.end), _around(self.new, new.start, new.end)


def _around(text: str, start: int, end: int) -> str:
    return " ".join(text[max(0, start - _AROUND) : end + _AROUND].split())


def difference(texts: Texts) -> str:
    """Say what sets a mended requirement apart from the original; an empty string where it asks for the same.

    Literals, numbers, negations, the strength of each obligation and the scenarios with their steps have to be equal;
    a word of the original may not be gone, and none may come that neither the original nor the wrong text has.
    """
    good, bad, new = (_block(texts.path, text, texts.requirement) for text in (texts.good, texts.bad, texts.new))
    if good is None or bad is None or new is None:
        return "the requirement is gone"
    if _outside(texts.bad, bad) != _outside(texts.new, new):
        return "the document has changed outside the requirement"
    if _scenarios(good) != _scenarios(new):
        return "the scenarios differ"
    return _apart(_counts(texts.good, good), _counts(texts.bad, bad), _counts(texts.new, new))


def _block(path: str, text: str, name: str) -> Requirement | None:
    found = documents(read_tree({path: text}))
    return next((one for document in found for one in requirements_of(document) if one.name == name), None)


def _outside(text: str, block: Requirement) -> tuple[str, str]:
    return text[: block.start], text[block.end :]


def _scenarios(block: Requirement) -> list[tuple[str, tuple[str, ...]]]:
    return [(scenario.name, tuple(step.keyword for step in scenario.steps)) for scenario in block.scenarios]


_Counts = dict[Kind, Counter[str]]


def _counts(text: str, block: Requirement) -> _Counts:
    found: _Counts = {kind: Counter() for kind in (*_NOUNS, "word")}
    for token in tokens(text[block.start : block.end]):
        if token.kind in found:
            found[token.kind][_STRENGTH.get(token.key, token.key)] += 1
    return found


def _apart(good: _Counts, bad: _Counts, new: _Counts) -> str:
    for kind, noun in _NOUNS.items():
        if lost := good[kind] - new[kind]:
            return f"the {noun} “{min(lost)}” is lost"
        if more := new[kind] - good[kind]:
            return f"the {noun} “{min(more)}” is too much"
    if gone := good["word"] - new["word"]:
        return f"the word “{min(gone)}” is lost"
    invented = set(new["word"]) - set(good["word"]) - set(bad["word"])
    return f"the word “{min(invented)}” is new" if invented else ""
