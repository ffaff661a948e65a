"""Read a change that was written as YAML: title, summary, criteria, tasks and states, each with its line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from geoflow.improvement.adopt_material import Material, Part, plain_title
from geoflow.improvement.adopt_page import Place, Said
from geoflow.improvement.adopt_text import label

LARGEST = 200_000
"""Characters of a YAML document that is read; a larger one is no proposal."""
_MOST_NODES = 5_000
_FEW, _MANY = 2, 40
_SUMMARY = ("summary", "description", "goal")
_KNOWN = frozenset("milestones tasks metrics scope references risks dependencies title motivation out_of_scope".split())
_CLAUSE = re.compile(
    r"^[A-Z][\w/.-]*(?:\s[\w/-]+)?\s(?:is|are|can|must|shall|should|will|never|allows?|shows?|ensures?|submits?|returns?)\b"
)


class Entry(NamedTuple):
    """A scalar of a YAML document: the keys above it, its text, its line from 1."""

    keys: tuple[str, ...]
    text: str
    line: int

    @property
    def key(self) -> str:
        """Give the nearest key, in lower case."""
        return next((key.lower() for key in reversed(self.keys) if not key.isdigit()), "")


class YamlTask(NamedTuple):
    """A task of a YAML document: its id, title and state, and its lines."""

    id: str
    title: str
    state: str
    places: tuple[Place, ...]


def entries(text: str) -> list[Entry] | None:
    """List the scalars of a document in order; None where it is no YAML that can be read."""
    if len(text) > LARGEST:
        return None
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        root = YAML(typ="rt").load(text)
    except (YAMLError, ValueError, RecursionError):
        return None
    found: list[Entry] = []
    for entry in _walk(root, (), 0):
        found.append(entry)
        if len(found) > _MOST_NODES:
            return None
    return found


def _walk(node: Any, keys: tuple[str, ...], line: int) -> Iterator[Entry]:
    if len(keys) > 12:
        return
    if isinstance(node, Mapping):
        for key, value in node.items():
            at = node.lc.value(key)[0] if value is not None and hasattr(node, "lc") else line
            yield from _walk(value, (*keys, str(key)), at)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _walk(value, (*keys, str(index)), node.lc.item(index)[0] if hasattr(node, "lc") else line)
    elif node is not None:
        yield Entry(keys, str(node), line + 1)


def gather_yaml(material: Material, path: str, text: str) -> list[Entry]:
    """Add what a YAML document says; its scalars, for those who look for tasks and states."""
    found = entries(text) or []
    lines = text.split("\n")
    for entry in found:
        if entry.key == "title" and material.title is None and len(entry.keys) <= 2:
            material.title = Said(plain_title(entry.text), Place(path, entry.line))
        elif entry.key in _SUMMARY and len(entry.keys) <= 2 and not material.summary:
            _summary(material, path, entry, lines)
        elif entry.key in ("success_criteria", "acceptance_criteria", "criteria"):
            material.criterion(entry.text, Place(path, entry.line))
        elif _is_clause(entry):
            material.clauses.append(Said(entry.text, Place(path, entry.line)))
        elif _may_oblige(entry):
            material.unsure.append(Said(" ".join(entry.text.split()), Place(path, entry.line)))
    material.parts += _parts(path, found)
    return found


def _parts(path: str, found: list[Entry]) -> Iterator[Part]:
    """Give what a list of the author's own names and describes, such as opcodes."""
    by_keys = {entry.keys: entry for entry in found}
    for entry in found:
        what = by_keys.get((*entry.keys[:-1], "description")) if entry.keys[-1:] == ("name",) else None
        if what and entry.keys[-2:-1] and entry.keys[-2].isdigit() and not _KNOWN & set(entry.keys):
            place = Place(path, what.line)
            yield Part(entry.text, what.text, place, name_place=Place(path, entry.line))


def _is_clause(entry: Entry) -> bool:
    top = entry.keys[1:] if entry.keys[:1] == ("change",) else entry.keys
    return len(top) > 1 and top[0] not in _KNOWN and _CLAUSE.match(entry.text) is not None


def _may_oblige(entry: Entry) -> bool:
    """Tell whether a text under a key of the author's own is more than a name, a path or a value."""
    words = entry.text.split()
    return len(entry.keys) > 1 and not _KNOWN & set(entry.keys) and _FEW < len(words) < _MANY and "\n" not in entry.text


def _summary(material: Material, path: str, entry: Entry, lines: list[str]) -> None:
    """Take the first line of a summary, and the items that it lists as criteria."""
    at = entry.line
    for words in entry.text.split("\n"):
        bare_words = words.strip()
        number = next((n for n in range(at, len(lines) + 1) if bare_words and bare_words in lines[n - 1]), 0)
        if not number:
            continue
        at = number
        if re.match(r"[-*] ", bare_words):
            material.criterion(bare_words[2:].strip(), Place(path, number))
        elif not material.criteria:
            material.summary.append(Said(bare_words, Place(path, number)))


def yaml_tasks(path: str, found: list[Entry]) -> list[YamlTask]:
    """List the tasks of a YAML document; its milestones where it has none."""
    top = {entry.keys[: index + 2] for entry in found for index, key in enumerate(entry.keys[:-1]) if key == "tasks"}
    tasks = _tasks_at(path, found, top)
    direct = [task for task in tasks if "milestones" not in task[0]]
    if not direct:
        stones = {e.keys[: e.keys.index("milestones") + 2] for e in found if "milestones" in e.keys[:-1]}
        direct = _tasks_at(path, found, stones)
    return [task for _, task in direct]


def _tasks_at(path: str, found: list[Entry], places: set[tuple[str, ...]]) -> list[tuple[tuple[str, ...], YamlTask]]:
    in_order = sorted(places, key=lambda keys: int(keys[-1]) if keys[-1].isdigit() else -1)
    made = (_task(path, found, keys) for keys in in_order)
    return [one for one in made if one is not None]


def _task(path: str, found: list[Entry], keys: tuple[str, ...]) -> tuple[tuple[str, ...], YamlTask] | None:
    own = [entry for entry in found if entry.keys[: len(keys)] == keys]
    by_key = {entry.keys[-1]: entry for entry in own if len(entry.keys) == len(keys) + 1}
    plain = next((entry for entry in own if entry.keys == keys), None)
    named = plain or by_key.get("title") or by_key.get("name")
    if named is None or (plain and label(plain.text)[0] == "" and plain.text.startswith("task-")):
        return None
    words = named.text if "description" not in by_key else f"{named.text}: {by_key['description'].text}"
    state = by_key["status"].text if "status" in by_key else ""
    identifier = by_key["id"].text if "id" in by_key else ""
    lines = [named, *(by_key[key] for key in ("id", "description") if key in by_key)]
    return keys, YamlTask(identifier, words, state, tuple(Place(path, entry.line) for entry in lines))


def states(found: list[Entry]) -> tuple[Entry | None, list[Entry]]:
    """Give the state that the change says of itself, and those of its milestones."""
    own = next((e for e in found if e.key == "status" and len(e.keys) <= 2), None)
    return own, [e for e in found if e.key == "status" and "milestones" in e.keys]
