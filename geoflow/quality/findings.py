"""All findings of an OpenSpec tree in one list: validity, form, smells, and what lies between documents."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from geoflow.openspec.model import Delta, Issue, Report, Requirement, Spec, Tree
from geoflow.quality.beside import Look
from geoflow.quality.between import find_between
from geoflow.quality.contrary import find_contrary
from geoflow.quality.copies import find_copies
from geoflow.quality.finding import Finding, by_place, number_occurrences
from geoflow.quality.names import Names, names_of
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon, without_allowed
from geoflow.quality.references import find_lost_tasks, find_references
from geoflow.quality.requirement_findings import find_in_each, find_in_requirement
from geoflow.quality.structure import from_issue

Asked = Callable[[str, str], bool]


class By(NamedTuple):
    """How documents are looked at.

    Attributes:
        look: Looks at one document; `find_in` for all of it unless told.
        names: What the tree holds, with what rules worked out before; what they do now is put there.
    """

    look: Look | None = None
    names: Names | None = None


_ABOUT_A_MERGE = "OS-C1"
_SAYS_THE_SAME = ("GF301", "GF302")


def find_all(
    tree: Tree,
    reports: Iterable[Report],
    texts: Mapping[str, str],
    *,
    off: Collection[str] = (),
    within: Collection[str] | None = None,
    by: By | None = None,
) -> list[Finding]:
    """Find everything wrong in main specs and active changes, in reading order.

    Args:
        tree: The tree; all of it, since documents are compared with each other.
        reports: What validation says of it.
        texts: The text of every file, by path.
        off: Codes of rules that do not look.
        within: Paths of the files whose findings are asked for; None: all.
        by: How documents are looked at.
    """
    issues: dict[str, list[Issue]] = {}
    for report in reports:
        for issue in report.issues:
            issues.setdefault(issue.document, []).append(issue)
    by = by or By()
    names = by.names or names_of(tree)
    asked = documents(tree, within)
    look = by.look or find_in
    # Documents come last: a part of them may be looked at beside meanwhile.
    across = find_between(tree, texts, within, names.kept)
    copies = find_copies(tree, within, names.kept)
    across += copies
    across += find_references(tree, within, names.kept)
    across += find_lost_tasks(tree, texts, within)
    across += find_contrary(tree, {(one.path, one.requirement) for one in copies}, within, names.kept)
    found = [one for document in asked for one in look(document, issues.pop(document.path, []), names)]
    for path, others in issues.items():
        if within is None or path in within:
            found += (from_issue(issue, texts.get(path, ""), (), (0, 0)) for issue in others)
    return sorted(number_occurrences(wanted([*found, *across], off)), key=by_place)


def wanted(findings: Iterable[Finding], off: Collection[str]) -> list[Finding]:
    """Drop the findings of rules that are off, and where two say that one merge would fail, the vaguer."""
    kept = [finding for finding in findings if finding.code not in off]
    told = {one.path for one in kept if one.code in _SAYS_THE_SAME and one.severity != "info"}
    return [finding for finding in kept if finding.code != _ABOUT_A_MERGE or finding.path not in told]


def documents(tree: Tree, within: Collection[str] | None = None) -> list[Spec | Delta]:
    """List the documents that hold requirements: main specs, then the deltas of active changes.

    With `within` only those at these paths.
    """
    every: list[Spec | Delta] = [*tree.specs, *(delta for change in tree.changes for delta in change.deltas)]
    return every if within is None else [document for document in every if document.path in within]


def requirements_of(document: Spec | Delta) -> tuple[Requirement, ...]:
    """List the requirements that a document states: all of a spec, the added and modified ones of a delta."""
    return document.requirements if isinstance(document, Spec) else document.added + document.modified


def find_in(
    document: Spec | Delta,
    issues: Iterable[Issue],
    names: Names | None = None,
    lexicon: ProjectLexicon = NO_WORDS,
    asked: Asked | None = None,
) -> list[Finding]:
    """Find what is wrong in one document: its validation issues, its form and its smells.

    `names` is what the tree around it holds (`names_of`); without it, what needs the tree is not looked for. With
    `asked` the form and smells of other requirements are not looked for.
    """
    requirements = requirements_of(document)
    found = [from_issue(issue, document.text, requirements, purpose_place(document)) for issue in issues]
    if asked is None:
        found += find_in_each(document, requirements, names, lexicon)
    else:
        for requirement in requirements:
            if asked(document.path, requirement.name):
                found += find_in_requirement(document, requirement, names, lexicon)
    if lexicon.allowed:
        found = without_allowed(found, lexicon, document.id)
    return sorted(number_occurrences(found), key=by_place)


def purpose_place(document: Spec | Delta) -> tuple[int, int]:
    """Find the text of a spec's Purpose, without the white space around it; an empty place where it has none."""
    if not isinstance(document, Spec) or document.purpose_section is None:
        return 0, 0
    section = document.purpose_section
    body = document.text[section.body_start : section.end]
    start = section.body_start + len(body) - len(body.lstrip())
    return start, max(start, section.end - (len(body) - len(body.rstrip())))
