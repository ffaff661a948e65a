"""What is wrong in one requirement: its form, its scenarios and its wording, kept from one look to the next."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from geoflow.openspec.model import Delta, Requirement, Spec
from geoflow.quality.asked import Around, Question, is_of_tree
from geoflow.quality.finding import Finding
from geoflow.quality.kept import key_of
from geoflow.quality.names import Names
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon, find_words


def find_in_requirement(
    document: Spec | Delta, requirement: Requirement, names: Names | None = None, lexicon: ProjectLexicon = NO_WORDS
) -> list[Finding]:
    """Find what is wrong in the form, the scenarios and the wording of a requirement.

    What was found in the same text stands as long as the tree and the document still answer as they did what was asked
    of them then.
    """
    if names is None or not is_counted_alike(document.text):
        return _look(document, requirement, Around(names, document.text), lexicon)
    return _find(document, requirement, names, lexicon)[1]


def find_in_each(
    document: Spec | Delta, requirements: Sequence[Requirement], names: Names | None, lexicon: ProjectLexicon
) -> list[Finding]:
    """Find what `find_in_requirement` finds in all requirements of a document.

    What was found in the same document is kept together, with all that was asked of the tree.
    """
    if names is None or not is_counted_alike(document.text):
        return [one for each in requirements for one in find_in_requirement(document, each, names, lexicon)]
    key, what, words = names.kept.of_document(document), f"wording {document.path}", _key_of(lexicon)
    look = names.kept.entry(key).get(what)
    if look and look[0] == words and Around(names, document.text).still_answers(look[1]):
        return [read(document, requirements[number], one) for number, one in look[2]]
    every: list[Finding] = []
    told: list[list[Any]] = []
    questions: list[Question] = []
    for number, requirement in enumerate(requirements):
        asked, found = _find(document, requirement, names, lexicon)
        questions += (one for one in asked if is_of_tree(one) and one not in questions)
        told += ([number, written(requirement, one)] for one in found)
        every += found
    names.kept.keep(key, what, [words, questions, told])
    return every


def _find(
    document: Spec | Delta, requirement: Requirement, names: Names, lexicon: ProjectLexicon
) -> tuple[Iterable[Question], list[Finding]]:
    """Find what is wrong in a requirement, with the questions to which this holds."""
    around = Around(names, document.text)
    key, what, words = names.kept.of_requirement(document, requirement), f"wording {document.path}", _key_of(lexicon)
    looks = names.kept.entry(key).get(what, [])
    for wording, questions, found in looks:
        if wording == words and around.still_answers(questions):
            return questions, [read(document, requirement, one) for one in found]
    now = _look(document, requirement, around, lexicon)
    asked = around.questions()
    look = [words, asked, [written(requirement, one) for one in now]]
    names.kept.keep(key, what, [look, *looks[: _LOOKS - 1]])
    return asked, now


def _key_of(lexicon: ProjectLexicon) -> str:
    return key_of("lexicon", repr(lexicon)) if lexicon.judging or lexicon.terms else ""


def _look(document: Spec | Delta, requirement: Requirement, around: Around, lexicon: ProjectLexicon) -> list[Finding]:
    # The rules of wording are most of what a review loads, and where nothing changed it needs none of them.
    from geoflow.quality.scenarios import find_scenarios
    from geoflow.quality.smells import find_smells
    from geoflow.quality.structure import find_form

    about = document.path, document.text, requirement
    words = list(find_words(*about, lexicon)) if lexicon.judging or lexicon.terms else []
    return [*find_form(*about), *find_scenarios(*about), *find_smells(*about, around), *words]


_LOOKS = 3  # so many answers of a tree that goes to and fro, as between two branches, are kept


@lru_cache(maxsize=256)
def is_counted_alike(text: str) -> bool:
    """Tell whether all lines end in a line feed, so that those of a finding may be told from the requirement's."""
    return text.count("\r") == text.count("\r\n")


def written(requirement: Requirement, found: Finding) -> list[Any]:
    """Write a finding of a requirement as values of JSON, wherever the requirement stands."""
    places = [place - requirement.start for place in (found.start, found.end)]
    lines = [line - requirement.span.line for line in (found.line, found.end_line)]
    return [found.code, found.severity, found.message, found.fix, found.incose, found.occurrence, *places, *lines]


def read(document: Spec | Delta, requirement: Requirement, written: list[Any]) -> Finding:
    """Read what `written` wrote, in the place where the requirement stands now."""
    code, severity, message, fix, incose, occurrence, start, end, line, end_line = written
    start, end = requirement.start + start, requirement.start + end
    return Finding(
        code=code,
        severity=severity,
        path=document.path,
        line=requirement.span.line + line,
        end_line=requirement.span.line + end_line,
        requirement=requirement.name,
        message=message,
        fix=fix,
        quote=document.text[start:end],
        start=start,
        end=end,
        incose=incose,
        occurrence=occurrence,
    )
