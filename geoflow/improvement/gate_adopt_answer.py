"""The gate of an answer to an adoption's question: what an edit may relax; all else is the same, byte for byte.

Each deed has a contract of its own (`CONTRACTS`): the parts that it may take out, move or mark. A check takes those
parts out of the texts before and after by itself, and compares what is left; only blank lines around them may differ.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from geoflow.improvement.adopt_codes import Deed, Order, meaning
from geoflow.improvement.adopt_lines import Blocks, Scenarios, filled
from geoflow.improvement.adopt_places import folder_of, plain_name
from geoflow.improvement.adopt_steps import step_word
from geoflow.improvement.adopt_text import bare
from geoflow.openspec.delta_reader import read_plan
from geoflow.openspec.headings import scenario_name
from geoflow.openspec.lines import split
from geoflow.openspec.model import Issue

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OF_ONE = frozenset({"modify", "move", "split", "tick"})
_OPEN_BOX = re.compile(r"^(\s*(?:[-*+]|\d{1,9}[.)])\s*)\[ \](.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the gate looks at: an order, the answer that gave it, the documents before, and what is to be written.

    `by` is the person behind the answer. `issues` are those of the item before and after.
    """

    order: Order
    code: str
    answer: str
    options: tuple[str, ...]
    by: str
    before: Mapping[str, str]
    changes: Mapping[str, str | None]
    issues: tuple[tuple[Issue, ...], tuple[Issue, ...]]

    @property
    def folder(self) -> str:
        """Give the folder of the item; nothing outside it may change."""
        return folder_of(self.order.path)


def a_person_said_so(carried: Carried) -> str:
    """Refuse an edit that no person stands behind, or that their answer does not ask for."""
    if not carried.by.strip():
        return "no person stands behind the answer"
    asked = (carried.order.deed, carried.order.chosen)
    return (
        "" if meaning(carried.code, carried.answer, carried.options) == asked else "the answer asks for something else"
    )


def in_its_item(carried: Carried) -> str:
    """Refuse an edit of a file that is not the item's own, or a new one but a delta of a capability."""
    if not carried.folder:
        return "the question names no spec or change"
    for path, text in carried.changes.items():
        if not path.startswith(carried.folder) or ".." in path.split("/"):
            return f"changes {path}, which is no file of the item"
        name = path.removeprefix(f"{carried.folder}specs/").removesuffix("/spec.md")
        if path not in carried.before and (text is None or not _NAME.fullmatch(name)):
            return f"writes {path}, which is no delta"
    return "" if carried.changes else "changes nothing"


def only_what_was_asked(carried: Carried) -> str:
    """Refuse an edit that does anything but what its contract names."""
    if carried.order.deed in _OF_ONE and len(carried.changes) != 1:
        return "changes more than one document"
    return CONTRACTS[carried.order.deed](carried)


def is_valid(carried: Carried) -> str:
    """Refuse a result with an issue that was not there before."""
    before, after = (
        Counter((one.rule, one.document, one.requirement) for one in issues if one.level != "INFO")
        for issues in carried.issues
    )
    new = next(iter(after - before), None)
    said = next((one for one in carried.issues[1] if new and (one.rule, one.document, one.requirement) == new), None)
    return f"validation would find {said.rule}: {said.message}" if said else ""


def _takes_requirements(carried: Carried) -> str:
    names = set(map(plain_name, carried.order.parts or (carried.order.requirement,)))
    for path, after in carried.changes.items():
        before = Blocks(carried.before.get(path, ""))
        if after is None and set(before.names) - names:
            return f"removes {path} with other requirements in it"
        if after is None and carried.order.deed == "drop-copy":
            continue  # a copy goes with what stands around its requirements
        if before.rest(names) != Blocks(after or "").rest(names):
            return f"changes more of {path} than was named"
        if set(Blocks(after or "").names) & names:
            return f"leaves a part of what was named in {path}"
    return ""


def _modifies(carried: Carried) -> str:
    names = set(map(plain_name, carried.order.parts))
    for path, after in carried.changes.items():
        old, new = Blocks(carried.before.get(path, "")), Blocks(after or "")
        if old.rest(names) != new.rest(names):
            return f"changes more of {path} than was named"
        if old.taken(names) != new.taken(names):
            return "changes a requirement that it moves"
        if any(plain_name(block.name) in names for block in read_plan(split(after or "")).added):
            return "leaves a requirement below ADDED"
    return ""


