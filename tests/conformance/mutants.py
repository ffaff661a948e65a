"""Trees that are nearly right: a main spec, a change against it and what lies around them, then a few edits to each.

Each comes from one random number that Hypothesis draws: 20,000 of them, with a hundred choices each, are then cheap.
"""

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.conformance import pieces
from tests.conformance.pieces import BLANKS, NAMES, NUMBER, SENTENCES

T = TypeVar("T")


class Edit(NamedTuple):
    """One edit of a text: what to do, where (two numbers that wrap around), and with which line."""

    kind: str
    at: int
    other: int
    piece: str


Lines = list[str]


def _insert(lines: Lines, edit: Edit) -> None:
    lines.insert(edit.at % (len(lines) + 1), edit.piece)


def _drop(lines: Lines, edit: Edit) -> None:
    if len(lines) > 1:
        lines.pop(edit.at % len(lines))


def _copy(lines: Lines, edit: Edit) -> None:
    start = edit.other % len(lines)
    at = edit.at % (len(lines) + 1)
    lines[at:at] = lines[start : start + 1 + edit.at % 6]


def _swap(lines: Lines, edit: Edit) -> None:
    one, other = edit.at % len(lines), edit.other % len(lines)
    lines[one], lines[other] = lines[other], lines[one]


def _change(lines: Lines, edit: Edit, new: Callable[[str], str]) -> None:
    """Change a line that means something, where there is one: the others seldom matter."""
    marked = [index for index, line in enumerate(lines) if line.lstrip()[:1] in ("#", "-", "*", "`", "~")]
    index = (marked or list(range(len(lines))))[edit.at % len(marked or lines)]
    lines[index] = new(lines[index])


def _character(lines: Lines, edit: Edit) -> None:
    marks = [*BLANKS, "#", "`", ":", "-", "*", "", "\udc80", "\x00"]
    mark = marks[(edit.at * 7 + edit.other) % len(marks)]
    at = edit.other
    _change(lines, edit, lambda line: line[: at % (len(line) + 1)] + mark + line[at % (len(line) + 1) + (at % 2) :])


def _trail(lines: Lines, edit: Edit) -> None:
    tail = [*BLANKS, " ##", "##", " #", "`", " \\#", "  "][edit.other % (len(BLANKS) + 6)]
    _change(lines, edit, lambda line: line + tail)


def _indent(lines: Lines, edit: Edit) -> None:
    _change(lines, edit, lambda line: [*BLANKS, "  ", "    ", "> "][edit.other % (len(BLANKS) + 3)] + line)


def _case(lines: Lines, edit: Edit) -> None:
    change = [str.lower, str.upper, str.swapcase, str.title][edit.other % 4]
    _change(lines, edit, change)


def _space(lines: Lines, edit: Edit) -> None:
    blank = ["  ", "", *BLANKS][edit.other % (len(BLANKS) + 2)]
    count = 1 + edit.other % 3
    _change(lines, edit, lambda line: blank.join([*line.split(" ", count)]))


def _level(lines: Lines, edit: Edit) -> None:
    _change(lines, edit, lambda line: line[1:] if edit.other % 2 else "#" + line)


def _bullet(lines: Lines, edit: Edit) -> None:
    _change(lines, edit, lambda line: ["-", "*", "+", "1.", "–", "-\t"][edit.other % 6] + " " + line.lstrip("-*+ "))


_KINDS: dict[str, Callable[[Lines, Edit], None]] = {
    "insert": _insert, "drop": _drop, "copy": _copy, "swap": _swap, "character": _character, "trail": _trail,
    "indent": _indent, "case": _case, "space": _space, "level": _level, "bullet": _bullet,
}  # fmt: skip
_ENDINGS = ["\n"] * 6 + ["\r\n", "\r\n", "\r", "mixed"]


