"""Checks of form: only the target changes, its parts are all there, and nothing is hidden in it."""

import re
from collections import Counter
from collections.abc import Iterable

from geoflow.improvement import gate_answer
from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.gate_visible import shown_otherwise
from geoflow.improvement.proposal import Document, Proposal, requirement_named
from geoflow.openspec.model import Issue, Requirement
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of
from geoflow.quality.prose import masked, sentences, without_code
from geoflow.quality.structure import SCENARIO_HEADING


def changes_something(proposal: Proposal) -> str:
    """Refuse an edit that leaves what a reader sees as it was."""
    if _squeezed(proposal.old_text) != _squeezed(proposal.new_text):
        return ""
    return f"changes nothing, “{' '.join(proposal.finding.quote.split())[:60]}” is still there"


def target_only(proposal: Proposal) -> str:
    """Refuse an edit that changes a character outside its target."""
    start, end = proposal.base_place
    if start == end:
        return "the target is not in the document"
    old, new = proposal.base.text, proposal.new.text
    if old[:start] != new[:start] or not new.endswith(old[end:]) or len(new) < start + len(old) - end:
        return "changes the document outside its target"
    return ""


def sentence_only(proposal: Proposal) -> str:
    """Refuse an edit that reaches beyond the sentence (or the line) that the finding lies in.

    Where an answer is brought in, nothing but the finding's quote may change.
    """
    if proposal.answer:
        return gate_answer.stands_in_place(proposal)
    if not proposal.finding.requirement:
        return ""
    place = proposal.base_place
    start, end, _ = proposal.changed
    # That an obligation is missing is found of the whole text; it may come into any one sentence.
    at = start if proposal.finding.code in MISSING_OBLIGATION else proposal.finding.start
    bounds = _sentence_bounds(proposal.base.text, place, at)
    return "" if bounds[0] <= start and end <= bounds[1] else "reaches beyond the sentence of the finding"


def _sentence_bounds(text: str, place: tuple[int, int], position: int) -> tuple[int, int]:
    block = text[slice(*place)]
    for start, end in sentences(block):
        if place[0] + start <= position <= place[0] + end:
            return place[0] + start, place[0] + end
    return position, position


def requirements_kept(proposal: Proposal) -> str:
    """Refuse an edit after which a requirement is missing, new, renamed or in another place."""
    before, after = (
        [requirement.name for requirement in requirements_of(document)] for document in (proposal.base, proposal.new)
    )
    return "" if before == after else f"the requirements change: {_difference(before, after)}"


def scenarios_kept(proposal: Proposal) -> str:
    """Refuse an edit after which a scenario is missing, new or renamed; form may bring out one that was hidden."""
    before, after = (_scenario_names(requirement) for requirement in _targets(proposal))
    if before == after:
        return ""
    lost = Counter(before) - Counter(after)
    hidden = {(match["name"] or match["bold"] or "").strip() for match in SCENARIO_HEADING.finditer(proposal.old_text)}
    new = Counter(after) - Counter(before)
    if proposal.contract.regroups and not lost and set(new) <= hidden:
        return ""
    return f"the scenarios change: {_difference(before, after)}"


def _scenario_names(requirement: Requirement | None) -> list[str]:
    return [scenario.name for scenario in requirement.scenarios] if requirement else []


def steps_kept(proposal: Proposal) -> str:
    """Refuse an edit after which a step is missing, new, or has another keyword."""
    before, after = (
        [(scenario.name, step.keyword) for scenario in (target.scenarios if target else ()) for step in scenario.steps]
        for target in _targets(proposal)
    )
    if before == after:
        return ""
    if proposal.contract.regroups and not _steps(proposal.base, proposal) - _steps(proposal.new, proposal):
        return ""
    names = ([" ".join(step) for step in steps] for steps in (before, after))
    return f"the steps change: {_difference(*names)}"


def _steps(document: Document, proposal: Proposal) -> Counter[tuple[str, str]]:
    """Count the steps of the target whatever scenario they are under: a heading that comes out takes its own along."""
    target = requirement_named(document, proposal.finding.requirement, proposal.base_place[0])
    return Counter(
        (step.keyword, _squeezed(document.text[step.start : step.end]))
        for scenario in (target.scenarios if target else ())
        for step in scenario.steps
    )


