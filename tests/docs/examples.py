"""The examples of `templates/rules.toml` as trees of files: what goes without saying is put in."""

import re
from collections.abc import Mapping

from geoflow.adapters.lexicon_file import read_lexicon
from geoflow.openspec import read_tree
from geoflow.quality.finding import Finding
from geoflow.quality.waivers import split
from geoflow.workflow.rule_findings import Rules, find_by_rule
from tests.builders import GOOD_SCENARIO

_PURPOSE = "## Purpose\nSays what the parts of this small example owe to each other.\n\n## Requirements\n\n"
_FILE = re.compile(r"^== (\S+)\n", re.MULTILINE)
_CHANGE = re.compile(r"openspec/changes/[^/]+/")
_BLOCK = re.compile(r"^(?=### Requirement:)", re.MULTILINE)


def files_of(example: str) -> dict[str, str]:
    """Give the documents of an example, {path: text}; one without paths is a main spec."""
    parts = _FILE.split(example)
    named = dict(zip(parts[1::2], parts[2::2], strict=True)) or {"openspec/specs/gate/spec.md": example}
    files = {path: _whole(text) if path.endswith("/spec.md") else text for path, text in named.items()}
    changes = {found[0] for path in files if (found := _CHANGE.match(path))}
    return {f"{change}tasks.md": "- [ ] 1.1 Do it\n" for change in sorted(changes)} | files


def _whole(text: str) -> str:
    text = text.strip("\n") + "\n"
    text = text if re.search(r"^##", text, re.MULTILINE) and "### Requirement:" in text else _named(text)
    head, *blocks = _BLOCK.split(text)
    whole = head + "".join(map(_with_scenario, blocks))
    return whole if re.search(r"^## ", whole, re.MULTILINE) else _PURPOSE + whole


def _named(text: str) -> str:
    return f"### Requirement: Gate\n{text}"


def _with_scenario(block: str) -> str:
    return block if "#### " in block else f"{block.rstrip()}\n\n{GOOD_SCENARIO}\n"


def found_in(example: str) -> list[Finding]:
    """Find all that the rules find in an example and nobody has waived."""
    files = files_of(example)
    found = find_by_rule(Rules(lexicon=read_lexicon(files)), read_tree(files), _without_lexicon(files), None)
    return split(found.findings, found.waivers).kept


def _without_lexicon(files: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in files.items() if path.endswith(".md")}
