"""What the definition of a measure says, and the sources that ask for measures."""

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


ISO_29148 = "ISO/IEC/IEEE 29148"
INCOSE = "INCOSE Guide to Writing Requirements"
GENAI = "OpenTelemetry GenAI"
PROCESS = "OpenTelemetry process"
