"""The measures that take reading every sentence: a commit has them once somebody asked."""

from geoflow.metrics.definition import INCOSE, ISO_29148, Aim, Measure

_DENSITY = "{finding}/(100.{requirement})"


def when_asked() -> tuple[Measure, ...]:
    """Define them, in the order of reports."""

    def asked(name: str, unit: str, aim: Aim, meaning: str, source: str = "") -> Measure:
        return Measure(name, unit, aim, meaning, source, "asked")

    return (
        asked("quality.findings", "{finding}", "down", "findings of all rules in main specs and active changes"),
        asked("quality.errors", "{finding}", "down", "findings of severity error"),
        asked("quality.warnings", "{finding}", "down", "findings of severity warning"),
        asked(
            "quality.waived", "{finding}", "info", "findings that are let stand for a reason; the others leave them out"
        ),
        asked(
            "quality.smell_density",
            _DENSITY,
            "down",
            "requirement smells for every 100 requirements of main specs and active changes",
            f"{INCOSE}: R1 to R42",
        ),
        asked(
            "quality.placeholders",
            "{placeholder}",
            "down",
            "marks such as TBD and TODO left in main specs and active changes",
            f"{ISO_29148}: complete",
        ),
        asked(
            "set.duplicates", "{finding}", "down", "requirements that say what another one says", f"{ISO_29148}: set"
        ),
        asked(
            "set.conflicts",
            "{finding}",
            "down",
            "requirements that say the opposite of another one, or another number or outcome",
            f"{ISO_29148}: consistent",
        ),
        asked(
            "set.dangling_references",
            "{finding}",
            "down",
            "references to specs, requirements and files that are nowhere",
            f"{ISO_29148}: complete",
        ),
        asked(
            "set.delta_collisions",
            "{finding}",
            "down",
            "deltas that cannot be merged, or that touch what another active change touches",
            f"{ISO_29148}: consistent",
        ),
        asked("set.terms", "{finding}", "down", "words in the place of the project's own terms", f"{INCOSE}: R36"),
        asked(
            "readability.sentence_words",
            "{word}/{sentence}",
            "down",
            "words of a sentence in requirements of main specs, on average",
            f"{INCOSE}: R12 to R14",
        ),
        asked(
            "readability.grade",
            "a",
            "down",
            "years of schooling that requirements of main specs ask for; syllables are estimated, English only",
            "Flesch-Kincaid grade level",
        ),
    )
