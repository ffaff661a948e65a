"""What people and agents said, with whichever command: judgements, answers and what was thought of them, rounds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from geoflow.ports import BrokenFile, Events, StoredQuestions
from geoflow.questions.question import Question
from geoflow.questions.review_round import Event, Response, Round

_CHANGES = "openspec/changes/"
_REVIEWS = "/reviews/"
_SPEAKERS = {"person", "agent"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that somebody said of something: the verdict is one of those of feedback, `answer`, or a round's."""

    at: str
    by: str
    kind: str
    verdict: str
    target: str
    reason: str = ""
    satisfaction: int = 0
    code: str = ""

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Remarks:
    """All of them, oldest first, and the files that cannot be read."""

    remarks: tuple[Remark, ...]
    broken: tuple[BrokenFile, ...] = ()


def what_was_said(events: Events, files: Mapping[str, bytes], stored: StoredQuestions, target: str = "") -> Remarks:
    """Gather what was said in the files of a tree ({path: content}), of everything or of what has this id."""
    judged = events.feedback(files)
    found = [
        Remark(one.at, one.by, one.kind, one.verdict, one.target, one.reason, one.satisfaction, one.code)
        for one in judged.feedback
    ]
    for question in stored.questions.values():
        found += _of_question(question)
    broken = [*judged.broken, *stored.broken]
    for change, texts in _rounds(files).items():
        said = events.read(texts)
        broken += said.broken
        found += (remark for event in said.events for remark in _of_event(change, event))
    kept = (one for one in found if not target or target in {one.target, one.target.partition("/")[0]})
    return Remarks(tuple(sorted(kept, key=lambda one: one.at)), tuple(broken))


def _of_question(question: Question) -> Iterator[Remark]:
    for reply in question.replies:
        if reply.kind in _SPEAKERS:
            yield Remark(reply.at, reply.name, reply.kind, "answer", question.id, reply.text)
        for mark, verdict in ((reply.confirmed, "accept"), (reply.rejected, "reject")):
            if mark:
                yield Remark(
                    mark.at, mark.by, "person" if verdict == "accept" else "", verdict, question.id, mark.reason
                )


def _rounds(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path, content in files.items():
        if path.startswith(_CHANGES) and _REVIEWS in path:
            change = path.removeprefix(_CHANGES).partition(_REVIEWS)[0]
            found.setdefault(change, {})[path] = content.decode("utf-8", "surrogateescape")
    return found


def _of_event(change: str, event: Event) -> Sequence[Remark]:
    signed = event.signed
    if signed.kind not in _SPEAKERS:
        return ()
    if isinstance(event, Round) and (event.note or not event.role):
        return (Remark(signed.at, signed.by, signed.kind, event.verdict, change, event.note),)
    if isinstance(event, Response):
        return [Remark(signed.at, signed.by, signed.kind, "reject", one, why) for one, why in event.declined.items()]
    return ()
