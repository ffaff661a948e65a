"""The Typer application: every command in one list, and the one place where expected errors are shown."""

import sys
from itertools import pairwise
from typing import Any, Literal

import typer
from typer.core import TyperGroup

from geoflow import __version__
from geoflow.cli import (
    archive,
    ask,
    bench,
    config,
    demo,
    doctor,
    feedback,
    hooks,
    improve,
    init,
    list_,
    mcp,
    model,
    monitor,
    propose,
    review,
    rules,
    show,
    trust,
    validate,
    watch,
)
from geoflow.cli.looks import split_looks, use_looks
from geoflow.cli.render import print_error
from geoflow.errors import ExitCode, GeoflowError


class GeoflowGroup(TyperGroup):
    """A group that turns an expected failure into a message, a fix and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command; how help and complaints look is settled before they are shown."""
        use_looks(split_looks(args)[0])
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a GeoflowError is rendered here and nowhere else."""
        words = [*sys.argv, *ctx.args]
        as_json = "--json" in words or "--format=json" in words or ("--format", "json") in pairwise(words)
        try:
            return super().invoke(ctx)
        except GeoflowError as error:
            print_error(error, as_json=as_json)
            raise typer.Exit(int(error.exit_code)) from None
        except (KeyboardInterrupt, typer.Abort):  # the latter where a prompt was open
            sys.stderr.write("Stopped. Nothing was left half done.\n")
            raise typer.Exit(int(ExitCode.INTERRUPTED)) from None


app = typer.Typer(
    cls=GeoflowGroup,
    invoke_without_command=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Keep a team's OpenSpec specifications in git getting better with every commit, with a local model.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"geoflow {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    _version: bool = typer.Option(
        False, "--version", help="Show the version and end.", callback=_show_version, is_eager=True
    ),
    as_json: bool = typer.Option(False, "--json", help="Without a command: print the state as one JSON document."),
    _color: Literal["auto", "always", "never"] = typer.Option(
        "auto", "--color", help="Colours; auto is on a terminal. NO_COLOR and FORCE_COLOR count where it is auto."
    ),
    _quiet: bool = typer.Option(False, "--quiet", "-q", help="Leave out progress and hints."),
) -> None:
    """Keep a team's OpenSpec specifications in git getting better with every commit, with a local model.

    Without a command it shows how far each active change is, who acts next, and the command that helps on.
    """
    if context.invoked_subcommand is not None:
        return
    from geoflow.cli.state import show_state

    try:
        show_state(as_json=as_json)
    except GeoflowError as error:
        # The document of a failure is chosen by what was typed, which a runner in the same process does not see.
        if not as_json and error.code == "no-openspec":
            print(context.get_help())
            sys.stderr.write(
                "There is no openspec/ here or above. Begin with: geoflow init (or look on: geoflow demo)\n"
            )
            return
        print_error(error, as_json=as_json)
        raise typer.Exit(int(error.exit_code)) from None


_VERBS = "The five verbs"
_BESIDE = "Beside them"

app.command("propose", rich_help_panel=_VERBS)(propose.propose)
app.command("review", rich_help_panel=_VERBS)(review.review)
app.command("ask", rich_help_panel=_VERBS)(ask.ask)
app.command("improve", rich_help_panel=_VERBS)(improve.improve)
app.add_typer(monitor.app, name="monitor", rich_help_panel=_VERBS)
app.command("feedback", rich_help_panel=_BESIDE)(feedback.feedback)
app.command("init", rich_help_panel=_BESIDE)(init.init)
app.command("demo", rich_help_panel=_BESIDE)(demo.demo)
app.command("validate", rich_help_panel=_BESIDE)(validate.validate)
app.command("list", rich_help_panel=_BESIDE)(list_.list_)
app.command("archive", rich_help_panel=_BESIDE)(archive.archive)
app.command("show", rich_help_panel=_BESIDE)(show.show)
app.command("rules", rich_help_panel=_BESIDE)(rules.rules)
app.command("watch", rich_help_panel=_BESIDE)(watch.watch)
app.command("doctor", rich_help_panel=_BESIDE)(doctor.doctor)
app.add_typer(hooks.app, name="hooks", rich_help_panel=_BESIDE)
app.add_typer(config.app, name="config", rich_help_panel=_BESIDE)
app.add_typer(model.app, name="model", rich_help_panel=_BESIDE)
app.add_typer(mcp.app, name="mcp", rich_help_panel=_BESIDE)
app.command("trust", rich_help_panel=_BESIDE)(trust.trust)
app.add_typer(bench.app, name="bench", rich_help_panel=_BESIDE)
