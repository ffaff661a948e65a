"""The main job on every real tree with the embedded model, judged by the npm CLI and by a check that is not the gate.

`GEOFLOW_LONG_BUDGET` (default 25calls) is what the model may take a tree.
"""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git
from tests.conftest import CORPUS, NPM_OPENSPEC
from tests.long.judge import adoption_losses, changed_paths, edits_on, losses, npm_verdicts, texts_at

pytestmark = [pytest.mark.long, pytest.mark.corpus, pytest.mark.npm, pytest.mark.model]
BUDGET = os.environ.get("GEOFLOW_LONG_BUDGET", "25calls")
ARCHIVES = sorted(CORPUS.glob("*.tar.gz")) if CORPUS.is_dir() else []
QUESTIONS = "openspec/questions/"
TABLE = Path(__file__).parents[2] / "build" / "corpus"


def checkout(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    root = next(path.parent for path in folder.rglob("openspec") if path.is_dir())
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "as it is")
    return root


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name.removesuffix(".tar.gz"))
def test_a_real_tree_is_improved_and_loses_nothing(archive: Path, tmp_path: Path, embedded_environment: object) -> None:
    root = checkout(archive, tmp_path / "tree")
    (root / "openspec" / "untracked.md").write_text("not committed\n")
    before_status, before_head = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")
    before_index = (root / ".git" / "index").read_bytes()
    before = npm_verdicts(str(NPM_OPENSPEC), root)

    done = subprocess.run(
        [sys.executable, "-m", "geoflow", "improve", "--json", "--budget", BUDGET],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    result = json.loads(done.stdout)

    assert (root / ".git" / "index").read_bytes() == before_index
    assert git(root, "status", "--porcelain") == before_status
    assert (git(root, "rev-parse", "HEAD"), git(root, "symbolic-ref", "--short", "HEAD")) == (before_head, "main")

    after, lost = before, list[str]()
    if result["branch"]:
        edited = {edit["path"] for edit in result["edits"]}
        adopted = {path for item in result["adopted"] if item["commit"] for path in (*item["files"], *item["removed"])}
        asked = {path for path in changed_paths(root, result["base"], result["branch"]) if path.startswith(QUESTIONS)}
        assert set(changed_paths(root, result["base"], result["branch"])) == edited | adopted | asked
        assert not set(texts_at(root, result["base"], sorted(asked)))
        old, new = (texts_at(root, commit, sorted(edited)) for commit in (result["base"], result["branch"]))
        lost = [f"{path}: {loss}" for path in edited for loss in losses(old[path], new[path], edits_on(result, path))]
        lost += _lost_by_adopting(root, result)
        copy = tmp_path / "branch"
        git(root, "worktree", "add", "-q", "--detach", str(copy), result["branch"])
        after = npm_verdicts(str(NPM_OPENSPEC), copy)
    _write_row(archive, result, before, after, lost)

    assert lost == []
    assert [item for item, valid in before.items() if valid and not after.get(item)] == []
    assert sum(after.values()) >= sum(before.values())
    for edit in result["edits"]:
        assert edit["finding"]["code"]
        assert edit["checks"]
        assert edit["commit"]
    for refusal in result["refused"]:
        assert refusal["check"]
        assert refusal["reason"]


def _lost_by_adopting(root: Path, result: dict[str, Any]) -> list[str]:
    """Hold all documents of an item before against all after: words may move from one to another, none may go."""
    found = []
    for item in result["adopted"]:
        paths = sorted({*item["files"], *item["removed"]} if item["commit"] else ())
        old, new = ("\n".join(texts_at(root, at, paths).values()) for at in (result["base"], result["branch"]))
        found += [f"{item['item']}: {loss}" for loss in adoption_losses(old, new)]
    return found


def _write_row(
    archive: Path,
    result: dict[str, object],
    before: dict[tuple[str, str], bool],
    after: dict[tuple[str, str], bool],
    lost: list[str],
) -> None:
    TABLE.mkdir(parents=True, exist_ok=True)
    name = archive.name.removesuffix(".tar.gz")
    row = {
        "tree": name,
        "valid": [sum(before.values()), sum(after.values()), len(before)],
        "lost": lost,
        "result": result,
    }
    (TABLE / f"{name}.json").write_text(json.dumps(row, indent=1))
