"""What is measured: one table of definitions, from which reports and docs are made."""

from dataclasses import dataclass
from typing import Literal

Aim = Literal["up", "down", "info"]


@dataclass(frozen=True, slots=True)
class Measure:
    """The definition of a measure.

    `name` is dotted, its first part the group; `unit` is UCUM, with an annotation for what is counted; `aim` says
    which direction is better; `source` is the standard or guide that asks for it, empty where it is geoflow's own.
    """

    name: str
    unit: str
    aim: Aim
    meaning: str
    source: str = ""


_29148 = "ISO/IEC/IEEE 29148"
_INCOSE = "INCOSE Guide to Writing Requirements"
_DENSITY = "{finding}/(100.{requirement})"

MEASURES: tuple[Measure, ...] = (
    Measure("size.specs", "{spec}", "info", "main specs"),
    Measure("size.requirements", "{requirement}", "info", "requirements in main specs"),
    Measure("size.scenarios", "{scenario}", "info", "scenarios in main specs"),
    Measure("size.words", "{word}", "info", "words in main specs, markup included"),
    Measure(
        "structure.requirements_per_spec", "{requirement}/{spec}", "info", "requirements of a main spec, on average"
    ),
    Measure("structure.largest_spec", "{requirement}", "info", "requirements of the main spec that has most"),
    Measure(
        "structure.words_per_requirement",
        "{word}/{requirement}",
        "down",
        "words of a requirement's text, on average",
        f"{_INCOSE}: C5 singular",
    ),
    Measure("structure.specs_without_purpose", "{spec}", "down", "main specs whose Purpose is missing or empty"),
    Measure(
        "coverage.scenarios_per_requirement",
        "{scenario}/{requirement}",
        "up",
        "scenarios of a requirement in main specs, on average",
        f"{_29148}: verifiable",
    ),
    Measure("coverage.with_scenario", "%", "up", "requirements with at least one scenario", f"{_29148}: verifiable"),
    Measure(
        "coverage.with_failure_scenario",
        "%",
        "up",
        "requirements with a scenario that says what happens when something goes wrong",
        f"{_29148}: complete",
    ),
    Measure("validity.items", "{item}", "info", "main specs and active changes that are validated"),
    Measure("validity.valid", "%", "up", "items without an error", "OpenSpec validate"),
    Measure("validity.valid_strict", "%", "up", "items without an error or a warning", "OpenSpec validate --strict"),
    Measure("validity.errors", "{issue}", "down", "validation errors", "OpenSpec validate"),
    Measure("validity.warnings", "{issue}", "down", "validation warnings", "OpenSpec validate"),
    Measure("quality.findings", "{finding}", "down", "findings of all rules in main specs and active changes"),
    Measure(
        "quality.smell_density",
        _DENSITY,
        "down",
        "requirement smells for every 100 requirements of main specs and active changes",
        f"{_INCOSE}: R1 to R42",
    ),
    Measure(
        "quality.placeholders",
        "{placeholder}",
        "down",
        "marks such as TBD and TODO left in main specs and active changes",
        f"{_29148}: complete",
    ),
    Measure("work.active_changes", "{change}", "info", "changes that are not archived"),
    Measure("work.open_tasks", "{task}", "info", "tasks of active changes that are not done"),
    Measure("work.done_tasks", "%", "up", "tasks of active changes that are done"),
)
"""Every measure that is a pure function of `openspec/` at a commit, in the order in which reports show them."""

BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}
