"""The command line beside the npm CLI's: options, odd files, schemas, lists and items, one JSON document against another."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders import GOOD_SCENARIO, requirement, spec, write_tree
from tests.conftest import NPM_OPENSPEC

pytestmark = pytest.mark.npm

GOOD = spec(requirement("A", "The system SHALL work."), requirement("B", "It MUST last."))
MODIFIED = "## MODIFIED Requirements\n### Requirement: A\nThe system SHALL work well.\n\n" + GOOD_SCENARIO
EVERY_KIND = """## ADDED Requirements
### Requirement: New
It SHALL be new.

#### Scenario: x
- **WHEN** a
- **THEN** b

### A heading between
###Requirement: Close
It MUST be close.
##### Scenario: deep
- c

## REMOVED Requirements
### Requirement: B
**Reason**: nobody used it

- `### Requirement: A`

## RENAMED Requirements
- FROM: `### Requirement: Old`
- TO: `### Requirement: Newer`
"""
PROPOSAL = (
    "# Change: A title\n\n## Why\nBecause.\n\n## What Changes\n- **auth:** Add a way in\n- **b**: renamed it\n- x\n"
)
DONE, OPEN = "- [x] 1.1 a\n", "- [x] 1.1 a\n- [ ] 1.2 b\n"
TREE = {
    "openspec/specs/auth/spec.md": GOOD,
    "openspec/specs/area/pay/spec.md": spec("### Pay without prefix\nIt pays.\n\n##### Scenario: deep\n- x\n"),
    "openspec/specs/warned/spec.md": spec(requirement("A", "It works.")),
    "openspec/specs/folder/spec.md/inner/spec.md": GOOD,
    "openspec/changes/two-names/specs/auth/spec.md": EVERY_KIND,
    "openspec/changes/two-names/proposal.md": PROPOSAL,
    "openspec/changes/prose/proposal.md": PROPOSAL,
    "openspec/changes/prose/tasks.md": OPEN,
    "openspec/changes/untitled/proposal.md": "# Proposal\n\n## Why\nx\n\n## What Changes\nx\n",
    "openspec/changes/untitled/specs/auth/spec.md": MODIFIED,
    "openspec/changes/untitled/tasks.md": DONE,
    "openspec/changes/onto-folder/specs/folder/spec.md": MODIFIED,
    "openspec/changes/task-folder/tasks.md/x.md": "x",
    "openspec/changes/meta-folder/.openspec.yaml/x.md": "x",
    "openspec/changes/linked/specs/auth/spec.md": MODIFIED,
    "openspec/changes/inside/specs/auth/spec.md": MODIFIED,
    "openspec/changes/beside/real.md": MODIFIED,
    "openspec/changes/around/inner/proposal.md": PROPOSAL,
    "openspec/changes/.hidden/tasks.md": OPEN,
    "openspec/changes/archive/2026-01-02-open/tasks.md": OPEN,
    "openspec/changes/archive/2026-01-03-done/tasks.md": DONE,
    "openspec/changes/archive/2026-01-01-folder/tasks.md/x.md": "x",
    "openspec/changes/archive/2026-01-04-bad/tasks.md": OPEN,
    "openspec/changes/archive/2026-01-04-bad/.openspec.yaml": "schema: [",
    "openspec/changes/archive/2026-01-05-own/tasks.md": OPEN,
    "openspec/changes/archive/2026-01-05-own/work/one.md": OPEN + OPEN,
    "openspec/changes/archive/2026-01-05-own/work/two.md": DONE,
    "openspec/changes/archive/2026-01-05-own/.openspec.yaml": "schema: own\n",
    "openspec/changes/archive/.hidden/tasks.md": OPEN,
    "openspec/changes/archive/loose.md": OPEN,
    "openspec/schemas/own/schema.yaml": (
        "name: own\nversion: 1\nartifacts:\n"
        "  - {id: work, generates: work/*.md, description: d, template: t.md}\n"
        "apply: {requires: [work], tracks: work/*.md}\n"
    ),
    "outside.md": MODIFIED,
}
EMPTY = (
    "openspec/changes/empty",
    "openspec/changes/only-folders/specs/auth",
    "openspec/changes/archive/2026-01-06-empty",
    "openspec/changes/archive/2026-01-07-folders/specs",
)
LINKS = {
    "openspec/specs/dangling/spec.md": "nothing.md",
    "openspec/changes/linked/specs/out/spec.md": "../../../../../outside.md",
    "openspec/changes/loop/specs/auth/spec.md": "spec.md",
    "openspec/changes/inside/specs/pay/spec.md": "../auth/spec.md",
    "openspec/changes/beside/specs/auth/spec.md": "../../real.md",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("command-line"), TREE)
    for folder in EMPTY:
        (root / folder).mkdir(parents=True)
    for place, target in LINKS.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).symlink_to(target)
    return root


class Answer(NamedTuple):
    """An exit code and the document that came with it."""

    code: int
    document: dict[str, Any]


def _ask(root: Path, *command: str) -> Answer:
    done = subprocess.run(command, cwd=root, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return Answer(done.returncode, json.loads(done.stdout or b"{}"))


def npm(root: Path, *arguments: str) -> Answer:
    return _ask(root, str(NPM_OPENSPEC), *arguments)


def ours(root: Path, *arguments: str) -> Answer:
    return _ask(root, sys.executable, "-m", "geoflow", *arguments)


def differences(theirs: Any, mine: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Find where their document is not part of ours, keys in the same order; messages and times are each one's own."""
    if isinstance(theirs, dict) and isinstance(mine, dict):
        shared = [key for key in mine if key in theirs]
        if shared != list(theirs):
            yield where, list(theirs), list(mine)
        for key in shared:
            if key not in ("durationMs", "message"):
                yield from differences(theirs[key], mine[key], f"{where}.{key}")
    elif isinstance(theirs, list) and isinstance(mine, list) and len(theirs) == len(mine):
        for index, (one, other) in enumerate(zip(theirs, mine, strict=True)):
            yield from differences(one, other, f"{where}[{index}]")
    elif theirs != mine:
        yield where, theirs, mine


