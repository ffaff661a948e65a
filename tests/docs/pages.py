"""Every generated page by its name in `.github/docs/`."""

from collections.abc import Callable
from pathlib import Path

from tests.docs.command_page import command_page
from tests.docs.exit_page import exit_page
from tests.docs.json_page import SCHEMA_FILE, json_page, schema_file
from tests.docs.markdown import page
from tests.docs.mcp_page import mcp_page
from tests.docs.measure_page import measure_page
from tests.docs.picture import session_picture
from tests.docs.rule_page import rule_page
from tests.docs.setting_page import setting_page

FOLDER = Path(__file__).parents[2] / ".github" / "docs"


def index_page() -> str:
    """Write the list of pages."""
    return page(
        "Reference",
        "What geoflow's code says of itself.",
        "- [Commands](commands.md): the whole help of each\n"
        "- [Rules](rules.md): every code of a finding, with examples, and how to let it stand\n"
        "- [Measures](measures.md): what `geoflow monitor` measures\n"
        "- [Settings](settings.md): keys, defaults, variables, and what a repository may set\n"
        "- [Exit codes](exit-codes.md): and the codes of errors\n"
        "- [JSON documents](json.md): what `--json` prints, field by field\n"
        "- [MCP](mcp.md): tools, resources and prompts for agents\n",
    )


PAGES: dict[str, Callable[[], str]] = {
    "README.md": index_page,
    "commands.md": command_page,
    "rules.md": rule_page,
    "measures.md": measure_page,
    "settings.md": setting_page,
    "exit-codes.md": exit_page,
    "json.md": json_page,
    SCHEMA_FILE: schema_file,
    "mcp.md": mcp_page,
    "session.svg": session_picture,
}
