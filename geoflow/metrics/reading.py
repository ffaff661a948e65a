"""How hard a text is to read: the length of sentences, and the Flesch-Kincaid grade with estimated syllables.

The formula is that of Kincaid et al. (1975). Packages that count syllables by dictionary bring megabytes of data for a
figure that is only compared with itself; runs of vowels serve as well for that.
"""

import re
from collections.abc import Sequence

from geoflow.quality.prose import masked

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n(?=\s*[-*+]\s)|\n\s*\n")
_VOWELS = re.compile(r"[aeiouy]+")


def reading_figures(texts: Sequence[str]) -> dict[str, float]:
    """Give words of a sentence and the grade of some texts, each of whole sentences; nothing where there are none."""
    sentences = words = syllables = 0
    for text in texts:
        for part in _SENTENCE_END.split(masked(text)):
            found = _WORD.findall(part)
            sentences += bool(found)
            words += len(found)
            syllables += sum(map(estimated_syllables, found))
    if not words:
        return {}
    per_sentence = words / sentences
    return {
        "readability.sentence_words": per_sentence,
        "readability.grade": 0.39 * per_sentence + 11.8 * syllables / words - 15.59,
    }


def estimated_syllables(word: str) -> int:
    """Estimate the syllables of an English word by its runs of vowels; a silent e at its end is none."""
    lower = word.lower()
    runs = len(_VOWELS.findall(lower))
    silent = lower.endswith("e") and not lower.endswith(("le", "ee", "ye")) and runs > 1
    return max(1, runs - silent)
