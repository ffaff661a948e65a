"""One question about a pair of requirements, asked in both orders: only what is objected to both times counts."""

from collections.abc import Mapping
from typing import Any

from geoflow.ports import ChatRequest, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.prompt_size import beginning
from geoflow.quality.roles import CONSISTENCY
from geoflow.workflow.item import Item
from geoflow.workflow.pairs import Pair
from geoflow.workflow.prompt_room import room
from geoflow.workflow.role_asking import Asking
from geoflow.workflow.role_dialogue import REPLY_TOKENS, find_quote, finding_of

PROMPT = "review-pair"
_LONGEST = 400
"""Tokens of one requirement, without its scenarios: a small model takes two of these for no contradiction."""
_QUOTE = {"type": "string", "maxLength": 200}
# The reason comes before the verdict: of four contradictions a 1.5B model then saw three, the other way round two.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "first": _QUOTE,
        "second": _QUOTE,
        "why": {"type": "string", "maxLength": 240},
        "conflict": {"type": "boolean"},
    },
    "required": ["first", "second", "why", "conflict"],
    "additionalProperties": False,
}


class PairDialogue:
    """Asks whether both of a pair can hold.

    A small model that is shown two texts is swayed by which of them comes first, so one order alone proves nothing.
    """

    def __init__(self, asking: Asking, templates: Templates) -> None:
        self._asking, self._templates = asking, templates
        self._room = room(templates, PROMPT, {"first": "", "second": ""}, asking.model.context_tokens - REPLY_TOKENS)

    def ask(self, pair: Pair) -> list[Finding]:
        """Ask in one order, and where the model objects in the other; the finding is at the pair's first.

        Raises:
            GeoflowError: The model does not answer, or not in the form that was asked for.
        """
        said = self._objection(pair.first, pair.second)
        if said is None or self._objection(pair.second, pair.first) is None:
            return []
        place, why = said
        other = pair.second
        named = f"“{other.requirement.name}” ({other.document.path}:{other.requirement.span.line})"
        role = CONSISTENCY._replace(message=f"{CONSISTENCY.message} {named}")
        return [finding_of(pair.first, role, place, why, f"role:{role.name}")]

    def _objection(self, first: Item, second: Item) -> tuple[tuple[int, int], str] | None:
        """Give the place of the quote in the first one and why; None without an objection that quotes both."""
        most = min(self._room // 2, _LONGEST)
        values = {"first": beginning(first.sentence, most), "second": beginning(second.sentence, most)}
        prompt = self._templates.prompt(PROMPT, values)
        value = self._asking.value(ChatRequest(prompt.id, prompt.messages, SCHEMA, REPLY_TOKENS))
        if value.get("conflict") is not True:
            return None
        here = find_quote(first, str(value.get("first", "")))
        there = find_quote(second, str(value.get("second", "")))
        return (here, str(value.get("why", ""))) if here and there else None
