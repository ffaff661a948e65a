"""Checks of layout: headings, lists, paragraphs and sentences stay, and no clumsy wording is left behind."""

import re

from geoflow.improvement.proposal import Proposal
from geoflow.quality.prose import masked

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
# "etc." ends a sentence only where a paragraph, a list item or a heading follows, or a capital.
_END = re.compile(
    r"(?<!\betc)(?<!\be\.g)(?<!\bi\.e)[.!?](?=\s|\Z)|(?<=\betc)\.(?=[ \t]*(?:\n[ \t]*[\n#*-]|\Z)|\s+[A-Z])"
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


def _ends(prose: str) -> int:
    return len(_END.findall(prose))