def _targets(proposal: Proposal) -> tuple[Requirement | None, Requirement | None]:
    name = proposal.finding.requirement
    place = proposal.base_place[0]
    return requirement_named(proposal.base, name, place), requirement_named(proposal.new, name, place)


def _difference(before: list[str], after: list[str]) -> str:
    lost, new = Counter(before) - Counter(after), Counter(after) - Counter(before)
    parts = [f"without “{name}”" for name in list(lost)[:3]] + [f"with “{name}”" for name in list(new)[:3]]
    return ", ".join(parts) or "another order"


def validity_kept(proposal: Proposal) -> str:
    """Refuse an edit after which OpenSpec validation finds an error or warning that was not there."""
    new = _problems(proposal.new_issues) - _problems(proposal.base_issues)
    return f"validation would find {', '.join(sorted(rule for rule, _ in new))}" if new else ""


def _problems(issues: Iterable[Issue]) -> Counter[tuple[str, str]]:
    return Counter((issue.rule, issue.requirement) for issue in issues if issue.level != "INFO")


_HIDING = (
    ("an HTML comment", re.compile(r"<!--|-->")),
    ("a waiver", re.compile(r"geoflow:", re.IGNORECASE)),
    ("a code fence", re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)),
    (
        "an invisible character",
        re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]"),
    ),
)


