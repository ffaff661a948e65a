"""A whole cycle of a real archived change with the model that answers, in the tree as it was before that change."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from geoflow.adapters.embedded import EmbeddedChat
from geoflow.openspec import parse_spec
from tests.builders import git
from tests.conftest import CORPUS
from tests.openspec.test_corpus import unpack
from tests.recorded import cycling

pytestmark = [pytest.mark.long, pytest.mark.model]
TREE = "Fission-AI+OpenSpec.tar.gz"
CHANGE = "2026-07-28-fix-schema-init-force-validation-order"
COMMENT = "Say that the existing schema stays unchanged when an artifact is unknown."


def tree_before(root: Path, change: str) -> str:
    """Take an archived change back, its requirements out of the main specs; the text of its Why."""
    folder = root / "openspec/changes/archive" / change
    why = re.search(r"^## Why\n(.*?)(?=^## )", (folder / "proposal.md").read_text(), re.DOTALL | re.MULTILINE)
    assert why
    for delta in folder.glob("specs/*/spec.md"):
        names = re.findall(r"^### Requirement: (.*)$", delta.read_text(), re.MULTILINE)
        main = root / "openspec/specs" / delta.parent.name / "spec.md"
        spec = parse_spec(delta.parent.name, str(main), main.read_text())
        text = spec.text
        for one in sorted(spec.requirements, key=lambda one: -one.start):
            if one.name in names:
                text = text[: one.start] + text[one.end :].lstrip("\n")
        main.write_text(text)
    shutil.rmtree(folder)
    return why[1].strip()


def report(at: cycling.Cycling) -> str:
    """Say step by step how long it took and what came of it."""
    lines = []
    for step, (words, code, came) in zip(at.steps, cycling.outcome(at), strict=True):
        cost = step.said.get("cost", {})
        lines.append(f"{step.seconds:6.1f} s  exit {code}  npm {step.accepted}  {words}  {json.dumps(cost)}")
        lines.append(f"    {json.dumps(came, ensure_ascii=False)[:1500]}")
    return "\n".join(lines)


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("embedded_environment")
def test_our_own_change_goes_round_with_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = cycling.Cycling(cycling.make(tmp_path / "gauge"), options=("--budget", "30m"))
    cycling.cycle(at, (cycling.IDEA,), cycling.COMMENT)
    with capsys.disabled():
        sys.stdout.write(report(at))
    assert not (at.root / "openspec/changes" / at.name).exists()


@pytest.mark.corpus
@pytest.mark.timeout(3600)
def test_an_archived_change_of_a_real_tree_goes_round_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], embedded_environment: EmbeddedChat
) -> None:
    root = unpack(CORPUS / TREE, tmp_path / "tree")
    (tmp_path / "why.md").write_text(tree_before(root, CHANGE))
    git(root, "init", "-q", "-b", "main")
    at = cycling.Cycling(root, name="schema-init-order", options=("--budget", "30m"))
    try:
        cycling.cycle(at, ("--from", str(tmp_path / "why.md")), COMMENT)
    finally:
        with capsys.disabled():
            sys.stdout.write(f"\n{embedded_environment.name}\n{report(at)}\n{cycling.log(root)}")
    assert not (root / "openspec/changes/schema-init-order").exists()
