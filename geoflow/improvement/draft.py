"""A change as it is first drafted: values whose form is right whatever the model said."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geoflow.openspec.headings import folded_name
from geoflow.quality.single_line import single_line

LONGEST_NAME = 80
LONGEST_SUBJECT = 60
LONGEST_PHRASE = 240
LONGEST_STEP = 240
_NORMATIVE = re.compile(r"\b(?:shall|must|will|should|has to|needs to)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:(?:[^\s.]+\s+){0,6}?(?:SHALL|MUST)\b|(?i:(?:(?:the|a|an)\s+(?:[^\s.]+\s+){1,5}?)?(?:shall|must|will|should)\b)|"
    r"(?i:to)\b)(?:\s+be able to\b)?\s*"
)
_THIRD_PERSON = re.compile(r"^([A-Za-z]{2,}?)(ies|(?<=sh|ch|ss)es|(?<=x|z)es|(?<![sui])s)(?=\s|$)")
_LABEL = re.compile(r"^(?:(?:requirement|scenario|name|title)\s*:\s*)+", re.IGNORECASE)
_KEYWORD = re.compile(r"^(?:(?:given|when|then|and|but)\b[\s:,]*)+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:(?:the|a|an)\s+)+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;](?:\s+(?=[^a-z])|$)")
_FIGURE = r"(?<![^\W_])[^\W_]*\d(?:[^\W_]|[.,:](?=\d))*"
_CORE = re.compile(r"\d+(?:[.,:]\d+)*")
_NUMBER_WORD = (
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"ninety|hundreds?|thousands?|millions?|billions?|dozens?|twice|thrice)\b"
)
_ANY_NUMBER = re.compile(f"{_FIGURE}|{_NUMBER_WORD}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftScenario:
    """A scenario of a draft: a name and its two steps, each a part of one line."""

    name: str
    when: str
    then: str


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """What nobody has said yet: the words of the draft that it is about, and answers to choose from, if any."""

    text: str
    quote: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted requirement with what belongs to it; `asked` is what nobody has said yet.

    `sentence` is its normative text on one line.
    """

    name: str
    sentence: str
    scenarios: tuple[DraftScenario, ...]
    problem: str
    asked: tuple[DraftQuestion, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        """List the questions' texts."""
        return tuple(one.text for one in self.asked)


class Licence:
    """Which numbers were given: those of the idea and of the requirements it is grounded on.

    A number from nowhere leaves a numbered gap in the text, and a question that says what belongs there.
    """

    def __init__(self, *sources: str) -> None:
        given = "\n".join(sources)
        self._words = {match.group().casefold() for match in _ANY_NUMBER.finditer(given)}
        self._cores = {core.group() for core in _CORE.finditer(given)}
        self._asked: list[DraftQuestion] = []

    @property
    def asked(self) -> tuple[DraftQuestion, ...]:
        """List the questions that arose, in order."""
        return tuple(self._asked)

    @property
    def questions(self) -> tuple[str, ...]:
        """List their texts."""
        return tuple(one.text for one in self._asked)

    def ask(self, question: str, quote: str = "", options: Sequence[str] = ()) -> None:
        """Add a question; a single option is none."""
        self._asked.append(DraftQuestion(question, quote, tuple(options) if len(options) > 1 else ()))

    def allows(self, text: str) -> bool:
        """Tell whether every number of a text was given."""
        return all(self._given(match.group()) for match in _ANY_NUMBER.finditer(text))

    def enforce(self, text: str, options: Sequence[str] = ()) -> str:
        """Replace every number that nobody gave by a gap such as `(open: Q1)`: one question a text, with options."""
        if self.allows(text):
            return text
        gap = f"(open: Q{len(self._asked) + 1})"

        def fill(match: re.Match[str]) -> str:
            return match.group() if self._given(match.group()) else gap

        filled = _ANY_NUMBER.sub(fill, text)
        self.ask(f"Which value belongs at {gap} in “{filled}”? Nobody has given one.", gap, options)
        return filled

    def _given(self, figure: str) -> bool:
        if figure.casefold() in self._words:
            return True
        core = _CORE.match(figure)
        return core is not None and core.group() in self._cores


def any_numbers(text: str) -> list[str]:
    """List the figures and number words of a text, in reading order."""
    return [match.group() for match in _ANY_NUMBER.finditer(text)]


def distinct_name(raw: str, fallback: str, taken: Iterable[str]) -> str:
    """Make the name of a requirement or scenario that differs from every taken one, case and spacing aside."""
    name = single_line(_LABEL.sub("", single_line(raw, LONGEST_NAME)), LONGEST_NAME).rstrip(" .:…#") or fallback
    name = name[0].upper() + name[1:]
    used = {folded_name(one) for one in taken}
    if folded_name(name) not in used:
        return name
    return next(
        f"{name} ({count})" for count in range(2, len(used) + 3) if folded_name(f"{name} ({count})") not in used
    )


def subject(raw: str) -> str:
    """Make the subject of `The <subject> SHALL ...`; `system` where nothing usable was said."""
    text = _NORMATIVE.split(single_line(raw, LONGEST_PHRASE), maxsplit=1)[0]
    text = single_line(_ARTICLE.sub("", text), LONGEST_SUBJECT).rstrip(" .,:;!?…")
    return text if any(character.isalpha() for character in text) else "system"


def phrase(raw: str, fallback: str) -> str:
    """Make the verb phrase of `The <subject> SHALL <phrase>.`: one sentence, no normative opening, no full stop."""
    text = _OPENING.sub("", single_line(raw, LONGEST_PHRASE))
    text = single_line(_SENTENCE_END.split(text, maxsplit=1)[0], LONGEST_PHRASE).rstrip(" .,:;!?")
    if not any(character.isalpha() for character in text):
        return fallback
    text = _THIRD_PERSON.sub(_base_form, text)
    return text[0].lower() + text[1:] if text[1:2].islower() else text


def _base_form(match: re.Match[str]) -> str:
    return match.group(1) + ("y" if match.group(2) == "ies" else "")


def step(raw: str) -> str:
    """Make the text of a step, without its keyword and full stop; may be empty."""
    text = single_line(_KEYWORD.sub("", single_line(raw, LONGEST_STEP)), LONGEST_STEP).rstrip(" .,:;")
    return text if any(character.isalnum() for character in text) else ""


def scenario(
    raw: tuple[str, str, str], fallback_name: str, licence: Licence, others: Sequence[DraftScenario]
) -> DraftScenario | None:
    """Make a scenario of a name, a WHEN and a THEN; None where a step is missing or it says what another one says."""
    when, then = step(raw[1]), step(raw[2])
    if not when or not then or any((folded_name(when), folded_name(then)) == _folded(other) for other in others):
        return None
    name = raw[0] if licence.allows(raw[0]) else fallback_name
    name = distinct_name(name, fallback_name, [other.name for other in others])
    return DraftScenario(name, licence.enforce(when), licence.enforce(then))


def _folded(other: DraftScenario) -> tuple[str, str]:
    return folded_name(other.when), folded_name(other.then)
