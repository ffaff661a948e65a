"""Rounds of mutants in one copy, and whether a finding counts as having seen one."""

from dataclasses import replace

import pytest

from geoflow.openspec import read_tree, validate
from geoflow.openspec.rules import LEVELS
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_all
from geoflow.quality.mutation.mutant import Mutant
from geoflow.quality.mutation.operators import EQUIVALENT, FAMILIES, OPERATORS, mutants
from geoflow.quality.mutation.rounds import Round, rounds
from geoflow.quality.mutation.verdict import by_path, fits, jaccard, new_findings
from geoflow.quality.rules import RULES
from tests.quality.mutation_trees import FILES, PATH, tree

BY_ID = {operator.id: operator for operator in OPERATORS + EQUIVALENT}


def mutant_of(name: str, wanted: str = "Log") -> Mutant:
    return next(one for one in mutants(tree(), 1, 50, [BY_ID[name]]) if one.requirement == wanted)


def finding(code: str, quote: str = "x", **fields: str) -> Finding:
    where = {"path": PATH, "requirement": "Log", **fields}
    return Finding(
        code, "info", where["path"], 1, 1, where["requirement"], "m", "f", quote, 0, 1, incose=where.get("incose", "")
    )


def seen(mutant: Mutant, before: list[Finding], after: list[Finding]) -> list[str]:
    return [one.code for one in new_findings(mutant, by_path(before), by_path(after))]


def test_a_finding_counts_on_the_mutated_requirement_alone() -> None:
    mutant = mutant_of("S3")
    assert seen(mutant, [], [finding("GF113")]) == ["GF113"]
    assert seen(mutant, [], [finding("GF113", requirement="Closing")]) == []
    assert seen(mutant, [], [finding("GF113", path="openspec/specs/hall/spec.md")]) == []


def test_a_finding_of_another_kind_does_not_count() -> None:
    assert seen(mutant_of("S3"), [], [finding("OS-S12"), finding("GF114"), finding("GF201", incose="R7")]) == []


def test_a_finding_that_was_there_counts_only_where_there_is_one_more() -> None:
    mutant = mutant_of("A1")
    old, new = finding("GF201", "old", incose="R7"), finding("GF201", "new", incose="R7")
    assert seen(mutant, [old], [old]) == []
    assert seen(mutant, [old], [new]) == []  # the words of the quote moved with the sentence
    assert [one.quote for one in new_findings(mutant, by_path([old]), by_path([new, old]))] == ["new"]


def test_a_rule_of_wording_that_comes_later_fits_by_its_incose_number() -> None:
    later = finding("GF299", incose="R26, R32")
    assert fits(BY_ID["A7"], later)
    assert not fits(BY_ID["A1"], later)
    assert not fits(BY_ID["A7"], replace(later, incose=""))


def test_any_finding_on_an_equivalent_text_is_an_alarm() -> None:
    assert seen(mutant_of("E2"), [], [finding("OS-S12")]) == ["OS-S12"]


def test_what_a_typo_hid_is_no_alarm() -> None:
    mutant = mutant_of("E5")
    assert seen(mutant, [], [finding("GF201", mutant.good)]) == []
    assert seen(mutant, [], [finding("GF201", "another word")]) == ["GF201"]


def test_every_code_that_fits_is_a_code_that_there_is() -> None:
    assert {code for codes in FAMILIES.values() for code in codes} <= {*RULES, *LEVELS}


@pytest.mark.parametrize("one_a_document", [False, True])
def test_a_round_holds_every_mutant_whole_and_each_of_a_place_of_its_own(*, one_a_document: bool) -> None:
    every = list(mutants(tree(), 5, 3))
    played = rounds(FILES, every, one_a_document=one_a_document)
    assert sorted(one.key for group in played for one in group.mutants) == sorted(one.key for one in every)
    for group in played:
        places = [one.home if one_a_document else (one.home, one.requirement) for one in group.mutants]
        assert len(set(places)) == len(places)
        for one in group.mutants:
            assert one.edit.new in (group.good if one.operator.undone else group.bad)[one.path]


def test_mutants_side_by_side_are_seen_as_each_is_alone() -> None:
    every = list(mutants(tree(), 2, 2, [one for one in OPERATORS if one.setting == "alone"]))
    together = {key for group in rounds(FILES, every) for key in _seen(group)}
    alone = {key for one in every for group in rounds(FILES, [one]) for key in _seen(group)}
    assert together == alone
    assert len(alone) > 10


def _seen(group: Round) -> list[str]:
    before, after = (by_path(find_all(read_tree(files), validate(files), files)) for files in (group.good, group.bad))
    return [f"{one.key}:{one.bad}" for one in group.mutants if new_findings(one, before, after)]


@pytest.mark.parametrize(
    ("runs", "share"),
    [(["ab", "ab", "ab"], 1.0), (["ab", "a", "a"], (0.5 + 0.5 + 1) / 3), (["", "", ""], 1.0), (["a", "b"], 0.0)],
)
def test_runs_are_as_alike_as_the_mean_of_their_pairs(runs: list[str], share: float) -> None:
    assert jaccard([frozenset(run) for run in runs]) == pytest.approx(share)


def test_every_operator_says_what_fits_it() -> None:
    blind = {operator.id for operator in OPERATORS if not operator.codes | operator.incose}
    assert blind == set()


def test_no_two_operators_have_one_name() -> None:
    names = [operator.id for operator in OPERATORS + EQUIVALENT]
    assert len(set(names)) == len(names)
