"""Submit a review round of a change: what it quotes must stand there, and it names the documents it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.draft_names import is_name
from geoflow.openspec import parse_delta
from geoflow.quality.finding import Severity
from geoflow.questions.review_round import Round, RoundFinding, Verdict, finding_id
from geoflow.workflow.change_cycle import ChangeView, Cycle, active_change, check_base, look_at_change

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in a reviewer's words: about a quote, a requirement, or the change as a whole."""

    message: str
    severity: Severity = "warning"
    quote: str = ""
    requirement: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer says. `base` names the documents they looked at; empty means those that are there now."""

    verdict: Verdict
    base: str = ""
    role: str = ""
    findings: tuple[Said, ...] = ()
    note: str = ""


def submit_review(cycle: Cycle, change: str, review: Review) -> ChangeView:
    """Write a round; the change as it stands then.

    Raises:
        GeoflowError: `unknown-change`, `change-archived`, `bad-role`, `changed-meanwhile`, `quote-missing`,
            `requirement-missing`; `finding-missing` where a revision is asked for without one; those of the documents.
    """
    with cycle.events.alone():
        found = active_change(cycle, change)
        _check(found, review)
        reviewer = review.role or cycle.author
        findings = tuple(dict.fromkeys(_placed(one, found, reviewer) for one in review.findings))
        signed = cycle.sign(found.content, found.events)
        made = Round(signed, review.verdict, review.role, findings, review.note)
        cycle.documents.create(cycle.events.new_file(found.folder, made))
    return look_at_change(cycle, change)


def _check(found: ChangeView, review: Review) -> None:
    if review.base:
        check_base(found, review.base)
    if review.role and not is_name(review.role):
        raise _refused(
            "bad-role", f"{review.role[:_SHOWN]!r} cannot name a role.", "Use one lower-case word, such as security."
        )
    if review.verdict != "approve" and not review.findings:
        raise _refused("finding-missing", f"The verdict {review.verdict} has no finding.", "Say what is to be changed.")


def _placed(said: Said, found: ChangeView, reviewer: str) -> RoundFinding:
    path, line, requirement = _place(said, found)
    made = finding_id(reviewer, path, requirement, said.quote, said.message)
    return RoundFinding(
        made, said.severity, said.message, said.fix, path=path, line=line, requirement=requirement, quote=said.quote
    )


def _place(said: Said, found: ChangeView) -> tuple[str, int, str]:
    if said.quote:
        return _quoted(said, found)
    if said.requirement:
        return _required(said.requirement, found)
    return "", 0, ""


def _quoted(said: Said, found: ChangeView) -> tuple[str, int, str]:
    for name, text in _specs_first(found.documents):
        line = _line_of(said.quote, text)
        if line:
            around = [one for one, first, last in _requirements(name, text) if first <= line <= last]
            return found.folder + name, line, around[0] if around else ""
    raise _refused(
        "quote-missing",
        f"No document of {found.id} says: {' '.join(said.quote.split())[:_SHOWN]}",
        "Quote the words as they stand there, or name the requirement instead.",
    )


def _required(wanted: str, found: ChangeView) -> tuple[str, int, str]:
    for name, text in _specs_first(found.documents):
        for requirement, first, _ in _requirements(name, text):
            if requirement.casefold() == wanted.strip().casefold():
                return found.folder + name, first, requirement
    raise _refused(
        "requirement-missing",
        f"No delta of {found.id} has the requirement {wanted.strip()[:_SHOWN]!r}.",
        "Name it as its heading does, or quote it.",
    )


def _specs_first(documents: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    return sorted(documents.items(), key=lambda one: (not one[0].startswith("specs/"), one[0]))


def _requirements(name: str, text: str) -> list[tuple[str, int, int]]:
    if not (name.startswith("specs/") and name.endswith("/spec.md")):
        return []
    delta = parse_delta(name, name, text)
    return [(one.name, one.span.line, one.span.end_line) for one in delta.added + delta.modified]


def _line_of(quote: str, text: str) -> int:
    """Find the line on which a quote begins, whatever white space is between its words; 0 where it is not there."""
    words = quote.split()
    place, line, lines = 0, 1, []
    flat = []
    for part in text.split("\n"):
        for word in part.split():
            flat.append(word)
            lines.append((place, line))
            place += len(word) + 1
        line += 1
    found = " ".join(flat).find(" ".join(words))
    return max((at for start, at in lines if start <= found), default=0) if found >= 0 and words else 0


def _refused(code: str, message: str, fix: str) -> GeoflowError:
    return GeoflowError(message, fix=fix, code=code, exit_code=ExitCode.USAGE)
