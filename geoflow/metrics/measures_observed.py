"""The measures of what happens and cannot be worked out later: questions, edits, model calls, the machine."""

from geoflow.metrics.definition import GENAI, PROCESS, Aim, Measure


def when_it_happened() -> tuple[Measure, ...]:
    """Define them, in the order of reports."""

    def seen(name: str, unit: str, aim: Aim, meaning: str, source: str = "", *, noisy: bool = False) -> Measure:
        return Measure(name, unit, aim, meaning, source, "happened", noisy)

    return (
        seen("questions.asked", "{question}", "info", "stored questions"),
        seen("questions.open", "{question}", "down", "stored questions that wait for an answer"),
        seen("questions.answered", "{question}", "up", "stored questions whose answer stands"),
        seen("questions.stale", "{question}", "down", "stored questions whose answer rests on text that has changed"),
        seen("questions.confirmed", "%", "up", "answered questions behind whose answer a person stands"),
        seen("questions.person_latency_p50", "s", "down", "median time until a person answered a stored question"),
        seen("questions.person_latency_p90", "s", "down", "time within which a person answered 9 of 10 of them"),
        seen("questions.agent_latency_p50", "s", "down", "median time until an agent answered a stored question"),
        seen("questions.agent_latency_p90", "s", "down", "time within which an agent answered 9 of 10 of them"),
        seen("edits.proposed", "{edit}", "info", "edits that improve delivered on branches"),
        seen("edits.refused", "{edit}", "info", "edits that the gate refused"),
        seen("edits.merged", "{edit}", "up", "edits that people merged as they were"),
        seen("edits.merged_edited", "{edit}", "info", "edits that people merged in other words"),
        seen(
            "edits.rewritten",
            "%",
            "down",
            "words that people changed in an edit that they merged in other words, median",
        ),
        seen("edits.reverted", "{edit}", "down", "edits that git revert took back within 14 days", "DORA: rework rate"),
        seen("edits.rejected", "{edit}", "down", "edits that people rejected"),
        seen("edits.stale", "{edit}", "down", "edits that nobody decided on in 14 days"),
        seen("edits.merge_rate", "%", "up", "edits merged, in whatever words, of those that were decided on"),
        seen("edits.merge_rate_low", "%", "up", "the least that the merge rate may be, at 95 %", "Wilson interval"),
        seen("loop.runs", "{run}", "info", "runs of improve that are kept"),
        seen("loop.edits_per_run", "{edit}/{run}", "info", "edits that a run delivered, on average"),
        seen("llm.calls", "{call}", "info", "model calls since the record before", f"{GENAI}: operation.duration"),
        seen("llm.failed", "{call}", "down", "model calls that failed since the record before", f"{GENAI}: error.type"),
        seen(
            "llm.input_tokens",
            "{token}",
            "info",
            "tokens of prompts since the record before",
            f"{GENAI}: token.usage",
        ),
        seen(
            "llm.output_tokens",
            "{token}",
            "info",
            "tokens of replies since the record before",
            f"{GENAI}: token.usage",
        ),
        seen("llm.cached_tokens", "%", "up", "tokens of prompts that the server's cache had", noisy=True),
        seen(
            "llm.duration_p50", "s", "down", "median time of a model call", f"{GENAI}: operation.duration", noisy=True
        ),
        seen(
            "llm.duration_p90",
            "s",
            "down",
            "time within which 9 of 10 model calls end",
            f"{GENAI}: operation.duration",
            noisy=True,
        ),
        seen(
            "llm.first_token_p50",
            "s",
            "down",
            "median time to the first token of a reply",
            f"{GENAI}: operation.time_to_first_chunk",
            noisy=True,
        ),
        seen(
            "age.text_over_90_days",
            "%",
            "info",
            "words of main requirements that stood 90 days before the commit",
            "git",
        ),
        seen("findings.opened", "{finding}", "down", "findings that the record before had not"),
        seen("findings.closed", "{finding}", "up", "findings of the record before that are gone"),
        seen("findings.age_p50", "d", "down", "days since findings that stand were recorded first, median"),
        seen(
            "findings.closed_age_p50",
            "d",
            "down",
            "days that findings stood that are gone, median",
            "DORA: recovery time",
        ),
        seen("machine.cpu_time", "s", "down", "CPU time that this record took", f"{PROCESS}.cpu.time", noisy=True),
        seen("machine.memory", "By", "down", "memory that geoflow held", f"{PROCESS}.memory.usage", noisy=True),
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
            f"{PROCESS}.cpu.time",
            noisy=True,
        ),
        seen(
            "machine.model_memory",
            "By",
            "info",
            "memory that a local model server holds",
            f"{PROCESS}.memory.usage",
            noisy=True,
        ),
    )
