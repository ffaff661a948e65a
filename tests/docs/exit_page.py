"""The page of exit codes: what each means, which commands say so, and every error code, read off the source."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from geoflow.errors import ExitCode
from tests.docs.command_tree import commands
from tests.docs.markdown import code, page, table

SOURCE = Path(__file__).parents[2] / "geoflow"
MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.NO: "the command worked, and the answer is no: invalid, not specified, nothing kept, a threshold broken",
    ExitCode.USAGE: "typed wrong: an unknown option, name or value",
    ExitCode.ENVIRONMENT: "something around it is missing or broken: no git, no model server, an unreadable file",
    ExitCode.BUG: "a defect of geoflow; the traceback is shown",
    ExitCode.INTERRUPTED: "stopped by Ctrl-C; nothing is left half done",
}
_SAYS_SO = re.compile(r"[^.;:]*\b[Ee]xit(?: code)? 1(?!\d)[^.;]*")
_ABOUT = """
Every command ends with one of these. A failure is one sentence with a fix on stderr, and with `--json` a document
`geoflow.error/1` on stdout, whose `code` stays the same from version to version.
"""


class ErrorCode(NamedTuple):
    """A code of an error, the exit code that it comes with, and its message with … for what differs."""

    code: str
    exit_code: ExitCode
    message: str


def exit_page() -> str:
    """Write it."""
    meant = [(code(int(one)), MEANINGS[one]) for one in ExitCode]
    no = [(code(one.name), _SAYS_SO.findall(one.help)[0].strip()) for one in commands() if _SAYS_SO.search(one.help)]
    found = sorted({(one.code, int(one.exit_code)): one for one in error_codes()}.values())
    rows = [(code(one.code), code(int(one.exit_code)), one.message) for one in found]
    return page(
        "Exit codes",
        _ABOUT,
        table(("exit code", "means"), meant),
        "## When the answer is no\n",
        table(("command", "says"), no),
        "A review ends with 1 where a finding is at least as severe as `--fail-on` says.\n",
        "## Codes of errors\n",
        table(("code", "exit code", "message, such as"), rows),
    )


@lru_cache(maxsize=1)
def error_codes() -> tuple[ErrorCode, ...]:
    """Find every error code that stands in the source."""
    texts = (file.read_text("utf-8") for file in sorted(SOURCE.rglob("*.py")))
    trees = (ast.parse(text) for text in texts if "GeoflowError(" in text)
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return tuple(error for call in calls for error in _error(call))


def _error(call: ast.Call) -> Iterator[ErrorCode]:
    named = {one.arg: one.value for one in call.keywords if one.arg}
    name = named.get("code")
    is_error = isinstance(call.func, ast.Name) and call.func.id == "GeoflowError"
    if not is_error or not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return
    given = named.get("exit_code")
    exit_code = ExitCode[given.attr] if isinstance(given, ast.Attribute) else ExitCode.ENVIRONMENT
    yield ErrorCode(name.value, exit_code, _text(call.args[0]) if call.args else "")


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values]
        return re.sub("…+", "…", "".join(parts))
    return "…"
