"""The commands as Typer knows them, and lines that somebody wrote down checked against them."""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from typer.main import get_command

from geoflow.cli.app import app


class Command(NamedTuple):
    """A command: its words, what Typer knows of it, whether other commands are below it."""

    words: tuple[str, ...]
    typed: Any
    is_group: bool

    @property
    def name(self) -> str:
        """Give it as it is typed."""
        return " ".join(("geoflow", *self.words))

    @property
    def help(self) -> str:
        """Give the whole help text on one line."""
        return " ".join((self.typed.help or "").split())

    @property
    def first_sentence(self) -> str:
        """Give the first sentence of the help, without its full stop."""
        return re.split(r"\.(?:\s|$)", self.help)[0]

    @property
    def runs(self) -> bool:
        """Tell whether it does something itself."""
        return not self.is_group or bool(self.typed.invoke_without_command)


@lru_cache(maxsize=1)
def commands() -> tuple[Command, ...]:
    """List every command and group in the order of the help, the program itself first."""
    root = get_command(app)
    return (Command((), root, is_group=True), *_below(root, ()))


def _below(group: Any, words: tuple[str, ...]) -> Iterator[Command]:
    for name, child in getattr(group, "commands", {}).items():
        if getattr(child, "hidden", False):
            continue
        found = Command((*words, name), child, hasattr(child, "commands"))
        yield found
        yield from _below(child, found.words)


def command_of(words: Sequence[str]) -> Command:
    """Find the command that words behind `geoflow` name; the rest are its arguments."""
    known = {one.words: one for one in commands()}
    path: tuple[str, ...] = ()
    for word in words:
        if (*path, word) not in known:
            break
        path = (*path, word)
    return known[path]


_LINE = re.compile(r"^[ \t]*(?:\$ |- run: )?(?:nice -n \d+ )?(geoflow(?:[ \t][^\n]*)?)$", re.MULTILINE)
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(geoflow(?: [^`\n]*)?)`")
_META = re.compile(r"\[OPTIONS\]|\.\.\.")
_END = re.compile(r"\s(?:#|\||&&|>|;|\\$)")


def written_lines(markdown: str) -> list[str]:
    """List the `geoflow ...` lines of a document: those in fenced blocks, and those in code spans."""
    fenced = [line for block in _FENCE.findall(markdown) for line in _LINE.findall(block)]
    prose = " ".join(_FENCE.sub("", markdown).split("\n"))
    return [*fenced, *_INLINE.findall(prose)]


def what_is_wrong(line: str) -> str:
    """Say why a line cannot be typed, as a clause; empty where it can: its command and every option exist."""
    try:
        words = shlex.split(_META.sub("", _END.split(line)[0]).rstrip("."))[1:]
    except ValueError as error:
        return str(error)
    command = command_of(words)
    words = words[len(command.words) :]
    if words and not words[0].startswith("-") and not command.words:
        return f"there is no command {words[0]}"
    if words and not words[0].startswith("-") and not _takes_arguments(command):
        return f"{command.name} takes no {words[0]}"
    options = {name for one in command.typed.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in options]
    if unknown:
        return f"{command.name} has no option {unknown[0]}"
    stray = [word for word in words if not word.startswith("-")] if not _takes_words(command) else []
    return f"{command.name} takes no {stray[0]}" if stray else ""


def _takes_arguments(command: Command) -> bool:
    return any(one.param_type_name == "argument" for one in command.typed.params)


def _takes_words(command: Command) -> bool:
    """Tell whether a word that is no option may stand behind it: an argument, or the value of an option."""
    values = [one for one in command.typed.params if one.param_type_name == "option" and not one.is_flag]
    return _takes_arguments(command) or bool(values)
