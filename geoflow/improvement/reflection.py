"""What a model may make of one past edit: a quote first, then a short lesson; code decides whether it is one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geoflow.improvement.composing import changed_span
from geoflow.improvement.lesson import LONGEST, UNUSED, Advice, Lesson, lesson_id

AROUND = 400
"""Characters on each side of a difference that the model is shown."""
_QUOTE = 300

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "quote": {"type": "string", "maxLength": _QUOTE},
        "advice": {"type": "string", "enum": ["do", "don't"]},
        "lesson": {"type": "string", "maxLength": LONGEST},
    },
    "required": ["quote", "advice", "lesson"],
    "additionalProperties": False,
}
MOST_TOKENS = _QUOTE + LONGEST + 60


def shown(text: str, other: str) -> str:
    """Cut a text down to where it differs from another one, and what is around that."""
    span = changed_span(text, other)
    return text[max(0, span.start - AROUND) : span.end + AROUND].strip()


def lesson_from(
    value: Mapping[str, Any], texts: tuple[str, str], scope: tuple[str, str], support: str, today: date
) -> Lesson | str:
    """Make a lesson of a reply, or say why it is none.

    Args:
        value: The reply.
        texts: The proposal and what the person made of it; the quote must stand in one of them.
        scope: The rule and the strategy of the edit.
        support: The edit's id.
        today: The day from which it may be unused so long.
    """
    quote, text = (" ".join(str(value.get(name, "")).split()) for name in ("quote", "lesson"))
    if not quote or not any(quote in " ".join(one.split()) for one in texts):
        return f"its quote “{quote[:60]}” stands in neither text"
    if not text or len(text) > LONGEST or not text.isprintable():
        return f"it is empty, longer than {LONGEST} characters, or no plain text"
    advice: Advice = "don't" if value.get("advice") == "don't" else "do"
    code, strategy = scope
    name = lesson_id(text, code, strategy)
    return Lesson(name, text, code, strategy, advice, (support,), 0, 0, "candidate", today + UNUSED)
