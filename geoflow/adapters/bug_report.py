"""A text for an issue: what of a check-up tells a maintainer something, and nothing that tells who one is.

It is made of what may be in it, not by taking out what may not: of each check its area, state and code, and of its
facts those numbers, switches and words that geoflow itself chose.
"""

import platform
import re
from collections.abc import Mapping, Sequence

from geoflow import __version__
from geoflow.adapters.checkup import Check
from geoflow.ports import JsonValue

_WORDS = frozenset({"version", "code", "kind", "backend", "transport"})
"""Facts whose words are geoflow's, git's or Python's own."""
_LISTS = frozenset({"installed", "missing"})
_AREAS_OF_LISTS = frozenset({"hooks"})
_HIDDEN = frozenset({"pid", "http_status"})
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,60}\Z")
_INTRODUCTION = """\
<!-- Made by `geoflow doctor --bug-report`. It contains versions and, of each check, its area, state, code, counts and
switches. It contains no path, no name of a person, computer, model, server or branch, no address, no key, and nothing
of your specs. Read it through before you send it. -->

**What I typed**

**What happened**

**What I expected**
"""


def bug_report(checks: Sequence[Check]) -> str:
    """Write the text, Markdown that ends in a line feed."""
    rows = [f"| {one.area} | {one.status} | {_facts(one)} |" for one in checks]
    system = f"{platform.system()} {platform.machine()}, {platform.python_implementation()} {platform.python_version()}"
    head = [f"geoflow {__version__}, {_plain(system)}", "", "| check | state | facts |", "|---|---|---|"]
    return "\n".join([_INTRODUCTION, *head, *rows, ""])


def _facts(check: Check) -> str:
    told = (_fact(check.area, name, value) for name, value in check.facts.items())
    return ", ".join(filter(None, told))


def _fact(area: str, name: str, value: JsonValue | object) -> str:
    if name in _HIDDEN:
        return ""
    if isinstance(value, bool | int | float):
        return f"{name} {value}"
    if isinstance(value, str) and name in _WORDS and _WORD.match(value):
        return f"{name} {value}"
    if isinstance(value, list) and name in _LISTS and area in _AREAS_OF_LISTS:
        return f"{name} {' '.join(map(str, value)) or 'none'}"
    if isinstance(value, list | Mapping):
        return f"{len(value)} {name}"
    return ""


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isalnum() or character in " .,_-+")
