"""What was said about a change as the text of a file, and back; people may write such a file by hand."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from geoflow.adapters.question_layout import dumped, scalar
from geoflow.adapters.question_nodes import UnreadableQuestionError, Value, document
from geoflow.quality.finding import Severity
from geoflow.questions.review_round import (
    Author,
    Event,
    Proposed,
    Response,
    Round,
    RoundFinding,
    Signed,
    Verdict,
    finding_id,
)

_SIGNED = ("event", "by", "kind", "at", "about")
_FINDING = ("id", "severity", "message", "fix", "code", "path", "line", "requirement", "quote")
_RESPONSES: Mapping[str, str] = {"resolved": "how", "left": "why", "declined": "why"}
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "proposed": (),
    "review": ("role", "verdict", "note", "findings"),
    "response": tuple(_RESPONSES),
}
_Found = Mapping[str, Value]


def read_event(path: str, content: bytes) -> Event:
    """Read one file.

    Raises:
        UnreadableQuestionError: It cannot be read as an event; with the line.
    """
    if not content.strip():
        raise UnreadableQuestionError(path, 0, "it is empty")
    root = document(path, content)
    found = root.fields(tuple(dict.fromkeys((*_SIGNED, *(name for more in _FIELDS.values() for name in more)))))
    kind = _needed(root, found, "event").word(tuple(_FIELDS))
    for name, value in found.items():
        if name not in (*_SIGNED, *_FIELDS[kind]):
            raise value.wrong(f"`{name}` is no field of the event {kind}")
    return _READERS[kind](root, found)


def event_text(event: Event) -> str:
    """Write the file of an event."""
    signed = event.signed
    head = {"event": _NAMES[type(event)], "by": scalar(signed.by), "kind": signed.kind}
    head |= {"at": scalar(signed.at, quoted=True), "about": scalar(signed.about, quoted=True)}
    return dumped({**head, **_body(event)})


def _body(event: Event) -> dict[str, object]:
    if isinstance(event, Proposed):
        return {}
    if isinstance(event, Response):
        said = {name: _response_rows(getattr(event, name), word) for name, word in _RESPONSES.items()}
        return {name: rows for name, rows in said.items() if rows}
    body: dict[str, object] = {"role": scalar(event.role)} if event.role else {}
    body |= {"verdict": event.verdict} | ({"note": scalar(event.note)} if event.note else {})
    findings = [_finding_row(one) for one in event.findings]
    return body | ({"findings": findings} if findings else {})


def _response_rows(said: Mapping[str, str], word: str) -> list[dict[str, object]]:
    return [{"finding": scalar(one, quoted=True), word: scalar(how)} for one, how in said.items()]


def _finding_row(one: RoundFinding) -> dict[str, object]:
    row = {name: getattr(one, name) for name in _FINDING}
    return {
        name: str(value) if name == "line" else scalar(value, quoted=name == "id")
        for name, value in row.items()
        if value
    }


def _proposed(root: Value, found: _Found) -> Proposed:
    return Proposed(_signed(root, found))


def _round(root: Value, found: _Found) -> Round:
    signed, role = _signed(root, found), _text(found, "role")
    verdict: Verdict = _word(_needed(root, found, "verdict"), Verdict)
    items = found["findings"].items() if "findings" in found else []
    findings = tuple(_finding(one, role or signed.by) for one in items)
    return Round(signed, verdict, role, findings, _text(found, "note"))


def _response(root: Value, found: _Found) -> Response:
    said: dict[str, dict[str, str]] = {}
    for name, word in _RESPONSES.items():
        rows = [(one, one.fields(("finding", word))) for one in (found[name].items() if name in found else ())]
        said[name] = {_needed(*row, "finding").text(): _needed(*row, word).text() for row in rows}
    return Response(_signed(root, found), **said)


_READERS: Mapping[str, Callable[[Value, _Found], Event]] = {
    "proposed": _proposed,
    "review": _round,
    "response": _response,
}
_NAMES: Mapping[type, str] = {Proposed: "proposed", Round: "review", Response: "response"}


def _signed(root: Value, found: _Found) -> Signed:
    by, kind = _needed(root, found, "by").text(), _word(_needed(root, found, "kind"), Author)
    return Signed(by, kind, _text(found, "at"), _text(found, "about"))


def _finding(item: Value, reviewer: str) -> RoundFinding:
    found = item.fields(_FINDING)
    severity: Severity = _word(found["severity"], Severity) if "severity" in found else "warning"
    message = _needed(item, found, "message").text()
    path, requirement, quote = (_text(found, name) for name in ("path", "requirement", "quote"))
    made = _text(found, "id") or finding_id(reviewer, path, requirement, quote, message)
    fix, code = _text(found, "fix"), _text(found, "code")
    return RoundFinding(made, severity, message, fix, code, path, _line(found), requirement, quote)


def _line(found: _Found) -> int:
    if "line" not in found:
        return 0
    text = found["line"].text()
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise found["line"].wrong("`line` must be a number")
    return int(text)


def _needed(value: Value, found: _Found, name: str) -> Value:
    if name not in found or not found[name].text().strip():
        raise value.wrong(f"it has no `{name}`")
    return found[name]


def _word(value: Value, words: Any) -> Any:
    return value.word(get_args(words))


def _text(found: _Found, name: str) -> str:
    return found[name].text() if name in found else ""
