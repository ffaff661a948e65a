"""Reviews by rule with what earlier ones kept in the git folder, whatever became of that."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_repo, requirement, spec

SPEC = "openspec/specs/a/spec.md"
TREE = {
    SPEC: spec(requirement("One", "The tool SHALL answer quickly."), requirement("Two", "It SHALL keep the QXZ.")),
    "openspec/specs/b/spec.md": spec(requirement("Three", "The tool SHALL fail gracefully, etc.")),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "r", TREE)


def started(root: Path, *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "geoflow", "review", "--rules-only", "--json", *more]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: "subprocess.Popen[bytes]") -> list[dict[str, Any]]:
    output, said = process.communicate(timeout=60)
    assert said == b""
    findings: list[dict[str, Any]] = json.loads(output)["findings"]
    assert findings
    return findings


def reviewed(root: Path, *more: str) -> list[dict[str, Any]]:
    return ended(started(root, *more))


def kept(root: Path) -> Path:
    (path,) = (root / ".git" / "geoflow").glob("findings-*")
    return path


def since(root: Path) -> Path:
    """Give the file of what was found since the first one was written."""
    (path,) = (root / ".git" / "geoflow").glob("more-findings-*")
    return path


def edited(root: Path, number: int) -> list[dict[str, Any]]:
    """Review after an edit that no other number makes."""
    (root / SPEC).write_text(TREE[SPEC].replace("quickly", f"quickly and in {number} ways"), "utf-8")
    return reviewed(root)


def anew(root: Path) -> list[dict[str, Any]]:
    """Review with nothing kept."""
    kept(root).unlink()
    return reviewed(root)


def test_a_second_review_finds_the_same_and_writes_nothing(root: Path) -> None:
    first = reviewed(root)
    written = kept(root).stat().st_mtime_ns

    assert reviewed(root) == first
    assert kept(root).stat().st_mtime_ns == written


def test_an_edit_a_lexicon_and_a_waiver_are_seen(root: Path) -> None:
    first = reviewed(root)
    for path, text in {
        SPEC: TREE[SPEC].replace("quickly", "soon"),
        "openspec/specs/b/spec.md": TREE["openspec/specs/b/spec.md"].replace("etc.", "and log the QXZ."),
        "openspec/workflow/lexicon.yaml": "judging:\n  - word: tool\n    reason: says nothing\n",
        "openspec/geoflow.yaml": "review:\n  allow:\n    - code: GF201\n      item: b\n      reason: the contract says so\n",
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, "utf-8")
        now = reviewed(root)
        assert now != first
        assert now == anew(root)
        first = now


def test_after_an_edit_only_what_is_new_is_written(root: Path) -> None:
    reviewed(root)
    whole = kept(root).read_bytes()
    now = edited(root, 1)

    assert kept(root).read_bytes() == whole
    assert 0 < since(root).stat().st_size < len(whole) / 2
    written = since(root).read_bytes()
    assert reviewed(root) == now
    assert since(root).read_bytes() == written, "nothing was new"
    assert anew(root) == now


def test_what_was_written_since_never_outgrows_half_of_the_rest(root: Path) -> None:
    reviewed(root)
    begun = kept(root).stat().st_size
    for number in range(5):
        now = edited(root, number)
        assert since(root).stat().st_size < 200 + kept(root).stat().st_size / 2
        assert kept(root).stat().st_size < 5 * begun
    assert anew(root) == now


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_what_was_written_since_is_not_read_where_it_is_broken_or_for_another_file(root: Path, share: float) -> None:
    reviewed(root)
    now = edited(root, 1)
    whole = since(root).read_bytes()
    place = int(len(whole) * share)
    for broken in (whole[:place], whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]):
        since(root).write_bytes(broken)
        assert reviewed(root) == now

    (root / SPEC).write_text(TREE[SPEC], "utf-8")
    first = anew(root)  # another first file
    since(root).write_bytes(whole)
    assert reviewed(root) == first


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"geoflow findings 1 x y\n{}", b"geoflow verdicts 1", b"x" * 9_999]
)
def test_a_foreign_file_is_not_read_and_is_replaced(root: Path, content: bytes) -> None:
    first = reviewed(root)
    whole = kept(root).read_bytes()
    kept(root).write_bytes(content)

    assert reviewed(root) == first
    assert sorted(kept(root).read_bytes().split(b"\n")) == sorted(whole.split(b"\n"))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_or_changed_is_not_read(root: Path, share: float) -> None:
    first = reviewed(root)
    whole = kept(root).read_bytes()
    place = int(len(whole) * share)
    for broken in (whole[:place], whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]):
        kept(root).write_bytes(broken)
        assert reviewed(root) == first


def test_what_other_rules_kept_is_not_read(root: Path) -> None:
    first = reviewed(root)
    head, _, body = kept(root).read_bytes().partition(b"\n")
    words = head.split(b" ")
    kept(root).write_bytes(b" ".join([*words[:3], b"0" * 32, words[4]]) + b"\n" + body.replace(b"GF201", b"GF999"))

    assert reviewed(root) == first


def test_where_nothing_can_be_written_the_findings_are_the_same(root: Path) -> None:
    first = reviewed(root)
    kept(root).unlink()
    (root / ".git" / "geoflow").rmdir()
    # A file in the way stops root as well, whom no permission does.
    (root / ".git" / "geoflow").write_text("")

    assert reviewed(root) == first
    assert (root / ".git" / "geoflow").is_file()


def test_two_reviews_at_once_are_both_right(root: Path) -> None:
    first = reviewed(root)
    for _ in range(3):
        kept(root).unlink()
        both = [started(root) for _ in range(3)]
        assert [ended(process) for process in both] == [first] * 3
        assert reviewed(root) == first


def test_a_review_that_is_killed_leaves_what_the_next_one_can_use(root: Path) -> None:
    first = reviewed(root)
    for delay in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        kept(root).unlink(missing_ok=True)
        process = started(root)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        assert reviewed(root) == first
