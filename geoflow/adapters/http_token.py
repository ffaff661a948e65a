"""The token that a client of geoflow's HTTP servers shows: given by the user, or made for one run."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from geoflow.errors import ExitCode, GeoflowError

VARIABLE = "GEOFLOW_MCP__TOKEN"
MONITOR_VARIABLE = "GEOFLOW_MONITOR__TOKEN"
_USABLE = re.compile(r"[!-~]{16,4096}")


def new_token() -> str:
    """Make a token that nobody guesses."""
    return secrets.token_urlsafe(32)


def given_token(environ: Mapping[str, str], file: Path | None, variable: str = VARIABLE) -> str:
    """Read the token that the user gave: the file's first line, else the variable; empty where there is none.

    Raises:
        GeoflowError: `token-unreadable`, `token-unusable`.
    """
    place = str(file) if file else variable
    token = _first_line(file) if file else environ.get(variable, "").strip()
    if (token or file) and not _USABLE.fullmatch(token):
        raise GeoflowError(
            f"The token in {place} is no token: 16 letters or more are needed, without blanks.",
            fix='Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
            code="token-unusable",
            exit_code=ExitCode.USAGE,
        )
    return token


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.readline(8192).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise GeoflowError(
            f"The token file {file} cannot be read: {reason.lower()}.",
            fix="Name a file with the token in its first line.",
            code="token-unreadable",
            exit_code=ExitCode.USAGE,
        ) from None
