"""The table of rules against the labels of experts is made where the sets are."""

import pytest

from tests.benchmarks.arta import FOLDER, f1, found_in, rows, table


def test_a_requirement_is_judged_by_the_rules_of_wording() -> None:
    assert "GF203" in found_in("The system shall stop to the degree feasible.")
    assert found_in("The system shall stop within 2 s.") == set()


def test_f1_is_that_of_pairs() -> None:
    assert f1([(True, True), (True, False), (False, True), (False, False)]) == (0.5, 0.5, 0.5)
    assert f1([(False, False)])[2] == 0.0


@pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the sets of ARTA in datasets/arta-smells")
def test_every_set_has_labels() -> None:
    for path in FOLDER.glob("DS*.xlsx"):
        assert len(list(rows(path))) > 1000
        assert table(path)
