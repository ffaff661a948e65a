"""What an adoption does to the files of an item, as lines that went and came."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from typing import TYPE_CHECKING

from geoflow.cli.render import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from geoflow.workflow.adoption_record import RecordedAdoption

_AROUND = 2
_STYLES = {"+": "green", "-": "red", "@": "cyan", "=": "bold"}
_NARROWEST = 20  # columns
_HEAD = 2  # lines that only name the two files


def diff_lines(item: "RecordedAdoption") -> list[str]:
    """Give the lines of the whole diff; one that begins with `=` names a file and how many lines went and came."""
    lines: list[str] = []
    for path, old_path, old, new in _files(item):
        changes = list(unified_diff(old.splitlines(), new.splitlines(), n=_AROUND, lineterm=""))[_HEAD:]
        gone, come = (sum(line.startswith(sign) for line in changes) for sign in "-+")
        was = f", was {old_path.rpartition('/')[2]}" if old_path != path else ""
        lines += [f"= {path} (-{gone} +{come}{was})", *changes]
    return lines


def _files(item: "RecordedAdoption") -> Iterator[tuple[str, str, str, str]]:
    """Give each file: its path, the one that it had, its text before and after; a renamed one once, specs first."""
    for path, text in sorted(item.after.items(), key=lambda file: (not file[0].endswith("/spec.md"), file[0])):
        was = item.renamed.get(path, path)
        yield path, was, item.before.get(was, ""), text
    for path in item.removed:
        if path not in item.renamed.values():
            yield path, path, item.before.get(path, ""), ""


def shown_lines(console: "Console", lines: Iterable[str], indent: int) -> "Iterator[Text]":
    """Put lines of a diff into the width of the console; what goes on is set in below its sign."""
    from rich.text import Text

    width = max(console.width - indent - 2, _NARROWEST)
    for line in lines:
        sign, rest = line[:1], printable(line[1:]) if line[:1] != "=" else one_line(line[2:])
        style = _STYLES.get(sign, "")
        mark = "" if sign == "=" else sign
        wrapped = Text(rest, style=style).wrap(console, width) or [Text("")]
        for number, part in enumerate(wrapped):
            part.rstrip()
            yield Text(" " * indent) + Text(mark if not number else " " * len(mark), style=style) + part
