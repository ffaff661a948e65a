"""Every operator by name, with the rules and roles that fit it; and the mutants of a tree."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from random import Random

from geoflow.openspec.model import Spec, Tree
from geoflow.quality.findings import documents
from geoflow.quality.mutation import copying, deltas, drift, equivalent, form, marks
from geoflow.quality.mutation.mutant import Injector, Layer, Mutant, Operator, Target
from geoflow.quality.mutation.phrasing import Half
from geoflow.quality.mutation.wording import wording

BOTH: tuple[Half, ...] = ("first", "held-out")

FAMILIES: dict[str, frozenset[str]] = {
    "scenario missing": frozenset({"OS-S4", "OS-S13", "OS-D7"}),
    "no outcome": frozenset({"GF113"}),
    "no condition": frozenset({"GF114"}),
    "form of a scenario": frozenset({"GF111", "GF112", "OS-S4", "OS-S13", "OS-D7"}),
    "scenario twice": frozenset({"GF115"}),
    "no obligation": frozenset({"OS-S14", "OS-S15", "OS-D5", "OS-D6", "GF101", "GF102"}),
    "nothing said": frozenset({"OS-S5", "OS-S14", "OS-S15", "OS-D5", "OS-D6"}),
    "undecided": frozenset({"GF211"}),
    "said twice": frozenset({"GF311", "GF315", "OS-S9", "OS-D4"}),
    "contradicted": frozenset({"GF312", "GF316"}),
    "scenario dropped since": frozenset({"GF320"}),
    "number changed since": frozenset({"GF218", "GF321"}),
    "outcome changed since": frozenset({"GF322"}),
    "no such requirement": frozenset({"GF301", "OS-C1"}),
    "there already": frozenset({"GF302", "OS-C1"}),
    "scenario dropped by a delta": frozenset({"OS-D8"}),
    "two changes": frozenset({"GF303"}),
    "weakened by a delta": frozenset({"GF310", "OS-D5", "OS-D6", "GF101"}),
    "capability without delta": frozenset({"GF305"}),
    "capability new or not": frozenset({"GF307"}),
    "refers to nothing": frozenset({"GF215", "GF314"}),
    "tasks": frozenset({"GF308", "GF309"}),
}
"""Which codes find what an operator makes wrong.

