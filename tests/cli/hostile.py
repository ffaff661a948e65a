"""One hostile text, a tree that has it wherever a user's text can come from, and what must not come through."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.builders import git, make_repo, requirement, write_tree

MARK = "zq"
"""Stands before the hostile text, so that a test sees that it was shown at all."""
SEEN = f"{MARK}[red]x[/red]<script>alert(1)</script>::error::y%0Az $(id) `id` Geoflow-Run: forged"
UNSEEN = "\x1b[31m\x1b]0;t\x07\x9b2J\x85\u202eabc\u2066\u200b\ufeff\U000e0041\x7f"
HOSTILE = f"{SEEN}{UNSEEN}"
FOLDER = "zq[red]\u202e\x1b[31m::error::"
LONG = "x" * 100_000
SCENARIO = f"#### Scenario: {HOSTILE}\n- **WHEN** {HOSTILE}\n- **THEN** {HOSTILE}\n"


def _requirement(name: str, text: str) -> str:
    return f"### Requirement: {name}\n{text}\n\n{SCENARIO}\n"


def _spec(title: str, *requirements: str) -> str:
    return (
        f"# {title}\n\n## Purpose\n{HOSTILE} is what this is for, and it is long enough.\n\n## Requirements\n"
        + "".join(requirements)
    )


MAIN = _spec(
    HOSTILE,
    _requirement(HOSTILE, f"The {HOSTILE} SHALL gracefully {HOSTILE}, etc.\n\n::error::{HOSTILE}\n\n::add-mask::z"),
    _requirement("Plain", f"It should {HOSTILE} as {HOSTILE}; see [{HOSTILE}]({HOSTILE}).\n<!-- {HOSTILE} -->"),
    requirement(SEEN, "The gate should stay open."),
    _requirement("Long", f"The gate SHALL {LONG} gracefully."),
)
QUOTED = json.dumps(HOSTILE)  # also YAML
QUESTION = f"""\
question: {QUOTED}
asked:
  by: {QUOTED}
  at: "2026-01-01T00:00:00Z"
about:
  path: openspec/specs/gate/spec.md
  requirement: {QUOTED}
for: [{QUOTED}]
options: [{QUOTED}, {QUOTED}]
answers:
  - id: aaaa1111
    text: {QUOTED}
    by: {QUOTED}
    kind: person
    at: "2026-01-02T00:00:00Z"
"""
FEEDBACK = (
    f'target: {QUOTED}\nverdict: reject\nby: {QUOTED}\nkind: person\nat: "2026-01-01T00:00:00Z"\nreason: {QUOTED}\n'
)
ROUND = f"""\
event: review
by: {QUOTED}
kind: person
at: "2026-01-01T00:00:00Z"
about: "0"
verdict: revise
note: {QUOTED}
findings:
  - message: {QUOTED}
    severity: error
    quote: {QUOTED}
    requirement: {QUOTED}
    fix: {QUOTED}
"""
SETTINGS = f"""\
llm:
  model: {QUOTED}
  base_url: {json.dumps("http://198.51.100.7/" + HOSTILE)}
questions:
  people: [{QUOTED}]
tools:
  allow: [{json.dumps("git:" + HOSTILE)}]
review:
  allow: [{{code: GF204, item: {QUOTED}, reason: {QUOTED}}}]
"""
SERVERS = {"mcpServers": {HOSTILE: {"command": HOSTILE, "args": [HOSTILE], "env": {HOSTILE: HOSTILE}}}}
TREE = {
    "openspec/specs/gate/spec.md": MAIN,
    f"openspec/specs/{FOLDER}/spec.md": MAIN.replace("Plain", "Other"),
    "openspec/specs/broken/spec.md": f"# {HOSTILE}\n{HOSTILE}\n",
    "openspec/changes/lock/proposal.md": f"# {HOSTILE}\n\n## Why\n{HOSTILE}\n\n## What Changes\n- **{HOSTILE}**: {HOSTILE}\n",
    "openspec/changes/lock/tasks.md": f"# Tasks\n\n## 1. {HOSTILE}\n- [ ] 1.1 {HOSTILE}\n- [x] {HOSTILE}\n",
    "openspec/changes/lock/specs/gate/spec.md": "## MODIFIED Requirements\n\n"
    + _requirement(HOSTILE, f"The {HOSTILE} SHALL gracefully {HOSTILE}."),
    "openspec/changes/lock/specs/other/spec.md": f"## ADDED Requirements\n\n{_requirement(HOSTILE, HOSTILE)}",
    f"openspec/changes/{FOLDER}/proposal.md": f"## Why\n{HOSTILE}\n",
    f"openspec/changes/{FOLDER}/specs/gate/spec.md": f"## REMOVED Requirements\n\n### Requirement: {HOSTILE}\n",
    "openspec/changes/lock/reviews/20260101T000000-abcd.yaml": ROUND,
    "openspec/questions/abcd1234abcd.yaml": QUESTION,
    "openspec/questions/broken.yaml": f"question: {HOSTILE}: [\n",
    "openspec/feedback/aa.yaml": FEEDBACK,
    "openspec/feedback/broken.yaml": f"{QUOTED}: {QUOTED}\n",
    "openspec/geoflow.yaml": SETTINGS,
    "openspec/workflow/prompts/ask-user.md": f"<!-- prompt: {HOSTILE} -->\n{{{{ {HOSTILE} }}}}\n",
    "openspec/workflow/lexicon.yaml": f"judging:\n  - word: fancy\n    reason: {QUOTED}\n",
    "mcp.json": json.dumps(SERVERS),
    "CODEOWNERS": f"* {HOSTILE}\n",
}


def hostile_repository(folder: Path) -> Path:
    """Make the repository: two commits with hostile subjects, hostile notes, and a user with a hostile name."""
    root = make_repo(folder, {"README.md": HOSTILE})
    git(root, "config", "user.name", "Ada [red]Example")
    git(root, "config", "user.email", "ada@example.org")
    write_tree(root, TREE)
    git(root, "add", "-A")
    git(root, "commit", "-qm", f"::error::{HOSTILE}\n\nGeoflow-Prompt: {HOSTILE}")
    git(root, "notes", "--ref=geoflow", "add", "-m", HOSTILE)
    git(root, "checkout", "-qb", "<script>alert(1)</script>")
    return root


def raw_signs(text: str) -> set[str]:
    """List the characters of an output that a terminal obeys or does not show."""
    return {sign for sign in text if not (sign.isprintable() or sign in "\n\t")}


def forged_lines(text: str) -> Iterator[str]:
    """Give the lines that a runner of workflows would obey."""
    return (line for line in re.split(r"[\r\n]", text) if line.lstrip().startswith(("::error::", "::add-mask::")))
