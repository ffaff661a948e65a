"""How well an exam was answered: hits, exact answers, abstentions, and whether every quote exists."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from geoflow.questions.answer import Answer, Citation
from geoflow.questions.exam_item import Item


@dataclass(frozen=True, slots=True)
class Mark:
    """How one question was answered. `place` is the rank of the first citation that hits, 0 where none does."""

    kind: str
    answered: bool
    place: int
    exact: bool
    quotes: int
    invented: int


@dataclass(frozen=True, slots=True)
class AskFigures:
    """Shares between 0 and 1; None where no question of that sort was asked.

    `hit_at_1` and `hit_at_3` count only where the state is `answered`; `exact` where the answer holds the span to the
    letter; `abstained` is the share of hidden ones that were not answered; `invented_quotes` counts quotes that do not
    stand where they are said to.
    """

    answerable: int
    hidden: int
    hit_at_1: float | None
    hit_at_3: float | None
    exact: float | None
    abstained: float | None
    quotes: int
    invented_quotes: int

    def document(self) -> dict[str, Any]:
        """Give the figures by name, shares rounded to three digits."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


def mark(item: Item, answer: Answer, files: Mapping[str, bytes]) -> Mark:
    """Mark one answer; a citation hits where it lies in the span's sentence or scenario, or repeats it elsewhere."""
    hits = [rank for rank, cited in enumerate(answer.citations, 1) if _hits(item, cited)]
    answered = answer.state == "answered"
    exact = answered and _holds(answer.text, item.answer)
    invented = sum(not stands(cited, files) for cited in answer.citations)
    return Mark(item.kind, answered, hits[0] if hits and answered else 0, exact, len(answer.citations), invented)


def _hits(item: Item, cited: Citation) -> bool:
    if cited.path == item.path and cited.line <= item.end_line and cited.end_line >= item.line:
        return True
    said, place = _plain(cited.quote), _plain(item.place)
    return bool(said and place) and (said in place or place in said)


def _holds(text: str, span: str) -> bool:
    """Tell whether a text holds a span as words and numbers of their own: "16 hours" holds no "6 hours".

    Capitals do not matter: the span may open the sentence that it answers in.
    """
    wanted = re.escape(_plain(span).casefold())
    return (
        bool(wanted)
        and re.search(rf"(?<!\w)(?<!\d[.,]){wanted}(?![.,]?\d|(?<=\w)\w)", _plain(text).casefold()) is not None
    )


def stands(cited: Citation, files: Mapping[str, bytes]) -> bool:
    """Tell whether a quote stands, to the letter, on the lines that it names."""
    text = files.get(cited.path, b"").decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")[cited.line - 1 : cited.end_line]
    return bool(cited.quote) and cited.line >= 1 and cited.quote in "\n".join(lines)


def figures(marks: Iterable[Mark]) -> AskFigures:
    """Sum up the marks of an exam."""
    every = list(marks)
    asked = [one for one in every if one.kind != "hidden"]
    hidden = [one for one in every if one.kind == "hidden"]
    return AskFigures(
        answerable=len(asked),
        hidden=len(hidden),
        hit_at_1=_share(sum(one.place == 1 for one in asked), len(asked)),
        hit_at_3=_share(sum(1 <= one.place <= 3 for one in asked), len(asked)),
        exact=_share(sum(one.exact for one in asked), len(asked)),
        abstained=_share(sum(not one.answered for one in hidden), len(hidden)),
        quotes=sum(one.quotes for one in every),
        invented_quotes=sum(one.invented for one in every),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").replace("*", "").split())
