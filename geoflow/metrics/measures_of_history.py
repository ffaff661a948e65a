"""The measures that every commit has, from the beginning of the history."""

from geoflow.metrics.definition import INCOSE, ISO_29148, Measure


def at_each_commit() -> tuple[Measure, ...]:
    """Define them, in the order of reports."""
    return (
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
            f"{INCOSE}: C5 singular",
        ),
        Measure("structure.specs_without_purpose", "{spec}", "down", "main specs whose Purpose is missing or empty"),
        Measure(
            "coverage.scenarios_per_requirement",
            "{scenario}/{requirement}",
            "up",
            "scenarios of a requirement in main specs, on average",
            f"{ISO_29148}: verifiable",
        ),
        Measure(
            "coverage.with_scenario", "%", "up", "requirements with at least one scenario", f"{ISO_29148}: verifiable"
        ),
        Measure(
            "coverage.with_failure_scenario",
            "%",
            "up",
            "requirements with a scenario that says what happens when something goes wrong",
            f"{ISO_29148}: complete",
        ),
        Measure("validity.items", "{item}", "info", "main specs and active changes that are validated"),
        Measure("validity.valid", "%", "up", "items without an error", "OpenSpec validate"),
        Measure(
            "validity.valid_strict", "%", "up", "items without an error or a warning", "OpenSpec validate --strict"
        ),
        Measure("validity.errors", "{issue}", "down", "validation errors", "OpenSpec validate"),
        Measure("validity.warnings", "{issue}", "down", "validation warnings", "OpenSpec validate"),
        Measure(
            "churn.requirements_added",
            "{requirement}",
            "info",
            "requirements of main specs that the commit before had not",
        ),
        Measure(
            "churn.requirements_modified",
            "{requirement}",
            "info",
            "requirements of main specs that read otherwise in the commit before",
        ),
        Measure(
            "churn.requirements_removed",
            "{requirement}",
            "info",
            "requirements of main specs that are gone since the commit before",
        ),
        Measure("churn.lines_added", "{line}", "info", "lines added to main specs since the commit before", "git diff"),
        Measure(
            "churn.lines_removed", "{line}", "info", "lines removed from main specs since the commit before", "git diff"
        ),
        Measure("work.active_changes", "{change}", "info", "changes that are not archived"),
        Measure("work.open_tasks", "{task}", "info", "tasks of active changes that are not done"),
        Measure("work.done_tasks", "%", "up", "tasks of active changes that are done"),
    )
