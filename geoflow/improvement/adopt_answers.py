"""Carry out what a person has answered to a question of an adoption, on the documents as they read now: pure code."""

import re
from collections.abc import Callable, Mapping

from geoflow.improvement.adopt_codes import NO_CAPABILITY, Deed, Order
from geoflow.improvement.adopt_places import (
    NO_ITEM,
    Found,
    folder_of,
    found_in,
    plain_name,
    requirement_named,
    requirements_in,
    scenarios_named,
    spec_documents,
)
from geoflow.improvement.adopt_slices import (
    end_of_line,
    line_end,
    without,
    without_blank_tail,
    without_empty_sections,
)
from geoflow.improvement.adopt_split import split_scenario
from geoflow.openspec.blocks import sections
from geoflow.openspec.lines import split, starts
from geoflow.openspec.model import Scenario
from geoflow.openspec.tasks import checkboxes

STRATEGY = "adopt-answer"
DONE = "what the answer says is done already"
NO_PLACE = "the question does not say what it is about"
NO_DELTA = "no requirement of the change would be left: remove the change by hand, or write what it requires"
CAPABILITY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_NAME = 80
ADDED, MODIFIED = "## ADDED Requirements", "## MODIFIED Requirements"

Files = Mapping[str, str]
Changes = dict[str, str | None]
"""What is to be written, {path: text}; None removes the file."""


def carry_out(order: Order, files: Files) -> Changes | str:
    """Make the edit that an answer asks for, or say why there is none; `DONE` where nothing is left to do.

    Args:
        order: What the answer asks for.
        files: The documents of the base, those of archived changes aside.
    """
    if not folder_of(order.path):
        return NO_ITEM
    return _BY_DEED[order.deed](order, files)


def _remove(order: Order, files: Files) -> Changes | str:
    if not order.requirement or not order.path.startswith("openspec/changes/"):
        return NO_PLACE
    place = requirement_named(files, order.path, plain_name(order.requirement))
    if isinstance(place, str):
        return place
    return _taken_out(files, folder_of(order.path), {place.path: [place]}) if place else DONE


def _taken_out(files: Files, folder: str, found: Mapping[str, list[Found]]) -> Changes | str:
    left = sum(len(requirements_in(path, files[path])) for path in spec_documents(files, folder))
    if left == sum(map(len, found.values())):
        return NO_DELTA
    changes: Changes = {}
    for path, places in found.items():
        text = files[path]
        for place in sorted(places, key=lambda one: -one.requirement.start):
            text = without(text, place.requirement.start, place.end)
        text = without_empty_sections(text)
        changes[path] = text if text.strip() else None
    return changes


def _drop_copy(order: Order, files: Files) -> Changes | str:
    if not order.parts or not _is_delta(order.path):
        return NO_PLACE
    if order.path not in files:
        return DONE
    copies = {plain_name(name) for name in order.parts}
    every = list(found_in(order.path, files[order.path]))
    found = [one for one in every if plain_name(one.requirement.name) in copies]
    if not found:
        return DONE
    made = _taken_out(files, folder_of(order.path), {order.path: found})
    whole = not isinstance(made, str) and len(found) == len(every)
    return {order.path: None} if whole else made


def _modify(order: Order, files: Files) -> Changes | str:
    text = files.get(order.path)
    if not order.parts or not _is_delta(order.path):
        return NO_PLACE
    if text is None:
        return "its document is not there any more"
    copies = {plain_name(name) for name in order.parts}
    added = [one for one in found_in(order.path, text) if plain_name(one.requirement.name) in copies]
    added = [one for one in added if _is_below(text, one.requirement.start, "added requirements")]
    if not added:
        return DONE
    main = f"openspec/specs/{order.path.split('/specs/', 1)[1]}"
    known = {one.name for one in requirements_in(main, files.get(main, ""))}
    new = next((one.requirement.name for one in added if one.requirement.name not in known), "")
    if new:
        return f"no main spec has a requirement “{new[:80]}” that could be modified"
    blocks = [without_blank_tail(text[one.requirement.start : one.end]) for one in added]
    for one in reversed(added):
        text = without(text, one.requirement.start, one.end)
    return {order.path: without_empty_sections(_with_modified(text, blocks))}


def _is_delta(path: str) -> bool:
    folder = folder_of(path)
    return folder.startswith("openspec/changes/") and path in spec_documents({path: ""}, folder)


def _is_below(text: str, offset: int, title: str) -> bool:
    document = split(text)
    begins = starts(document)
    return any(
        begins[region.heading] < offset < begins[region.end]
        for name, region in sections(document)
        if name.lower() == title
    )


