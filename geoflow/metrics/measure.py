"""What is measured: one table of definitions, from which reports and docs are made."""

from dataclasses import dataclass
from typing import Any, Literal

Aim = Literal["up", "down", "info"]
Kind = Literal["derived", "observed"]
Kept = Literal["history", "asked", "happened"]


@dataclass(frozen=True, slots=True)
class Measure:
    """The definition of a measure.

    `name` is dotted, its first part the group; `unit` is UCUM, with an annotation for what is counted; `aim` says
    which direction is better; `source` is the standard or guide that asks for it, empty where it is geoflow's own.
    `kept` says when it is: `history` for every commit, `asked` once somebody asks for it at a commit, `happened` when
    something happens that is no function of `openspec/` and cannot be measured later. `noisy` ones differ from time to
    time though nothing has changed.
    """

    name: str
    unit: str
    aim: Aim
    meaning: str
    source: str = ""
    kept: Kept = "history"
    noisy: bool = False

    @property
    def kind(self) -> Kind:
        """Tell what is a pure function of `openspec/` from what was observed."""
        return "observed" if self.kept == "happened" else "derived"

    @property
    def group(self) -> str:
        """Give the first part of the name."""
        return self.name.partition(".")[0]

    def document(self) -> dict[str, Any]:
        """Give the definition as scripts see it."""
        names = ("name", "unit", "aim", "meaning", "source", "kind", "kept", "noisy")
        return {name: getattr(self, name) for name in names}


_29148 = "ISO/IEC/IEEE 29148"
_INCOSE = "INCOSE Guide to Writing Requirements"
_GENAI = "OpenTelemetry GenAI"
_PROCESS = "OpenTelemetry process"
_DENSITY = "{finding}/(100.{requirement})"


def _at_each_commit() -> tuple[Measure, ...]:
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
        Measure(
            "coverage.with_scenario", "%", "up", "requirements with at least one scenario", f"{_29148}: verifiable"
        ),
        Measure(
            "coverage.with_failure_scenario",
            "%",
            "up",
            "requirements with a scenario that says what happens when something goes wrong",
            f"{_29148}: complete",
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


def _when_asked() -> tuple[Measure, ...]:
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
            f"{_INCOSE}: R1 to R42",
        ),
        asked(
            "quality.placeholders",
            "{placeholder}",
            "down",
            "marks such as TBD and TODO left in main specs and active changes",
            f"{_29148}: complete",
        ),
        asked("set.duplicates", "{finding}", "down", "requirements that say what another one says", f"{_29148}: set"),
        asked(
            "set.conflicts",
            "{finding}",
            "down",
            "requirements that say the opposite of another one, or another number or outcome",
            f"{_29148}: consistent",
        ),
        asked(
            "set.dangling_references",
            "{finding}",
            "down",
            "references to specs, requirements and files that are nowhere",
            f"{_29148}: complete",
        ),
        asked(
            "set.delta_collisions",
            "{finding}",
            "down",
            "deltas that cannot be merged, or that touch what another active change touches",
            f"{_29148}: consistent",
        ),
        asked("set.terms", "{finding}", "down", "words in the place of the project's own terms", f"{_INCOSE}: R36"),
        asked(
            "readability.sentence_words",
            "{word}/{sentence}",
            "down",
            "words of a sentence in requirements of main specs, on average",
            f"{_INCOSE}: R12 to R14",
        ),
        asked(
            "readability.grade",
            "a",
            "down",
            "years of schooling that requirements of main specs ask for; syllables are estimated, English only",
            "Flesch-Kincaid grade level",
        ),
    )


