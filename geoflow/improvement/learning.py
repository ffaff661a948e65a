"""What past edits teach: findings that people do not want mended, and strategies by their record. Nothing is stored."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import NamedTuple

from geoflow.improvement.outcome import Outcome
from geoflow.quality.project_lexicon import ABOUT_WORDS
from geoflow.quality.tokens import FREE, stem, tokens

LIKE = 0.85
"""So much of the words of two quotes is the same where their findings are alike (Jaccard)."""
ENOUGH = 3
"""So many rejections keep a finding from being tried."""
ENOUGH_NAMED = 2
"""So many do where each reason names a word of the finding's quote: that is said of the word, not of one edit."""
LATEST, AGAINST = 5, 4
"""Of all cases and of so many last ones so many times as many were rejected: one slip is no change of mind, two are."""
EXPLORED = 20
"""One in so many of these is tried all the same."""
_LETTERS = re.compile(r"[^\W\d_]+")
_REWARDS: Mapping[str, float] = {"merged": 1.0, "merged-edited": 0.5, "rejected": 0.0, "refused": 0.0}


@dataclass(frozen=True, slots=True)
class Case:
    """A past edit: the rule and the quote of its finding, how it was made, and what became of it.

    `refused` stands for an edit that the gate refused. `by_person` says that a person rejected or accepted it by name,
    `reason` what they said.
    """

    run: str
    code: str
    quote: str
    strategy: str
    outcome: Outcome | str
    by_person: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Findings that are not tried: the rule, the quote of the first one, and the rejections behind it.

    `word` is the word of the quote that the reasons name, where that is what the findings share.
    """

    code: str
    quote: str
    cases: tuple[Case, ...]
    word: str = ""

    @property
    def spelt(self) -> str:
        """Give the word that they share as the quote spells it; empty where they share the whole quote."""
        return next((one for one in _LETTERS.findall(self.quote) if stem(one.lower()) == self.word), "")

    def covers(self, case: Case) -> bool:
        """Tell whether a case is one of these."""
        alike = self.word in _words(case.quote) if self.word else _alike(self.quote, case.quote)
        return self.code == case.code and alike

    @property
    def reason(self) -> str:
        """Give the reason that was said last, empty where nobody said one."""
        return next((one.reason for one in reversed(self.cases) if one.reason), "")


@dataclass(frozen=True, slots=True)
class Record:
    """How a strategy has done with a rule: a Beta posterior over the reward of its next edit."""

    code: str
    strategy: str
    gained: float
    lost: float

    @property
    def count(self) -> int:
        """Tell from how many edits this is known."""
        return round(self.gained + self.lost)

    def mean(self, prior: float) -> float:
        """Give the expected reward; `prior` is that of the strategy over all rules, and weighs as one edit."""
        return (self.gained + prior) / (self.gained + self.lost + 1)


class Alike(NamedTuple):
    """How often people rejected edits and findings like one, and how often they took one."""

    rejected: int
    taken: int


class RejectFilter:
    """Knows what people have rejected, oldest case first."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = [one for one in cases if one.outcome in {"merged", "merged-edited", "rejected"}]

    def unwanted(self, code: str, quote: str) -> Unwanted | None:
        """Tell whether a finding is like those that people rejected; None where it is to be tried."""
        of_rule = [one for one in self._cases if one.code == code]
        counted = _against([one for one in of_rule if _alike(one.quote, quote)])
        if len(counted) >= ENOUGH:
            return Unwanted(code, quote, tuple(counted))
        for word in sorted(_words(quote)) if code.startswith(ABOUT_WORDS) else ():
            holding = [one for one in of_rule if word in _words(one.quote)]
            named = [one for one in _against(holding) if one.by_person and word in _words(one.reason)]
            if len(named) >= ENOUGH_NAMED:
                return Unwanted(code, quote, tuple(named), word)
        return None

    def alike(self, code: str, quote: str) -> Alike:
        """Tell what people did with edits and findings like this one."""
        counted = _counted([one for one in self._cases if one.code == code and _alike(one.quote, quote)])
        rejected = sum(one.outcome == "rejected" for one in counted)
        return Alike(rejected, len(counted) - rejected)

    @cached_property
    def groups(self) -> list[Unwanted]:
        """List what is not tried any more."""
        found: list[Unwanted] = []
        for case in self._cases:
            if any(one.covers(case) for one in found):
                continue
            group = self.unwanted(case.code, case.quote)
            found += [group] if group else []
        return found


