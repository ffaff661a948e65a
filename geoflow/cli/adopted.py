"""How a run of improve tells of items that were hand-written: three figures each, and what is left to ask."""

from typing import TYPE_CHECKING

from geoflow.cli.render import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from geoflow.workflow.adopted_item import AdoptedItem


def show_adopted(console: "Console", items: "Sequence[AdoptedItem]") -> None:
    """Tell of each item whether it is valid now, how many of its scenarios have a trigger, and what it asks."""
    for item in items:
        _show_item(console, item)
    kept = [item for item in items if item.kept]
    if kept:
        names = kept[0].verdict.passed
        console.print(f"Each passed all {len(names)} checks of an adoption: {', '.join(names)}.", style="dim")
    if items:
        console.print()


def _show_item(console: "Console", item: "AdoptedItem") -> None:
    if item.kept:
        console.print(f"adopted  {one_line(item.item)}", style="bold green", soft_wrap=True)
        console.print(f"         {figures_told(item.figures)}", soft_wrap=True)
        for path in sorted(item.adopted.pages):
            console.print(f"         {one_line(path)}", style="dim", soft_wrap=True)
    else:
        console.print(f"left     {one_line(item.item)}: {one_line(item.why_not)}", style="yellow", soft_wrap=True)
    for asked in item.adopted.questions:
        place = f"{one_line(asked.place.path)}:{asked.place.line}"
        console.print(f"         ? {one_line(asked.text)}", soft_wrap=True)
        console.print(f"           {place}; {one_line(' / '.join(asked.options))}", style="dim", soft_wrap=True)


def figures_told(figures: "Mapping[str, int]") -> str:
    """Tell the figures of an item that is valid now: its scenarios, with a WHEN and without, and its questions."""
    scenarios, sourced, questions = (figures.get(name, 0) for name in ("scenarios", "with_sourced_when", "questions"))
    told = f"{sourced} with a WHEN from the source, {scenarios - sourced} without"
    return f"valid; {_count(scenarios, 'scenario')}, {told}; {_count(questions, 'question')} left"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
