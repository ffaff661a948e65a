"""Roles whose seat an agent takes: one closed question a requirement, and a quote that has to stand there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Agents, Progress, RoleMemory, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.roles import ROLES, Role
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.item import Item
from geoflow.workflow.review_result import Place, RoleLook
from geoflow.workflow.role_asking import key_of
from geoflow.workflow.role_dialogue import PROMPT, find_quote, finding_of

_MOST_FAILURES = 3
_LONGEST_WHY = 240


@dataclass(frozen=True, slots=True)
class Seats:
    """Who sits where: {role: agent}, and how the agents are asked."""

    taken: Mapping[str, str]
    agents: Agents


@dataclass(slots=True)
class SeatsLooked:
    """What the agents found, and how far they came; `count` are requirements that all of them looked at."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    looks: list[RoleLook] = field(default_factory=list)
    count: int = 0


def read_seats(words: Sequence[str]) -> dict[str, str]:
    """Read seats such as `security=wiki:ask`: {role: agent}; a later one takes the seat of an earlier.

    Raises:
        GeoflowError: `seat-unreadable`, `unknown-role`.
    """
    found = {}
    for word in words:
        role, equals, agent = word.partition("=")
        if not equals or not agent:
            raise _refused(f'The seat "{word}" cannot be read', "Write it as ROLE=SERVER or ROLE=SERVER:TOOL.", "seat")
        if role not in ROLES:
            raise _refused(f"There is no role named {role}.", f"Name some of: {', '.join(ROLES)}.", "role")
        found[role] = agent
    return found


def _refused(message: str, fix: str, what: str) -> GeoflowError:
    code = {"seat": "seat-unreadable", "role": "unknown-role"}[what]
    return GeoflowError(message, fix=fix, code=code, exit_code=ExitCode.USAGE)


class SeatedReview:
    """Lets the agents look, requirement by requirement.

    An agent is asked once a requirement: what is sampled again is a model, which would answer an agent's question the
    same way or not at all. What it said about a text is remembered.
    """

    def __init__(
        self, seats: Seats, templates: Templates, meter: Meter, off: frozenset[str], memory: RoleMemory | None = None
    ) -> None:
        self._seats, self._templates, self._meter, self._memory = seats, templates, meter, memory
        self._roles = [ROLES[name] for name in seats.taken if ROLES[name].code not in off]
        self._failures: dict[str, int] = {}
        self._seen: dict[str, set[Place]] = {}

    def over(self, items: Sequence[Item], progress: Progress) -> SeatsLooked:
        """Let each agent look at each requirement, until the budget is spent or none of them answers any more."""
        looked = SeatsLooked()
        self._look_at(items, looked, progress)
        for role in self._roles:
            seen = self._seen.get(role.name, set())
            missed = tuple(item.place for item in items if item.place not in seen)
            looked.looks.append(RoleLook(role.name, self._seats.taken[role.name], "agent", missed, len(items)))
        return looked

    def _look_at(self, items: Sequence[Item], looked: SeatsLooked, progress: Progress) -> None:
        for item in items:
            seated = [role for role in self._roles if self._failures.get(role.name, 0) < _MOST_FAILURES]
            if not seated:
                break
            progress.update(f"seats: {item.requirement.name}"[:60], looked.count, len(items))
            try:
                whole = [self._look(item, role, looked) for role in seated]
            except GeoflowError as error:
                if error.code != SPENT:
                    raise
                looked.notes.append(f"the seats looked at {looked.count} of {len(items)}: the budget was spent")
                return
            looked.count += all(whole) and len(seated) == len(self._roles)
        if self._roles:
            looked.notes.append(f"{self._named()} looked at {looked.count} of {len(items)} requirements")

    def _named(self) -> str:
        return ", ".join(f"{self._seats.taken[role.name]} ({role.name})" for role in self._roles)

    def _look(self, item: Item, role: Role, looked: SeatsLooked) -> bool:
        agent = self._seats.taken[role.name]
        question = self._question(item, role)
        key = key_of("agent", agent, question)
        try:
            value = self._said(agent, question, key)
        except GeoflowError as error:
            if error.code == SPENT:
                raise
            value, why = None, error.message
        else:
            why = f"{agent} gave no answer of the form that was asked for"
        if value is None:
            self._failures[role.name] = self._failures.get(role.name, 0) + 1
            looked.notes.append(f"not looked at {item.requirement.name} by {role.name}: {why.rstrip('.')}")
            return False
        self._failures[role.name] = 0
        self._seen.setdefault(role.name, set()).add(item.place)
        place = find_quote(item, value["quote"]) if value["objection"] else None
        looked.findings += [finding_of(item, role, place, value["why"], f"agent:{agent}")] if place else []
        return True

    def _said(self, agent: str, question: str, key: str) -> dict[str, Any] | None:
        kept = _verdict(self._memory.recall(key) or "") if self._memory else None
        if kept is not None:
            return kept
        self._meter.count_call()
        value = _verdict(self._seats.agents.ask(agent, question))
        if value is not None and self._memory:
            self._memory.keep(key, json.dumps(value))
        return value

    def _question(self, item: Item, role: Role) -> str:
        block = item.document.text[item.requirement.start : item.requirement.end]
        values = {"requirement": block, "role": role.name, "question": role.question}
        return "\n\n".join(message.content for message in self._templates.prompt(PROMPT, values).messages)


def _verdict(text: str) -> dict[str, Any] | None:
    """Read the answer's first JSON object; None where it is not of the form."""
    start = text.find("{")
    try:
        value, _ = json.JSONDecoder().raw_decode(text, start) if start >= 0 else (None, 0)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("objection"), bool):
        return None
    quote, why = value.get("quote"), value.get("why")
    if not isinstance(quote, str):
        return None
    said = " ".join(why.split())[:_LONGEST_WHY] if isinstance(why, str) else ""
    return {"quote": quote, "objection": value["objection"], "why": said}
