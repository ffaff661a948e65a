"""The page of measures: the table that `geoflow monitor measures` shows."""

from geoflow.metrics.catalogue import markdown
from geoflow.metrics.measure import MEASURES
from tests.docs.markdown import page


def measure_page() -> str:
    """Write it."""
    return page(
        "Measures",
        "What `geoflow monitor` measures of a commit; `geoflow monitor measures` shows the same on a terminal. Units are UCUM, "
        "with an annotation for what is counted. The aim says which way is better: up, down, or neither (info).",
        markdown(MEASURES),
    )
