"""Judge a branch without geoflow's own gate: what was there, by name and by the letter, must still be there."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from tests.builders import git

# What only said of which form something is: a heading or a label, which OpenSpec has other words for, or a number.
_FORM = re.compile(
    r"^\W*(?:\d+\.\s*)?(?:overview|summary|abstract|goal|acceptance criteria|test cases?|test scenarios?|scenarios|pre|"
    r"post|requirement:|added requirements|(?:task|scenario|test case)?\s*\d+(?:\.\d+)*[.:)]?)\W",
    re.IGNORECASE | re.MULTILINE,
)

_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LITERAL = re.compile(r"`[^`\n]+`|\"[^\"\n]+\"|https?://\S+")


def npm_verdicts(command: str, root: Path) -> dict[tuple[str, str], bool]:
    """Ask the npm openspec CLI which items are valid."""
    done = subprocess.run(
        [command, "validate", "--all", "--json", "--no-interactive"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return {(item["type"], item["id"]): item["valid"] for item in json.loads(done.stdout)["items"]}


def texts_at(repository: Path, commit: str, paths: list[str]) -> dict[str, str]:
    """Give the texts of those paths that are there at a commit."""
    there = set(git(repository, "ls-tree", "-r", "--name-only", commit).splitlines())
    return {path: git(repository, "show", f"{commit}:{path}") for path in paths if path in there}


def changed_paths(repository: Path, base: str, branch: str) -> list[str]:
    return git(repository, "diff", "--no-renames", "--name-only", base, branch).splitlines()


def losses(old: str, new: str, quotes: list[str]) -> list[str]:
    """List what the new text lost of the old one, but for words inside the findings' own quotes."""
    found: list[str] = []
    for noun, pattern in (("requirement", r"^### *Requirement:.*$"), ("scenario", r"^#### *Scenario:.*$")):
        lost = Counter(re.findall(pattern, old, re.MULTILINE)) - Counter(re.findall(pattern, new, re.MULTILINE))
        found += [f"{noun} {name}" for name in lost]
    quoted = "\n".join(quotes)
    for noun, regex in (("number", _NUMBER), ("literal", _LITERAL)):
        lost = Counter(regex.findall(old)) - Counter(regex.findall(new)) - Counter(regex.findall(quoted))
        found += [f"{noun} {name}" for name in lost]
    before, after, excused = (Counter(word.lower() for word in _WORD.findall(text)) for text in (old, new, quoted))
    articles = Counter(dict.fromkeys(("a", "an", "the"), 1000))
    return found + [f"word {word}" for word in before - after - excused - articles]


def adoption_losses(old: str, new: str) -> list[str]:
    """List what documents lost that were put into OpenSpec form, but for names and numbers of the form they had."""
    excused = "\n".join(_FORM.findall(old))
    found: list[str] = []
    for noun, regex in (("word", _WORD), ("number", _NUMBER), ("literal", _LITERAL)):
        before, after, form = (Counter(map(str.lower, regex.findall(text))) for text in (old, new, excused))
        found += [f"{noun} {name}" for name in before - after - form]
    return found


def edits_on(result: dict[str, Any], path: str) -> list[str]:
    return [edit["finding"]["quote"] for edit in result["edits"] if edit["path"] == path]
