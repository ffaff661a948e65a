"""A tool that may know an answer: what its server says of it, made small enough for a prompt, and which fit a question.

Everything here was written by a server: names, descriptions and forms are data, bounded and never an instruction.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

from geoflow.questions.terms import query_terms, stem_sequence, stems

MOST_CANDIDATES = 6
MOST_FOR_LARGE = 24
_MOST_ARGUMENTS = 12
_DEEPEST = 4
_LONGEST_TEXT = 2_000
_MOST_ITEMS = 20
_MOST_CHOICES = 30
_LONGEST_DESCRIPTION = 160
_LONGEST_CHOICE = 200
_LARGEST = 1e15
_ARGUMENT = re.compile(r"[\w.$-]{1,64}")
_PLAIN = {"string", "integer", "number", "boolean"}
_KEPT = ("minimum", "maximum")
_ASKING = "search query ask look read list retrieve lookup"
_SATURATION, _LENGTH = 1.2, 0.75
"""The constants of BM25, at their usual values."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool of a server. `form` is the JSON Schema of its arguments as `simple_form` made it.

    `only_reads` is what the server says of it, and nobody checks that.
    """

    server: str
    name: str
    description: str
    form: Mapping[str, Any] = field(compare=False)
    only_reads: bool = False

    @property
    def id(self) -> str:
        """Name the tool as settings and steps do."""
        return f"{self.server}:{self.name}"


def simple_form(schema: Any) -> dict[str, Any] | None:
    """Make the form of a tool's arguments simple enough to force a model into it; None where that cannot be done.

    Kept are plain types, lists and objects of these, choices and limits. What refers, matches patterns or branches is
    left out: it would reach for hosts, run for ever, or be forced by no engine.
    """
    if not isinstance(schema, Mapping) or schema.get("type", "object") != "object":
        return None
    return _object(schema, 0)


def _object(schema: Mapping[str, Any], depth: int) -> dict[str, Any] | None:
    properties, required = schema.get("properties"), schema.get("required")
    given = properties if isinstance(properties, Mapping) else {}
    needed = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    found: dict[str, Any] = {}
    for name in sorted(given, key=lambda one: one not in needed)[:_MOST_ARGUMENTS]:
        form = _form(given[name], depth + 1) if isinstance(name, str) and _ARGUMENT.fullmatch(name) else None
        if form is not None:
            found[name] = form
    if any(name not in found for name in needed):
        return None
    return {"type": "object", "properties": found, "required": needed, "additionalProperties": False}


def _form(schema: Any, depth: int) -> dict[str, Any] | None:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    kind = _kind(schema)
    if kind is None:
        return None
    form: dict[str, Any] | None = {"type": kind}
    if kind == "object":
        form = _object(schema, depth)
    elif kind == "array":
        items = _form(schema.get("items"), depth + 1)
        form = {"type": "array", "items": items, "maxItems": _MOST_ITEMS} if items else None
    elif choices := _choices(schema, kind):
        form = {"type": kind, "enum": choices}
    elif kind == "string":
        form = {"type": "string", "maxLength": _LONGEST_TEXT}
    if form is None:
        return None
    form |= {name: schema[name] for name in _KEPT if kind in {"integer", "number"} and _is_number(schema.get(name))}
    said = schema.get("description")
    return form | ({"description": " ".join(said.split())[:_LONGEST_DESCRIPTION]} if isinstance(said, str) else {})


def _kind(schema: Mapping[str, Any]) -> str | None:
    """Find the type; of a choice between several, such as text or null, the first that is one."""
    options = [schema, *(schema.get("anyOf") or () if isinstance(schema.get("anyOf"), list) else ())]
    for option in options:
        kinds = option.get("type") if isinstance(option, Mapping) else None
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if kind in _PLAIN or (kind in {"object", "array"} and option is schema):
                return str(kind)
    return None


def _choices(schema: Mapping[str, Any], kind: str) -> list[Any]:
    values = schema.get("enum")
    fits: dict[str, Callable[[Any], bool]] = {
        "string": lambda one: isinstance(one, str) and len(one) <= _LONGEST_CHOICE,
        "integer": lambda one: _is_number(one) and isinstance(one, int),
        "number": _is_number,
        "boolean": lambda one: isinstance(one, bool),
    }
    return [one for one in values[:_MOST_CHOICES] if fits[kind](one)] if isinstance(values, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def candidates(question: str, tools: Sequence[Tool], most: int = MOST_CANDIDATES) -> list[Tool]:
    """Choose the tools that may answer a question, best first: by BM25 over what is said of them.

    A tool whose words share none with the question stays behind the others, those that look something up first: what
    `search` finds is not in its description.
    """
    texts = {tool.id: Counter(_words(tool)) for tool in tools}
    terms, asking = stems(" ".join(query_terms(question))), stems(_ASKING)
    average = sum(text.total() for text in texts.values()) / (len(texts) or 1) or 1.0

    def merit(tool: Tool) -> tuple[float, bool, bool]:
        text, score = texts[tool.id], 0.0
        for term in terms & text.keys():
            rarity = sum(term in other for other in texts.values())
            weight = log(1 + (len(texts) - rarity + 0.5) / (rarity + 0.5))
            spread = text[term] + _SATURATION * (1 - _LENGTH + _LENGTH * text.total() / average)
            score += weight * text[term] * (_SATURATION + 1) / spread
        looks_up = bool(asking & text.keys())
        return (score, looks_up and _takes_text(tool), looks_up)

    return sorted(tools, key=merit, reverse=True)[:most]


def _words(tool: Tool) -> list[str]:
    name = tool.name.replace("_", " ").replace("-", " ")
    arguments = " ".join(tool.form.get("properties", {}))
    return stem_sequence(f"{name} {tool.description} {arguments.replace('_', ' ')}")


def _takes_text(tool: Tool) -> bool:
    properties = tool.form.get("properties", {})
    return any(properties[name].get("type") == "string" for name in tool.form.get("required", ()))