@pytest.mark.parametrize(
    "typed",
    [
        "validate --all",
        "validate --all --strict --no-interactive --concurrency 3",
        "validate --specs --changes",
        "validate --changes auth",
        "validate --archived",
        "validate --archived --all --strict untitled",
        "validate --archived --report full",
        "validate --archived --report findings",
        "validate --all --report findings",
        "validate --specs --report findings --strict",
        "validate --changes --report full",
        "validate area/pay",
        "validate untitled --type CHANGE",
        "validate around",
        "list",
        "list --sort name",
        "list --specs",
        "list --specs --changes",
        "show auth",
        "show area/pay --type spec",
        "show auth --requirements",
        "show auth --no-scenarios",
        "show auth -r 2",
        "show auth --requirement 1 --no-scenarios",
        "show two-names",
        "show two-names --deltas-only",
        "show two-names --requirements-only --no-interactive",
        "show prose",
        "show untitled --type change",
    ],
)
def test_the_npm_clis_document_is_part_of_ours(tree: Path, typed: str) -> None:
    arguments = (*typed.split(), "--json")
    theirs, mine = npm(tree, *arguments), ours(tree, *arguments)

    assert list(differences(theirs.document, mine.document)) == []
    assert mine.code == theirs.code


@pytest.mark.parametrize(
    "typed",
    [
        "validate nothing",
        "validate auth --report full",
        "validate --report findings",
        "validate --all --report some",
        "validate --all --archived --report full",
        "validate auth --store team",
        "list --store team",
        "show nothing",
        "show auth -r 9",
        "show auth --requirements -r 1",
    ],
)
def test_what_the_npm_cli_refuses_is_refused_as_one_document(tree: Path, typed: str) -> None:
    arguments = (*typed.split(), "--json")
    theirs, mine = npm(tree, *arguments), ours(tree, *arguments)

    assert theirs.code == 1
    assert mine.code in (2, 3)
    assert mine.document["schema"] == "geoflow.error/1"
    assert mine.document["fix"]


