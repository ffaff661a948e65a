"""What other documents of a change repeat of a requirement follows it: sentences, and questions with their answers."""

import re
from collections.abc import Iterable, Mapping

from geoflow.improvement.answer_text import one_line, why_not_plain
from geoflow.quality.prose import sentences
from geoflow.workflow.improve_result import KeptEdit
from geoflow.workflow.revise_result import Handled

_FEWEST_WORDS = 4


def repeat(documents: Mapping[str, str], edits: Iterable[KeptEdit], answered: Iterable[Handled]) -> dict[str, str]:
    """Give the documents ({name: text}) with sentences that edits have changed, and with what was answered.

    A sentence is followed only where it stands there word by word; nothing else of these documents changes.
    """
    made = dict(documents)
    for edit in edits:
        for old, new in _changed(edit.old, edit.new):
            pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, old.split())))
            made = {name: pattern.sub(lambda _, new=new: new, text) for name, text in made.items()}  # type: ignore[misc]
    for one in answered:
        if "proposal.md" in made:
            made["proposal.md"] = _with_answer(made["proposal.md"], one)
    return made


def _changed(old: str, new: str) -> list[tuple[str, str]]:
    """Pair the sentences that differ, each on one line; none where their number differs."""
    before, after = ([one_line(text[start:end]) for start, end in sentences(text)] for text in (old, new))
    if len(before) != len(after):
        return []
    pairs = zip(before, after, strict=True)
    return [
        (a, b) for a, b in pairs if a != b and len(a.split()) >= _FEWEST_WORDS and not a.startswith(("#", "-", "*"))
    ]


def _with_answer(text: str, answered: Handled) -> str:
    """Write an answer behind the line that names its question's file, once."""
    said = one_line(answered.message)
    path = answered.question.path if answered.question else ""
    if not path or why_not_plain(said):
        return text
    line = re.compile(rf"^(?P<line>[^\n]*`{re.escape(path)}`[^\n]*?)(?P<end>[ \t]*\r?)$", re.MULTILINE)
    return line.sub(lambda match: _behind(match, said), text, count=1)


def _behind(match: re.Match[str], said: str) -> str:
    return match.group() if "Answered:" in match["line"] else f"{match['line']} Answered: “{said}”{match['end']}"
