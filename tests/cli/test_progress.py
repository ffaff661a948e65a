import pytest

from geoflow.cli.progress import figures
from geoflow.ports import Spent


@pytest.mark.parametrize(
    ("spent", "shown"),
    [
        (Spent(0, 0, 0.0, ""), ""),
        (Spent(0, 0, 0.0, "10:00"), "10:00 left"),
        (Spent(1, 999, 0.0, "9:59"), "1 call 999 tok 9:59 left"),
        (Spent(12, 8_432, 21.4, "7:12"), "12 calls 8.4k tok 21/s 7:12 left"),
        (Spent(150, 1_234_567, 3.46, "3 calls"), "150 calls 1.2M tok 3.5/s 3 calls left"),
    ],
)
def test_the_figures_of_a_run_fit_on_a_narrow_terminal(spent: Spent, shown: str) -> None:
    assert figures(spent) == shown
    assert len(figures(spent)) <= 40
