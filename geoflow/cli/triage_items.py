"""Adopted items in a triage at a terminal: what form they had, what became of it, and what is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from geoflow.cli.adopted import figures_told
from geoflow.cli.item_diff import diff_lines, shown_lines
from geoflow.cli.render import answer_console, one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from geoflow.adapters.git_process import GitProcess
    from geoflow.workflow.adoption_record import RecordedAdoption
    from geoflow.workflow.triage_decisions import Decision

_ASKED = "accept, edit, reject, view all, skip or quit? [a/e/r/v/s/q]"
_FEWEST = 8
"""Lines of a diff that are shown on the lowest screen."""
_NARROWEST = 20  # columns
_BESIDE = 7
"""Lines of a screen beside the diff and what is told of the item: its name, how it was made, the question."""
_WHYS = 3
_INDENT = 4


def show_item(console: "Console", item: "RecordedAdoption", label: str, *, asked: bool) -> None:
    """Show an item: its form before, the three figures, its questions, and as much of the diff as fits a screen.

    Where nobody is asked, only what the diff does to each file is shown.
    """
    console.print(f"{label}  {one_line(item.item)}  put into OpenSpec form", style="bold")
    whys = list(dict.fromkeys(item.why))
    used = sum(hanging(console, "  was: ", why) for why in whys[:_WHYS])
    if (more := len(whys) - _WHYS) > 0:
        console.print(f"  was: and {more} more")
    used += hanging(console, "  now: ", figures_told(item.figures))
    used += sum(hanging(console, "    ? ", question, "yellow") for question in item.questions)
    lines = diff_lines(item)
    if asked:
        _show_beginning(console, list(shown_lines(console, lines, _INDENT)), used + _BESIDE)
    else:
        for line in shown_lines(console, [one for one in lines if one.startswith("=")], _INDENT):
            console.print(line, soft_wrap=True)
        console.print(f"    see it: git show {one_line(item.commit)[:12]}", style="dim")
    console.print(f"  by {item.strategy}; id {item.id}\n", style="dim")


def _show_beginning(console: "Console", lines: "Sequence[Text]", beside: int) -> None:
    most = max(console.height - beside, _FEWEST)
    for line in lines[:most]:
        console.print(line, soft_wrap=True)
    if (more := len(lines) - most) > 0:
        console.print(f"    … {more} more lines; v shows all", style="dim")


def hanging(console: "Console", lead: str, text: str, style: str = "") -> int:
    """Print a text behind a lead, and what does not fit its line set in below it; how many lines that were."""
    from rich.text import Text

    lines = Text(one_line(text)).wrap(console, max(console.width - len(lead), _NARROWEST))
    for number, line in enumerate(lines):
        line.rstrip()
        console.print(Text(" " * len(lead) if number else lead) + line, style=style, soft_wrap=True)
    return len(lines)


@dataclass
class ItemWalk:
    """Asks a person about adopted items; `files` are the documents that the run began with."""

    files: Mapping[str, str]
    own: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def ask(self, item: "RecordedAdoption") -> "dict[str, Decision] | None":
        """Ask for one decision: none for a skip, None for the end of the walk."""
        from geoflow.cli.deciding import ask_decision
        from geoflow.workflow.triage_decisions import Decision

        def edited() -> Decision | None:
            texts = self._edited(item)
            return Decision("edit", files=texts) if texts else None

        return ask_decision(_ASKED, item.id, edited, partial(_view, item))

    def _edited(self, item: "RecordedAdoption") -> Mapping[str, str]:
        """Have the item's files edited; empty where nothing was changed, or what was made of it is not valid."""
        from geoflow.cli.editing import edited_files
        from geoflow.workflow.triage_items import TakenItem, fault_among

        self.own[item.id] = edited_files(self.own.get(item.id, item.after), _git())
        changed = {path: text for path, text in self.own[item.id].items() if text != item.after.get(path)}
        removed: dict[str, str | None] = dict.fromkeys(item.removed)
        taken = TakenItem(item, {**removed, **self.own[item.id]})
        fault = fault_among([taken], taken.on(self.files)) if changed else None
        if fault:
            answer_console().print(f"  not valid so, edit on: {one_line(fault[1])}", style="red", soft_wrap=True)
        elif not changed:
            answer_console().print("  nothing was changed")
        return {} if fault else changed


def _view(item: "RecordedAdoption") -> None:
    from geoflow.cli.paging import paged

    console = answer_console()
    with console.capture() as captured:
        for line in shown_lines(console, diff_lines(item), 0):
            console.print(line, soft_wrap=True)
    paged(captured.get(), _git())


def _git() -> "GitProcess":
    from geoflow.adapters.git_process import GitProcess
    from geoflow.cli.context import find_root_or_fail

    return GitProcess(find_root_or_fail())
