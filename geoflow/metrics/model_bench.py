"""What the answers of a model to the built-in set are worth, and which way of working follows from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from geoflow.metrics.bench_items import Asked, Judged, Mended

Profile = Literal["small", "large"]
_LARGE_CONTEXT = 8192
_GOOD = 0.85
_HONEST = 0.95


@dataclass(frozen=True, slots=True)
class Mark:
    """How one reply did: of the form that was asked for at the first try, quoting what is there, and right.

    `alarm` tells that a judge called a testable requirement untestable.
    """

    formed: bool
    honest: bool
    right: bool
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model is here.

    Tokens per second that are read and written, and seconds to the first token for a new prompt and for one whose
    beginning the server knows. None where the server did not say enough to know.
    """

    prompt_per_second: float | None
    generated_per_second: float | None
    first_token_cold: float | None
    first_token_warm: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares between 0 and 1 over the built-in set, with the number of items of each kind."""

    form: float
    honesty: float
    judging: float
    false_alarms: float
    mending: float
    answering: float
    items: tuple[int, int, int]

    def document(self) -> dict[str, Any]:
        """Give the figures by name, shares rounded to three digits."""
        counts = dict(zip(("judged", "mended", "asked"), self.items, strict=True))
        shares = {name: round(value, 3) for name, value in asdict(self).items() if name != "items"}
        return {**shares, "items": counts}


def judge_mark(item: Judged, value: Mapping[str, Any], attempts: int) -> Mark:
    """Mark a reply to whether a test could fail a requirement."""
    said = value.get("testable")
    right = said is item.testable
    return Mark(attempts == 1, _stands_in(str(value.get("quote", "")), item.text), right, item.testable and not right)


def mend_mark(item: Mended, value: Mapping[str, Any], attempts: int) -> Mark:
    """Mark a span edit: right where the whole sentence comes out as one of those expected, but for spaces."""
    old, new = str(value.get("old_span", "")), str(value.get("new_span", ""))
    once = bool(old.strip()) and item.sentence.count(old) == 1
    made = item.sentence.replace(old, new) if once else ""
    return Mark(
        attempts == 1, bool(old.strip()) and _stands_in(old, item.sentence), _plain(made) in map(_plain, item.right)
    )


def ask_mark(item: Asked, value: Mapping[str, Any], attempts: int) -> Mark:
    """Mark an answer: right where it names the extract that answers and holds the word that it must."""
    source, said = value.get("source"), f"{value.get('quote', '')} {value.get('answer', '')}"
    named = item.extracts[source - 1] if isinstance(source, int) and 0 < source <= len(item.extracts) else ""
    right = source == item.source and item.word in said
    return Mark(attempts == 1, bool(named) and _stands_in(str(value.get("quote", "")), named), right)


def figures(judged: Sequence[Mark], mended: Sequence[Mark], asked: Sequence[Mark], testable: int) -> Figures:
    """Sum up the marks; `testable` is how many of the judged requirements are."""
    every = [*judged, *mended, *asked]
    return Figures(
        form=_share([mark.formed for mark in every]),
        honesty=_share([mark.honest for mark in every]),
        judging=_share([mark.right for mark in judged]),
        false_alarms=sum(mark.alarm for mark in judged) / testable if testable else 0.0,
        mending=_share([mark.right for mark in mended]),
        answering=_share([mark.right for mark in asked]),
        items=(len(judged), len(mended), len(asked)),
    )


def profile_of(result: Figures, context_tokens: int) -> Profile:
    """Choose the way of working: `large` for a model that judges and answers right, quotes honestly and has room."""
    able = min(result.judging, result.answering) >= _GOOD and min(result.honesty, result.form) >= _HONEST
    return "large" if able and context_tokens >= _LARGE_CONTEXT else "small"


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks) if marks else 0.0


def _plain(text: str) -> str:
    return re.sub(r"\s+([.,])", r"\1", " ".join(text.split()))


def _stands_in(quote: str, text: str) -> bool:
    words = quote.split()
    return bool(words) and " ".join(words) in " ".join(text.split())
