"""A team that ends its lists with “and”, and a model that leaves the comma unless it has learnt otherwise."""

import re
from collections.abc import Mapping
from typing import Any

from tests.builders import requirement, spec

DOOR = "openspec/specs/door/spec.md"
LESSONS = "openspec/workflow/lessons.yaml"
NAMES = ("Reading", "Writing", "Closing", "Opening")
_LIST = re.compile(r"(\w+), (\w+), etc\.?")
LESSON = "Join the last two items with “and”."


def listed(*names: str) -> str:
    """Write requirements whose lists are open."""
    texts = (f"The {name.lower()} part SHALL show {name.lower()} names, sizes, etc." for name in names)
    return spec(*(requirement(name, text) for name, text in zip(names, texts, strict=True)))


def asked(body: Mapping[str, Any]) -> str:
    """Give the last thing that the model was told."""
    return str(body["messages"][-1]["content"])


def kind(body: Mapping[str, Any]) -> str:
    """Tell what a request is for: `lesson`, `span` or `sentence`."""
    required = body["response_format"]["json_schema"]["schema"]["required"]
    return "lesson" if "lesson" in required else "span" if "old_span" in required else "sentence"


def mend(body: Mapping[str, Any], *, obeys: bool = True) -> dict[str, Any]:
    """Mend as the model does: it takes the words out, and joins a list where a lesson says so."""
    text = asked(body)
    sentence, instruction = (re.search(rf"^{name}: (.*)$", text, re.MULTILINE) for name in ("Sentence", "Instruction"))
    assert sentence
    assert instruction
    joins = obeys and "Learnt here:" in text
    if found := _LIST.search(sentence[1]):
        old, new = found.group(), f"{found[1]} and {found[2]}." if joins else f"{found[1]}, {found[2]}."
    else:
        quote = (re.search("“(.*?)”", instruction[1]) or [""])[1]
        before = sentence[1].partition(quote)[0].split()[-1:]
        old = sentence[1][sentence[1].index(before[0] if before else quote) :] if quote else sentence[1]
        old = f"{before[0]} {quote}" if before and f"{before[0]} {quote}" in sentence[1] else quote
        new = before[0].rstrip(",") if before and old != quote else ""
    if kind(body) == "sentence":
        return {"sentence": sentence[1].replace(old, new)}
    return {"old_span": old, "new_span": new}


def teach(body: Mapping[str, Any], lesson: str = LESSON, quote: str = "and sizes") -> dict[str, Any]:
    """Answer every request: a lesson where one is asked for, else a mended sentence."""
    return {"quote": quote, "advice": "do", "lesson": lesson} if kind(body) == "lesson" else mend(body)
