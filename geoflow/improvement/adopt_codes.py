"""The kinds of questions that an adoption asks, and what each answer means: code knows them, whatever their words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from geoflow.improvement.answer_text import one_line

PREFIX = "adopt-"
ATTACHED = "adopt-attached"
BESIDE = "adopt-beside"
CAPABILITY = "adopt-capability"
COPY = "adopt-copy"
DESCRIBED = "adopt-described"
MODIFIED = "adopt-modified"
PURPOSE = "adopt-purpose"
STATES = "adopt-states"
STRUCK = "adopt-struck"
TASKS = "adopt-tasks"
TRIGGERS = "adopt-triggers"
UNSAID = "adopt-unsaid"
WHENS = "adopt-whens"

Deed = Literal["split", "move", "drop-copy", "modify", "remove", "tick", "rename", "drop-item"]
STANDS = "a person says that it is right as it is"
BY_HAND = "a person says that they do it by hand"
NO_OPTION = "the answer is none of the question's options"
NO_CAPABILITY = "the answer names no capability of openspec/specs: answer with the name of one"
EACH_ALONE = "it is about several scenarios, and each is asked by itself what triggers it"
_LONGEST = 400
_NUMBER = re.compile(r"(?:option\s+|answer\s+)?(?P<number>\d)[.)]?", re.IGNORECASE)

MEANINGS: Mapping[str, Mapping[str, Deed | str]] = {
    ATTACHED: {},
    CAPABILITY: {"another capability": NO_CAPABILITY},
    COPY: {"a copy, delete it": "drop-copy", "it changes them: modified": "modify", "keep it": STANDS},
    BESIDE: {
        "i say what must hold": BY_HAND,
        "it is data, nothing must hold": STANDS,
        "it is out of date, i remove it": BY_HAND,
    },
    DESCRIBED: {
        "i say what must hold": BY_HAND,
        "it is a description, not required": STANDS,
        "it is out of date, i remove it": BY_HAND,
    },
    MODIFIED: {
        "a new requirement: added": STANDS,
        "a requirement of another name": BY_HAND,
        "no requirement at all": "remove",
    },
    PURPOSE: {"it is right": STANDS, "i write the purpose": BY_HAND},
    STATES: {"the change is done": BY_HAND, "the milestones are right": BY_HAND},
    STRUCK: {"it is required": STANDS, "it is not, remove it": "remove", "another one takes its place": BY_HAND},
    TASKS: {"they are open": STANDS, "all are done": "tick", "i tick those that are done": BY_HAND},
    TRIGGERS: {
        "they hold at all times": STANDS,
        "i write a when into each": BY_HAND,
        "some are no scenarios, i remove them": BY_HAND,
    },
    UNSAID: {"i write its requirements": BY_HAND, "it is out of date, delete it": "drop-item"},
    WHENS: {"it is one": STANDS, "split it at every when": "split"},
}
"""What each option means: what is to be done, or why nothing is; {code: {option, folded: meaning}}."""
DEEDS: frozenset[str] = frozenset(get_args(Deed))
_SPEAKS_FOR = re.compile(r"openspec/teams/\S+ speaks for it")


@dataclass(frozen=True, slots=True)
class Order:
    """What a person's answer asks for: the deed, the place that the question is about, and the answer where it names.

    `path` is the document, `quote` the title of a scenario, `parts` names of requirements, texts of tasks, or the
    question's options. `chosen` is the name of a requirement or of a capability; it never is a path.
    """

    deed: Deed
    path: str
    requirement: str = ""
    quote: str = ""
    parts: tuple[str, ...] = ()
    chosen: str = ""


def is_adoption(code: str) -> bool:
    """Tell whether a question about this was asked by an adoption."""
    return code.startswith(PREFIX)


def chosen_option(answer: str, options: tuple[str, ...]) -> str:
    """Give the option that an answer means, by its number or its words; else the answer on one line."""
    line = one_line(answer)
    number = _NUMBER.fullmatch(line)
    if number and 0 < int(number["number"]) <= len(options):
        return one_line(options[int(number["number"]) - 1])
    return next((one_line(option) for option in options if folded(option) == folded(line)), line)


def meaning(code: str, answer: str, options: tuple[str, ...]) -> tuple[Deed | None, str]:
    """Tell what an answer asks for and the name that it chose, or None and why nothing is done for it."""
    if len(answer) > _LONGEST:
        return None, NO_OPTION
    said = chosen_option(answer, options)
    meant = MEANINGS.get(code, {}).get(folded(said))
    if meant is None and code == ATTACHED:
        return "move", said
    if meant is None and code == CAPABILITY:
        return "rename", said
    if meant is None:
        speaks = code == UNSAID and _SPEAKS_FOR.fullmatch(said)
        return None, BY_HAND if speaks else EACH_ALONE if code == TRIGGERS else NO_OPTION
    return (meant, "") if meant in DEEDS else (None, meant)  # type: ignore[return-value]


def folded(text: str) -> str:
    """Put a text on one line, case and the full stop at its end aside."""
    return one_line(text).casefold().removesuffix(".")
