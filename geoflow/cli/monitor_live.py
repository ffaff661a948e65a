"""`geoflow monitor live`: what goes on, drawn in place until q or Ctrl-C."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console, Group

    from geoflow.cli.live_frame import Frame, Looks


def live(
    once: bool = typer.Option(False, "--once", help="Print one frame and end, as in a pipe."),
    interval: float = typer.Option(2.0, "--interval", min=0.2, help="Seconds between frames."),
    as_json: bool = typer.Option(False, "--json", help="Print one frame as one JSON document."),
) -> None:
    """Show what goes on: the machine, the model, what runs, the last runs of improve, the newest measures.

    Drawn in place until q or Ctrl-C; where stdout is no terminal one frame is printed.

    Example: geoflow monitor live --interval 5
    """
    from geoflow.cli.context import find_root_or_fail, load_settings, open_repository
    from geoflow.cli.live_frame import Looks
    from geoflow.cli.live_page import page
    from geoflow.cli.render import answer_console, print_json

    repository = open_repository()
    repository.head()  # a repository without a commit has nothing to show
    looks = Looks(find_root_or_fail(), repository, load_settings().llm)
    console = answer_console()
    if as_json:
        print_json({"schema": "geoflow.live/1", **looks.look(wait=True).document()})
    elif once or not console.is_terminal:
        for line in page(looks.look(wait=True), console.width, 0):
            console.print(line, overflow="crop", no_wrap=True)
    else:
        _draw(console, looks, interval)


def _draw(console: "Console", looks: "Looks", interval: float) -> None:
    """Draw frame after frame, each in the place of the one before; the last one stays.

    Not on the alternate screen: a connection that breaks would leave it behind.
    """
    from rich.live import Live

    from geoflow.adapters.keys import open_keys
    from geoflow.adapters.one_run import ended_by_kill

    # Nothing else writes while it is shown, and a stdout that is redirected no longer says what it can encode.
    shown = Live(
        console=console,
        auto_refresh=False,
        vertical_overflow="crop",
        redirect_stdout=False,
        redirect_stderr=False,
    )
    size = console.size

    def go_on() -> None:
        console.clear()
        shown.start()

    with ended_by_kill(), open_keys(on_stop=shown.stop, on_going_on=go_on) as keys, shown:
        while True:
            if console.size != size:  # what the terminal has wrapped anew is nobody's line any more
                size = console.size
                console.clear()
            shown.update(_group(looks.look(), console), refresh=True)
            if "q" in keys.wait(interval).lower():
                return


def _group(frame: "Frame", console: "Console") -> "Group":
    from rich.console import Group

    from geoflow.cli.live_page import page

    return Group(*page(frame, console.width, max(1, console.height - 1)))
