"""Where a requirement that asks for several things may be cut, and what both parts share."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoflow.improvement.proposal import Document
from geoflow.openspec.model import Requirement
from geoflow.quality.ears import Clause, clauses
from geoflow.quality.finding import Finding
from geoflow.quality.prose import masked, sentences_of

_MODAL = r"(?:SHALL|MUST)"
_FIRST = re.compile(rf"\b{_MODAL}(?P<not>\s+NOT)?\b")
_FURTHER = r"(?:also|additionally|furthermore|moreover|likewise|in\s+addition)"
_JOINT = re.compile(
    rf"(?:,\s*|\s+)(?P<joiner>and\s+(?:then\s+)?(?:{_FURTHER},?\s+)?(?:it\s+|they\s+)?)?"
    rf"(?P<own>(?:(?:the|a|an|each|every|any|all)\s+)[^\s,;:()]+(?:\s+[^\s,;:()]+){{0,4}}?\s+|)(?P<modal>{_MODAL})\b",
)
_CONDITION = re.compile(
    r"(?:when|whenever|if|while|where|once|after|before|unless|until|upon|during|for|in|on|at|within|as)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:both|each|this|these|those|such|that|otherwise|instead|however|therefore|thus|then|also|in\s+addition|"
    r"additionally|likewise|its|their|only|here|there|neither|either|none|all|the\s+(?:same|latter|former|two|rest|other))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:It|They)\s+(?=(?:also\s+)?(?:SHALL|MUST)\b)")
_NO_PROSE = re.compile(r"^[ \t]*(?:[-*+][ \t]|\d+[.)][ \t]|>|\||`{3}|~{3}|#)", re.MULTILINE)
_ASIDE = re.compile(r"(?:\band|\bbut|\bor),\s[^,]*\Z")  # "and, for large files, SHALL": the comma closes what it opened
_ARTICLE = re.compile(r"(?:The|A|An|Each|Every|Any|All)\b")
_LONGEST_SUBJECT = 9


class Cut(NamedTuple):
    """A place between two parts of a requirement.

    `before` is where the words of the part before it end, `start` where those of the next one begin (offsets in the
    document); `lead` is what the next part repeats: the condition, the subject and the modal verb of its sentence.
    """

    before: int
    start: int
    lead: str

    def shown(self, text: str, count: int = 6) -> str:
        """Give the words from which the cut is known: what comes behind it, the word that joined it included."""
        joined = " ".join(text[self.before : self.start].strip(" ,;.\n").split())
        words = _SENTENCE_END.split(" ".join(text[self.start : self.start + 300].split()))[0].split()
        first = next((index for index, word in enumerate(words) if _QUOTES.search(word)), len(words))
        return " ".join([*joined.split(), *words[:first]][:count]).rstrip(",;:")


_QUOTES = re.compile('[“”"]')  # what an answer puts its words between
_SENTENCE_END = re.compile(r"(?<=[.!?]) ")


def cuts_in(document: Document, requirement: Requirement, finding: Finding | None = None) -> list[Cut]:
    """List the places where a requirement's text can be cut for sure, in reading order.

    Args:
        document: The document.
        requirement: The requirement.
        finding: A finding that names a second thing without a modal verb of its own (`GF208`), where there is one.
    """
    body = document.text[requirement.body_start : requirement.body_end]
    prose = masked(body)
    found: list[Cut] = []
    subjects: list[str] = []
    for number, (start, end) in enumerate(sentences_of(prose)):
        match = _FIRST.search(prose, start, end)
        if match is None or _NO_PROSE.match(body[body.rfind("\n", 0, start) + 1 :]):
            continue
        if number and subjects and (cut := _between(body, prose, (start, end), subjects)):
            found.append(cut)
        inside = [*_within(body, prose, (start, end), match)]
        if finding is not None and (cut := _at_quote(body, prose, (start, end), finding, requirement.body_start)):
            inside.append(cut)
        found += (named for cut in inside if (named := _named(cut, subjects)) is not None)
        subject = _subject(body, prose, (start, end), match)
        subjects += [subject] if subject and subject not in subjects else []
    offset = requirement.body_start
    unique = {cut.start: cut._replace(before=cut.before + offset, start=cut.start + offset) for cut in found}
    return [unique[key] for key in sorted(unique)]


def _named(cut: Cut, subjects: list[str]) -> Cut | None:
    """Put the only subject so far in the place of a pronoun that a part would begin with; None where none is sure."""
    pronoun = re.match(r"(?:It|They)\b", cut.lead)
    if pronoun is None:
        return None if _POINTS_BACK.match(cut.lead) else cut
    return cut._replace(lead=subjects[0] + cut.lead[pronoun.end() :]) if len(subjects) == 1 else None


def _between(body: str, prose: str, place: tuple[int, int], subjects: list[str]) -> Cut | None:
    start, _ = place
    before = len(body[:start].rstrip())
    if pronoun := _PRONOUN.match(prose, start):
        # One subject so far: there is nobody else whom the pronoun could mean.
        return Cut(before, pronoun.end(), subjects[0]) if len(subjects) == 1 else None
    opens = body[start].isalnum() or body[start] == "`"
    return Cut(before, start, "") if opens and not _POINTS_BACK.match(prose, start) else None


def _within(body: str, prose: str, place: tuple[int, int], first: re.Match[str]) -> Iterator[Cut]:
    for match in _JOINT.finditer(prose, first.end(), place[1]):
        if not match["joiner"] and prose[match.start()] != ",":
            continue  # "the tool that SHALL"
        if not match["joiner"] and _ASIDE.search(prose[place[0] : match.start()]):
            continue
        lead = _lead(body, prose, place, first, own=bool(match["own"]))
        if lead is None or _is_nested(prose[place[0] : match.start()]):
            continue
        start = match.start("own") if match["own"] else match.start("modal")
        yield Cut(match.start(), start, lead)


def _at_quote(body: str, prose: str, place: tuple[int, int], finding: Finding, offset: int) -> Cut | None:
    """Cut before a verb that shares the modal verb before it: "SHALL save the file and notify the owner"."""
    quote = finding.start - offset
    first = _FIRST.search(prose, *place)
    joiner = re.compile(r"and\s+(?:then\s+|also\s+)?(?=[a-z])").match(prose, quote)
    if first is None or joiner is None or not first.end() < quote < place[1] or first["not"]:
        return None
    if len(_FIRST.findall(prose[place[0] : quote])) != 1 or _is_nested(prose[place[0] : quote]):
        return None
    lead = _lead(body, prose, place, first, own=False)
    return (
        None if lead is None else Cut(len(body[:quote].rstrip(" ,\n")), joiner.end(), f"{lead} {first.group()}".strip())
    )


def _lead(body: str, prose: str, place: tuple[int, int], first: re.Match[str], *, own: bool) -> str | None:
    """Give the condition and the subject that a further obligation of a sentence shares; None where none is sure."""
    start, _ = place
    opens = _CONDITION.match(prose, start)
    if opens is None:
        subject = " ".join(body[start : first.start()].split())
        sure = 0 < len(subject.split()) <= _LONGEST_SUBJECT and "," not in prose[start : first.start()]
        return ("" if own else subject) if sure else None
    if own:
        return None  # nobody can tell from afar whether the condition holds for the second subject as well
    found = clauses(body[start : place[1]], prose[start : place[1]])
    if found is None or found.position != "front":
        return None
    return " ".join(f"{_at(body, start, found.lead)}, {_at(body, start, found.subject)}".split())


def _at(body: str, start: int, clause: Clause) -> str:
    return body[start + clause.start : start + clause.end]


def _subject(body: str, prose: str, place: tuple[int, int], first: re.Match[str]) -> str:
    lead = _lead(body, prose, place, first, own=False)
    if lead is None or _PRONOUN.match(prose, place[0]) or _CONDITION.match(prose, place[0]):
        return ""
    return lead


def _is_nested(prose: str) -> bool:
    return prose.count("(") != prose.count(")") or ":" in prose
