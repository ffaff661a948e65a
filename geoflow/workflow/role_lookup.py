"""What a role misses, looked up with the tools that the user allows: an agent's word, which settles nothing."""

from dataclasses import dataclass, field

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, Clock, Templates, ToolBox
from geoflow.workflow.budget import Meter, Metered
from geoflow.workflow.model_failures import INTERRUPTED
from geoflow.workflow.reading import Reader
from geoflow.workflow.tool_dialogue import ToolAnswer, ToolDialogue


@dataclass(slots=True)
class Lookup:
    """Looks questions up in a review, until the user stops it.

    Args:
        box: The tools.
        model: The model that chooses one and reads what comes.
        meter: The budget of the review.
        templates: The prompts.
        clock: Tells how long a call took.
        roomy: Whether the model is one that is trained for calling tools.
    """

    box: ToolBox
    model: ChatModel
    meter: Meter
    templates: Templates
    clock: Clock
    roomy: bool = False
    stopped: bool = False
    notes: list[str] = field(default_factory=list)
    _dialogue: ToolDialogue | None = None

    def ask(self, question: str) -> ToolAnswer:
        """Ask; an empty answer where no tool gives one, where the budget is spent, or once the user stopped it.

        Raises:
            GeoflowError: A replay has come to something else than was recorded.
        """
        if self.stopped or self.meter.exhausted:
            return ToolAnswer(())
        if self._dialogue is None:
            reader = Reader(lambda: Metered(self.model, self.meter), self.templates, self.notes, self.roomy)
            self._dialogue = ToolDialogue(self.box, reader, self.clock)
        try:
            return self._dialogue.ask(question)
        except GeoflowError as error:
            if error.code != INTERRUPTED:
                raise
            self.stopped = True
            return ToolAnswer(())
