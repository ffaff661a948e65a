"""What the rules of wording ask of the tree around a requirement, and of the document that it stands in.

Each question is written down with its answer: as long as the answers stay the same, so do the findings.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from geoflow.quality.kept import Kept
from geoflow.quality.names import Names

Question = list[Any]
"""A question as it is kept: its name, what it is about, and the answer."""


class Around:
    """The tree that a requirement stands in (`names`; None where nothing is known of it), and its document's text."""

    def __init__(self, names: Names | None, text: str) -> None:
        self.names = names
        self.text = text
        self._asked: dict[tuple[Any, ...], Any] = {}

    def __bool__(self) -> bool:
        return self.names is not None

    @property
    def kept(self) -> Kept | None:
        """Give what rules worked out before; None where nothing is known of the tree."""
        return self.names.kept if self.names else None

    def is_lone(self, acronym: str) -> bool:
        """Tell whether an acronym stands in one requirement alone."""
        return bool(self._ask("is_lone", acronym))

    def is_word(self, word: str) -> bool:
        """Tell whether a word stands somewhere as it is written here, and is no part of a longer one."""
        return bool(self._ask("is_word", word))

    def has(self, part: str) -> bool:
        """Tell whether a folded text is a name, or part of one."""
        return bool(self._ask("has", part))

    def knows(self, name: str) -> bool:
        """Tell whether a folded text is a name."""
        return bool(self._ask("knows", name))

    def tells_of(self, words: tuple[str, ...]) -> bool:
        """Tell whether some name has words that begin with each of these."""
        return bool(self._ask("tells_of", *words))

    def stands_more(self, literal: str, times: int) -> bool:
        """Tell whether a text stands in the documents, proposals and designs more often than so many times."""
        return bool(self._ask("stands_more", literal, times))

    def repeats(self, phrase: str) -> bool:
        """Tell whether one of them has a phrase more than once."""
        return bool(self._ask("repeats", phrase))

    def habit(self, name: str) -> int:
        """Tell how usual something is in the tree: see `Names.habit`."""
        return int(self._ask("habit", name))

    def here(self, kind: str) -> bool:
        """Tell whether the document has a `table`, an `image`, `code`, or `fenced` code."""
        return bool(self._ask("here", kind))

    def stands_here_more(self, literal: str, times: int) -> bool:
        """Tell whether the document has a text more often than so many times."""
        return bool(self._ask("stands_here_more", literal, times))

    def is_headed(self, number: str) -> bool:
        """Tell whether a heading of the document has a number (written as a pattern)."""
        return bool(self._ask("is_headed", number))

    def questions(self) -> list[Question]:
        """List what was asked, with the answers."""
        return [[*asked, answer] for asked, answer in self._asked.items()]

    def still_answers(self, questions: Iterable[Question]) -> bool:
        """Tell whether each question has the answer that it had; what is asked for this is not written down."""
        return all(self._answer(tuple(asked)) == answer for *asked, answer in questions)

    def _ask(self, name: str, *about: Any) -> Any:
        asked = (name, *about)
        if asked not in self._asked:
            self._asked[asked] = self._answer(asked)
        return self._asked[asked]

    def _answer(self, asked: tuple[Any, ...]) -> Any:
        here = _HERE.get(asked[0])
        if here or self.names is None:
            return here(self.text, *asked[1:]) if here else None
        answers = self.names.answers  # most is asked of many requirements
        if asked not in answers:
            answers[asked] = getattr(self.names, asked[0])(*asked[1:])
        return answers[asked]


def is_of_tree(question: Question) -> bool:
    """Tell whether the answer to a question hangs on more than the document."""
    return question[0] not in _HERE


_HEADING_LINE = re.compile(r"^(?:#+[ \t]|[ \t]*\*\*)[^\n]*", re.MULTILINE)
_TABLE = re.compile(r"^\s*\|.*\|", re.MULTILINE)


def _here(text: str, kind: str) -> bool:
    if kind == "table":
        return bool(_TABLE.search(text))
    return {"image": "![", "code": "`", "fenced": "```"}[kind] in text


def _stands_here_more(text: str, literal: str, times: int) -> bool:
    return text.count(literal) > times


def _is_headed(text: str, number: str) -> bool:
    there = rf"^(?:#+[ \t]+|[ \t]*\*\*)(?:[^\n]*[ \t])?{number}(?![\w])"
    return bool(re.search(there, _headings(text), re.MULTILINE | re.IGNORECASE))


@lru_cache(maxsize=4)
def _headings(text: str) -> str:
    return "\n".join(_HEADING_LINE.findall(text))


_HERE: dict[str, Callable[..., bool]] = {
    "here": _here,
    "stands_here_more": _stands_here_more,
    "is_headed": _is_headed,
}
