"""What is measured: one table of definitions, from which reports and docs are made."""

from geoflow.metrics.definition import Aim, Kept, Kind, Measure
from geoflow.metrics.measures_asked import when_asked
from geoflow.metrics.measures_observed import when_it_happened
from geoflow.metrics.measures_of_history import at_each_commit

__all__ = ["ASKED", "BY_NAME", "HISTORY", "MEASURES", "Aim", "Kept", "Kind", "Measure"]

MEASURES: tuple[Measure, ...] = (*at_each_commit(), *when_asked(), *when_it_happened())
"""Every measure, in the order in which reports show them."""

BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}
HISTORY = tuple(measure.name for measure in MEASURES if measure.kept == "history")
"""Names of the measures that every commit has, from the beginning of the history."""
ASKED = tuple(measure.name for measure in MEASURES if measure.kept == "asked")
"""Names of the derived measures that a commit has once somebody asked for them."""
