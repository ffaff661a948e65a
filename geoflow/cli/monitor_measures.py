"""`geoflow monitor measures`: what is measured."""

from textwrap import wrap
from typing import TYPE_CHECKING, Literal

import typer

from geoflow.cli.completing import complete_measure
from geoflow.cli.options import JsonDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.metrics.measure import Measure

_INDENT = "    "
Form = Literal["text", "markdown", "json"]


def measures(
    groups: list[str] | None = typer.Argument(
        None, help="Names of groups or measures; all unless given.", autocompletion=complete_measure
    ),
    form: Form = typer.Option("text", "--format", help="How to print them."),
    as_json: JsonDocument = False,
) -> None:
    """List what is measured: name, unit, which way is better, what it means, and when it is kept.

    Example: geoflow monitor measures coverage
    """
    from geoflow.cli.measure_names import named_measures
    from geoflow.cli.monitor_parts import SCHEMA
    from geoflow.cli.render import print_json
    from geoflow.metrics.catalogue import markdown
    from geoflow.metrics.measure import BY_NAME, MEASURES

    names = named_measures(groups or [])
    wanted = [BY_NAME[name] for name in names] if names else list(MEASURES)
    if as_json or form == "json":
        print_json({"schema": SCHEMA, "measures": [one.document() for one in wanted]})
    elif form == "markdown":
        print(markdown(wanted), end="")
    else:
        _print(wanted)


def _print(wanted: "Sequence[Measure]") -> None:
    from rich.text import Text

    from geoflow.cli.render import answer_console
    from geoflow.metrics.catalogue import GROUPS, KEPT

    console = answer_console()
    group = ""
    for one in wanted:
        if one.group != group:
            group = one.group
            console.print(Text(f"{GROUPS[group]}", style="bold"))
        console.print(Text(f"  {one.name}"))
        better = {"up": "more is better", "down": "less is better", "info": "for information"}[one.aim]
        source = f" ({one.source})" if one.source else ""
        told = f"{one.meaning}{source}; {one.unit}, {better}; {one.kept}"
        for line in wrap(told, max(20, console.width - len(_INDENT))):
            console.print(Text(_INDENT + line))
    for name in dict.fromkeys(one.kept for one in wanted):
        console.print(Text(f"{name}: {KEPT[name]}", style="dim"))
