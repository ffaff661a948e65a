"""Cases of our own for every rule, judged live by the npm CLI."""

from pathlib import Path

import pytest

from geoflow.openspec import Refusal, Report, merge, validate
from geoflow.openspec.disk import open_files
from geoflow.openspec.rules import LEVELS
from geoflow.openspec.validity import archived_items, check_archived, open_tree
from tests.builders import write_tree
from tests.conformance.agreement import RULES, Tally
from tests.conformance.cases import CONFIGS, DELTAS, MAIN, MERGES, packed
from tests.conformance.driver import our_merge, their_merges
from tests.conformance.mutants import Pair
from tests.conformance.npm import FRAGMENTS, judge, ours
from tests.conformance.packing import differing, judged, judged_at, written
from tests.conformance.refusals import CODES, refusal_code

MERGE_PAIRS = {name: Pair(spec, delta) for name, (spec, delta) in MERGES.items()}


@pytest.mark.npm
@pytest.mark.parametrize("strict", [False, True], ids=["normal", "strict"])
def test_every_case_has_the_verdict_and_the_issues_of_the_npm_cli(strict: bool, tally: Tally) -> None:  # noqa: FBT001
    found = judged(packed(), strict=strict)

    tally.compare("own, strict" if strict else "own", found.pairs())
    assert [(one, other) for one, other in found.pairs() if one != other] == []
    assert not differing(found)


@pytest.mark.npm
@pytest.mark.parametrize("config", CONFIGS)
def test_the_schema_that_the_config_names_counts_alike(config: str, tally: Tally) -> None:
    found = judged({**packed(), "openspec/config.yaml": config}, strict=False)

    tally.compare("own", found.pairs())
    assert [(one, other) for one, other in found.pairs() if one != other] == []


@pytest.mark.npm
def test_every_case_of_a_merge_ends_as_with_the_npm_cli(tally: Tally) -> None:
    theirs = dict(zip(MERGE_PAIRS, their_merges(MERGE_PAIRS.values()), strict=True))

    mine = {name: our_merge(pair) for name, pair in MERGE_PAIRS.items()}

    for name, outcome in theirs.items():
        tally.add("own", "merge", agreed=mine[name] == outcome)
    assert mine == theirs


def archived_at(root: Path) -> list[Report]:
    files = open_files(str(root))
    tree = open_tree(files)
    return [check_archived(item.id, tree) for item in archived_items(tree.found)]


@pytest.mark.npm
def test_the_tasks_of_archived_changes_are_judged_alike(tmp_path: Path, tally: Tally) -> None:
    root = written(packed(), tmp_path / "tree")
    theirs = judge(root, scope="--archived")

    mine = [ours(one, like, strict=False, files={}) for one, like in zip(archived_at(root), theirs, strict=True)]

    tally.compare("own", zip(theirs, mine, strict=True))
    assert mine == theirs
    assert {issue.rule for verdict in theirs for issue in verdict.issues} == {"A1", "A2"}


@pytest.mark.npm
def test_a_delta_that_is_a_link_out_of_the_tree_is_refused_alike(tmp_path: Path, tally: Tally) -> None:
    root = write_tree(tmp_path / "tree", {"openspec/specs/main/spec.md": MAIN, "elsewhere.md": DELTAS["added"]})
    folder = root / "openspec/changes/c/specs/main"
    folder.mkdir(parents=True)
    (folder / "spec.md").symlink_to(root / "elsewhere.md")

    found = judged_at(root, strict=False)

    tally.compare("own", found.pairs())
    assert found.mine == found.theirs
    assert [issue.rule for issue in found.mine[0].issues] == ["C0"]


def test_the_cases_reach_every_rule() -> None:
    assert {issue.rule for report in validate(packed()) for issue in report.issues} == set(LEVELS)


def test_every_rule_has_its_sentence_of_the_npm_cli() -> None:
    told_apart_by_a_function = {"S14", "S15", "D5", "D6"}
    the_words_of_the_platform = {"S0"}
    known = {rule for rule, _ in FRAGMENTS}

    assert known | told_apart_by_a_function | the_words_of_the_platform == set(RULES)


def test_the_cases_reach_every_reason_to_refuse_a_merge() -> None:
    answers = [merge(pair.delta, pair.spec, capability="cap", change="c") for pair in MERGE_PAIRS.values()]

    assert {refusal_code(answer.code) for answer in answers if isinstance(answer, Refusal)} == CODES
