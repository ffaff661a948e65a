"""The arms of the experiment, as data: which learners are on, and what else is different."""

from collections.abc import Sequence
from dataclasses import dataclass

from geoflow.errors import ExitCode, GeoflowError

STUDIED = frozenset({"induction", "lessons"})
"""Learners whose knowledge is stored: somebody has to write it down between two rounds, on a branch to be merged."""
DERIVED = frozenset({"filter", "policy"})
"""Learners whose knowledge is derived from what is past whenever it is asked for."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to run all rounds.

    Attributes:
        letter: By which reports name it.
        name: By which it is chosen.
        title: What it is.
        learners: The learners that are on; None means all that this geoflow has.
        needs: Learners without which the arm would be another one.
        shuffled: Whether the reviewer's decisions are dealt out among the edits of a round.
        gated: Whether edits go through the gate.
        replayed: Whether lessons have to win a replay before they count.
    """

    letter: str
    name: str
    title: str
    learners: frozenset[str] | None
    needs: frozenset[str] = frozenset()
    shuffled: bool = False
    gated: bool = True
    replayed: bool = True

    def switches(self, known: Sequence[str]) -> tuple[str, ...]:
        """Give the value of `improve.learn` for this arm."""
        on = known if self.learners is None else [name for name in known if name in self.learners]
        return tuple(on) or ("none",)

    def why_not(self, known: Sequence[str], *, can_skip_replay: bool) -> str:
        """Say why the arm cannot be run here; empty where it can.

        Args:
            known: The learners that this geoflow has, and that can be taught between two rounds.
            can_skip_replay: Whether a lesson can be stored without a replay.
        """
        missing = sorted(self.needs - set(known))
        if missing:
            return f"this geoflow has no learner named {missing[0]}"
        return "" if self.replayed or can_skip_replay else "lessons cannot be stored without a replay here"


def _one(letter: str, name: str, title: str) -> Arm:
    return Arm(letter, name, title, frozenset({name}), frozenset({name}))


ARMS: tuple[Arm, ...] = (
    Arm("A", "frozen", "learns nothing", frozenset()),
    _one("B", "filter", "leaves what people rejected"),
    _one("C", "induction", "learns words"),
    _one("D", "policy", "learns which strategy begins"),
    _one("E", "lessons", "learns lessons"),
    Arm("F", "all", "all learners", None),
    Arm("G", "shuffled", "all learners, feedback shuffled", None, shuffled=True),
    Arm("H", "ungated", "all learners, no gate", None, gated=False),
    Arm(
        "I",
        "unreplayed",
        "all learners, lessons appended without replay",
        None,
        frozenset({"lessons"}),
        replayed=False,
    ),
)


def teachable(learners: Sequence[str], *, studies: bool) -> tuple[str, ...]:
    """Give the learners that can be taught between two rounds; stored knowledge needs something that writes it.

    Evolving prompts takes hundreds of calls in idle time, and is no part of the experiment.
    """
    return tuple(name for name in learners if name in (DERIVED | STUDIED if studies else DERIVED))


def chosen_arms(text: str) -> tuple[Arm, ...]:
    """Read names or letters with commas between them, or `every`; GeoflowError `unknown-arm`."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if words == ["every"]:
        return ARMS
    found = []
    for word in words:
        arm = next((one for one in ARMS if word in {one.name, one.letter}), None)
        if arm is None:
            raise GeoflowError(
                f"There is no arm {word[:40]!r}.",
                fix=f"Choose from: {', '.join(one.name for one in ARMS)}, or every.",
                code="unknown-arm",
                exit_code=ExitCode.USAGE,
            )
        found.append(arm)
    return tuple(dict.fromkeys(found))
