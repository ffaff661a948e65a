"""Store a review with its change: one round a role, and what became of the findings of earlier rounds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.quality.finding import Finding
from geoflow.quality.roles import role_of_code
from geoflow.questions.review_round import (
    Author,
    Event,
    Response,
    Round,
    RoundFinding,
    Signed,
    Verdict,
    content_hash,
)
from geoflow.workflow.change_cycle import ChangeView, Cycle, active_change
from geoflow.workflow.review_result import (
    Compared,
    Review,
    RoleLook,
    StoredRound,
    Withdrawn,
    is_objection,
    named,
)

RULES = "rules"
"""The seat of what code finds, so that a change with an error of a rule is not approved."""
CODE = "geoflow"
_MOST = 200
"""Findings of one round; a change with more has other troubles than the rest of them."""


@dataclass(frozen=True, slots=True)
class _Seat:
    """What one seat says this time, and what it has not looked at; `last` is what it said before."""

    look: RoleLook
    findings: tuple[RoundFinding, ...]
    last: Round | None

    @property
    def unseen(self) -> tuple[RoundFinding, ...]:
        """Give the earlier findings about what was not looked at this time."""
        earlier = self.last.findings if self.last else ()
        own = {one.id for one in self.findings}
        return tuple(one for one in earlier if one.id not in own and (one.path, one.requirement) in self.look.missed)


def record_review(cycle: Cycle, change: str, files: Mapping[str, str], result: Review, *, write: bool) -> Review:
    """Write a round for each role that looked and for the rules; the review with what came of earlier findings.

    A role that has not looked at everything and objects to nothing gets no round: nothing is approved unseen. Nor does
    one that says of the same documents what it said last.

    Args:
        cycle: Where the change lies.
        change: Its id.
        files: The files that were reviewed, which may have changed since.
        result: The review of this change alone.
        write: Whether rounds are written, or only named.

    Raises:
        GeoflowError: `unknown-change`, `change-archived`, `changes-locked`, and those of the documents.
    """
    with cycle.events.alone():
        view = active_change(cycle, change)
        result = _heard_from_people(result, view.events)
        about = content_hash(_inside(files, view.folder))
        seats = _seats(result, view)
        rounds = [one for one in (_round(seat, cycle, about, view, result) for seat in seats) if one]
        texts = [cycle.events.new_file(view.folder, one) for one in rounds]
        for text in texts if write else ():
            cycle.documents.create(text)  # each is an event of its own: those that a kill leaves out are made up for
    stored = tuple(
        StoredRound(one.role, one.verdict, len(one.findings), next(iter(text)) if write else "")
        for one, text in zip(rounds, texts, strict=True)
    )
    return replace(result, rounds=stored, compared=_compare(seats, result))


def _inside(files: Mapping[str, str], folder: str) -> dict[str, str]:
    return {path.removeprefix(folder): text for path, text in files.items() if path.startswith(folder)}


def _heard_from_people(result: Review, events: Sequence[Event]) -> Review:
    """Withdraw what a person has declined; neither an agent's word nor an edit silences a role."""
    said = {
        finding: (how, one.signed.by)
        for one in events
        if isinstance(one, Response) and one.signed.kind == "person"
        for finding, how in one.declined.items()
    }
    told = [one for one in result.findings if is_objection(one) and one.id in said]
    withdrawn = [Withdrawn(one, *said[one.id], is_declined=True) for one in told]
    kept = tuple(one for one in result.findings if one not in told)
    return replace(result, findings=kept, withdrawn=(*result.withdrawn, *withdrawn))


def _seats(result: Review, view: ChangeView) -> list[_Seat]:
    last = {one.role: one for one in view.events if isinstance(one, Round) and one.seat == ("role", one.role)}
    rules = RoleLook(RULES, CODE, "agent", (), result.requirements)
    return [
        _Seat(look, tuple(_said(_of(look.role, result.findings))), last.get(look.role))
        for look in (rules, *result.looks)
    ]


