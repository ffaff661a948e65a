"""How answers and errors look: answers on stdout, talk on stderr, JSON as one document."""

import sys
from typing import TYPE_CHECKING, Any

from geoflow.cli.looks import console_options
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from rich.console import Console


def printable(text: str) -> str:
    """Make text from a spec, model or tool safe for a terminal: control characters become visible escapes."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character in "\n\t" or (character.isprintable() and not "\ud800" <= character <= "\udfff")
        else f"\\x{ord(character):02x}"
        for character in text
    )


def one_line(text: str) -> str:
    """Make text safe for a terminal and keep it on its line, so that a name cannot write a report's next line."""
    return printable(text).replace("\n", "\\x0a").replace("\t", "\\x09")


def answer_console() -> "Console":
    """Make the console of the answer (stdout); text that is printed is never read as markup."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False, **console_options())


def talk_console() -> "Console":
    """Make the console of everything else (stderr)."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False, **console_options())


def print_json(document: dict[str, Any]) -> None:
    """Write one JSON document to stdout; it has a `schema` field. What a terminal would obey is escaped."""
    import json

    from geoflow.adapters.unseen import unseen_escaped
    from geoflow.cli.json_text import encodable

    sys.stdout.write(encodable(unseen_escaped(json.dumps(document, indent=2, ensure_ascii=False))) + "\n")


def print_error(error: GeoflowError, *, as_json: bool) -> None:
    """Show an expected failure: on stderr for people, as a document on stdout for scripts."""
    if as_json:
        print_json({"schema": "geoflow.error/1", "code": error.code, "message": error.message, "fix": error.fix})
        return
    sys.stderr.write(f"geoflow: {printable(error.message)}\n")
    if error.fix:
        sys.stderr.write(f"  fix: {printable(error.fix)}\n")
