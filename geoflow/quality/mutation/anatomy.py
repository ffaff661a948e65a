"""The parts of the sentence that obliges: who, SHALL, what, and where it ends."""

import re
from typing import NamedTuple

from geoflow.openspec.model import Requirement
from geoflow.quality.prose import masked, sentences

_MODAL = re.compile(r"\b(?:SHALL|MUST)\b")
_SUBJECT = re.compile(r"(?:The|A|An|Each|Every|All)\s[^,.;:()]{2,60}|[A-Z\0][^,.;:()\s]{2,30}")
_AFTER_CONDITION = re.compile(r".*,\s+(?P<subject>(?:the|a|an|each|every|all)\s[^,.;:()]{2,60})", re.DOTALL)
_VERB = re.compile(r"[a-z]{2,}\b")
_NO_PLAIN_VERB = frozenset({"be", "not", "have", "never", "only", "also", "either", "neither", "no"})
_LONGEST_SUBJECT = 6  # words


class Anatomy(NamedTuple):
    """Offsets in the document. `stop` is where the last mark of the sentence stands, `end` is behind it.

    `subject` is an empty place where it cannot be told. `verb` is the word after SHALL; empty where it is no plain one.
    """

    start: int
    stop: int
    end: int
    modal: tuple[int, int]
    subject: tuple[int, int]
    verb: str

    def predicate(self, text: str) -> str:
        """Give what has to be done: from the verb to the end of the sentence, its last mark left out."""
        return text[self.modal[1] : self.stop].strip()


def anatomy(text: str, requirement: Requirement) -> Anatomy | None:
    """Find the first sentence of a requirement's body that says SHALL or MUST and ends in a full stop."""
    body = text[requirement.body_start : requirement.body_end]
    prose = masked(body)
    for start, end in sentences(body):
        modal = _MODAL.search(prose, start, end)
        if modal is None:
            continue
        if not _is_plain(body, prose, start, end):
            return None
        shift = requirement.body_start
        verb = _VERB.match(prose, modal.end() + 1)
        subject = _subject(prose, start, modal.start())
        return Anatomy(
            start + shift,
            end - 1 + shift,
            end + shift,
            (modal.start() + shift, modal.end() + shift),
            (subject[0] + shift, subject[1] + shift),
            verb.group() if verb and verb.group() not in _NO_PLAIN_VERB else "",
        )
    return None


def _is_plain(body: str, prose: str, start: int, end: int) -> bool:
    """Tell whether the words end in a full stop, and are prose in one paragraph, no item of a list or a table."""
    return prose[end - 1 : end] == "." and body[start] not in "-*+|>#" and prose[end - 2 : end - 1] != "."


def _subject(prose: str, start: int, modal: int) -> tuple[int, int]:
    before = prose[start:modal].rstrip()
    found = _SUBJECT.fullmatch(before)
    if found and len(before.split()) <= _LONGEST_SUBJECT:
        return start, start + len(before)
    after = _AFTER_CONDITION.fullmatch(before)
    if after and len(after["subject"].split()) <= _LONGEST_SUBJECT:
        return start + after.start("subject"), start + after.end("subject")
    return start, start