def _when_it_happened() -> tuple[Measure, ...]:
    def seen(name: str, unit: str, aim: Aim, meaning: str, source: str = "", *, noisy: bool = False) -> Measure:
        return Measure(name, unit, aim, meaning, source, "happened", noisy)

    return (
        seen("questions.asked", "{question}", "info", "stored questions"),
        seen("questions.open", "{question}", "down", "stored questions that wait for an answer"),
        seen("questions.answered", "{question}", "up", "stored questions whose answer stands"),
        seen("questions.stale", "{question}", "down", "stored questions whose answer rests on text that has changed"),
        seen("questions.confirmed", "%", "up", "answered questions behind whose answer a person stands"),
        seen("edits.proposed", "{edit}", "info", "edits that improve delivered on branches"),
        seen("edits.refused", "{edit}", "info", "edits that the gate refused"),
        seen("edits.merged", "{edit}", "up", "edits that people merged as they were"),
        seen("edits.merged_edited", "{edit}", "info", "edits that people merged in other words"),
        seen("edits.rejected", "{edit}", "down", "edits that people rejected"),
        seen("edits.stale", "{edit}", "down", "edits that nobody decided on in 14 days"),
        seen("edits.merge_rate", "%", "up", "edits merged, in whatever words, of those that were decided on"),
        seen("edits.merge_rate_low", "%", "up", "the least that the merge rate may be, at 95 %", "Wilson interval"),
        seen("loop.runs", "{run}", "info", "runs of improve that are kept"),
        seen("loop.edits_per_run", "{edit}/{run}", "info", "edits that a run delivered, on average"),
        seen("llm.calls", "{call}", "info", "model calls since the record before", f"{_GENAI}: operation.duration"),
        seen(
            "llm.failed", "{call}", "down", "model calls that failed since the record before", f"{_GENAI}: error.type"
        ),
        seen(
            "llm.input_tokens",
            "{token}",
            "info",
            "tokens of prompts since the record before",
            f"{_GENAI}: token.usage",
        ),
        seen(
            "llm.output_tokens",
            "{token}",
            "info",
            "tokens of replies since the record before",
            f"{_GENAI}: token.usage",
        ),
        seen("llm.cached_tokens", "%", "up", "tokens of prompts that the server's cache had", noisy=True),
        seen(
            "llm.duration_p50", "s", "down", "median time of a model call", f"{_GENAI}: operation.duration", noisy=True
        ),
        seen(
            "llm.duration_p90",
            "s",
            "down",
            "time within which 9 of 10 model calls end",
            f"{_GENAI}: operation.duration",
            noisy=True,
        ),
        seen(
            "llm.first_token_p50",
            "s",
            "down",
            "median time to the first token of a reply",
            f"{_GENAI}: operation.time_to_first_chunk",
            noisy=True,
        ),
        seen("machine.cpu_time", "s", "down", "CPU time that this record took", f"{_PROCESS}.cpu.time", noisy=True),
        seen("machine.memory", "By", "down", "memory that geoflow held", f"{_PROCESS}.memory.usage", noisy=True),
        seen("machine.disk", "By", "down", "disk that geoflow's folder in the git folder takes"),
        seen(
            "machine.cpu_used",
            "%",
            "info",
            "CPU of the machine in use",
            "OpenTelemetry system.cpu.utilization",
            noisy=True,
        ),
        seen(
            "machine.memory_used",
            "%",
            "info",
            "memory of the machine in use",
            "OpenTelemetry system.memory.utilization",
            noisy=True,
        ),
        seen(
            "machine.model_cpu_time",
            "s",
            "info",
            "CPU time that a local model server has taken so far",
            f"{_PROCESS}.cpu.time",
            noisy=True,
        ),
        seen(
            "machine.model_memory",
            "By",
            "info",
            "memory that a local model server holds",
            f"{_PROCESS}.memory.usage",
            noisy=True,
        ),
    )


MEASURES: tuple[Measure, ...] = (*_at_each_commit(), *_when_asked(), *_when_it_happened())
"""Every measure, in the order in which reports show them."""

BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}
HISTORY = tuple(measure.name for measure in MEASURES if measure.kept == "history")
"""Names of the measures that every commit has, from the beginning of the history."""
ASKED = tuple(measure.name for measure in MEASURES if measure.kept == "asked")
"""Names of the derived measures that a commit has once somebody asked for them."""
