"""The command `geoflow rules`."""

from typing import TYPE_CHECKING

import typer

from geoflow.cli.options import JsonDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from geoflow.adapters.rule_guide import RuleGuide

_INDENT = "  "


def rules(
    codes: list[str] | None = typer.Argument(
        None, metavar="[CODE]...", help="Codes, or how they begin, such as GF204 or GF2; all unless given."
    ),
    as_json: JsonDocument = False,
) -> None:
    """Say what a rule finds, why it matters, with an example, and how to mend, waive or switch it off.

    Several rules are listed, a line each. It works in any folder.

    Example: geoflow rules GF204
    """
    from geoflow.adapters.rule_guide import rules_named
    from geoflow.cli.render import answer_console, print_json

    found = rules_named(tuple(codes or ()))
    if as_json:
        print_json({"schema": "geoflow.rules/1", "rules": [one.document() for one in found]})
        return
    console = answer_console()
    if len(found) == 1 or (codes and len(found) <= len(codes)):
        for place, one in enumerate(found):
            if place:
                console.print()
            _show(console, one)
        return
    _list(console, found)


def _list(console: "Console", found: "Sequence[RuleGuide]") -> None:
    group = ""
    for one in found:
        if one.group != group:
            group = one.group
            console.print(group, style="bold")
        _say(console, f"{_INDENT}{one.code:<7} {one.finds}", " " * 10)
    console.print(f"Know more of one with: geoflow rules {found[0].code}", style="dim", soft_wrap=True)


def _show(console: "Console", one: "RuleGuide") -> None:
    incose = f", INCOSE {one.incose}" if one.incose else ""
    _say(console, f"{one.code}  {one.finds}", style="bold")
    _say(console, f"{one.severity}{incose}; {_BY[one.by]}", style="dim")
    _say(console, one.why)
    if one.asks:
        _say(console, f"asks:    {one.asks}", " " * 9)
    _example(console, "bad", one.bad)
    _example(console, "good", one.good)
    if one.fix:
        _say(console, f"mend:    {one.fix}", " " * 9)
    _say(console, f"improve: {one.mended or 'leaves it to you'}", " " * 9)
    for line in let_stand(one):
        _say(console, line, " " * 9)


def _example(console: "Console", name: str, text: str) -> None:
    if not text:
        return
    if "\n" not in text:
        _say(console, f"{name + ':':<9}{text}", " " * 9)
        return
    console.print(f"{name}:")
    for line in text.splitlines():
        _say(console, _INDENT + line, _INDENT)


def let_stand(one: "RuleGuide") -> tuple[str, ...]:
    """Say how findings of a rule are let stand, and how it is switched off."""
    if not one.can_be_waived:
        return ("waive:   cannot be waived or switched off: its verdict is that of the npm openspec CLI",)
    return (
        f"waive:   <!-- geoflow: allow {one.code} WHY --> in the requirement, or review.allow in the settings",
        f"off:     rules: {{off: [{one.code}]}} in openspec/geoflow.yaml",
    )


_BY = {"rule": "found by rule", "model": "judged by the model", "openspec": "found by OpenSpec's validation"}


def _say(console: "Console", text: str, hanging: str = "", style: str = "") -> None:
    """Print a paragraph; on a terminal it is wrapped, and goes on below its own beginning."""
    from textwrap import wrap

    lines = [text]
    if console.is_terminal:
        width = max(20, console.width)
        lines = wrap(text, width, subsequent_indent=hanging, break_on_hyphens=False) or [""]
    for line in lines:
        console.print(line, style=style, soft_wrap=True)
