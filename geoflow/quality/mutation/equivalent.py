"""Operators that change nothing of what is asked for: a reviewer that speaks up here gives a false alarm."""

import re
from random import Random

from geoflow.openspec.writer import line_ending
from geoflow.quality.mutation.anatomy import anatomy
from geoflow.quality.mutation.form import shuffled
from geoflow.quality.mutation.mutant import Edit, Target
from geoflow.quality.mutation.phrasing import Half
from geoflow.quality.prose import masked

_SAME = {
    "prior to": "before",
    "more than": "over",
    "at least": "no fewer than",
    "begin": "start",
    "does not": "doesn't",
    "do not": "don't",
    "cannot": "can not",
    "whether": "if",
    "because": "since",
    "in order to": "to",
    "such that": "so that",
    "that": "which",
    "when": "whenever",
    "each": "every",
    "show": "display",
    "using": "by means of",
    "via": "by way of",
    "SHALL": "MUST",
    "MUST": "SHALL",
}
_MARKER = re.compile(r"(?m)^([ \t]*)-(?=[ \t])")
_WORD = re.compile(r"\b[a-z]{7,}\b")
_CLAUSE = re.compile(r"(?s)(?<!only )(?<!even )(?<!and )(?<!or )(?P<clause>\b(?:when|if)\s[^,.;:()]{8,90})\Z")


def reordered(target: Target, _: Random, __: Half) -> Edit | None:
    """Swap the first two scenarios."""
    scenarios, text = target.requirement.scenarios, target.document.text
    if len(scenarios) < 2:
        return None
    first, second = scenarios[:2]
    one, gap = text[first.start : first.end], text[first.end : second.start]
    other = text[second.start : second.end]
    if not gap.isspace():
        # The gap may be part of the first block: blank lines then stay where they are.
        bare = one.rstrip()
        one, gap = bare, one[len(bare) :] + gap
    bare = other.rstrip()
    return Edit(first.start, second.start + len(bare), f"{bare}{gap}{one}") if gap.isspace() else None


def reflowed(target: Target, _: Random, __: Half) -> Edit | None:
    """Wrap the sentence that obliges at another place."""
    text = target.document.text
    sentence = anatomy(text, target.requirement)
    if sentence is None:
        return None
    words = text[sentence.start : sentence.end]
    if "\n" in words:
        return Edit(sentence.start, sentence.end, re.sub(r"[ \t\r]*\n[ \t]*", " ", words))
    middle = masked(words).find(" ", len(words) // 2)
    if middle < 0 or words[middle + 1] in "-*+#>|0123456789":
        return None
    return Edit(sentence.start + middle, sentence.start + middle + 1, line_ending(text))


def other_marker(target: Target, random: Random, _: Half) -> Edit | None:
    """Write the steps of a scenario with another list marker."""
    text = target.document.text
    for scenario in shuffled(target.requirement, random):
        block = text[scenario.start : scenario.end]
        new = _MARKER.sub(r"\1*", block)
        if new != block and "```" not in block:
            return Edit(scenario.start, scenario.end, new)
    return None


def more_space(target: Target, random: Random, _: Half) -> Edit | None:
    """Add a blank line before the scenarios, or blanks at the end of the sentence's line."""
    text, requirement = target.document.text, target.requirement
    if requirement.scenarios and random.random() < 0.5:
        at = requirement.scenarios[0].start
        return Edit(at, at, line_ending(text))
    sentence = anatomy(text, requirement)
    if sentence is None or text[sentence.end : sentence.end + 1] not in ("\n", "\r"):
        return None
    return Edit(sentence.end, sentence.end, " ")


def mended_typo(target: Target, random: Random, _: Half) -> Edit | None:
    """Misspell a word; the text as it stands is the one in which that was mended."""
    text, requirement = target.document.text, target.requirement
    found = list(_WORD.finditer(masked(text[requirement.body_start : requirement.body_end])))
    if not found:
        return None
    match = random.choice(found)
    word, place = match.group(), random.randrange(2, len(match.group()) - 2)
    new = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    start = requirement.body_start + match.start()
    return Edit(start, start + len(word), new) if new != word else None


def moved_clause(target: Target, _: Random, __: Half) -> Edit | None:
    """Put the condition at the end of the sentence to its beginning."""
    text = target.document.text
    sentence = anatomy(text, target.requirement)
    if sentence is None or sentence.subject[0] != sentence.start or sentence.subject[0] == sentence.subject[1]:
        return None
    words = text[sentence.start : sentence.stop]
    match = _CLAUSE.search(masked(words))
    if (
        match is None
        or match.start() < sentence.modal[1] - sentence.start
        or re.search(r",| and (?:SHALL|MUST)\b", words)
    ):
        return None
    clause, rest = words[match.start() :], words[: match.start()].rstrip()
    first = rest.split(" ", 1)[0]
    rest = rest[0].lower() + rest[1:] if first in {"The", "A", "An", "Each", "Every", "All"} else rest
    return Edit(sentence.start, sentence.stop, f"{clause[0].upper()}{clause[1:]}, {rest}")


def same_word(target: Target, random: Random, _: Half) -> Edit | None:
    """Put a word in place of another one that says the same."""
    text = target.document.text
    sentence = anatomy(text, target.requirement)
    if sentence is None:
        return None
    prose = masked(text[sentence.start : sentence.stop])
    offered = list(_SAME.items())
    random.shuffle(offered)
    for word, other in offered:
        found = list(re.finditer(rf"\b{word}\b(?! (?:NOT|not)\b)", prose))
        if len(found) == 1 and not (
            word == "that" and re.match(r" (?:is|are|has|have|can)\b", prose[found[0].end() :]) is None
        ):
            start = sentence.start + found[0].start()
            return Edit(start, start + len(word), other)
    return None
