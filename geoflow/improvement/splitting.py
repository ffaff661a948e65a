"""A requirement in parts: the words of each, its name from its own words, and the scenarios that speak of it."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from geoflow.improvement.cuts import Cut
from geoflow.improvement.proposal import Document
from geoflow.improvement.scenario_strategy import own_steps, scenario_name, scenario_text
from geoflow.openspec.model import Requirement
from geoflow.quality.ears import clauses
from geoflow.quality.prose import masked
from geoflow.quality.tokens import tokens

_LONGEST_NAME = 8
_MODAL = re.compile(r"\b(?:SHALL|MUST)\b(?:\s+(?:also|additionally))?\s*")
_NAME_ENDS = re.compile(
    r"[,;:()]|\.(?=\s|\Z)|\s(?=(?:when|whenever|if|while|where|once|after|before|unless|until|so|because|which|that|but|"
    r"without|only|rather|instead|via|using|through|by|as|at|to\s+the)\b)",
    re.IGNORECASE,
)
_LAST = re.compile(r"(?:\s+(?:a|an|the|of|for|to|in|on|with|from|into|its|their|not|be|that|and|or))+\Z", re.IGNORECASE)
_OPENS = re.compile(
    r"(?:when|whenever|while|if|where|once|as soon as|as long as|after|before|unless|for)\b", re.IGNORECASE
)
_IS_DONE = re.compile(r"(?:be|have\s+been)\s+", re.IGNORECASE)
_NO_SENTENCE = re.compile(r"[ \t]*(?:[-*+][ \t]|\d+[.)][ \t]|>|\||`{3}|~{3})")
SURE, SURER = 2, 3
"""So many words of a part, and of no other one, tell that a scenario speaks of it, if of others it has a third."""
MOST_UNSURE = 3
"""With more scenarios that may go with either part, not every way to share them out is worth looking at."""


class Part(NamedTuple):
    """A part of a requirement: its name, its text, and what it repeats of the sentence before it."""

    name: str
    text: str
    lead: str


class Shares(NamedTuple):
    """Which part each scenario speaks of, by its name; those that nobody can tell from afar are `unsure`.

    `scores` counts for each of these the words that it shares with each part, and with no other one.
    """

    sure: Mapping[str, int]
    unsure: tuple[str, ...]
    scores: Mapping[str, tuple[int, ...]]

    def places(self) -> list[dict[str, int]]:
        """List the ways to share the scenarios out, the likeliest first."""
        if len(self.unsure) > MOST_UNSURE:
            likely = {name: self.scores[name].index(max(self.scores[name])) for name in self.unsure}
            return [{**self.sure, **likely}, {**self.sure, **dict.fromkeys(self.unsure, 0)}]
        count = len(next(iter(self.scores.values()), ()))
        ways = list(product(range(count), repeat=len(self.unsure)))
        scores = [self.scores[name] for name in self.unsure]
        ways.sort(key=lambda way: -sum(score[number] for score, number in zip(scores, way, strict=True)))
        return [{**self.sure, **dict(zip(self.unsure, way, strict=True))} for way in ways]


def parts_of(document: Document, requirement: Requirement, cuts: Sequence[Cut], names: Mapping[int, str]) -> list[Part]:
    """Give the parts between cuts; the first keeps the requirement's name, `names` are those that a person gave."""
    text = document.text
    starts = [requirement.body_start, *(cut.start for cut in cuts)]
    ends = [*(cut.before for cut in cuts), requirement.body_end]
    leads = ["", *(cut.lead for cut in cuts)]
    parts = []
    for number, (start, end, lead) in enumerate(zip(starts, ends, leads, strict=True)):
        words = text[start:end].strip().rstrip(",;").rstrip()
        whole = f"{lead} {words}" if lead else words
        name = names.get(number) or (own_name(words, lead) if number else requirement.name)
        parts.append(Part(name, _closed(whole[:1].upper() + whole[1:]), lead))
    return parts


def _closed(text: str) -> str:
    """End a text as a sentence, unless it ends with a list or a fence."""
    last = text[text.rfind("\n") + 1 :]
    return text if text.endswith((".", "!", "?", ":")) or _NO_SENTENCE.match(last) else f"{text}."


