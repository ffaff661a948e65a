"""One role's question about one requirement: asked once, and twice more where the role objects."""

import re
from collections.abc import Mapping
from typing import Any

from geoflow.ports import ChatRequest, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.prompt_size import beginning
from geoflow.quality.roles import Role
from geoflow.workflow.item import Item
from geoflow.workflow.prompt_room import room
from geoflow.workflow.role_asking import Asking

SAMPLES = 3
"""A finding of the model counts when it says the same in two of three samples."""
REPLY_TOKENS = 220
SEED = 7
PROMPT = "review-role"
TESTING = "review-testing"


def verdict_schema(verdict: str) -> Mapping[str, Any]:
    """Give the JSON Schema of a role's answer: a quote first, then the verdict under this name, then why."""
    return {
        "type": "object",
        "properties": {
            "quote": {"type": "string", "maxLength": 300},
            verdict: {"type": "boolean"},
            "why": {"type": "string", "maxLength": 240},
        },
        "required": ["quote", verdict, "why"],
        "additionalProperties": False,
    }


class RoleDialogue:
    """Asks in the name of a role.

    What all roles share of a prompt, the requirement included, comes first and is the same to the letter, so that the
    server reads it once however many roles look.
    """

    def __init__(self, asking: Asking, templates: Templates, seed: int = SEED) -> None:
        self._asking, self._templates, self._seed = asking, templates, seed
        self._rooms: dict[tuple[str, str], int] = {}

    def ask(self, item: Item, role: Role, *, alone: bool = False) -> list[Finding]:
        """Ask; a finding counts where its quote stands in the requirement and two of three samples agree.

        `alone` tells that no other role looks, so that nothing is gained by sharing a prompt: the tester then uses its
        own, which has more examples.

        Raises:
            GeoflowError: The model does not answer, or not in the form that was asked for.
        """
        objections: list[Finding] = []
        for sample in range(SAMPLES):
            finding = self._sample(item, role, sample, alone=alone and role.name == "testing")
            if finding:
                objections.append(finding)
            elif sample == 0:
                return []  # only what the role objects to is sampled again
        return objections[:1] if len(objections) > SAMPLES // 2 else []

    def _sample(self, item: Item, role: Role, sample: int, *, alone: bool) -> Finding | None:
        name, verdict, objects = (TESTING, "testable", False) if alone else (PROMPT, "objection", True)
        values = {} if alone else {"role": role.name, "question": role.question}
        left = self._room(name, role, values)
        prompt = self._templates.prompt(name, {"requirement": beginning(item.block, left), **values})
        temperature = 0.7 if sample else 0.0
        request = ChatRequest(
            prompt.id, prompt.messages, verdict_schema(verdict), REPLY_TOKENS, temperature, self._seed + sample
        )
        value = self._asking.value(request)
        if value.get(verdict) is not objects:
            return None
        place = find_quote(item, str(value.get("quote", "")))
        why = str(value.get("why", ""))
        return finding_of(item, role, place, why, f"role:{role.name}") if place else None

    def _room(self, name: str, role: Role, values: Mapping[str, str]) -> int:
        if (name, role.name) not in self._rooms:
            rest = self._asking.model.context_tokens - REPLY_TOKENS
            self._rooms[name, role.name] = room(self._templates, name, {"requirement": "", **values}, rest)
        return self._rooms[name, role.name]


def find_quote(item: Item, quote: str) -> tuple[int, int] | None:
    """Find a quote in the normative body, whatever its line breaks; a quote that is not there is no finding."""
    words = quote.split()
    if not words:
        return None
    requirement = item.requirement
    body = item.document.text[requirement.body_start : requirement.body_end]
    match = re.search(r"\s+".join(re.escape(word) for word in words), body)
    return (requirement.body_start + match.start(), requirement.body_start + match.end()) if match else None


def finding_of(item: Item, role: Role, place: tuple[int, int], why: str, source: str) -> Finding:
    """Make the finding of a role; `source` says who sat in its seat."""
    text, requirement = item.document.text, item.requirement
    quote = text[slice(*place)]
    line = requirement.span.line + text.count("\n", requirement.start, place[0])
    return Finding(
        code=role.code,
        severity="info",
        path=item.document.path,
        line=line,
        end_line=line + quote.count("\n"),
        requirement=requirement.name,
        message=f"{role.message}: {' '.join(why.split()) or 'no reason given'}",
        fix=role.fix,
        quote=quote,
        start=place[0],
        end=place[1],
        source=source,
    )
