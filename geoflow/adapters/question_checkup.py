"""What `geoflow doctor` says of the questions, the agents that may answer them, and looking up by meaning."""

from pathlib import Path

from geoflow.adapters.checkup import Check, failed
from geoflow.adapters.embedders import choose_embedder
from geoflow.adapters.mcp_config import read_servers
from geoflow.adapters.mcp_servers import TRUST, ServerList
from geoflow.adapters.tool_allowance import Allowance
from geoflow.errors import GeoflowError
from geoflow.ports import StoredQuestions
from geoflow.settings import ModelSettings, QuestionSettings, ToolSettings


def check_questions(stored: StoredQuestions) -> list[Check]:
    """Count the question files, and name those that cannot be read; nothing is started."""
    count = len(stored.questions)
    shown = Check("questions", "ok", f"{count} written down", facts={"questions": count, "broken": len(stored.broken)})
    broken = [
        Check("questions", "warn", f"{one.path}:{one.line} cannot be read: {one.reason}", "Mend the file there.")
        for one in stored.broken
    ]
    return [shown, *broken]


def check_agents(settings: QuestionSettings, servers_file: Path) -> list[Check]:
    """Tell which agents are asked, and those whose server is not there; none is started."""
    if not settings.agents:
        return []
    try:
        servers = read_servers(servers_file)
    except GeoflowError as error:
        return [failed("agents", "fail", error)]
    missing = [name for name in settings.agents if name not in servers and name.rpartition(":")[0] not in servers]
    facts = {"agents": list(settings.agents), "missing": missing}
    if missing:
        fix = f"Add the server to {servers_file}, or take it out of questions.agents."
        return [Check("agents", "fail", f"no server is named as in {', '.join(missing)}", fix, facts)]
    return [Check("agents", "ok", ", ".join(settings.agents), facts=facts)]


def check_tools(settings: ToolSettings, servers: ServerList) -> list[Check]:
    """Tell which tools a model may call, and which servers do not count and why; none is started."""
    inert = [
        Check("tools", "warn", f"the MCP server {name} does not count: {_reason(why)}", _fix(why))
        for name, why in servers.inert.items()
    ]
    if not settings.allow:
        return inert
    facts = {"allow": list(settings.allow), "servers": list(servers.servers)}
    wrong = Allowance(settings.allow).complaints(servers.servers)
    missing = {name: why for name, why in wrong.items() if name not in servers.inert}
    if missing:
        told = "; ".join(f"{name}: {why}" for name, why in missing.items())
        return [Check("tools", "fail", told, "Correct tools.allow, or add the server to mcp.json.", facts), *inert]
    return [Check("tools", "ok", f"a model may call {', '.join(settings.allow)}", facts=facts), *inert]


def _reason(why: str) -> str:
    return why.removesuffix(f": {TRUST}")


def _fix(why: str) -> str:
    return f"Look at it, and type: {TRUST}" if why.endswith(TRUST) else "Mend the file there."


def check_meaning(llm: ModelSettings, settings: QuestionSettings) -> Check:
    """Tell which model looks questions up by meaning; it is not loaded."""
    try:
        embedder = choose_embedder(llm, settings)
    except GeoflowError as error:
        return failed("meaning", "warn", error)
    name = embedder.name if embedder else ""
    text = name or "questions are looked up by their words alone"
    return Check("meaning", "ok", text, facts={"model": name or None})
