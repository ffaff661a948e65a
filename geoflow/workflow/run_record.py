"""A run of improve as it is kept: written once, and read back as data that anybody may have pushed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from geoflow.workflow.adoption_record import RecordedAdoption, adoption_fields, read_adoption
from geoflow.workflow.improve_result import ImproveResult

SCHEMA = "geoflow.run/1"


@dataclass(frozen=True, slots=True)
class RecordedEdit:
    """An edit of a kept run. `id` is that of its finding; `place` is where its target lies in the base document.

    `old` and `new` are the target's text before and after this edit; several of one target stand on each other.
    """

    id: str
    code: str
    quote: str
    message: str
    path: str
    line: int
    requirement: str
    old: str
    new: str
    strategy: str
    prompt: str
    licences: tuple[str, ...]
    place: tuple[int, int]
    lesson: str = ""


@dataclass(frozen=True, slots=True)
class RecordedRefusal:
    """An edit that the gate refused: the rule and quote of its finding, how it was made, and which check refused.

    `lesson` is the lesson that stood in its prompt.
    """

    code: str
    quote: str
    strategy: str
    check: str
    lesson: str = ""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A kept run: when it ended, its base commit, the branch it was made for (`on`) and the one it made.

    `adopted` names the items that it brought into OpenSpec's form, `carried` the files of the questions about such
    items whose answers it carried out.
    """

    name: str
    at: datetime
    base: str
    on: str
    branch: str
    edits: tuple[RecordedEdit, ...]
    refused: tuple[RecordedRefusal, ...]
    adopted: tuple[RecordedAdoption, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def adoptions(self) -> tuple[RecordedAdoption, ...]:
        """Give the adopted items that can be taken one by one; runs of earlier versions have none."""
        return tuple(one for one in self.adopted if one.can_be_taken)


def record_of(result: ImproveResult, places: Sequence[tuple[int, int]], on: str, at: datetime) -> bytes:
    """Write the record of a run: what `geoflow.improve/1` has, and what is needed to take its edits one by one.

    Of what was left only the reasons are kept, and how often.
    """
    document = replace(result, left=()).document() | {"schema": SCHEMA, "on": on, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    # Not each finding that was left: that is most of the specs, run for run, and every later run reads all records.
    document["left"] = dict(Counter(left.why for left in result.left))
    for edit, place in zip(document["edits"], places, strict=True):
        edit["place"] = list(place)
    items = zip(document["adopted"], result.adopted, strict=True)
    document["adopted"] = [row | adoption_fields(item) for row, item in items]
    return json.dumps(document, ensure_ascii=True, sort_keys=True).encode()


def read_record(name: str, content: bytes) -> RecordedRun | None:
    """Read a record; None where it is none."""
    try:
        found = json.loads(content)
        if found["schema"] != SCHEMA:
            return None
        at = datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        edits = tuple(map(_edit, found["edits"]))
        base, on, branch = (_text(found, key) for key in ("base", "on", "branch"))
        adopted = tuple(read_adoption(one) for one in found.get("adopted", []) if _text(one, "commit"))
        carried = tuple(_text(one, "path") for one in found.get("carried", []) if _text(one, "commit"))
        return RecordedRun(name, at, base, on, branch, edits, tuple(map(_refusal, found["refused"])), adopted, carried)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _edit(found: Mapping[str, Any]) -> RecordedEdit:
    finding = found["finding"]
    start, end = found["place"]
    # Most of a record is licences; `join` refuses what is no text.
    licences = tuple(
        [" ".join([one.get("kind", ""), one.get("path", ""), one.get("word", "")]) for one in found["licences"]]
    )
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
        raise ValueError("no place")
    return RecordedEdit(
        id=_text(finding, "id"),
        code=_text(finding, "code"),
        quote=_text(finding, "quote"),
        message=_text(finding, "message"),
        path=_text(found, "path"),
        line=int(finding["line"]),
        requirement=_text(found, "requirement"),
        old=_text(found, "old"),
        new=_text(found, "new"),
        strategy=_text(found, "strategy"),
        prompt=_text(found, "prompt"),
        licences=licences,
        place=(start, end),
        lesson=_text(found, "lesson"),
    )


def _refusal(found: Mapping[str, Any]) -> RecordedRefusal:
    finding = found["finding"]
    code, quote = _text(finding, "code"), _text(finding, "quote")
    return RecordedRefusal(code, quote, _text(found, "strategy"), _text(found, "check"), _text(found, "lesson"))


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key, "")
    if not isinstance(value, str):
        raise TypeError(key)
    return value
