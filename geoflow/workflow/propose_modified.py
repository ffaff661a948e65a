"""A draft that changes the requirement which an idea is about: its whole block, edited by spans behind the gate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoflow.improvement.edit import Wish
from geoflow.openspec.model import Requirement, Spec
from geoflow.ports import ChatModel, ChatRequest, Clock, Progress, Templates
from geoflow.quality.prompt_size import beginning, estimated_tokens
from geoflow.quality.tokens import tokens
from geoflow.workflow.budget import Meter
from geoflow.workflow.improve_session import Session
from geoflow.workflow.limits import Limits
from geoflow.workflow.prompt_room import room
from geoflow.workflow.revise_findings import Working
from geoflow.workflow.revise_wishes import Wishes
from geoflow.workflow.workbench import Workbench

_CHOICES = ("adds", "changes")
_REPLY_TOKENS = 20
_LONGEST_IDEA = 2_000


@dataclass(frozen=True, slots=True)
class Target:
    """The requirement that an idea may change, and the spec that it stands in."""

    spec: Spec
    requirement: Requirement

    @property
    def block(self) -> str:
        """Give the requirement's source, heading and scenarios included."""
        return self.spec.text[self.requirement.start : self.requirement.end].rstrip()


def changes(idea: str, target: Target, model: ChatModel, templates: Templates) -> bool:
    """Ask twice, the choices in another order, whether an idea changes a requirement; both must say so.

    Raises:
        GeoflowError: What the model raises.
    """
    nothing = {"requirement": "", "idea": "", "choices": ""}
    left = room(templates, "propose-relation", nothing, model.context_tokens - _REPLY_TOKENS - 40)
    shown = beginning(idea[:_LONGEST_IDEA], left)
    block = beginning(target.block, left - estimated_tokens(shown))
    return all(_says(order, block, shown, (model, templates)) for order in (_CHOICES, _CHOICES[::-1]))


def _says(order: Sequence[str], block: str, idea: str, asked: tuple[ChatModel, Templates]) -> bool:
    model, templates = asked
    values = {"requirement": block, "idea": idea, "choices": ", ".join(order)}
    prompt = templates.prompt("propose-relation", values)
    schema = {
        "type": "object",
        "properties": {"relation": {"type": "string", "enum": [*order]}},
        "required": ["relation"],
        "additionalProperties": False,
    }
    request = ChatRequest(prompt.id, prompt.messages, schema, max_tokens=_REPLY_TOKENS)
    return (model.complete(request).value or {}).get("relation") == "changes"


def modified(
    idea: str, target: Target, change: str, files: Mapping[str, str], desk: tuple[ChatModel, Templates, Clock, Progress]
) -> str:
    """Give the delta in which a requirement is changed as an idea asks, else an empty text.

    Args:
        idea: The idea on one line.
        target: The requirement.
        change: The id that the change will have.
        files: The tree without it.
        desk: The model, the prompts, the clock and the progress.

    Raises:
        GeoflowError: What the model raises.
    """
    model, templates, clock, progress = desk
    path = f"openspec/changes/{change}/specs/{target.spec.id}/spec.md"
    before = f"## MODIFIED Requirements\n\n{target.block}\n"
    bench = Workbench({target.spec.path: files[target.spec.path], path: before})
    session = Session(Working(model, templates, progress, frozenset()), bench, Meter(clock, Limits()))
    Wishes(session, templates, [path]).grant(
        Wish("idea", idea, "", is_persons=True, path=path, requirement=target.requirement.name)
    )
    return bench.files[path] if any(_replaces(edit.old, edit.new) for _, edit in session.kept) else ""


def _replaces(old: str, new: str) -> bool:
    """Tell an edit that takes something out from one that only adds.

    What only adds leaves true what was said, so it is a requirement of its own; or it is a condition, which narrows
    what holds today though nobody asked for that.
    """
    before, after = (Counter(one[:2] for one in tokens(text) if one.kind != "free") for text in (old, new))
    return bool(before - after)
