"""Join what the tools of `geoflow mcp` work with."""

from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.mcp_checks import Checks
from geoflow.cli.mcp_cycle import Changing
from geoflow.cli.mcp_pages import Pages
from geoflow.cli.mcp_questions import Questions
from geoflow.cli.mcp_runs import Jobs

if TYPE_CHECKING:
    from geoflow.adapters.mcp_server_tools import Desks


def open_desks(root: Path) -> "Desks":
    """Open the desks on one root."""
    from geoflow.adapters.mcp_server_tools import Desks

    return Desks(Questions(root), Checks(root), Changing(root), Jobs(root), Pages(root))
