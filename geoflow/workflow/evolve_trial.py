"""A text of the prompt tried: what it makes of cases, what the model would write in its place, and the budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import GeoflowError
from geoflow.improvement.span_strategy import span_question
from geoflow.ports import AroundModel, ChatModel, ChatReply, ChatRequest, PromptSearch, Scored, Templates
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.evolve_cases import Cases
from geoflow.workflow.learn_delivery import LearnDesk
from geoflow.workflow.model_failures import INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.replayed import Instance, Rehearsal
from geoflow.workflow.workbench import Workbench

FILE = "improve-span-system.md"
SEARCH_SHARE = 0.6
"""So much of the budget goes into the search; the rest decides."""
LONGER = 1.25
_EXAMPLES = 3
_SHOWN = 600
_KEPT = 0.5


@dataclass(frozen=True)
class EvolveDesk:
    """What evolution works with: that of learning, the search, the present text, and templates with another one."""

    learn: LearnDesk
    search: PromptSearch
    present: str
    templates_with: Callable[[str], Templates]


class Trial:
    """Tries texts of the prompt in cases, within the budget."""

    def __init__(self, desk: EvolveDesk, model: ChatModel, meter: Meter, cases: Cases) -> None:
        self._desk, self._model, self.meter = desk, model, meter
        self.shown = [*cases.train, *cases.choice]
        self.cases = cases
        self.stopped = False
        self._spent = False
        self.present = desk.present
        self._texts = {desk.present}

    @property
    def tried(self) -> int:
        """Tell how many texts were tried besides the present one."""
        return len(self._texts) - 1

    def go_on(self) -> bool:
        """Tell whether the search has budget left."""
        return not (self._spent or self.stopped) and self._share() < SEARCH_SHARE

    def judge(self, text: str, numbers: Sequence[int]) -> list[Scored]:
        """Score a text in cases; one that cannot be used, or has no budget left, scores 0."""
        self._texts.add(text)
        if why := self._unusable(text):
            return [Scored(0.0, feedback=why) for _ in numbers]
        progress = self._desk.learn.workshop.progress
        found = []
        for done, number in enumerate(numbers):
            progress.update(f"text {len(self._texts)}", done, len(numbers))
            found.append(self._scored(text, self.shown[number]))
        return found

    def is_usable(self, text: str) -> bool:
        """Tell whether a text can be filled, and is not much longer than the present one."""
        return not self._unusable(text)

    def right(self, text: str, instance: Instance, seed: int) -> float:
        """Tell whether a case comes out right, 1 or 0; GeoflowError `budget-spent`, `interrupted`."""
        rehearsal = self._rehearsal(text, _Seeded(self._model, seed))
        return float(rehearsal.run(instance).right)

    def propose(self, text: str, wrong: Sequence[Scored]) -> str:
        """Ask the model for another text; the same one where it gives none."""
        examples = [
            {"asked": one.asked, "answered": one.answered[:_SHOWN], "feedback": one.feedback[:_SHOWN]}
            for one in wrong[:_EXAMPLES]
        ]
        templates = self._desk.learn.workshop.templates
        prompt = templates.prompt("improve-evolve", {"instructions": text, "examples": examples})
        size = {"type": "string", "maxLength": int(LONGER * len(self._desk.present))}
        fields = {"why": {"type": "string", "maxLength": _SHOWN}, "text": size}
        schema = {"type": "object", "properties": fields, "required": ["why", "text"], "additionalProperties": False}
        request = ChatRequest(prompt.id, prompt.messages, schema, max_tokens=len(text) // 2 + _SHOWN, temperature=0.7)
        request = replace(request, seed=request.seed + len(self._texts))
        try:
            value = self.meter.complete(self._model, request).value or {}
        except GeoflowError as error:
            if self._ends(error) or error.code in ONE_CALL_ONLY:
                return text
            raise
        return str(value.get("text", "")).strip() + "\n" if str(value.get("text", "")).strip() else text

    def _scored(self, text: str, instance: Instance) -> Scored:
        if self._spent or self.stopped:
            return Scored(0.0)
        try:
            tried = self._rehearsal(text, self._model).run(instance)
        except GeoflowError as error:
            if self._ends(error):
                return Scored(0.0)
            raise
        score = 1.0 if tried.right else _KEPT if tried.kept else 0.0
        said = f"{tried.why}\n{instance.said}".strip()
        return Scored(score, _question(instance), tried.text, said)

    def _rehearsal(self, text: str, model: ChatModel) -> Rehearsal:
        shop = self._desk.learn.workshop
        return Rehearsal(model, self._desk.templates_with(text), self.meter, shop.off)

    def _unusable(self, text: str) -> str:
        if len(text) > LONGER * len(self._desk.present) + 1:
            return f"the text is longer than {LONGER} times the present one"
        try:
            values = {"sentence": "S", "instruction": "I", "refused": "", "lesson": ""}
            self._desk.templates_with(text).prompt("improve-span", values)
        except GeoflowError as error:
            return error.message
        return ""

    def _ends(self, error: GeoflowError) -> bool:
        self.stopped |= error.code == INTERRUPTED
        self._spent |= error.code == SPENT
        return error.code in {SPENT, INTERRUPTED}

    def _share(self) -> float:
        limits, meter = self.meter.limits, self.meter
        pairs = ((meter.seconds, limits.seconds), (meter.calls, limits.calls), (meter.tokens, limits.tokens))
        return max((used / limit for used, limit in pairs if limit), default=0.0)


class _Seeded(AroundModel):
    """A model that is asked everything with one seed."""

    def __init__(self, model: ChatModel, seed: int) -> None:
        super().__init__(model)
        self._seed = seed

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request with this seed."""
        return self._model.complete(replace(request, seed=self._seed))


def _question(instance: Instance) -> str:
    document = Workbench(instance.files).document(instance.finding.path)
    question = span_question(document, instance.finding)
    return f"Sentence: {question.sentence}\nInstruction: {question.instruction}" if question else ""