def is_clearly_rejected(rejected: int, taken: int) -> bool:
    """Tell whether so many rejections outweigh so many acceptances."""
    return rejected > 0 and rejected >= AGAINST * taken


def _against(alike: Sequence[Case]) -> list[Case]:
    """List the rejections, where of all cases and of the last ones they clearly outweigh what was taken; else none."""
    counted = _counted(alike)
    # The last ones alone would do by chance some day where people take every other edit, and then no more are made.
    for some in (counted, counted[-LATEST:]):
        rejected = sum(one.outcome == "rejected" for one in some)
        if not is_clearly_rejected(rejected, len(some) - rejected):
            return []
    return [one for one in counted if one.outcome == "rejected"]


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    # A reason sets the word that it is about in quotation marks, so marks do not count here.
    return frozenset(stem(word) for word in _LETTERS.findall(text.lower()) if word not in FREE)


def _counted(alike: Sequence[Case]) -> list[Case]:
    """Leave of the rejections each that a person gave by name, and one for each run that was dropped as a whole."""
    counted, dropped = list[Case](), set[str]()
    for one in alike:
        if one.outcome != "rejected" or one.by_person:
            counted.append(one)
        elif one.run not in dropped:
            dropped.add(one.run)
            counted.append(one)
    return counted


def is_explored(finding: str, run: str) -> bool:
    """Tell whether a finding, by its id, is tried in this run though people rejected others like it."""
    return sha256(f"{finding}\0{run}".encode()).digest()[0] % EXPLORED == 0


def records(cases: Iterable[Case]) -> list[Record]:
    """Sum up the cases for each rule and strategy, in a fixed order."""
    sums: dict[tuple[str, str], list[float]] = {}
    for one in cases:
        if (reward := _REWARDS.get(one.outcome)) is not None:
            both = sums.setdefault((one.code, one.strategy), [0.0, 0.0])
            both[0] += reward
            both[1] += 1 - reward
    return [Record(code, strategy, *both) for (code, strategy), both in sorted(sums.items())]


class Policy:
    """Chooses between strategies by Thompson sampling: each draws from its posterior, and the highest draw begins."""

    def __init__(self, found: Sequence[Record], seed: str) -> None:
        self._records = {(one.code, one.strategy): one for one in found}
        self._chance = random.Random(seed)  # noqa: S311 - a seed makes a run repeatable
        self._all: dict[str, Record] = {}
        for one in found:
            known = self._all.get(one.strategy, Record("", one.strategy, 0.0, 0.0))
            self._all[one.strategy] = Record("", one.strategy, known.gained + one.gained, known.lost + one.lost)

    def ordered(self, code: str, strategies: Sequence[str]) -> list[str]:
        """Order strategies, given in the order of a first run, by a draw for each; without a past it stays as it is."""
        if not any((code, name) in self._records for name in strategies):
            return list(strategies)
        return sorted(strategies, key=lambda name: -self._draw(code, name))

    def prior(self, strategy: str) -> float:
        """Give the rate of a strategy over all rules; one half where nothing is known."""
        return self._all[strategy].mean(0.5) if strategy in self._all else 0.5

    def _draw(self, code: str, strategy: str) -> float:
        known = self._records.get((code, strategy), Record(code, strategy, 0.0, 0.0))
        prior = self.prior(strategy)
        return self._chance.betavariate(known.gained + prior + 0.01, known.lost + (1 - prior) + 0.01)


def _alike(one: str, other: str) -> bool:
    if one.split() == other.split():
        return True
    first, second = _keys(one), _keys(other)
    return bool(first | second) and len(first & second) >= LIKE * len(first | second)


@lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    return frozenset(token.key for token in tokens(text) if token.kind != "free")
