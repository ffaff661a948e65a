"""Two texts as one, with the words that went and came marked: by colour, and by signs where there is none."""

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from geoflow.cli.render import printable

if TYPE_CHECKING:
    from rich.text import Text

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
_AROUND = 1
"""How many lines are shown around a change."""


def marked(old: str, new: str) -> "Text":
    """Show what changed, `[-gone-]` and `{+come+}`, with the lines around it."""
    from rich.text import Text

    before, after = (_WORD.findall(printable(text)) for text in (old, new))
    shown = Text()
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i:j]), "".join(after[k:m])
        if kind == "equal":
            shown.append(gone)
            continue
        if gone:
            shown.append(f"[-{gone}-]", style="red strike")
        if come:
            shown.append(f"{{+{come}+}}", style="green")
    return Text("\n").join(_near(list(shown.split("\n"))))


def _near(lines: "list[Text]") -> "list[Text]":
    changed = [number for number, line in enumerate(lines) if line.spans]
    near = sorted({number + step for number in changed for step in range(-_AROUND, _AROUND + 1)})
    return [lines[number] for number in near if 0 <= number < len(lines)]
