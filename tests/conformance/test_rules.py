from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from geoflow.openspec import validate
from geoflow.openspec.disk import load
from geoflow.openspec.rules import LEVELS
from tests.builders import write_tree
from tests.conformance.cases import packed
from tests.conformance.npm import judge, ours

pytestmark = pytest.mark.npm


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tree(tmp_path_factory.mktemp("cases"), packed())


@pytest.mark.parametrize("strict", [False, True], ids=["normal", "strict"])
def test_every_case_has_the_verdict_and_the_issues_of_the_npm_cli(tree: Path, strict: bool) -> None:  # noqa: FBT001
    expected = judge(tree, strict=strict)
    reports = {(str(report.type), report.id): report for report in validate(load(str(tree)))}

    assert len(expected) == len(reports)
    differences = [
        (verdict, mine)
        for verdict in expected
        if (mine := ours(reports[verdict.type, verdict.id], verdict, strict=strict)) != verdict
    ]
    assert differences == []


def test_the_order_of_items_is_the_npm_clis(tree: Path) -> None:
    assert [item.id for item in judge(tree)] == [report.id for report in validate(load(str(tree)))]


def test_the_cases_reach_every_rule(tree: Path, record_property: Callable[[str, object], None]) -> None:
    reached = Counter(issue.rule for report in validate(load(str(tree))) for issue in report.issues)

    record_property("rules", dict(reached))
    assert set(reached) == set(LEVELS)