def test_bytes_that_are_no_text_come_out_alike(tmp_path: Path) -> None:
    broken = GOOD.encode().replace(b"It MUST last", b"It MUST last \xff caf\xe9 \xe2\x82")
    write_tree(tmp_path / "t", {"openspec/specs/auth/spec.md": broken})

    for typed in ("validate --all", "list --specs", "show auth"):
        arguments = (*typed.split(), "--json")
        theirs, mine = npm(tmp_path / "t", *arguments), ours(tmp_path / "t", *arguments)
        assert list(differences(theirs.document, mine.document)) == []


def test_an_empty_tree_has_empty_documents(tmp_path: Path) -> None:
    write_tree(tmp_path / "t", {"openspec/config.yml": "schema: spec-driven\n"})
    for typed in (
        "validate --all",
        "validate --archived",
        "validate --specs --report findings",
        "list",
        "list --specs",
    ):
        arguments = (*typed.split(), "--json")
        theirs, mine = npm(tmp_path / "t", *arguments), ours(tmp_path / "t", *arguments)
        assert list(differences(theirs.document, mine.document)) == []
        assert mine.code == theirs.code == 0


ARTIFACT = "  - {id: a, generates: a.md, description: d, template: t.md}\n"
WHOLE = "name: n\nversion: 1\nartifacts:\n"
BODIES = {
    "good": WHOLE + ARTIFACT,
    "good-whole": WHOLE + ARTIFACT + "description: d\napply:\n  requires: [a]\n  tracks: null\n  instruction: i\n",
    "good-version": "name: n\nversion: 1.0\nartifacts:\n" + ARTIFACT,
    "good-tracks": WHOLE + ARTIFACT + "apply: {requires: [a], tracks: TODO.md}\n",
    "good-chain": WHOLE + ARTIFACT + "  - {id: b, generates: b, description: d, template: t, requires: [a, a]}\n",
    "good-extra": WHOLE + ARTIFACT + "more: 1\n",
    "no-name": "version: 1\nartifacts:\n" + ARTIFACT,
    "empty-name": "name: ''\nversion: 1\nartifacts:\n" + ARTIFACT,
    "no-version": "name: n\nartifacts:\n" + ARTIFACT,
    "version-zero": "name: n\nversion: 0\nartifacts:\n" + ARTIFACT,
    "version-half": "name: n\nversion: 1.5\nartifacts:\n" + ARTIFACT,
    "version-text": "name: n\nversion: '1'\nartifacts:\n" + ARTIFACT,
    "version-true": "name: n\nversion: true\nartifacts:\n" + ARTIFACT,
    "version-huge": "name: n\nversion: 9007199254740993\nartifacts:\n" + ARTIFACT,
    "version-infinite": "name: n\nversion: .inf\nartifacts:\n" + ARTIFACT,
    "null-description": WHOLE + ARTIFACT + "description:\n",
    "no-artifacts": "name: n\nversion: 1\nartifacts: []\n",
    "artifact-twice": WHOLE + ARTIFACT + ARTIFACT,
    "artifact-bare": WHOLE + "  - {id: a, generates: a.md, template: t.md}\n",
    "artifact-up": WHOLE + "  - {id: a, generates: ../a.md, description: d, template: t.md}\n",
    "artifact-dots": WHOLE + "  - {id: a, generates: a..md, description: d, template: t.md}\n",
    "artifact-absolute": WHOLE + "  - {id: a, generates: /a.md, description: d, template: t.md}\n",
    "artifact-drive": WHOLE + "  - {id: a, generates: 'C:a.md', description: d, template: t.md}\n",
    "artifact-backslash": WHOLE + "  - {id: a, generates: '..\\a.md', description: d, template: t.md}\n",
    "template-up": WHOLE + "  - {id: a, generates: a.md, description: d, template: ../t.md}\n",
    "requires-text": WHOLE + "  - {id: a, generates: a.md, description: d, template: t.md, requires: a}\n",
    "requires-nothing": WHOLE + "  - {id: a, generates: a.md, description: d, template: t.md, requires: [b]}\n",
    "requires-itself": WHOLE + "  - {id: a, generates: a.md, description: d, template: t.md, requires: [a]}\n",
    "requires-cycle": WHOLE
    + "  - {id: a, generates: a, description: d, template: t, requires: [b]}\n"
    + "  - {id: b, generates: b, description: d, template: t, requires: [c]}\n"
    + "  - {id: c, generates: c, description: d, template: t, requires: [a]}\n",
    "apply-empty": WHOLE + ARTIFACT + "apply: {requires: []}\n",
    "apply-bare": WHOLE + ARTIFACT + "apply: {}\n",
    "apply-null": WHOLE + ARTIFACT + "apply:\n",
    "apply-nothing": WHOLE + ARTIFACT + "apply: {requires: [b]}\n",
    "apply-tracks-up": WHOLE + ARTIFACT + "apply: {requires: [a], tracks: ../a}\n",
    "no-yaml": "name: [",
    "a-list": "- a\n",
}
MARKED = "schema: {}\nskip_specs: true\n"


