"""The plan of an archive carried out on a tree of real size, killed 200 times."""

import sys
from pathlib import Path

import pytest

from tests.adapters.swapping import kill_at_random
from tests.adapters.test_tree_swap import real_size

pytestmark = pytest.mark.long


@pytest.mark.timeout(1800)
def test_killed_200_times_the_tree_is_before_or_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = kill_at_random(real_size(tmp_path / "p", active=200), 200, seed=7)
    with capsys.disabled():
        sys.stdout.write(f"\n200 kills while a plan was carried out: {counts}\n")
    assert counts["between"] == 0
    assert min(counts["before"], counts["after"], counts["stage left"]) >= 20
