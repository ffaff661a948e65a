"""Every issue of every real tree, through the real command line and through the library."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.agreement import Tally
from tests.conformance.npm import Found, Verdict
from tests.conformance.packing import Judged, differing, judged_at
from tests.openspec.test_corpus import ARCHIVES, unpack

pytestmark = [pytest.mark.npm, pytest.mark.corpus]


@pytest.mark.parametrize("strict", [False, True], ids=["normal", "strict"])
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_a_real_tree_has_the_npm_clis_verdicts_issues_and_order(
    archive: Path,
    strict: bool,  # noqa: FBT001
    tmp_path: Path,
    tally: Tally,
) -> None:
    root = unpack(archive, tmp_path)
    source = "real, strict" if strict else "real"

    found = judged_at(root, strict=strict)
    answer, exit_code = command_line(root, strict=strict)

    tally.compare(source, found.pairs())
    assert [(one, other) for one, other in found.pairs() if one != other] == []
    likes = {(item.type, item.id): item for item in found.theirs}
    by_command = Judged(found.theirs, [printed(item, likes[item["type"], item["id"]]) for item in answer["items"]])
    tally.compare(f"{source}, printed", by_command.pairs())
    for judged in (found, by_command):
        tally.add(source, "order", agreed=not differing(judged))
        assert not differing(judged)
    passed = sum(item.valid for item in found.theirs)
    totals = {"items": len(found.theirs), "passed": passed, "failed": len(found.theirs) - passed}
    assert answer["summary"]["totals"] == totals
    assert exit_code == (1 if totals["failed"] else 0)


def command_line(root: Path, *, strict: bool) -> tuple[dict[str, Any], int]:
    """Run `geoflow validate` as a process: its JSON and its exit code."""
    command = [sys.executable, "-m", "geoflow", "validate", "--all", "--json", *(["--strict"] if strict else [])]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    return json.loads(done.stdout), done.returncode


def printed(item: dict[str, Any], like: Verdict) -> Verdict:
    """Read an item of our answer; lines that the npm CLI does not name are left out, reasons to refuse as well."""
    issues = item["issues"]
    named = like.issues if len(like.issues) == len(issues) else [None] * len(issues)
    return Verdict(
        item["type"],
        item["id"],
        item["valid"],
        tuple(
            Found(
                one["rule"].removeprefix("OS-"),
                one["level"],
                one["path"],
                one["line"] if their is None or their.line is not None else None,
                "" if their is None else their.refusal,
            )
            for one, their in zip(issues, named, strict=True)
        ),
    )
