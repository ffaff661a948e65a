"""What an agent may say to geoflow's own MCP server; everything else is refused before anything is looked up."""

import re
import unicodedata
from collections.abc import Sequence

from geoflow.errors import ExitCode, GeoflowError

LONGEST_TEXT = 4_000
"""Characters of a question, a query or an answer."""
_LONGEST_NAME = 300
_MOST_OPTIONS = 10
_MOST_ITEMS = 100
_LONGEST_AUTHOR = 60
_ID = re.compile(r"[^\s./\\][^\s/\\]{0,199}")
_UNSEEN = frozenset({"Cc", "Cs"})
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))  # marks that reorder what is shown


def check_text(name: str, text: str, longest: int = LONGEST_TEXT) -> str:
    """Give a text without the space around it.

    Raises:
        GeoflowError: `argument-empty`, `argument-too-long`, `argument-unreadable` for control characters.
    """
    if len(text) > longest:
        raise _refused(
            f"`{name}` has {len(text):,} characters; {longest:,} are the most.", "Make it shorter.", "too-long"
        )
    if any(_is_control(sign) for sign in text):
        raise _refused(f"`{name}` holds control characters.", "Send plain text.", "unreadable")
    if not text.strip():
        raise _refused(f"`{name}` is empty.", "Say it in words.", "empty")
    return text.strip()


def check_item(name: str, text: str) -> str:
    """Give the name of a spec or change, empty where none was given; errors are those of `check_text`."""
    return check_text(name, text, _LONGEST_NAME) if text else ""


def check_items(name: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Give the names of specs or changes; `argument-too-long` for too many, and what `check_text` raises."""
    if len(texts) > _MOST_ITEMS:
        raise _refused(f"`{name}` names {len(texts)}; {_MOST_ITEMS} are the most.", "Name fewer.", "too-long")
    return tuple(check_text(name, text, _LONGEST_NAME) for text in texts)


def check_id(text: str, name: str = "id", fix: str = "Take an id that `list_questions` or `ask_question` gave.") -> str:
    """Give the id of a question, or of what `name` and `fix` say.

    Raises:
        GeoflowError: `argument-unreadable` for what can be none, such as a path.
    """
    if not _ID.fullmatch(text) or any(map(_is_control, text)):
        raise _refused(f"`{name}` is no id.", fix, "unreadable")
    return text


def check_place(text: str) -> str:
    """Give the place of a requirement, `PATH[:LINE]` below openspec/, empty where none was given.

    Raises:
        GeoflowError: `outside-openspec` for another path, and what `check_text` raises.
    """
    if not text:
        return ""
    place = check_text("about", text, _LONGEST_NAME)
    parts = place.split("/")
    if parts[0] != "openspec" or len(parts) < 2 or ".." in parts or "\\" in place:
        raise GeoflowError(
            "`about` names no file below openspec/.",
            fix="Name it as in openspec/specs/login/spec.md:12.",
            code="outside-openspec",
            exit_code=ExitCode.USAGE,
        )
    return place


def check_options(options: Sequence[str]) -> tuple[str, ...]:
    """Give the answers to choose from; `argument-too-long` for too many, and what `check_text` raises."""
    if len(options) > _MOST_OPTIONS:
        raise _refused(f"There are {len(options)} options; {_MOST_OPTIONS} are the most.", "Offer fewer.", "too-long")
    return tuple(check_text("options", option, _LONGEST_NAME) for option in options)


def author(client: str) -> str:
    """Name a client as the author of what it says: on one line, cut, and unlike a person's `Name <email>`."""
    seen = "".join(" " if _is_control(sign) or sign in "<>@" else sign for sign in client[:1_000])
    return f"{' '.join(seen.split())[:_LONGEST_AUTHOR].strip() or 'an agent'} (over MCP)"


def _is_control(sign: str) -> bool:
    return (sign not in "\n\t\r" and unicodedata.category(sign) in _UNSEEN) or sign in _TURNING


def _refused(message: str, fix: str, kind: str) -> GeoflowError:
    return GeoflowError(message, fix=fix, code=f"argument-{kind}", exit_code=ExitCode.USAGE)
