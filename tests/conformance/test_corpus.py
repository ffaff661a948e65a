import sys
from pathlib import Path

import pytest

from geoflow.openspec import validate
from geoflow.openspec.disk import load
from tests.conformance.npm import judge, ours
from tests.openspec.test_corpus import ARCHIVES, unpack

pytestmark = [pytest.mark.npm, pytest.mark.corpus]


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_a_real_tree_has_the_npm_clis_verdicts_issues_and_order(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = unpack(archive, tmp_path)
    reports = validate(files := load(str(root)))
    by_item = {(str(report.type), report.id): report for report in reports}

    rows = []
    for strict in (False, True):
        expected = judge(root, strict=strict)
        mine = [ours(by_item[verdict.type, verdict.id], verdict, strict=strict, files=files) for verdict in expected]
        verdicts = sum(one.valid == other.valid for one, other in zip(mine, expected, strict=True))
        rows.append((strict, verdicts, sum(map(tuple.__eq__, mine, expected)), len(expected)))
        assert [(one.type, one.id) for one in mine] == [(report.type, report.id) for report in reports]
    with capsys.disabled():
        for strict, verdicts, same, items in rows:
            mode = "strict" if strict else "normal"
            row = f"{verdicts}/{items} verdicts, {same}/{items} with the same issues"
            sys.stdout.write(f"\n{archive.name:42} {mode}: {row}")
    assert all(verdicts == same == items for _, verdicts, same, items in rows)