def test_a_schema_is_readable_where_the_npm_cli_can_read_it(tmp_path: Path) -> None:
    root = tmp_path / "t"
    files = {f"openspec/schemas/{name}/schema.yaml": body for name, body in BODIES.items()}
    write_tree(root, files | {f"openspec/changes/{name}/.openspec.yaml": MARKED.format(name) for name in BODIES})

    theirs, mine = npm(root, "validate", "--all", "--json"), ours(root, "validate", "--all", "--json")

    assert list(differences(theirs.document, mine.document)) == []
    valid = {item["id"] for item in mine.document["items"] if item["valid"]}
    assert valid == {name for name in BODIES if name.startswith("good") or name == "artifact-dots"}


@pytest.mark.parametrize("variable", ["HOME", "XDG_DATA_HOME"])
def test_a_schema_of_the_user_stands_behind_the_projects_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    root, data = tmp_path / "t", tmp_path / "home/.local/share"
    if variable == "XDG_DATA_HOME":
        data = tmp_path / "data"
        monkeypatch.setenv(variable, str(data))
    good, broken = BODIES["good"], BODIES["requires-cycle"]
    users = {"mine": good, "broken": broken, "both": broken, "spec-driven": broken}
    write_tree(data / "openspec/schemas", {f"{name}/schema.yaml": body for name, body in users.items()})
    write_tree(tmp_path / "shared", {"schema.yaml": good})
    names = ("mine", "broken", "both", "spec-driven", "linked", "nothing")
    write_tree(root, {f"openspec/changes/{name}/.openspec.yaml": MARKED.format(name) for name in names})
    write_tree(root, {"openspec/schemas/both/schema.yaml": good, "openspec/schemas/nothing/x.md": "x"})
    (root / "openspec/schemas/linked").symlink_to(tmp_path / "shared")

    theirs, mine = npm(root, "validate", "--all", "--json"), ours(root, "validate", "--all", "--json")

    assert list(differences(theirs.document, mine.document)) == []
    assert {item["id"] for item in mine.document["items"] if item["valid"]} == {"mine", "both", "linked"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_an_issue_of_its_item(tmp_path: Path) -> None:
    root = write_tree(
        tmp_path / "t",
        {
            "openspec/specs/auth/spec.md": GOOD,
            "openspec/specs/locked/spec.md": GOOD,
            "openspec/changes/a/specs/auth/spec.md": MODIFIED,
            "openspec/changes/a/tasks.md": "- nothing\n",
            "openspec/changes/a/.openspec.yaml": "schema: spec-driven\n",
            "openspec/changes/b/specs/locked/spec.md": MODIFIED,
            "openspec/changes/c/specs/auth/spec.md": MODIFIED,
        },
    )
    for name in (
        "specs/locked/spec.md",
        "changes/a/tasks.md",
        "changes/a/.openspec.yaml",
        "changes/c/specs/auth/spec.md",
    ):
        (root / "openspec" / name).chmod(0)

    theirs, mine = npm(root, "validate", "--all", "--json"), ours(root, "validate", "--all", "--json")

    assert list(differences(theirs.document, mine.document)) == []
