"""What an agent may say of a change: documents by what they are, findings by known fields, ids that are no paths."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from geoflow.adapters.mcp_arguments import check_id, check_item, check_text
from geoflow.errors import ExitCode, GeoflowError

Verdict = Literal["approve", "revise", "blocked"]
Judgement = Literal["accept", "reject", "comment"]
Severity = Literal["error", "warning", "info"]
LONGEST_DOCUMENT = 100_000
"""Characters of one document of a change."""
_MOST_SPECS = 50
_MOST_FINDINGS = 50
_NOTHING: Mapping[str, str] = {}
_PARTS = ("proposal", "design", "tasks", "specs")
_FINDING = ("message", "quote", "requirement", "severity", "fix")


class SaidParts(NamedTuple):
    """Documents of a change; an empty text was not given."""

    proposal: str
    design: str
    tasks: str
    specs: dict[str, str]


class SaidFinding(NamedTuple):
    """A finding in an agent's words."""

    message: str
    severity: Severity
    quote: str
    requirement: str
    fix: str


class SaidProposal(NamedTuple):
    """An idea, and the documents of the change where the agent has written them."""

    idea: str
    name: str
    capability: str
    parts: SaidParts


class SaidReview(NamedTuple):
    """A review of the documents that `base` names."""

    base: str
    verdict: Verdict
    role: str
    findings: tuple[SaidFinding, ...]


class SaidRevision(NamedTuple):
    """New text for documents that `base` names, and by id what was done about findings, or why nothing was.

    `left` says why a finding stays open, also where that is since it is none: an agent's word closes nothing.
    """

    base: str
    parts: SaidParts
    resolved: dict[str, str]
    left: dict[str, str]


class SaidFeedback(NamedTuple):
    """What an agent thinks of something that has an id."""

    target: str
    verdict: Judgement
    reason: str


def check_change_id(text: str) -> str:
    """Give the id of a change, empty where none was given; `argument-unreadable` for what can be none."""
    return check_id(text, "id", "Take an id that `get_change` gave.") if text else ""


def check_proposal(idea: str, name: str, capability: str, files: Mapping[str, Any]) -> SaidProposal:
    """Check an idea and its documents; raises what `check_text` and `check_parts` do."""
    names = check_item("name", name), check_item("capability", capability)
    return SaidProposal(check_text("idea", idea), *names, check_parts(files))


def check_review(base: str, verdict: Verdict, role: str, findings: Sequence[Mapping[str, Any]]) -> SaidReview:
    """Check a review; `argument-too-long` for too many findings, `argument-unreadable` for an unknown field."""
    if len(findings) > _MOST_FINDINGS:
        message = f"There are {len(findings)} findings; {_MOST_FINDINGS} are the most."
        raise _refused(message, "Send the worst.", "too-long")
    return SaidReview(
        check_text("base", base), verdict, check_item("role", role), tuple(_finding(one) for one in findings)
    )


def check_revision(
    base: str,
    files: Mapping[str, Any],
    resolved: Mapping[str, str],
    left: Mapping[str, str] = _NOTHING,
) -> SaidRevision:
    """Check a revision; raises what `check_text` and `check_parts` do."""
    told = (_told("resolved", resolved), _told("left", left))
    return SaidRevision(check_text("base", base), check_parts(files), *told)


def _told(name: str, said: Mapping[str, str]) -> dict[str, str]:
    return {check_text(name, one): check_text(name, how) for one, how in said.items()}


def check_feedback(target: str, verdict: Judgement, reason: str) -> SaidFeedback:
    """Check a judgement; only `accept` needs no reason."""
    said = check_text("reason", reason) if reason or verdict != "accept" else ""
    return SaidFeedback(check_id(target, "target", "Name an id that a tool gave."), verdict, said)


def check_parts(files: Mapping[str, Any]) -> SaidParts:
    """Check the documents of a change.

    Raises:
        GeoflowError: `argument-unreadable` for another name than the four, and what `check_text` raises.
    """
    _check_names("files", files, _PARTS)
    specs = files.get("specs", {})
    if not isinstance(specs, dict) or len(specs) > _MOST_SPECS:
        raise _refused(f"`specs` is no set of at most {_MOST_SPECS} texts.", "Send {capability: text}.", "unreadable")
    deltas = {check_text("specs", name, 200): _document("specs", text) for name, text in specs.items()}
    proposal, design, tasks = (_document(name, files[name]) if name in files else "" for name in _PARTS[:3])
    return SaidParts(proposal, design, tasks, deltas)


def _finding(given: Mapping[str, Any]) -> SaidFinding:
    _check_names("findings", given, _FINDING)
    texts = {name: _text(name, given[name]) for name in _FINDING if given.get(name)}
    severity: Any = texts.get("severity", "warning")
    if severity not in get_args(Severity):
        raise _refused("`severity` is none.", "Write error, warning or info.", "unreadable")
    if not texts.get("quote") and not texts.get("requirement"):
        raise _refused("A finding has neither quote nor requirement.", "Say what it is about.", "empty")
    if not texts.get("message"):
        raise _refused("A finding has no `message`.", "Say what is wrong.", "empty")
    return SaidFinding(
        texts["message"], severity, texts.get("quote", ""), texts.get("requirement", ""), texts.get("fix", "")
    )


def _document(name: str, text: object) -> str:
    return _text(name, text, LONGEST_DOCUMENT)


def _text(name: str, text: object, longest: int = 4_000) -> str:
    if not isinstance(text, str):
        raise _refused(f"`{name}` is no text.", "Send plain text.", "unreadable")
    return check_text(name, text, longest)


def _check_names(name: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    if unknown := [one for one in given if one not in known]:
        message = f"`{name}` has an unknown field {unknown[0][:60]!r}."
        raise _refused(message, f"Use some of: {', '.join(known)}.", "unreadable")


def _refused(message: str, fix: str, kind: str) -> GeoflowError:
    return GeoflowError(message, fix=fix, code=f"argument-{kind}", exit_code=ExitCode.USAGE)