def own_name(words: str, lead: str) -> str:
    """Name a part by the first words of what it asks for; of the passive, by what is acted upon as well."""
    line = " ".join(words.split())
    match = _MODAL.search(masked(line))
    subject = "" if match is None or match.start() == 0 else _without_condition(line, line[: match.start()].strip())
    asked = line[match.end() :] if match else line
    passive = _IS_DONE.match(asked)
    shown = f"{subject or _bare(lead)} {asked[passive.end() :]}" if passive else asked
    if match and asked.lower().startswith("not "):
        shown = f"{subject or _bare(lead)} {match.group().strip()} {asked}"
    shown = re.sub(r"^(?:the|a|an)\s+", "", shown.strip(), flags=re.IGNORECASE)
    ends = [match.start() for match in _NAME_ENDS.finditer(masked(shown))]
    cut = next((end for end in ends if len(shown[:end].split()) >= 2), len(shown))
    found = _LAST.sub("", " ".join(shown[:cut].split()[:_LONGEST_NAME])).rstrip(" ,;:.")
    return found[:1].upper() + found[1:]


def _without_condition(sentence: str, subject: str) -> str:
    """Give a subject without the condition before it, which says nothing of what a requirement asks for."""
    if not _OPENS.match(subject):
        return subject
    found = clauses(sentence)
    read = sentence[slice(*found.subject)] if found else ""
    return read if read and read.count("(") == read.count(")") else subject.partition(", ")[2] or subject


def _bare(lead: str) -> str:
    return _MODAL.sub("", lead).rpartition(", ")[2].strip()


def shares_of(document: Document, requirement: Requirement, parts: Sequence[Part]) -> Shares:
    """Tell which part each scenario speaks of, by the words that only that part has."""
    own = [_meant(part.text.removeprefix(part.lead)) for part in parts]
    shared = set().union(*(_meant(part.lead) for part in parts))
    telling = [words - shared - set().union(*(other for other in own if other is not words)) for words in own]
    sure: dict[str, int] = {}
    scores: dict[str, tuple[int, ...]] = {}
    for scenario in requirement.scenarios:
        said = _meant(document.text[scenario.start : scenario.end])
        counts = tuple(len(said & words) for words in telling)
        best, second = sorted(counts, reverse=True)[:2]
        scores[scenario.name] = counts
        if best >= SURE and best >= SURER * second:
            sure[scenario.name] = counts.index(best)
    return Shares(sure, tuple(name for name in scores if name not in sure), scores)


def _meant(text: str) -> set[str]:
    return {token.key.casefold() for token in tokens(text) if token.kind in {"word", "literal", "number"}}


def split_text(
    document: Document, requirement: Requirement, parts: Sequence[Part], places: Mapping[str, int]
) -> str | None:
    """Write the parts as requirements, each with its scenarios; None where a part would have none.

    A part of which no scenario speaks gets the one that its own words make, where they hold a condition.
    """
    text = document.text
    heading = text[requirement.start : requirement.body_start].rstrip("\n")
    gap = "\n\n" if text[requirement.body_start : requirement.body_end].startswith("\n") else "\n"
    blocks = []
    for number, part in enumerate(parts):
        scenarios = [
            text[one.start : one.end].strip() for one in requirement.scenarios if places.get(one.name) == number
        ]
        if not scenarios and (steps := own_steps(part.text)):
            scenarios = [scenario_text(scenario_name(part.name, steps), steps)]
        if not scenarios:
            return None
        title = heading if number == 0 else f"### Requirement: {part.name}"
        blocks.append("\n\n".join([f"{title}{gap}{part.text}", *scenarios]))
    return "\n\n".join(blocks)


def is_plain(document: Document, requirement: Requirement) -> bool:
    """Tell whether a requirement is a heading, a text and scenarios with names of their own, and nothing else."""
    text = document.text
    scenarios = requirement.scenarios
    ends = [(requirement.body_end, scenarios[0].start)] if scenarios else []
    ends += [(one.end, other.start) for one, other in pairwise(scenarios)]
    ends += [(scenarios[-1].end, requirement.end)] if scenarios else []
    names = [one.name for one in scenarios]
    whole = all(not text[start:end].strip() for start, end in ends) and bool(scenarios)
    return whole and "\r" not in text and len(names) == len(set(names)) and all(names)
