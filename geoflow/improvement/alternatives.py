"""What samples of one draft leave open: only what can be compared counts, other words vary without meaning anything."""

from collections.abc import Iterable, Sequence

from geoflow.improvement.draft import Licence, any_numbers
from geoflow.quality.tokens import Kind, tokens

MOST_OPTIONS = 4
_COMPARED: frozenset[Kind] = frozenset({"literal", "number"})


def different_actors(subjects: Sequence[str], licence: Licence) -> tuple[str, ...]:
    """List the actors that samples name, the first one first; fewer than two where they mean one and the same.

    An actor whose words are a part of another's, as "controller" of "kiln controller", is the same.
    """
    kept: list[str] = []
    for subject in subjects:
        words = _words(subject)
        same = any(words <= _words(one) or _words(one) <= words for one in kept)
        if words and not same and subject != "system" and licence.allows(subject):
            kept.append(subject)
    return tuple(kept[:MOST_OPTIONS]) if subjects and kept[:1] == [subjects[0]] else ()


def different_outcomes(texts: Sequence[str], licence: Licence) -> tuple[str, ...]:
    """List the texts that differ in a figure, a literal or a negation, the first one first."""
    kept: dict[object, str] = {}
    for text in texts:
        if text and licence.allows(text):
            kept.setdefault(_outcome(text), text)
    found = tuple(kept.values())[:MOST_OPTIONS]
    return found if texts and found[:1] == (texts[0],) else ()


def figures(texts: Iterable[str], licence: Licence) -> tuple[str, ...]:
    """List the figures that samples put where nobody gave one."""
    found = [figure for text in texts for figure in any_numbers(text) if not licence.allows(figure)]
    return tuple(dict.fromkeys(found))[:MOST_OPTIONS]


def _words(text: str) -> frozenset[str]:
    return frozenset(token.key for token in tokens(text) if token.kind in {"word", "literal"})


def _outcome(text: str) -> tuple[frozenset[str], bool]:
    found = tokens(text)
    return (
        frozenset(token.key for token in found if token.kind in _COMPARED),
        any(token.kind == "negation" for token in found),
    )