def _with_modified(text: str, blocks: list[str]) -> str:
    """Put requirements at the end of the MODIFIED section, or into a new one above that of the added ones."""
    feed = line_end(text)
    document = split(text)
    begins = starts(document)
    own = {name.lower(): region for name, region in reversed(sections(document))}
    body = (feed * 2).join(blocks)
    if region := own.get("modified requirements"):
        place = begins[region.end]
        return f"{without_blank_tail(text[:place])}{feed * 2}{body}{feed * 2 if text[place:] else feed}{text[place:]}"
    place = begins[own["added requirements"].heading]
    return f"{text[:place]}{MODIFIED}{feed * 2}{body}{feed * 2}{text[place:]}"


def _split(order: Order, files: Files) -> Changes | str:
    found = scenarios_named(files, order.path, order.quote) if order.quote else []
    if not found:
        return f"the scenario “{order.quote[:80]}” is not there any more"
    if len(found) > 1:
        return f"the scenario “{order.quote[:80]}” stands there {len(found)} times"
    place, scenario = found[0]
    text = files[place.path]
    made = split_scenario(text, scenario, place.requirement)
    if made is None:
        return DONE
    return made if isinstance(made, str) else {place.path: made[0]}


def _move(order: Order, files: Files) -> Changes | str:
    there = requirement_named(files, order.path, order.chosen)
    if not (order.quote and order.requirement) or isinstance(there, str):
        return there if isinstance(there, str) else NO_PLACE
    if there is None:
        return "the answer names no requirement that is there"
    found = [one for one in scenarios_named(files, order.path, order.quote) if one[0].path == there.path]
    if any(one[0].requirement.start == there.requirement.start for one in found):
        return DONE
    own = [one[1] for one in found if plain_name(one[0].requirement.name) == plain_name(order.requirement)]
    if len(own) != 1:
        return f"the scenario “{order.quote[:80]}” is not below “{order.requirement[:80]}” any more"
    if any(len(one[0].requirement.scenarios) == 1 for one in found if one[1] is own[0]):
        return f"it is the only scenario of “{order.requirement[:80]}”, which needs one"
    return {there.path: _moved(files[there.path], own[0], there)}


def _moved(text: str, scenario: Scenario, there: Found) -> str:
    end = end_of_line(text, scenario.end)
    block = without_blank_tail(text[scenario.start : end])
    if scenario.start < there.requirement.start:  # the later place first, so that the other one stays true
        return without(_with_block(text, there.end, block), scenario.start, end)
    return _with_block(without(text, scenario.start, end), there.end, block)


def _with_block(text: str, place: int, block: str) -> str:
    feed = line_end(text)
    above, below = without_blank_tail(text[:place]), text[place:].lstrip()
    gap = text[len(above) : len(text) - len(below)] if below else feed
    return f"{above}{feed * 2}{block}{gap}{below}"


def _tick(order: Order, files: Files) -> Changes | str:
    text = files.get(order.path)
    if not order.parts or order.path != f"{folder_of(order.path)}tasks.md":
        return NO_PLACE
    if text is None:
        return "its task file is not there any more"
    wanted = set(order.parts)
    lines = text.split("\n")
    ticked = 0
    known = set()
    for box in checkboxes(text):
        known.add(box.text)
        if box.text in wanted and not box.marker and "[ ]" in lines[box.line]:
            lines[box.line] = lines[box.line].replace("[ ]", "[x]", 1)
            ticked += 1
    if not ticked:
        return DONE if wanted & known else "none of the tasks is there any more"
    return {order.path: "\n".join(lines)}


def _rename(order: Order, files: Files) -> Changes | str:
    """Move a delta into the folder of the capability that was chosen; a name is all that the answer gives."""
    name = order.chosen
    known = name in order.parts or f"openspec/specs/{name}/spec.md" in files
    if not known or not CAPABILITY.fullmatch(name) or len(name) > LONGEST_NAME:
        return NO_CAPABILITY
    new = f"{folder_of(order.path)}specs/{name}/spec.md"
    if not _is_delta(order.path):
        return NO_PLACE
    if order.path == new or (new in files and order.path not in files):
        return DONE
    if order.path in files and new not in files:
        return {order.path: None, new: files[order.path]}
    return f"the change has a delta for {name} already" if new in files else "its document is not there any more"


def _drop_item(order: Order, files: Files) -> Changes | str:
    folder = folder_of(order.path)
    own = [path for path in files if path.startswith(folder)]
    if not own:
        return DONE
    if any(requirements_in(path, files[path]) for path in spec_documents(files, folder)):
        return "it has requirements by now"
    if folder.startswith("openspec/specs/"):
        tail = f"/specs/{folder.removeprefix('openspec/specs/')}spec.md"
        user = next((path for path in files if path.startswith("openspec/changes/") and path.endswith(tail)), "")
        if user:
            return f"{user} changes it"
    return dict.fromkeys(own)


_BY_DEED: Mapping[Deed, Callable[[Order, Files], Changes | str]] = {
    "remove": _remove,
    "drop-copy": _drop_copy,
    "modify": _modify,
    "split": _split,
    "move": _move,
    "tick": _tick,
    "rename": _rename,
    "drop-item": _drop_item,
}
