"""The values of OpenSpec: what a parsed document is.

NamedTuples, because this room is the hot path and may not pay for the import of dataclasses.
Lines and columns count from 1. Offsets are character offsets into the text as it was given, line endings
untouched, so that `text[start:end]` is the exact source and a splice changes nothing else.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Level = Literal["ERROR", "WARNING", "INFO"]
ItemType = Literal["spec", "change"]


class Span(NamedTuple):
    """A place in a document: first line and column, last line, and the column after the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


class Step(NamedTuple):
    """One bullet of a scenario, `- **WHEN** something`, with the lines it wraps onto (joined by a blank in `text`).

    `keyword` is upper case, empty where the bullet has none.
    """

    keyword: str
    text: str
    start: int
    end: int
    line: int


class Scenario(NamedTuple):
    """A `#### Scenario:` block; `start` to `end` is its exact source, heading included."""

    name: str
    steps: tuple[Step, ...]
    start: int
    end: int
    span: Span


class Requirement(NamedTuple):
    """A `### Requirement:` block.

    `text` is the normative body as `validate` reads it (lines trimmed and joined by a line feed); `body_start` to
    `body_end` is its source between the heading line and the first following heading; `start` to `end` is the
    whole block, heading and scenarios included, blank lines at its end not. `scenarios` never change, and equal a
    sequence of the same ones; they may be read from the source when they are first asked for.
    """

    name: str
    text: str
    scenarios: Sequence[Scenario]
    start: int
    end: int
    body_start: int
    body_end: int
    span: Span


class Section(NamedTuple):
    """A heading and what stands below it, up to the next heading of its level or above."""

    title: str
    level: int
    start: int
    end: int
    body_start: int
    span: Span


class Spec(NamedTuple):
    """A main spec: `openspec/specs/<id>/spec.md`. `purpose` is the trimmed text of its Purpose section."""

    id: str
    path: str
    text: str
    title: str
    purpose: str
    purpose_section: Section | None
    requirements_section: Section | None
    requirements: tuple[Requirement, ...]


class RemovedRequirement(NamedTuple):
    """An entry of `## REMOVED Requirements`."""

    name: str
    span: Span


class RenamedRequirement(NamedTuple):
    """A FROM and TO pair of `## RENAMED Requirements`."""

    old: str
    new: str
    span: Span


class Delta(NamedTuple):
    """A delta spec of a change: `openspec/changes/<change>/specs/<id>/spec.md`."""

    id: str
    path: str
    text: str
    purpose: str
    added: tuple[Requirement, ...]
    modified: tuple[Requirement, ...]
    removed: tuple[RemovedRequirement, ...]
    renamed: tuple[RenamedRequirement, ...]


class Task(NamedTuple):
    """A checkbox line of tasks.md; `id` is its leading number such as `1.2`, or empty."""

    id: str
    text: str
    done: bool
    line: int


class Change(NamedTuple):
    """A change: an active one below `openspec/changes/`, or an archived one below `openspec/changes/archive/`."""

    id: str
    path: str
    archived: bool
    proposal: str
    design: str
    tasks: tuple[Task, ...]
    deltas: tuple[Delta, ...]


class Tree(NamedTuple):
    """Everything below `openspec/` that OpenSpec knows, sorted by id."""

    specs: tuple[Spec, ...]
    changes: tuple[Change, ...]
    archived: tuple[Change, ...]


class Issue(NamedTuple):
    """One thing that validation found.

    `rule` is geoflow's stable code (`OS-S10`), `path` is the npm CLI's place (`file`, `requirements.0.scenarios`,
    `auth/spec.md` ...), `document` the file it lies in, relative to the root.
    """

    level: Level
    rule: str
    path: str
    message: str
    fix: str
    document: str
    requirement: str
    span: Span


class Report(NamedTuple):
    """The issues of one spec or change."""

    id: str
    type: ItemType
    issues: tuple[Issue, ...]

    def valid(self, *, strict: bool = False) -> bool:
        """Tell whether the item passes: no ERROR, and with `strict` no WARNING either."""
        return not any(issue.level == "ERROR" or (strict and issue.level == "WARNING") for issue in self.issues)


class Counts(NamedTuple):
    """How many requirements a merge added, modified, removed and renamed."""

    added: int = 0
    modified: int = 0
    removed: int = 0
    renamed: int = 0


class Refusal(NamedTuple):
    """Why a delta cannot be merged, or a change not archived; nothing is written then.

    `code` is a stable name such as `modified-missing`; `line` counts from 1 in the delta, or in the main spec where
    that is what is broken (0: no line).
    """

    code: str
    message: str
    fix: str
    requirement: str = ""
    line: int = 0


class Merged(NamedTuple):
    """A main spec with a delta applied to it.

    `text` has the line ending of the spec it came from; it is that spec, byte for byte, where `counts` are all zero.
    `warnings` say what was passed over. `bare` tells that no requirement is left; `unaccounted` lists lines of such a
    spec that are neither Purpose nor requirement, so that deleting the file would lose them unseen.
    """

    text: str
    counts: Counts
    warnings: tuple[str, ...]
    bare: bool
    unaccounted: tuple[str, ...]


class WritePlan(NamedTuple):
    """What is to happen to the files below `openspec/`, all of it or nothing; paths are relative to the root.

    `writes` maps a file to its whole new text, `deletes` are files (folders that they leave empty go too), `moves` are
    folders with their new place. No path stands in more than one of them, and no file is written inside a moved folder.
    """

    writes: tuple[tuple[str, str], ...]
    deletes: tuple[str, ...]
    moves: tuple[tuple[str, str], ...]