def edited(text: str, odd: Sequence[str], most: int, random: Random) -> str:
    """Edit a text line by line, then its line endings and its first and last characters."""
    lines = text.split("\n")
    for _ in range(random.randint(0, most)):
        kind = random.choice(list(_KINDS))
        _KINDS[kind](lines, Edit(kind, random.randrange(200), random.randrange(200), random.choice(odd)))
    ending = random.choice(_ENDINGS)
    joined = "".join(line + (random.choice("\n\n\n\r") if ending == "mixed" else ending) for line in lines)
    mark = "\ufeff" if random.randrange(12) == 0 else ""
    return mark + (joined[: -len(ending)] if ending != "mixed" and random.randrange(4) else joined)


def _often(values: Sequence[str], random: Random) -> str:
    """Choose the first value half of the time: most of a tree is right."""
    return values[0] if random.randrange(2) else random.choice(values)


def _requirement(name: str, random: Random) -> str:
    wanted = random.choice([["One"], ["One"], ["One", "Two"], ["One", "One"], []])
    scenarios = [f"#### Scenario: {scenario}\n{_often(pieces.STEPS, random)}\n" for scenario in wanted]
    return f"### Requirement: {name}\n{_often(SENTENCES, random)}\n\n" + "\n".join(scenarios)


_OPERATIONS = ["keep", "modify", "modify", "remove", "bullet", "rename", "rename-modify", "add"]
_MISSES: list[Callable[[str], str]] = [
    str.lower,
    str.upper,
    lambda name: name.replace(" ", "  "),
    lambda name: f"{name} ##",
    lambda name: f"{name}\u00a0",
    lambda name: f"{name} x",
    lambda name: f"`{name}`",
]


def _delta(blocks: dict[str, str], random: Random) -> str:
    """Do something to each requirement of a spec, often by its right name, and add some."""
    parts: dict[str, list[str]] = {"ADDED": [], "MODIFIED": [], "REMOVED": [], "RENAMED": []}
    only = random.choice([None, None, None, "remove", "modify"])
    for name, block in blocks.items():
        told = random.choice(_MISSES)(name) if random.randrange(6) == 0 else name
        _operate(only or random.choice(_OPERATIONS), told, block, parts, random)
    for name in random.sample([*NAMES, "New", "Newer"], random.randint(0, 2)):
        parts["ADDED"].append(_requirement(name, random))
    order = random.sample(list(parts), 4)
    body = "\n".join(f"## {title} Requirements\n\n" + "\n".join(parts[title]) for title in order if parts[title])
    purpose = random.choice(["", "", "", *pieces.PURPOSES])
    return (f"## Purpose\n{purpose}\n\n" if purpose else "") + body


def _operate(operation: str, told: str, block: str, parts: dict[str, list[str]], random: Random) -> None:
    if operation.startswith("rename"):
        renamed = f"{told} new" if random.randrange(3) else random.choice(NAMES)
        parts["RENAMED"].append(f"- FROM: `### Requirement: {told}`\n- TO: `### Requirement: {renamed}`")
        told = renamed
    if operation.endswith("modify"):
        kept = block if random.randrange(3) else _requirement(told, random)
        added = random.choice(["", "\n#### Scenario: Fresh\n- **WHEN** n\n"])
        parts["MODIFIED"].append(f"### Requirement: {told}\n{kept.partition(chr(10))[2]}{added}")
    elif operation == "remove":
        parts["REMOVED"].append(f"### Requirement: {told}\n**Reason**: none\n")
    elif operation == "bullet":
        parts["REMOVED"].append(f"- `### Requirement: {told}`")
    elif operation == "add":
        parts["ADDED"].append(block if random.randrange(2) else f"### Requirement: {told}\n{SENTENCES[0]}\n")


class Pair(NamedTuple):
    """A main spec (None: there is none yet) and a delta against it."""

    spec: str | None
    delta: str