A rule of wording needs no entry: it declares an INCOSE number, its operator declares the ones that fit, and a rule that
comes later counts by that alone. What has no number is listed here, and only here. Rules that speak up at any long or
altered text (`OS-S12`) are in no family, so that their finding is never taken for the defect.
"""


_TESTING = frozenset({"testing"})
_ONCE = frozenset({"R30"})


def _codes(*families: str) -> frozenset[str]:
    return frozenset(code for family in families for code in FAMILIES[family])


def _alone(name: str, title: str, inject: Injector, *families: str) -> Operator:
    return Operator(name, title, "D", "alone", inject, _codes(*families))


def _since(name: str, title: str, inject: Injector, *families: str) -> Operator:
    return Operator(name, title, "X", "since", inject, _codes(*families))


def _change(name: str, title: str, inject: Injector, *families: str) -> Operator:
    return Operator(name, title, "X", "change", inject, _codes(*families))


def _for_a_model(name: str, title: str, inject: Injector, *families: str) -> Operator:
    return Operator(name, title, "L", "alone", inject, _codes(*families), halves=BOTH)


def _words(name: str, title: str, kind: str, incose: str, roles: str = "", layer: Layer = "D") -> Operator:
    numbers, objecting = frozenset(incose.split()), frozenset(roles.split())
    return Operator(name, title, layer, "alone", wording(kind), incose=numbers, roles=objecting, halves=BOTH)


OPERATORS: tuple[Operator, ...] = (
    _alone("S1", "no scenario", form.no_scenario, "scenario missing"),
    _since("S2", "a scenario dropped", drift.dropped_scenario, "scenario dropped since"),
    _alone("S3", "a scenario without THEN", form.without_step("THEN"), "no outcome"),
    _alone("S4", "a scenario without WHEN", form.without_step("WHEN", "GIVEN"), "no condition"),
    _alone("S5", "a scenario heading misformed", form.wrong_heading, "form of a scenario"),
    _alone("S6", "a scenario twice", form.repeated_scenario, "scenario twice"),
    _since("S7", "an outcome turned round", drift.turned_outcome, "outcome changed since"),
    _alone("N1", "should for SHALL", marks.Weaker("should"), "no obligation"),
    _alone("N2", "may or can for SHALL", marks.Weaker("may", "can"), "no obligation"),
    _alone("N3", "no text", form.empty_body, "nothing said"),
    _words("A1", "a manner that judges", "vague", "R7", "testing"),
    _words("A2", "an escape clause", "escape", "R8", "testing"),
    _words("A3", "an open end", "open", "R9", "testing"),
    _words("A4", "a pronoun as subject", "pronoun", "R24"),
    _words("A5", "passive, nobody acts", "passive", "R2"),
    _words("A6", "and/or", "oblique", "R15 R17"),
    _words("A7", "an absolute", "absolute", "R26 R32"),
    _words("Q1", "an amount without a number", "amount", "R6 R7 R33 R34", "testing performance"),
    _since("Q2", "a number changed", drift.other_number, "number changed since"),
    _since("Q3", "a unit changed", drift.other_unit, "number changed since"),
    replace(_alone("P1", "a placeholder", marks.placeholder_mark, "undecided"), roles=_TESTING),
    replace(_for_a_model("P2", "undecided, in prose", wording("placeholder"), "undecided"), roles=_TESTING),
    _words("M1", "a second SHALL", "compound", "R18 R19", "requirements"),
    _words("M2", "a second thing without SHALL", "joined", "R18 R19", "requirements", "L"),
    _alone("C1", "a negated copy", copying.negated_copy, "contradicted"),
    _alone("C2", "a copy with another number", copying.other_number, "contradicted"),
    _for_a_model("C3", "a copy with the opposite word", copying.opposite_copy, "contradicted"),
    _for_a_model("C4", "the opposite, elsewhere", copying.opposite_elsewhere, "contradicted"),
    replace(_alone("U1", "a heading twice", copying.same_heading, "said twice"), incose=_ONCE),
    replace(_alone("U2", "a renamed copy", copying.renamed_copy, "said twice"), incose=_ONCE),
    replace(_for_a_model("U3", "a copy in other words", copying.paraphrased_copy, "said twice"), incose=_ONCE),
    replace(_since("T1", "another term", drift.other_term), incose=frozenset({"R4", "R36"})),
    replace(_alone("T2", "a short form nobody explains", marks.short_form), incose=frozenset({"R37", "R38"})),
    _alone("R1", "a name that is nowhere", marks.missing_name, "refers to nothing"),
    _for_a_model("R2", "a reference to nothing", wording("reference"), "refers to nothing"),
    _change("O1", "MODIFIED of an unknown one", deltas.unknown_modified, "no such requirement"),
    _change("O2", "REMOVED of an unknown one", deltas.unknown_removed, "no such requirement"),
    _change("O3", "ADDED of an existing one", deltas.added_existing, "there already"),
    _change("O4", "MODIFIED without a scenario", deltas.dropping_scenario, "scenario dropped by a delta"),
    _change("O5", "two changes of one requirement", deltas.second_change, "two changes"),
    _change("O6", "another number in a delta", deltas.weakened_number, "weakened by a delta"),
    _change("O7", "should for SHALL in a delta", deltas.weakened_word, "weakened by a delta"),
    _change("O8", "a capability without a delta", deltas.no_delta, "capability without delta"),
    _change("O9", "a new capability that exists", deltas.new_but_there, "capability new or not"),
    _change("K1", "all tasks ticked", deltas.ticked_tasks, "tasks"),
    _change("K2", "no task", deltas.no_tasks, "tasks"),
    _change("K3", "a task about nothing", deltas.lost_task, "tasks", "refers to nothing"),
)
"""The operators that make something wrong."""

EQUIVALENT: tuple[Operator, ...] = (
    Operator("E1", "scenarios in another order", "none", "since", equivalent.reordered),
    Operator("E2", "lines wrapped otherwise", "none", "since", equivalent.reflowed),
    Operator("E3", "another list marker", "none", "since", equivalent.other_marker),
    Operator("E4", "more white space", "none", "since", equivalent.more_space),
    Operator("E5", "a typo mended", "none", "since", equivalent.mended_typo, undone=True),
    Operator("E6", "the condition put first", "none", "since", equivalent.moved_clause),
    Operator("E7", "a word that says the same", "none", "since", equivalent.same_word),
)
"""The operators that change nothing of what is asked for."""


def targets(tree: Tree) -> list[Target]:
    """List what may be mutated: requirements of main specs; where there is none, those that active changes add."""
    found = [Target(tree, spec, requirement) for spec in tree.specs for requirement in spec.requirements]
    if found:
        return found
    return [
        Target(tree, document, requirement)
        for document in documents(tree)
        if not isinstance(document, Spec)
        for requirement in document.added
    ]


def mutants(
    tree: Tree, seed: int, per_operator: int, operators: Sequence[Operator] = OPERATORS + EQUIVALENT
) -> Iterator[Mutant]:
    """Make up to so many mutants an operator and half, each of another requirement; the same seed gives the same."""
    every = targets(tree)
    for operator in operators:
        for half in operator.halves:
            yield from islice(_of(operator, half, every, seed), per_operator)


def _of(operator: Operator, half: Half, every: Sequence[Target], seed: int) -> Iterator[Mutant]:
    random = Random(f"{seed}:{operator.id}:{half}")  # noqa: S311 - to repeat a run, not to hide anything
    for target in random.sample(every, len(every)):
        edit = operator.inject(target, random, half)
        if edit:
            document = target.document
            path, before = (edit.path, edit.before) if edit.path else (document.path, document.text)
            mutant = Mutant(operator, half, path, target.requirement.name, before, edit, document.path)
            if mutant.after != before:
                yield mutant
