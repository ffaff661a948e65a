"""The verbs that call a model, run on a real repository, and what must be the same before and after."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec

VERBS = ("propose", "review", "ask", "improve")
PATH = "openspec/specs/kiln/spec.md"
TREE = {
    PATH: spec(
        requirement("Pause", "The kiln SHALL gracefully pause a firing within 10 s."),
        requirement("Alarm", "The siren SHALL properly sound when smoke is detected."),
        requirement("Door", "The door SHALL stay locked. A user must wait."),
    )
}
COMMANDS = {
    "propose": ["propose", "Let potters resume a paused firing of the kiln", "--name", "resume"],
    "review": ["review"],
    "ask": ["ask", "-"],
    "improve": ["improve"],
}
QUESTIONS = "When does the siren sound?\nWhich door stays locked?\n"
DRAFTED = {
    f"openspec/changes/resume/{name}"
    for name in (".openspec.yaml", "proposal.md", "design.md", "tasks.md", "specs/kiln/spec.md")
}


def good(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a request of any verb as a good model does."""
    words = {
        "name": "Resume a firing",
        "subject": "kiln",
        "does": "resume a paused firing",
        "when": "a potter resumes a paused firing",
        "then": "the firing goes on",
        "problem": "A paused firing is lost.",
        "testable": True,
        "why": "It can be seen.",
        "source": 1,
        "relation": "adds",
        "answer": "The siren SHALL sound when smoke is detected.",
    }
    schema = body["response_format"]["json_schema"]["schema"]
    asked = " ".join(message["content"] for message in body["messages"] if message["role"] == "user")
    smell, mended = ("gracefully pause", "pause") if "gracefully" in asked else ("properly sound", "sound")
    words |= {"quote": "SHALL", "old_span": smell, "new_span": mended}
    words["sentence"] = "The kiln SHALL pause a firing within 10 s."
    return {name: words[name] for name in schema["required"]}


@dataclass(frozen=True)
class State:
    """What belongs to the user: no run may change it."""

    files: Mapping[str, bytes]
    index: str
    head: str
    refs: str


@dataclass(frozen=True)
class Ran:
    """A verb that has run: how it ended, its JSON, the transcript's lines, and the files that are new."""

    exit_code: int
    document: dict[str, Any]
    stderr: str
    calls: tuple[dict[str, Any], ...]
    new_files: frozenset[str]

    @property
    def errors(self) -> tuple[str, ...]:
        """Name the error of each call in the transcript, an empty text for a good one."""
        return tuple(call.get("error.type", "") for call in self.calls)

    @property
    def told(self) -> str:
        """Join everything that a person or script is told."""
        return json.dumps(self.document, ensure_ascii=False).replace('\\"', '"') + self.stderr


def kiln(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the repository and work in it."""
    root = make_repo(folder / "kiln", TREE)
    monkeypatch.chdir(root)
    return root


def state_of(root: Path) -> State:
    """Read what belongs to the user."""
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }
    refs = git(root, "for-each-ref", "--format=%(refname) %(objectname)")
    own = ("refs/heads/geoflow/", "refs/notes/geoflow", "refs/geoflow/")
    kept = "\n".join(line for line in refs.splitlines() if not line.startswith(own))
    return State(files, git(root, "ls-files", "-s"), git(root, "symbolic-ref", "HEAD"), kept)


def run(verb: str, root: Path) -> Ran:
    """Run a verb in the repository that is the working directory, and check what holds however it ends.

    Only the drafted change of propose may be new, whole; nothing of the user's has changed; nothing temporary is left;
    there is one JSON document and no traceback.
    """
    before = state_of(root)
    result = CliRunner().invoke(app, [*COMMANDS[verb], "--json"], input=QUESTIONS if verb == "ask" else None)
    after = state_of(root)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in result.output
    new = set(after.files) - set(before.files)
    assert {path: content for path, content in after.files.items() if path not in new} == before.files
    assert (after.index, after.head, after.refs) == (before.index, before.head, before.refs)
    beside = {path for path in new if "/reviews/" in path or path.startswith("openspec/questions/")}
    assert new - beside in (set(), DRAFTED)
    assert sum("/reviews/" in path for path in new) == bool(new)
    assert [str(path) for path in root.parent.rglob("*") if "tmp" in path.name.lower()] == []
    git(root, "fsck", "--no-dangling")
    return Ran(result.exit_code, _document(result), result.stderr, _transcript(root), frozenset(new))


def _document(result: Result) -> dict[str, Any]:
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def _transcript(root: Path) -> tuple[dict[str, Any], ...]:
    file = root / ".git" / "geoflow" / "transcript.jsonl"
    return tuple(json.loads(line) for line in file.read_text().splitlines()) if file.exists() else ()
