"""What the tools of geoflow's own MCP server give: agents see their fields as output schemas."""

from typing import Any, TypedDict

Row = dict[str, Any]


class Answered(TypedDict):
    """An answer, with the fields of `geoflow.ask/1`; `context` are passages for the agent to answer from itself."""

    id: str
    question: str
    state: str
    answer: str
    citations: list[Row]
    route: str
    by: str
    confirmed: bool
    near: list[Row]
    steps: list[Row]
    file: str
    notes: list[str]
    needs_answer: bool
    context: list[Row]


class Passages(TypedDict):
    """Passages, the nearest first, and how many were searched."""

    passages: list[Row]
    searched: int


StoredQuestion = TypedDict(
    "StoredQuestion",
    {
        "id": str,
        "path": str,
        "question": str,
        "state": str,
        "waits": bool,
        "asked": Row,
        "for": list[str],
        "about": Row | None,
        "options": list[str],
        "answer": Row | None,
    },
)
"""A question that was written down, with the fields of `geoflow.questions/1`."""


class QuestionList(TypedDict):
    """Stored questions, oldest first, and the files that cannot be read."""

    questions: list[Row]
    left_out: int
    unreadable: list[Row]


class Judged(TypedDict):
    """Items with issues, as in `geoflow validate --json`."""

    valid: bool
    items: list[Row]
    left_out: int
    summary: Row


class Reviewed(TypedDict):
    """Findings, as in `geoflow.review/1`, errors first; or the run that looks for them."""

    verdict: str
    findings: list[Row]
    left_out: int
    notes: list[str]
    run: str


class ChangeState(TypedDict):
    """A change after it was written to; `base` is what the next review or revision of it must name."""

    id: str
    state: str
    next: Row
    base: str
    open_findings: int


class Changes(TypedDict):
    """Changes, with all of one that was asked for by id."""

    changes: list[Row]
    left_out: int


class Metrics(TypedDict):
    """Snapshots, as in `geoflow.monitor/1`, newest first."""

    recorded: bool
    snapshots: list[Row]


class Noted(TypedDict):
    """A file that was written."""

    file: str


class Started(TypedDict):
    """A run that has begun."""

    run: str
    state: str


class Run(TypedDict):
    """A run: how far it is (`label`, `done`, `total`), and when it is over its result, or its error with a fix."""

    run: str
    state: str
    progress: Row
    result: Row
    error: Row