def pair(random: Random) -> Pair:
    """Make a main spec and a delta against it, each with edits."""
    blocks = {name: _requirement(name, random) for name in random.sample(NAMES, random.randint(1, 4))}
    purpose, preamble = _often(pieces.PURPOSES, random), random.choice(["\n", "\n", "\n", "\nSome words.\n\n"])
    body = "\n".join(blocks.values())
    after = random.choice(["", "", "", "\n## Notes\n\nMore.\n"])
    text = f"# T Specification\n\n## Purpose\n{purpose}\n\n## Requirements\n{preamble}{body}{after}"
    spec = edited(text, pieces.PIECES, 3, random)
    delta = edited(_delta(blocks, random), pieces.PIECES, 3, random)
    return Pair(spec if random.randrange(10) else None, delta)


def _lines_of(odd: Sequence[str], most: int, random: Random) -> str:
    return "\n".join(random.choice(odd) for _ in range(random.randint(0, most)))


Files = dict[str, str]


def _tasks(random: Random) -> str:
    text = random.choice([pieces.TASKS, pieces.TASKS, _lines_of(pieces.TASK_PIECES, 8, random)])
    return edited(text, pieces.TASK_PIECES, 3, random)


def _edited_yaml(text: str, odd: Sequence[str], most: int, random: Random) -> str:
    """Edit YAML, and leave no CR alone in it.

    The one listed exception of the fuzzer: the npm CLI's YAML reader takes a lone CR as text in some places, as a blank
    in others and as an error before `#`. geoflow takes it as text. No editor in use writes YAML with such line endings.
    """
    return re.sub(r"\r(?!\n)", "\n", edited(text, odd, most, random))


def _metadata(random: Random) -> str:
    text = random.choice([*pieces.METADATA, *(_lines_of(pieces.META_PIECES, 4, random) for _ in range(3))])
    return _edited_yaml(text, pieces.META_PIECES, 2, random)


def _schema(random: Random) -> str:
    text = "\n".join(pieces.SCHEMA).replace("{glob}", _often(pieces.GLOBS, random))
    return _edited_yaml(text, pieces.SCHEMA_PIECES, random.choice([0, 2]), random)


def config(random: Random) -> str | None:
    """Make a project's config; None where there is none."""
    if random.randrange(3) == 0:
        return None
    return _edited_yaml(_lines_of(pieces.CONFIG_PIECES, 3, random), pieces.CONFIG_PIECES, random.choice([0, 2]), random)


def tree(random: Random) -> Files:
    """Make the files of a small tree, paths relative to `openspec/`; a path that ends in a slash is an empty folder."""
    made = pair(random)
    capability = _often(pieces.CAPABILITIES, random) + NUMBER
    files = {f"changes/c{NUMBER}/specs/{capability}/spec.md": made.delta} if random.randrange(16) else {}
    if made.spec is not None:
        files[f"specs/{capability}/spec.md"] = made.spec
    for path, text, share in (
        (f"changes/c{NUMBER}/tasks.md", _tasks, 5),
        (f"changes/c{NUMBER}/.openspec.yaml", _metadata, 4),
        (f"schemas/own{NUMBER}/schema.yaml", _schema, 2),
    ):
        if random.randrange(10) < share:
            files[path] = text(random)
    for path, holds_delta in random.sample(pieces.EXTRAS, random.choice([0, 0, 0, 1, 2])):
        _place(files, path, made.delta if holds_delta else _tasks(random))
    return files


def _place(files: Files, path: str, text: str) -> None:
    """Add a file where no other stands in its way."""
    if not any(path.startswith(f"{other.rstrip('/')}/") or other.startswith(f"{path.rstrip('/')}/") for other in files):
        files.setdefault(path, text)


def drawn(make: Callable[[Random], T], count: int, number: int) -> list[T]:
    """Make values from random numbers that Hypothesis draws, the same ones for the same number."""
    found: list[T] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def collect(random: Random) -> None:
        found.append(make(random))

    collect()
    return found
