"""Bench model: let a model answer the small built-in set, and time it; what it can do decides how it is used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from geoflow.errors import GeoflowError
from geoflow.metrics.bench_items import ASKED, JUDGED, MENDED, VERSION, Asked, Judged, Mended
from geoflow.metrics.model_bench import (
    Figures,
    Mark,
    Profile,
    Speed,
    ask_mark,
    figures,
    judge_mark,
    mend_mark,
    profile_of,
)
from geoflow.ports import ChatModel, ChatReply, ChatRequest, Clock, Progress, Prompt, Templates
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.limits import Limits
from geoflow.workflow.reading import answer_schema
from geoflow.workflow.role_dialogue import verdict_schema

_PARTS = 60
_WRITTEN = 400
_PARAGRAPH = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 250, "maxLength": 300}},
    "required": ["text"],
    "additionalProperties": False,
}
_QUESTIONS = ("Describe the first twenty parts of the list.", "Describe the last twenty parts of the list.")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class ModelBench:
    """What a model did. `figures` and `profile` are None where the budget ended before the set was answered."""

    model: str
    backend: str
    context_tokens: int
    speed: Speed
    figures: Figures | None
    profile: Profile | None
    cost: dict[str, float | int]
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Give the result as scripts see it (`geoflow.bench-model/1`)."""
        return {
            "schema": "geoflow.bench-model/1",
            "set": VERSION,
            "model": self.model,
            "backend": self.backend,
            "context_tokens": self.context_tokens,
            "speed": {name: None if value is None else round(value, 3) for name, value in asdict(self.speed).items()},
            "quality": self.figures.document() if self.figures else None,
            "profile": self.profile,
            "cost": self.cost,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """What the bench works with. `nonce` makes its long prompt one that no server has seen before."""

    model: ChatModel
    templates: Templates
    clock: Clock
    progress: Progress
    nonce: str


def bench_model(bench: Bench, limits: Limits) -> ModelBench:
    """Time the model, then let it answer every item of the set.

    Raises:
        GeoflowError: The model does not answer at all.
    """
    run = _Run(bench, Meter(bench.clock, limits))
    speed = run.speed()
    judged = run.marks("judging", JUDGED, run.judge)
    mended = run.marks("mending", MENDED, run.mend)
    asked = run.marks("answering", ASKED, run.ask)
    whole = len(judged) + len(mended) + len(asked) == len(JUDGED) + len(MENDED) + len(ASKED)
    result = figures(judged, mended, asked, sum(item.testable for item in JUDGED)) if whole else None
    return ModelBench(
        model=bench.model.name,
        backend=bench.model.backend,
        context_tokens=bench.model.context_tokens,
        speed=speed,
        figures=result,
        profile=profile_of(result, bench.model.context_tokens) if result else None,
        cost=run.meter.cost(),
        notes=() if whole else ("The budget was spent before the set was answered: give more with --budget.",),
    )


class _Run:
    """One pass over the set."""

    def __init__(self, bench: Bench, meter: Meter) -> None:
        self._bench = bench
        self.meter = meter

    def speed(self) -> Speed:
        """Ask twice over one long list: the second time the server knows the beginning."""
        parts = "\n".join(
            f"{self._bench.nonce}-{number}: shelf {number % 7}, {number * 37 % 900} g" for number in range(_PARTS)
        )
        replies = []
        for count, question in enumerate(_QUESTIONS):
            self._bench.progress.update("timing", count, len(_QUESTIONS))
            prompt = self._bench.templates.prompt("bench-speed", {"parts": parts, "question": question})
            replies.append(self._forced(prompt, _PARAGRAPH, _WRITTEN))
        cold, warm = replies
        return Speed(
            prompt_per_second=_rate(cold.usage.prompt - (cold.usage.cached or 0), cold.first_token_seconds),
            generated_per_second=_rate(cold.usage.completion, cold.seconds - (cold.first_token_seconds or 0)),
            first_token_cold=cold.first_token_seconds,
            first_token_warm=warm.first_token_seconds,
        )

    def marks(self, label: str, items: Sequence[_Item], ask: Callable[[_Item], Mark]) -> list[Mark]:
        """Ask for every item; an answer that cannot be used is marked as wrong, and the budget ends the rest."""
        marks: list[Mark] = []
        for item in items:
            if self.meter.exhausted:
                break
            self._bench.progress.update(label, len(marks), len(items))
            try:
                marks.append(ask(item))
            except GeoflowError as error:
                if error.code == SPENT:
                    break
                if error.code != "model-reply-invalid":
                    raise
                marks.append(Mark(formed=False, honest=False, right=False))
        return marks

    def judge(self, item: Judged) -> Mark:
        """Ask whether a test could fail a requirement."""
        prompt = self._bench.templates.prompt("review-testing", {"requirement": item.text})
        reply = self._forced(prompt, verdict_schema("testable"), 220)
        return judge_mark(item, reply.value or {}, reply.attempts)

    def mend(self, item: Mended) -> Mark:
        """Ask for one span edit."""
        values = {"sentence": item.sentence, "instruction": item.instruction, "refused": "", "lesson": ""}
        prompt = self._bench.templates.prompt("improve-span", values)
        size = {"type": "string", "maxLength": 2 * len(item.sentence) + 40}
        schema = {
            "type": "object",
            "properties": {"old_span": size, "new_span": size},
            "required": ["old_span", "new_span"],
            "additionalProperties": False,
        }
        reply = self._forced(prompt, schema, 60 + len(item.sentence))
        return mend_mark(item, reply.value or {}, reply.attempts)

    def ask(self, item: Asked) -> Mark:
        """Ask one question over numbered extracts."""
        extracts = [{"title": "Requirement", "text": text} for text in item.extracts]
        prompt = self._bench.templates.prompt("ask", {"extracts": extracts, "question": item.question})
        reply = self._forced(prompt, answer_schema(len(extracts)), 300)
        return ask_mark(item, reply.value or {}, reply.attempts)

    def _forced(self, prompt: Prompt, schema: Mapping[str, Any], tokens: int) -> ChatReply:
        return self._complete(ChatRequest(prompt.id, prompt.messages, schema, max_tokens=tokens))

    def _complete(self, request: ChatRequest) -> ChatReply:
        return self.meter.complete(self._bench.model, request)


def _rate(tokens: int, seconds: float | None) -> float | None:
    return tokens / seconds if tokens > 0 and seconds and seconds > 0 else None