def _of(role: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    for one in findings:
        if is_objection(one):
            if role_of_code(one.code) == role:
                yield one
        elif role == RULES and one.severity != "info":
            yield one


def _said(findings: Iterable[Finding]) -> Iterator[RoundFinding]:
    for one in findings:
        yield RoundFinding(
            one.id, one.severity, one.message, one.fix, one.code, one.path, one.line, one.requirement, one.quote
        )


def _round(seat: _Seat, cycle: Cycle, about: str, view: ChangeView, result: Review) -> Round | None:
    """Make the round of a seat; None where it has nothing to say, or said it already."""
    findings = (*seat.findings, *seat.unseen)
    if not findings and not seat.look.is_whole:
        return None
    asked = {one.finding for one in result.questions}
    verdict: Verdict = "revise" if findings else "approve"
    if findings and all(one.id in asked for one in findings):
        verdict = "blocked"
    signed = _signed(seat, cycle, about, view.events)
    made = Round(signed, verdict, seat.look.role, findings[:_MOST], _note(seat, result, len(findings)))
    return None if _is_said_already(made, seat.last, view.events) else made


def _signed(seat: _Seat, cycle: Cycle, about: str, events: Sequence[Event]) -> Signed:
    kind: Author = seat.look.kind
    return replace(cycle.sign(about, events), by=seat.look.by, kind=kind)


def _note(seat: _Seat, result: Review, findings: int) -> str:
    look = seat.look
    if look.role == RULES:
        return f"{findings - _MOST} more findings: geoflow review" if findings > _MOST else ""
    seen = look.total - len(look.missed)
    parts = [f"looked at {seen} of {look.total}" + (f" ({', '.join(look.prompts)})" if look.prompts else "")]
    parts += [f"not looked at: {named(look.missed)}"] if look.missed else []
    gone = [one for one in result.withdrawn if role_of_code(one.finding.code) == look.role]
    parts += [f"“{' '.join(one.finding.quote.split())}” is {one.how}" for one in gone]
    return "; ".join(parts)


def _is_said_already(made: Round, last: Round | None, events: Sequence[Event]) -> bool:
    if last is None or _essence(made) != _essence(last):
        return False
    place = max(number for number, one in enumerate(events) if one is last)
    # An objection that its author answered and that stands all the same is a new word to that answer.
    ids = {found.id for found in last.findings}
    answered = (isinstance(one, Response) and not ids.isdisjoint(one.resolved) for one in events[place:])
    return last.verdict == "approve" or not any(answered)


def _essence(one: Round) -> tuple[object, ...]:
    """Give what makes a round another one; its time does not, nor white space, which a file may not keep."""
    ids = tuple(found.id for found in one.findings)
    return one.signed.about, one.signed.by, one.role, one.verdict, ids, " ".join(one.note.split())


def _compare(seats: Sequence[_Seat], result: Review) -> Compared | None:
    """Tell what became of the earlier findings of these seats; None where none of them has looked before."""
    if all(seat.last is None for seat in seats):
        return None
    answered = {one.finding.id: one.by for one in result.withdrawn}
    resolved: list[dict[str, str]] = []
    still_open: list[dict[str, str]] = []
    new: list[dict[str, str]] = []
    for seat in seats:
        earlier = seat.last.findings if seat.last else ()
        now = _paired(earlier, (*seat.findings, *seat.unseen))
        for one in earlier:
            if one.id in now:
                still_open.append(_row(now[one.id], seat))
            else:
                resolved.append(_row(one, seat) | ({"answered_by": answered[one.id]} if one.id in answered else {}))
        known = {one.id for one in now.values()}
        new += [_row(one, seat) for one in seat.findings if one.id not in known]
    return Compared(tuple(resolved), tuple(still_open), tuple(new))


def _paired(earlier: Sequence[RoundFinding], now: Iterable[RoundFinding]) -> dict[str, RoundFinding]:
    """Give what became of each earlier finding that is still there, by its id.

    After an edit the same objection quotes other words, and so has another id: it is told by its place and its code.
    """
    left = {one.id: one for one in now}
    same = {one.id: left.pop(one.id) for one in earlier if one.id in left}
    for one in earlier:
        place = (one.code, one.path, one.requirement)
        found = next((new for new in left.values() if (new.code, new.path, new.requirement) == place), None)
        if one.id not in same and one.requirement and found:
            same[one.id] = left.pop(found.id)
    return same


def _row(one: RoundFinding, seat: _Seat) -> dict[str, str]:
    return {"id": one.id, "role": seat.look.role, "requirement": one.requirement, "message": one.message}
