"""`geoflow improve` typed in a test: what it says, or the document that it prints for scripts."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from geoflow.cli.app import app


def improve(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["improve", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def improved(*arguments: str) -> dict[str, Any]:
    found = json.loads(improve(*arguments, "--json").stdout)
    assert isinstance(found, dict)
    return found
