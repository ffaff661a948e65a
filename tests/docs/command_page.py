"""The page of commands: the whole help of each, by Typer's own generator of documents."""

import re

import typer
from typer.cli import get_docs_for_click

from tests.docs.command_tree import Command, commands
from tests.docs.markdown import code, page, table

_EXAMPLE = re.compile(r"^(?:Example: geoflow[^\n]*\n?)+", re.MULTILINE)


def command_page() -> str:
    """Write it."""
    rows = [(f"[`{one.name}`](#{_anchor(one)})", one.first_sentence) for one in commands()[1:] if one.runs]
    return page(
        "Commands",
        "The help of every command, as `--help` shows it. Exit codes are on a [page of their own](exit-codes.md), and so "
        "are the [documents](json.md) that `--json` prints.",
        table(("command", "does"), rows),
        *(_section(one) for one in commands()),
    )


def _anchor(command: Command) -> str:
    return command.name.replace(" ", "-")


def _section(command: Command) -> str:
    context = typer.Context(command.typed, info_name=command.name)
    if command.is_group:
        return _of_group(command)
    text = get_docs_for_click(obj=command.typed, ctx=context, name=command.name, indent=1)
    return _with_examples(text.replace(f"## `{command.name}`", f"## {command.name}"))


def _of_group(command: Command) -> str:
    """Write a group without what is below it: that has sections of its own."""
    listed = "\n".join(f"- {code(one.name)}" for one in commands() if one.words[:-1] == command.words and one.words)
    parameters = [one for one in command.typed.params if one.param_type_name == "option" and getattr(one, "help", "")]
    rows = [(code(", ".join((*one.opts, *one.secondary_opts))), one.help) for one in parameters]
    options = "\n" + table(("option", "does"), rows) if rows else ""
    text = (command.typed.help or "").strip()
    return _with_examples(f"## {command.name}\n\n{text}\n{options}\nBelow it:\n\n{listed}\n")


def _with_examples(text: str) -> str:
    def fenced(match: re.Match[str]) -> str:
        lines = [line.removeprefix("Example: ") for line in match[0].strip().splitlines()]
        return "```console\n" + "".join(f"{line}\n" for line in lines) + "```\n"

    return _EXAMPLE.sub(fenced, text).rstrip("\n") + "\n"
