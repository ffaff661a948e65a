"""Every active change of every real tree, archived by geoflow and by the npm CLI: the same tree, or both refuse."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NPM_OPENSPEC
from tests.openspec.test_corpus import ARCHIVES, unpack

pytestmark = [pytest.mark.npm, pytest.mark.corpus, pytest.mark.long]
OURS = (sys.executable, "-m", "geoflow")


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def archived(command: tuple[str, ...], root: Path, change: str) -> tuple[bool, dict[str, bytes]]:
    done = subprocess.run([*command, "archive", change, "--yes", "--json"], cwd=root, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert (json.loads(done.stdout)["archive"] is not None) == (done.returncode == 0)
    return done.returncode == 0, contents(root / "openspec")


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_archiving_a_real_change_leaves_the_npm_clis_bytes(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = unpack(archive, tmp_path / "original")
    shutil.rmtree(tree / "openspec" / "changes" / "archive", ignore_errors=True)
    changes = sorted(path.name for path in (tree / "openspec" / "changes").iterdir() if path.is_dir())
    same, refused, differing = 0, 0, []
    for change in changes:
        answers = []
        for name, command in (("ours", OURS), ("theirs", (str(NPM_OPENSPEC),))):
            copy = tmp_path / name
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(tree, copy)
            answers.append(archived(command, copy, change))
        same += answers[0] == answers[1]
        refused += not answers[0][0]
        if answers[0] != answers[1]:
            differing.append(change)
    with capsys.disabled():
        sys.stdout.write(f"\n{archive.name:42} {same}/{len(changes)} archives alike, {refused} of them refused")
    assert differing == []
