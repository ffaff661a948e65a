"""What was ever offered: each delivery is kept beside the runs of improve, so that nothing is offered twice."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SCHEMA = "geoflow.learn-run/1"
BRANCHES = "geoflow/learn/"
RUN_PREFIX = "learn-"
"""How the names of these records begin; a run of improve begins with its day."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One learnt thing as it is delivered: one commit.

    Args:
        key: Names it among all that was ever offered.
        kind: `word`, `lesson`, `retired` or `prompt`.
        subject: What a person reads first.
        reason: Why.
        evidence: The ids of the edits behind it, and figures.
        path: The file below `openspec/workflow/`.
        text: The file's text, this and all before it in it.
        fields: What scripts see besides.
    """

    key: str
    kind: str
    subject: str
    reason: str
    evidence: tuple[str, ...]
    path: str
    text: str
    fields: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        shown = {name: getattr(self, name) for name in ("key", "kind", "subject", "reason", "path")}
        return shown | {"evidence": list(self.evidence)} | dict(self.fields)


@dataclass(frozen=True, slots=True)
class Offered:
    """What past deliveries named: the keys of what they offered, and the edits that a model was asked about."""

    keys: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


def record_of(run: str, at: datetime, branch: str, offers: Sequence[Offer], asked: Sequence[str]) -> bytes:
    """Write the record of a delivery."""
    document = {
        "schema": SCHEMA,
        "run": run,
        "at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "branch": branch,
        "offered": [offer.document() for offer in offers],
        "asked": sorted(asked),
    }
    return json.dumps(document, ensure_ascii=True, sort_keys=True).encode()


def offered_in(records: Mapping[str, bytes]) -> Offered:
    """Read all records of deliveries, which anybody may have pushed; what is none counts for nothing."""
    keys, asked = set[str](), set[str]()
    for name, content in records.items():
        if not name.startswith(RUN_PREFIX):
            continue
        try:
            found = json.loads(content)
            if found["schema"] == SCHEMA:
                keys |= {str(one["key"]) for one in found["offered"]}
                asked |= {str(one) for one in found["asked"]}
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    return Offered(frozenset(keys), frozenset(asked))


def message_of(offer: Offer) -> str:
    """Write the commit's message: what was learnt, why, and from which edits."""
    subject = f"learn: {_line(offer.subject)}"
    body = [_line(offer.reason), *(f"- {_line(one)}" for one in offer.evidence)]
    return "\n".join([subject[:100], "", *body, "", f"Geoflow-Learnt: {_line(offer.key)}", ""])


def _line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
