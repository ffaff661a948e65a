"""Who asks in a run, and whom."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks, as `Name <email>`, and who may answer for a document's path."""

    author: str
    people: Callable[[str], tuple[str, ...]]


NOBODY = Desk("geoflow improve", lambda _: ())
