"""Colour and quiet for the whole command tree: options before the command, NO_COLOR and FORCE_COLOR. Light."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import Literal

    Color = Literal["auto", "always", "never"]

COLORS = ("auto", "always", "never")
_QUIET = ("--quiet", "-q")


class Looks(NamedTuple):
    """How output looks, and whether progress and hints are left out."""

    color: str = "auto"
    quiet: bool = False


_now = [Looks()]


def split_looks(arguments: Sequence[str]) -> tuple[Looks, list[str]]:
    """Take the options that stand before the command; what is typed wrong stays, for Typer to complain of."""
    looks, rest = Looks(), list(arguments)
    while rest:
        name, equals, value = rest[0].partition("=")
        if rest[0] in _QUIET:
            looks, rest = looks._replace(quiet=True), rest[1:]
        elif name == "--color" and (value if equals else "".join(rest[1:2])) in COLORS:
            looks = looks._replace(color=value if equals else rest[1])
            rest = rest[1:] if equals else rest[2:]
        else:
            break
    return looks, rest


def use_looks(looks: Looks) -> None:
    """Hold from now on what was asked for; help and usage, which Typer shows, go by it too."""
    _now[0] = looks
    if "typer" in sys.modules and (color() != "auto" or "typer.rich_utils" in sys.modules):
        from typer import rich_utils

        rich_utils.COLOR_SYSTEM = {"always": "standard", "never": None}.get(color(), "auto")
        rich_utils.FORCE_TERMINAL = True if color() == "always" else None


def is_quiet() -> bool:
    """Tell whether progress and hints are left out."""
    return _now[0].quiet


def color() -> "Color":
    """Tell whether there are colours: as asked for, else NO_COLOR, else FORCE_COLOR, else on a terminal (`auto`)."""
    asked = _now[0].color
    if asked != "auto":
        return "always" if asked == "always" else "never"
    if os.environ.get("NO_COLOR"):
        return "never"
    return "always" if os.environ.get("FORCE_COLOR") else "auto"


def console_options() -> dict[str, Any]:
    """Give the options of a Rich console for that; `never` has neither colours nor bold."""
    wanted = color()
    if wanted == "never":
        return {"color_system": None}
    return {"color_system": "standard", "force_terminal": True, "no_color": False} if wanted == "always" else {}


def hint(text: str) -> None:
    """Say on stderr what helps on and is no part of the answer, unless it is to be quiet; a line."""
    if not is_quiet():
        sys.stderr.write(f"{text}\n")
