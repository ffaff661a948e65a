"""Operators that put a mark, a short form or a name that is nowhere into the sentence that obliges."""

import re
from random import Random

from geoflow.quality.mutation.anatomy import anatomy
from geoflow.quality.mutation.mutant import Edit, Target
from geoflow.quality.mutation.phrasing import Half
from geoflow.quality.prose import masked

_MARKERS = (
    " (TBD)",
    " [TBD]",
    " (TODO: confirm with the owner)",
    " (TBC)",
    " within TBD seconds",
    " (???)",
    " <to be filled>",
)
_SHORT = ("RQM", "TLO", "DPV", "QSR", "NBX", "HVC", "PDK", "LSO", "WBT", "KYR")
_NOWHERE = (
    "`docs/limits-of-service.md`",
    "`quarantine_policy.yaml`",
    "`RetentionMatrix`",
    "`access-matrix`",
    "`config/legacy-tenants.toml`",
    "`ThrottlingProfile`",
)


def placeholder_mark(target: Target, random: Random, _: Half) -> Edit | None:
    """Put a mark for something undecided at the end of the sentence."""
    mark = random.choice(_MARKERS)
    return _at_the_end(target, mark, mark.strip())


def short_form(target: Target, random: Random, _: Half) -> Edit | None:
    """Put a short form that nobody explains at the end of the sentence."""
    short = random.choice([one for one in _SHORT if one not in target.document.text] or [""])
    return _at_the_end(target, f" according to the {short} rules", short) if short else None


def missing_name(target: Target, random: Random, _: Half) -> Edit | None:
    """Refer to a file, type or spec that is nowhere, in backticks."""
    name = random.choice(_NOWHERE)
    return _at_the_end(target, f" as described in {name}", name) if name not in target.document.text else None


class Weaker:
    """Puts a weaker modal in place of each SHALL and MUST of a requirement's body."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def __call__(self, target: Target, random: Random, _: Half) -> Edit | None:
        """Make the edit; None where the body has no such word in its prose."""
        requirement, text = target.requirement, target.document.text
        start, end = requirement.body_start, requirement.body_end
        body = text[start:end]
        found = list(re.finditer(r"\b(?:SHALL|MUST)\b", masked(body)))
        # Within code or a quotation it is no obligation, but it is one for the npm CLI, which reads every word.
        if not found or len(found) != len(re.findall(r"\b(?:SHALL|MUST)\b", body)):
            return None
        word = random.choice(self._words)
        new, last = "", found[0].start()
        for match in found:
            new += body[last : match.start()] + word
            last = match.end()
        return Edit(start + found[0].start(), start + last, new, word)


def _at_the_end(target: Target, words: str, injected: str) -> Edit | None:
    sentence = anatomy(target.document.text, target.requirement)
    return Edit(sentence.stop, sentence.stop, words, injected) if sentence else None
