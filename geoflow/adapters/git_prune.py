"""Notes of commits that nothing reaches any more, and notes that are longer than they need be."""

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from geoflow.adapters.git_notes import Turn, read_all_notes, replace_notes
from geoflow.adapters.git_process import GitProcess

Decide = Callable[[Mapping[str, str], frozenset[str]], Mapping[str, str]]


class Pruned(NamedTuple):
    """How many notes there were, how many of them go, and how many become shorter."""

    notes: int
    removed: int
    shortened: int


def prune_notes(git: GitProcess, turn: Turn, decide: Decide, *, missing: bool, dry_run: bool) -> Pruned:
    """Replace notes as it is decided from all of them, {commit: note}, and the commits that nothing reaches.

    A commit that is not here at all may be on a branch that was never fetched, so it counts only with `missing`.

    Raises:
        GeoflowError: `notes-locked`.
    """
    there: dict[str, str] = {}

    def decided() -> dict[str, bytes]:
        there.clear()
        there.update(read_all_notes(git))
        changed = decide(there, _unreachable(git, list(there), missing=missing))
        return {commit: note.encode("utf-8", "replace") for commit, note in changed.items()}

    changed = decided() if dry_run else replace_notes(git, turn, decided)
    removed = sum(not note for note in changed.values())
    return Pruned(len(there), removed, len(changed) - removed)


def _unreachable(git: GitProcess, commits: list[str], *, missing: bool) -> frozenset[str]:
    if not commits:
        return frozenset()
    question = "".join(f"{commit}\n" for commit in commits).encode()
    answers = git.run("cat-file", "--batch-check=%(objectname)", "--buffer", stdin=question).decode().splitlines()
    absent = {answer.removesuffix(" missing") for answer in answers if answer.endswith(" missing")}
    reached = set(git.run("rev-list", "--exclude=refs/notes/*", "--all", *_heads(git)).decode().split())
    return frozenset(commit for commit in commits if commit not in reached and (missing or commit not in absent))


def _heads(git: GitProcess) -> list[str]:
    """Give what is checked out in all work trees, on a branch or not."""
    listed = os.fsdecode(git.run("worktree", "list", "--porcelain")).splitlines()
    heads = (line.removeprefix("HEAD ") for line in listed if line.startswith("HEAD "))
    return [head for head in heads if head.strip("0")]
