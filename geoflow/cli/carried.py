"""How a run of improve tells of answers about adopted items: those that led to an edit, and those that are settled."""

from collections import Counter
from typing import TYPE_CHECKING

from geoflow.cli.render import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.workflow.carried_answer import CarriedAnswer
    from geoflow.workflow.improve_result import ImproveResult

LONGEST_SHOWN = 300


def show_carried(console: "Console", result: "ImproveResult") -> None:
    """Tell of each answer about an adopted item which files it changed, and how many others need nothing more."""
    from geoflow.improvement.adopt_codes import is_adoption
    from geoflow.workflow.improve_result import SETTLED, Idle

    for one in result.carried:
        _show_answer(console, one)
    if result.carried:
        checks = result.carried[0].checks
        console.print(f"Each passed all {len(checks)} checks of an answer: {', '.join(checks)}.", style="dim")
    idle = [one for one in result.insights if isinstance(one, Idle) and one.why in SETTLED]
    about = [one.why for one in idle if one.question.about and is_adoption(one.question.about.code)]
    for why, count in Counter(about).items():
        console.print(f"settled  {count} question{'s'[: count > 1]} of adoptions: {one_line(why)}", style="dim")
    if result.carried or about:
        console.print()


def _show_answer(console: "Console", one: "CarriedAnswer") -> None:
    from geoflow.improvement.adopt_places import folder_of

    item = "/".join(folder_of(one.order.path).split("/")[1:3])
    console.print(f"answered  {one_line(item)}", style="bold green", soft_wrap=True)
    asked = f"{one.insight.path} “{one.insight.text[:LONGEST_SHOWN]}”"
    console.print(f"          {one_line(asked)}", soft_wrap=True)
    console.print(
        f"          {one_line(one.insight.by)}: {one_line(one.insight.answer[:LONGEST_SHOWN])}", soft_wrap=True
    )
    for verb, paths in (("writes", one.written), ("removes", one.removed)):
        for path in paths:
            console.print(f"          {verb} {one_line(path)}", style="dim", soft_wrap=True)