def _moves_scenario(carried: Carried) -> str:
    ((path, after),) = carried.changes.items()
    title = plain_name(carried.order.quote)
    old, new = Scenarios(carried.before.get(path, "")), Scenarios(after or "")
    target, source = plain_name(carried.order.chosen), plain_name(carried.order.requirement)
    moved = [block for at, name, block in old.blocks if (at, name) == (source, title)]
    there = [block for at, name, block in new.blocks if (at, name) == (target, title)]
    if len(moved) != 1 or moved != there or any((at, name) == (source, title) for at, name, _ in new.blocks):
        return "the scenario is not the same one below the requirement that was chosen"
    if old.rest((source, title)) != new.rest((target, title)):
        return "changes more than the place of the scenario"
    return ""


def _splits_scenario(carried: Carried) -> str:
    ((path, after),) = carried.changes.items()
    title = plain_name(carried.order.quote)
    old, new = Scenarios(carried.before.get(path, "")), Scenarios(after or "")
    split_one = [one for one in old.blocks if one[1] == title]
    if len(split_one) != 1:
        return "the scenario is not there once"
    at, _, whole = split_one[0]
    had = {(where, name) for where, name, _ in old.blocks} - {(at, title)}
    made = [one for one in new.blocks if one[0] == at and (one[0], one[1]) not in had]
    parts = [block for _, _, block in made]
    if old.rest((at, title)) != new.rest(*((where, name) for where, name, _ in made)):
        return "changes more than the scenario"
    headings, opened = [filled(block)[0] for block in parts], filled(whole)[0]
    if headings[:1] != [opened] or not all(_is_of(heading, opened, whole) for heading in headings[1:]):
        return "has a title with a word that the scenario has not"
    return _in_parts([filled(block)[1:] for block in parts], filled(whole)[1:])


def _is_of(heading: str, opened: str, whole: str) -> bool:
    """Tell whether a part's heading is the scenario's with a stretch of its words behind it, to the letter."""
    marks = opened[: len(opened) - len(opened.lstrip("#"))]
    own = f"{marks} Scenario: {scenario_name(opened, len(marks))}: "
    return heading.startswith(own) and heading[len(own) :] in bare(" ".join(whole.split()))


def _in_parts(parts: list[list[str]], whole: list[str]) -> str:
    """Refuse parts that are not the whole in order, each but the first behind the steps above the first WHEN."""
    if len(parts) < 2:
        return "does not split the scenario"
    named = [step_word(line) for line in whole]
    when = named.index("WHEN") if "WHEN" in named else 0
    lead = whole[next((at for at, word in enumerate(named) if word), 0) : when]
    if any(part[: len(lead)] != lead for part in parts[1:]):
        return "a part lacks the steps above the first WHEN"
    if [*parts[0], *(line for part in parts[1:] for line in part[len(lead) :])] == whole:
        return ""
    return "the parts are not the steps of the scenario in their order"


def _ticks(carried: Carried) -> str:
    ((path, after),) = carried.changes.items()
    old, new = carried.before.get(path, "").split("\n"), (after or "").split("\n")
    if len(old) != len(new):
        return "changes more than boxes"
    wanted = {" ".join(one.split()) for one in carried.order.parts}
    for one, other in zip(old, new, strict=True):
        box = _OPEN_BOX.match(one)
        if one == other:
            continue
        if box is None or other != f"{box[1]}[x]{box[2]}":
            return "changes more than boxes"
        if " ".join(box[2].split()) not in wanted:
            return "ticks a task that was not asked about"
    return ""


def _renames(carried: Carried) -> str:
    order = carried.order
    new = f"{carried.folder}specs/{order.chosen}/spec.md"
    same = carried.changes == {order.path: None, new: carried.before.get(order.path)}
    fits = _NAME.fullmatch(order.chosen) and new not in carried.before
    return "" if same and fits else "does more than to move the delta"


def _drops_item(carried: Carried) -> str:
    own = {path for path in carried.before if path.startswith(carried.folder)}
    gone = all(text is None for text in carried.changes.values()) and set(carried.changes) == own
    return "" if gone else "removes something else than the whole item"


Check = Callable[[Carried], str]
CONTRACTS: Mapping[Deed, Check] = {
    "remove": _takes_requirements,
    "drop-copy": _takes_requirements,
    "modify": _modifies,
    "move": _moves_scenario,
    "split": _splits_scenario,
    "tick": _ticks,
    "rename": _renames,
    "drop-item": _drops_item,
}
CHECKS: tuple[tuple[str, Check], ...] = (
    ("a-person-said-so", a_person_said_so),
    ("in-its-item", in_its_item),
    ("only-what-was-asked", only_what_was_asked),
    ("valid", is_valid),
)


def judge_answer(carried: Carried) -> tuple[tuple[str, ...], str]:
    """Put an edit through the checks, up to the first that refuses: those passed, and why it was refused, if it was."""
    passed: list[str] = []
    for name, check in CHECKS:
        if reason := check(carried):
            return tuple(passed), f"{name}: {reason}"
        passed.append(name)
    return tuple(passed), ""
