"""A Purpose from the spec's own words: what the capability covers, who has to act, and what its requirements say."""

import re
from collections import Counter
from textwrap import fill

from geoflow.improvement.gate_meaning import all_subjects
from geoflow.openspec.model import Spec
from geoflow.quality.tokens import tokens

NAMES = 6
"""How many requirements a Purpose names at most: more would be a table of contents."""
TEMPLATE_WORDS = "Covers and says what must do among others"

_SUBJECTS = 3
_LONGEST_SUBJECT = 5
_NARROWEST, _WIDEST = 80, 120
_ACTS = re.compile(r"(?:the|a|an|each|every|all)\b|`", re.IGNORECASE)
_NO_ACTOR = re.compile(
    r"\b(?:it|they|this|these|that|both|which|and|or|if|when|while|where|once|for|by|to|in|on)\b", re.IGNORECASE
)


def purpose_sentence(spec: Spec) -> str:
    """Write the Purpose on one line; nothing is claimed that the spec does not say."""
    names = [_inside(" ".join(requirement.name.split()).rstrip("."), spec.text) for requirement in spec.requirements]
    shown = names[:NAMES]
    among = ", among others" if len(names) > NAMES else ""
    short = len(shown) < 3 and not any(" and " in name for name in shown)
    joined = " and ".join(shown) if short else "; ".join([*shown[:-1], f"and {shown[-1]}"])
    joined = joined.removeprefix("and ")
    who = _who(spec)
    what = f" and says what {who} must do" if who else ""
    return f"Covers {spoken(spec.id)}{what}{among}: {joined}."


def wrapped(sentence: str, spec: Spec) -> str:
    """Break a sentence into lines as wide as the document's own, where those are broken at all."""
    widest = max((len(line) for line in spec.text.splitlines()), default=0)
    if widest > _WIDEST:
        return sentence
    return fill(sentence, max(_NARROWEST, widest), break_long_words=False, break_on_hyphens=False)


def spoken(identifier: str) -> str:
    """Give the name of a capability as words."""
    return re.sub(r"[/_-]+", " ", identifier)


def _who(spec: Spec) -> str:
    """Name those who have to act in most requirements."""
    found = [subject for one in spec.requirements for subject in all_subjects(spec.text[one.body_start : one.body_end])]
    actors = [
        one for one in found if _ACTS.match(one) and len(one.split()) <= _LONGEST_SUBJECT and not _NO_ACTOR.search(one)
    ]
    counted = Counter(_key(one) for one in actors)
    first = {_key(one): _inside(one, "") for one in reversed(actors)}
    often = [key for key, count in counted.most_common(_SUBJECTS) if count > 1]
    chosen = [first[key] for key in often]
    if chosen in (["the system"], []):
        return ""  # that says nothing of this capability
    return " and ".join(filter(None, [", ".join(chosen[:-1]), *chosen[-1:]]))


def _key(subject: str) -> str:
    return " ".join(token.key for token in tokens(subject) if token.kind != "free")


def _inside(words: str, text: str) -> str:
    """Begin words with a small letter, unless the first of them is a name: it has a capital within a sentence, too."""
    found = words.split()
    first = found[0] if found else ""
    plain = re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", first) is not None
    if not plain or (len(found) > 1 and found[1][0].isupper()):
        return words
    is_name = re.search(rf"[a-z,] +{first}\b", text) and not re.search(rf"(?<![\w`-]){first.lower()}(?![\w`-])", text)
    return words if is_name else first[0].lower() + words[1:]
