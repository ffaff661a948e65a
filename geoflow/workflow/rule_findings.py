"""What rules find in files, as everybody has to see it who speaks of a change: its reviewer and who revises it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from geoflow.openspec import Tree
from geoflow.quality.beside import Aside, Look, beside
from geoflow.quality.changed import Changed
from geoflow.quality.finding import Finding, by_place, number_occurrences
from geoflow.quality.findings import By, documents, find_all, find_in
from geoflow.quality.kept import Kept
from geoflow.quality.names import names_of
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.quality.verdicts import validate_again
from geoflow.quality.waivers import Waiver, find_waivers, waivers_in, waivers_of
from geoflow.settings import Allowed
from geoflow.workflow.base_moved import find_moved_bases

if TYPE_CHECKING:
    from geoflow.ports import History

MOVED = "GF304"


@dataclass(frozen=True)
class Rules:
    """What rules go by: codes that are `off`, findings that the settings let stand, the project's words, git.

    `kept` is what they worked out before; `aside` begins a part of the work in another process.
    """

    off: frozenset[str] = frozenset()
    allowed: tuple[Allowed, ...] = ()
    lexicon: ProjectLexicon = NO_WORDS
    history: "History | None" = None
    kept: Kept | None = None
    aside: Aside | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Findings in reading order, waived ones among them; the waivers; what could not be looked at."""

    findings: list[Finding]
    waivers: list[Waiver]
    notes: tuple[str, ...]


def find_by_rule(
    rules: Rules,
    tree: Tree,
    files: Mapping[str, str],
    within: frozenset[str] | None,
    more: Sequence[Finding] = (),
    changed: Changed | None = None,
) -> Found:
    """Find all that rules find in some files, or in all where `within` is None; `more` was found beside them.

    With `changed` the wording is read only of the requirements that did.
    """
    names = names_of(tree, rules.kept)
    waivers = [*waivers_in(files, within), *waivers_of(rules.allowed, files)]
    look: Look = partial(find_in, lexicon=rules.lexicon, asked=_asked(changed, waivers) if changed else None)
    look = beside(look, documents(tree, within), names, None if changed else rules.aside)
    looks = MOVED not in rules.off
    moved, unlooked = find_moved_bases(tree, rules.history, within) if looks else ([], ())
    reports = validate_again(files, within, names.kept)
    found = find_all(tree, reports, files, off=rules.off, within=within, by=By(look, names))
    judged = _judged(rules.off, whole=within is None, moved=not unlooked)
    found = [*found, *moved, *more]
    found += [one for one in find_waivers(waivers, found, judged) if one.code not in rules.off]
    return Found(sorted(number_occurrences(found), key=by_place), waivers, tuple(unlooked))


def _asked(changed: Changed, waivers: Iterable[Waiver]) -> Callable[[str, str], bool]:
    """Give what tells which requirements are looked at: what changed, and all that a waiver may hold for."""
    waiving = {waiver.place.path for waiver in waivers if waiver.kind == "comment"}
    return lambda path, requirement: path in waiving or changed.holds(path, requirement)


def _judged(off: frozenset[str], *, whole: bool, moved: bool) -> Callable[[Waiver, str], bool]:
    """Give what tells whether a rule has looked wherever a waiver holds; what models say differs from run to run."""

    def judged(waiver: Waiver, code: str) -> bool:
        looks = code not in off and code[:3] not in ("GF4", "GF5") and (moved or code != MOVED)
        return looks and (whole or waiver.kind == "comment")

    return judged
