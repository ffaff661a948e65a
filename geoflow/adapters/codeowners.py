"""Who owns a file, as CODEOWNERS of GitHub and GitLab say it."""

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file is looked for, from the repository's top; the first one counts."""
LARGEST = 3_000_000
"""Bytes; a larger file is as if it were not there, as on GitHub."""
_MOST_WILDCARDS = 8  # more of them can keep the matching busy for hours
_WORD = re.compile(r"(?:\\.|\S)+")
_SECTION = re.compile(r"\^?\[[^\]]+\](?:\[\d+\])?(?P<owners>(?:\s.*)?)")
_OWNER = re.compile(r"@\S+|[^\s@<>]+@[^\s@<>]+")


class Rule(NamedTuple):
    """A line of the file: the paths it is about, and their owners, none where they are nobody's."""

    pattern: str
    owners: tuple[str, ...]


def owners_of(root: Path, path: str) -> tuple[str, ...]:
    """List the owners of a file; the last rule that matches counts.

    Args:
        root: A folder in a repository, or the top of one.
        path: The file, relative to the root; it need not exist.
    """
    place = root.resolve()
    top = _top(place)
    if top is None:
        return ()
    in_top = posixpath.normpath(f"{place.relative_to(top).as_posix()}/{path}")
    for rule in reversed(rules(_text(top))):
        pattern = _compiled(rule.pattern)
        if pattern and pattern.match_file(in_top):
            return rule.owners
    return ()


def rules(text: str) -> list[Rule]:
    """Read the rules in their order; lines that are none are passed over."""
    found: list[Rule] = []
    default: tuple[str, ...] = ()
    for line in text.splitlines():
        if section := _SECTION.fullmatch(line.strip()):
            default = _owners(_words(section["owners"]))
            continue
        words = _words(line)
        if words and not words[0].startswith("!"):
            found.append(Rule(words[0], _owners(words[1:]) or default))
    return found


def _words(line: str) -> list[str]:
    words: list[str] = _WORD.findall(line)
    comment = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]


def _owners(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if _OWNER.fullmatch(word)))


def _compiled(text: str) -> "GitIgnoreBasicPattern | None":
    from pathspec.patterns.gitignore.base import GitIgnorePatternError
    from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern

    if text.count("*") > _MOST_WILDCARDS:
        return None
    try:
        return GitIgnoreBasicPattern(text)
    except (GitIgnorePatternError, re.error, ValueError):
        return None


def _top(folder: Path) -> Path | None:
    return next((place for place in (folder, *folder.parents) if os.path.lexists(place / ".git")), None)


def _text(top: Path) -> str:
    for name in PLACES:
        place = top / name
        try:
            if not place.is_file() or not place.resolve().is_relative_to(top) or place.stat().st_size > LARGEST:
                continue
            return place.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
        except (OSError, RuntimeError):  # a ring of links
            continue
    return ""
