"""Ask a model for the parts of a change, one small forced object a call, and make a draft of what it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geoflow.improvement.alternatives import different_actors, different_outcomes, figures
from geoflow.improvement.draft import (
    Draft,
    DraftQuestion,
    DraftScenario,
    Licence,
    distinct_name,
    phrase,
    scenario,
    subject,
)
from geoflow.improvement.draft import step as step_text
from geoflow.ports import ChatModel, ChatRequest, JsonValue, Progress, Templates
from geoflow.quality.prompt_size import beginning, estimated_tokens
from geoflow.quality.single_line import single_line
from geoflow.questions.passage import Passage
from geoflow.workflow.prompt_room import room

_LONGEST_RELATED = 500
_LONGEST_IDEA = 2_000
_LONGEST_PROBLEM = 240
_REPLY_TOKENS = 300
_SENTENCE_TOKENS = 360
_STEPS = ("requirement", "scenario", "failure", "outcome", "problem")
SAMPLES = 3
"""How often the actor and the failure's outcome are drafted, to see what the idea leaves open."""
_WARM = 0.8
_FIELDS = {
    "requirement": {"name": 80, "subject": 60, "does": 240},
    "scenario": {"name": 80, "when": 200, "then": 200},
    "failure": {"name": 80, "when": 200, "then": 200},
    "outcome": {"then": 200},
    "problem": {"problem": 240},
}


@dataclass(frozen=True, slots=True)
class Brief:
    """What a draft is made from: the idea as one line, what stands close to it, and the names that are taken."""

    idea: str
    related: Sequence[Passage]
    taken: Iterable[str]


class Drafter:
    """Asks one model; the prompts share their beginning, so that the server reads it once.

    Args:
        model: Who is asked; its GeoflowErrors pass.
        templates: The prompts.
        progress: Told before each call.
    """

    def __init__(self, model: ChatModel, templates: Templates, progress: Progress) -> None:
        self._model = model
        self._templates = templates
        self._progress = progress

    def draft(self, brief: Brief) -> Draft:
        """Make a draft; what the model leaves out, or invents, becomes an open question."""
        shown = related_text(brief.related)
        licence = Licence(brief.idea, shown)
        idea = brief.idea[:_LONGEST_IDEA]
        samples = [self._ask("requirement", idea, shown, sample=count) for count in range(SAMPLES)]
        said = samples[0]
        fallback = single_line(brief.idea, 60).rstrip("….,:;# ") or "New requirement"
        name = said["name"] if licence.allows(said["name"]) else fallback
        actor = subject(said["subject"]) if licence.allows(said["subject"]) else "system"
        drafted = phrase(said["does"], f"do what this idea says: {fallback}")
        does = licence.enforce(drafted, figures([drafted, *(one["does"] for one in samples[1:])], licence))
        actors = different_actors([actor, *(subject(one["subject"]) for one in samples[1:])], licence)
        if len(actors) > 1:
            licence.ask(f"Who is meant to {does}: {_either(actors)}? The draft takes the first.", actor, actors)
        scenarios = self._scenarios(idea, shown, f"The {actor} SHALL {does}.", licence)
        problem = self._problem(idea, shown, licence)
        return Draft(
            name=distinct_name(name, fallback, brief.taken),
            sentence=f"The {actor} SHALL {does}.",
            scenarios=scenarios,
            problem=problem,
            asked=licence.asked,
        )

    def problem(self, brief: Brief) -> tuple[str, tuple[DraftQuestion, ...]]:
        """Say what the idea solves, and what is open about that."""
        shown = related_text(brief.related)
        licence = Licence(brief.idea, shown)
        return self._problem(brief.idea[:_LONGEST_IDEA], shown, licence), licence.asked

    def _problem(self, idea: str, shown: str, licence: Licence) -> str:
        said = self._ask("problem", idea, shown)["problem"]
        return licence.enforce(single_line(said, _LONGEST_PROBLEM).rstrip("."))

    def _scenarios(self, idea: str, shown: str, sentence: str, licence: Licence) -> tuple[DraftScenario, ...]:
        found: list[DraftScenario] = []
        for kind, fallback in (("scenario", "The idea at work"), ("failure", "Something goes wrong")):
            said = self._ask(kind, idea, shown, sentence)
            one = scenario((said["name"], said["when"], said["then"]), fallback, licence, found)
            if one is not None:
                found.append(one)
                if kind == "failure":
                    self._compare(one, (idea, shown, sentence), licence)
            elif kind == "scenario":
                found.append(DraftScenario(fallback, "the requirement applies", "what it asks for can be observed"))
                licence.ask("When does this happen, and what can be observed then? The draft does not say.")
            else:
                licence.ask("What happens when something goes wrong? The draft does not say.")
        return tuple(found)

    def _compare(self, drafted: DraftScenario, asked: tuple[str, str, str], licence: Licence) -> None:
        """Ask where samples of the outcome of one and the same failure say different things."""
        idea, shown, sentence = asked
        case = f"{sentence}\nWHEN {drafted.when}"
        others = [self._ask("outcome", idea, shown, case, sample=count)["then"] for count in range(1, SAMPLES)]
        outcomes = different_outcomes([drafted.then, *map(step_text, others)], licence)
        if len(outcomes) > 1:
            licence.ask(
                f"What is meant to happen when {drafted.when}? The draft takes the first.", drafted.then, outcomes
            )

    def _ask(self, step: str, idea: str, related: str, sentence: str = "", *, sample: int = 0) -> Mapping[str, str]:
        self._progress.update("Drafting", _STEPS.index(step), len(_STEPS))
        nothing = {"idea": "", "related": "", "sentence": "", "step": step}
        # The same room whatever the sentence, so that what stands before it stays the same from step to step.
        rest = self._model.context_tokens - _REPLY_TOKENS - _SENTENCE_TOKENS
        left = room(self._templates, "propose", nothing, rest)
        idea = beginning(idea, left)
        related = beginning(related, left - estimated_tokens(idea))
        prompt = self._templates.prompt("propose", nothing | {"idea": idea, "related": related, "sentence": sentence})
        request = ChatRequest(
            prompt.id,
            prompt.messages,
            schema=_schema(_FIELDS[step]),
            max_tokens=_REPLY_TOKENS,
            temperature=_WARM if sample else 0.0,
            seed=7 + sample,
        )
        value = self._model.complete(request).value or {}
        return {field: str(value.get(field, "")) for field in _FIELDS[step]}


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"the {name}" for name in names)


def related_text(related: Sequence[Passage]) -> str:
    """Show what stands close to an idea, as the model sees it; numbers in it are given ones."""
    return "\n\n".join(passage.text[:_LONGEST_RELATED].rstrip() for passage in related)


def _schema(fields: Mapping[str, int]) -> Mapping[str, JsonValue]:
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "minLength": 1, "maxLength": length} for name, length in fields.items()
        },
        "required": list(fields),
        "additionalProperties": False,
    }