_MARKUP = (
    ("raw HTML", re.compile(r"</?[A-Za-z][^>\n]*>?")),
    ("a link", re.compile(r"\]\(|\]\[|^\s*\[[^\]\n]+\]:", re.MULTILINE)),
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def nothing_hidden(proposal: Proposal) -> str:
    """Refuse an edit that brings in (or takes away) a comment, HTML, a link, a waiver, a fence or a hidden mark."""
    old, new = proposal.old_text, proposal.new_text
    if "\r\n" in old:  # a line that comes ends as the others do
        old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    if proposal.answer and (reason := gate_answer.is_plain(proposal)):
        return reason
    for noun, pattern in _HIDING:
        if Counter(pattern.findall(new)) - Counter(pattern.findall(old)):
            return f"brings in {noun}"
    for noun, pattern in _MARKUP:
        # In a code span markup is shown to the reader as it stands.
        if Counter(pattern.findall(without_code(new))) - Counter(pattern.findall(without_code(old))):
            return f"brings in {noun}"
    if _COMMENT.findall(proposal.old_text) != _COMMENT.findall(proposal.new_text):
        return "changes a comment"
    return shown_otherwise(old, new)


_LAYOUT = re.compile(r"^[ \t]*(#{1,6}[ \t]|[-*+][ \t]|\d+[.)][ \t]|>|\||$)", re.MULTILINE)
_CLUMSY = (
    ("a doubled word", re.compile(r"\b([^\W\d_]+)[ \t]+\1\b", re.IGNORECASE)),
    ("a space before a mark", re.compile(r"[^\W_][ \t]+[,.;:](?=\s|$)")),
    ("two spaces in a row", re.compile(r"(?<=\S) {2,}(?=\S)")),
    ("two marks in a row", re.compile(r"[,;][,.;]|\.\.(?!\.)(?<!\.\.\.)")),
    ("“a” before a vowel", re.compile(r"\b[Aa]\s+(?=[aeioAEIO](?!ne\b|nce\b|u))")),
    ("“an” before a consonant", re.compile(r"\b[Aa]n\s+(?=[bcdfgjklmnpqrstvwxyzBCDGJKPQTVWYZ])")),
    ("empty brackets", re.compile(r"\(\s*\)|\[\s*\]|[,;]\s*[)\]]|[(\[]\s*[,;]")),
    ("an open end", re.compile(r"[,;](?=\s*(?:\n[ \t]*\n|\Z))")),
    (
        "a modal verb before its subject",
        re.compile(r"(?:\A|[.!?]\s+|\n[ \t]*\n[ \t]*|^#[^\n]*\n)(?:SHALL|MUST)\b", re.MULTILINE),
    ),
    (
        "two modal verbs in a row",
        re.compile(
            r"\b(?:shall|must|should|will|may|can|might|could|would)\s+(?:not\s+)?"
            r"(?:shall|must|should|will|may|can|might|could|would)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "an article before a modal verb",
        re.compile(r"\b(?:the|an)\s+(?:SHALL|MUST|should|may|can|will)\b", re.IGNORECASE),
    ),
    ("a cut-off end", re.compile(r"\b(?:and|or|the|a|an|with|of|to|in|for|by|as)[ \t]*[.,;](?=\s|$)", re.IGNORECASE)),
)


def form_kept(proposal: Proposal) -> str:
    """Refuse an edit that changes headings, lists or paragraphs, or leaves clumsy wording behind.

    A Purpose is written by a template from names, whatever their form.
    """
    if not proposal.finding.requirement:
        return ""
    if not proposal.contract.regroups and _layout(proposal.old_text) != _layout(proposal.new_text):
        return "changes headings, list items or paragraphs"
    before_prose, after_prose = masked(proposal.old_text), masked(proposal.new_text)
    for noun, pattern in _CLUMSY:
        if len(pattern.findall(after_prose)) > len(pattern.findall(before_prose)):
            return f"leaves {noun} behind"
    more = _ends(after_prose) - _ends(before_prose)
    return "" if more == proposal.contract.new_sentences else "changes where sentences begin or end"


def _layout(text: str) -> list[str]:
    return [match.group().strip() for match in _LAYOUT.finditer(text)]


# "etc." ends a sentence only where a paragraph, a list item or a heading follows, or a capital.
_END = re.compile(
    r"(?<!\betc)(?<!\be\.g)(?<!\bi\.e)[.!?](?=\s|\Z)|(?<=\betc)\.(?=[ \t]*(?:\n[ \t]*[\n#*-]|\Z)|\s+[A-Z])"
)


def _ends(prose: str) -> int:
    return len(_END.findall(prose))


def growth_bounded(proposal: Proposal) -> str:
    """Refuse an edit whose target grows beyond what its contract allows, or by more than the answer it brings in."""
    old, new = len(_squeezed(proposal.old_text)), len(_squeezed(proposal.new_text))
    limit = proposal.contract.growth * old + (len(_squeezed(proposal.answer.text)) + 2 if proposal.answer else 20)
    return f"grows from {old} to {new} characters" if new > limit else ""


def text_not_seen(proposal: Proposal) -> str:
    """Refuse a text that the target already had: edits may not go back and forth."""
    return "brings back a text that was there before" if _squeezed(proposal.new_text) in proposal.seen else ""


def finding_gone(proposal: Proposal) -> str:
    """Refuse an edit after which the finding is still there."""
    key = (proposal.finding.code, proposal.finding.requirement)
    before, after = _findings(proposal.base_findings), _findings(proposal.new_findings)
    return "" if after[key] < before[key] else "the finding is still there"


_FIGURES_DIFFER = "GF218"


def no_new_finding(proposal: Proposal) -> str:
    """Refuse an edit that brings a finding that was not there before.

    What the rules did not see beside the word that is mended, and now do, was there before: its quote stands in both.
    """
    before, after = _findings(proposal.base_findings), _findings(proposal.new_findings)
    new = after - before
    if proposal.wish and proposal.wish.is_persons and proposal.contract.licensed & {"number"}:
        # A person's figure comes into one sentence at a time; the old one in the others is the next edit.
        new = Counter({found: count for found, count in new.items() if found[0] != _FIGURES_DIFFER})
    brought = sorted(code for code, requirement in new if not _is_uncovered(proposal, code, requirement))
    return f"brings a new finding: {', '.join(brought)}" if brought else ""


_ADDED_MODAL = re.compile(r"\b(?:SHALL|MUST|should|will)\s+")


def _is_uncovered(proposal: Proposal, code: str, requirement: str) -> bool:
    """Tell whether all findings of a rule on the target have quotes that the target has had as often before."""
    found = [one for one in proposal.new_findings if (one.code, one.requirement) == (code, requirement)]
    old, new = _squeezed(proposal.old_text), _squeezed(proposal.new_text)
    quotes = {_squeezed(one.quote) for one in found}
    if proposal.finding.code in MISSING_OBLIGATION:
        # What is said of the sentence that obliges now ("SHALL be kept" by whom?) could not be said of it before.
        old, new = (_ADDED_MODAL.sub("", text) for text in (old, new))
        quotes = {_ADDED_MODAL.sub("", quote) for quote in quotes}
    at_target = requirement == proposal.finding.requirement and code.startswith(("GF2", "GF102"))
    return at_target and "" not in quotes and all(old.count(quote) >= new.count(quote) for quote in quotes)


def _findings(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((finding.code, finding.requirement) for finding in findings)


def _squeezed(text: str) -> str:
    return " ".join(text.split())
