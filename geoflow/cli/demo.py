"""`geoflow demo`: the main job on a small repository, each command shown as a person would type it."""

import contextlib
import shlex
import shutil
import sys
from pathlib import Path

import typer

from geoflow.cli.render import printable

QUESTION = "What happens when the pressure sensor does not answer?"
BEFORE = (
    ("Are the specs valid OpenSpec?", ("validate", "--all")),
    ("What is wrong in them, by rule?", ("review", "--rules-only")),
    ("Keep the measures of this commit beside it in git.", ("monitor", "record")),
    ("Mend what can be mended without losing meaning, on a branch.", ("improve", "--budget", "3m")),
)
AFTER = (
    ("The measures that are kept.", ("monitor", "show")),
    ("What do the specs say?", ("ask", QUESTION)),
)


def demo(
    folder: Path = typer.Argument(Path("geoflow-demo"), metavar="[FOLDER]", help="A folder that is new or empty."),
) -> None:
    """Make a small repository of specs with flaws, and review, improve, measure and ask it before your eyes.

    Takes some minutes with a model; without one, only edits of form are made. Nothing outside FOLDER is touched.

    Example: geoflow demo my-demo
    """
    from geoflow.adapters.demo_repository import improve_branches, make_demo_repository, word_diff

    make_demo_repository(folder)
    print(f"A new repository in {printable(str(folder))}: the specs of a harbour's tide gauge, as teams write them.")
    with contextlib.chdir(folder):
        for why, arguments in BEFORE:
            _act(why, arguments)
        branches = improve_branches(Path())
        if branches:
            _announce("What the branch changes, word by word.", f"git diff -U0 --word-diff HEAD {branches[-1]}")
            sys.stdout.write(printable(word_diff(Path(), branches[-1])))
        for why, arguments in AFTER:
            _act(why, arguments)
    _say_next(folder, branches)


def _act(why: str, arguments: tuple[str, ...]) -> None:
    from geoflow.cli.app import app

    _announce(why, shlex.join(("geoflow", *arguments)))
    code = app(list(arguments), standalone_mode=False)
    sys.stdout.flush()
    if code:
        print(f"(exit code {code})")


def _announce(why: str, command: str) -> None:
    from rich.text import Text

    from geoflow.cli.render import answer_console

    console = answer_console()
    console.print()
    console.print(Text(f"# {why}", style="dim"), soft_wrap=True)
    console.print(Text(f"$ {command}", style="bold"), soft_wrap=True)
    sys.stdout.flush()


def _say_next(folder: Path, branches: list[str]) -> None:
    lines = ["", "Next, type:", f"  cd {shlex.quote(str(folder))}"]
    if shutil.which("geoflow") is None:
        lines.append(f'  export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    if branches:
        lines += [
            f"  git log -p {branches[-1]}        # each edit with the finding behind it",
            f"  git merge {branches[-1]}         # take them",
            "  geoflow monitor record && geoflow monitor show",
        ]
    lines += ["  geoflow review                  # what a tester says of them: a model, some minutes", ""]
    sys.stdout.write(printable("\n".join(lines)))
