"""Every setting with what it means: one list for `config show`, for the file that `init` writes, and for the docs."""

import difflib
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, NamedTuple

from geoflow.adapters.setting_trust import USERS_OWN
from geoflow.adapters.setting_values import SECTIONS
from geoflow.errors import ExitCode, GeoflowError
from geoflow.settings import Settings


class Meaning(NamedTuple):
    """What a setting is for, one clause, and a value that shows how it is written in YAML."""

    text: str
    example: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `default` is its value where nobody sets it; `is_users` keeps a project's file from setting it."""

    name: str
    default: Any
    meaning: Meaning
    is_users: bool


SECRET = "llm.api_key"  # noqa: S105 - the setting's name
MEANINGS = {
    "llm.base_url": Meaning("the model server; none: no model; empty: find one", "http://127.0.0.1:1234/v1"),
    "llm.model": Meaning("the model that answers; empty: the one that is loaded", "qwen2.5-coder-1.5b"),
    SECRET: Meaning("the key for the model server; from the environment", ""),
    "llm.context_tokens": Meaning("how much the model reads at once; 0: ask the server", "8192"),
    "llm.first_token_timeout": Meaning("seconds until the first word of a reply", "300"),
    "llm.timeout": Meaning("seconds for a whole reply", "600"),
    "llm.embedded_idle": Meaning("seconds without work after which the embedded model's server ends", "1800"),
    "llm.parallel": Meaning("calls at a time, over all servers together", "4"),
    "llm.transcript": Meaning("what is kept of each call: full, replies, calls (figures only), off", "replies"),
    "llm.profile": Meaning("use the model as a small or a large one; bench: as its bench found it", "large"),
    "llm.executor": Meaning("where a run calls the model: threads, or a Dask scheduler", "dask://127.0.0.1:8786"),
    "rules.off": Meaning("codes of rules that nobody wants to hear of", "[GF301]"),
    "questions.people": Meaning("who is asked where CODEOWNERS names nobody", '["@ada", "@org/team"]'),
    "questions.me": Meaning("the names under which you are asked", '["@ada"]'),
    "questions.agents": Meaning("MCP servers that are asked before people: SERVER or SERVER:TOOL", "[memory]"),
    "questions.agent_timeout": Meaning("seconds that an agent has for an answer", "60"),
    "questions.embeddings": Meaning("look questions up by meaning as well: auto, off", "auto"),
    "questions.embedding_model": Meaning("the server's model that embeds", "text-embedding-nomic"),
    "tools.allow": Meaning("tools that the model may call; SERVER:* are those that only read", '["git:*"]'),
    "tools.timeout": Meaning("seconds for the start of a tool's server, and for a call", "20"),
    "tools.calls": Meaning("calls of tools in one run", "20"),
    "tools.result": Meaning("characters of a tool's result that are read", "4000"),
    "review.seats": Meaning("roles that an agent takes: ROLE=SERVER or ROLE=SERVER:TOOL", "[security=scanner]"),
    "review.allow": Meaning("findings let stand, each for a reason", "[{code: GF210, item: gate, reason: WHY}]"),
    "improve.learn": Meaning("what improve learns from outcomes with; none: nothing", "[filter, policy]"),
    "improve.veto": Meaning("the model may speak against an edit of its own, asked a second time", "false"),
    "monitor.check": Meaning("what measures must be", "[{measure: size.requirements, max_decrease: 0, level: warn}]"),
    "monitor.accept": Meaning("regressions let be on this branch", "[{measure: size.requirements, reason: WHY}]"),
}


def all_settings() -> Iterator[Setting]:
    """Give every setting, section by section, in the order in which they are declared."""
    for section, kind in SECTIONS.items():
        for field in fields(kind):
            name = f"{section}.{field.name}"
            default = getattr(getattr(Settings(), section), field.name) if field.default is MISSING else field.default
            yield Setting(name, default, MEANINGS[name], name in USERS_OWN or name == SECRET)


def setting_named(name: str) -> Setting:
    """Find a setting; GeoflowError `unknown-setting`, with the nearest right name."""
    known = {setting.name: setting for setting in all_settings()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    raise GeoflowError(
        f"There is no setting {name}{f'; did you mean {near[0]}?' if near else '.'}",
        fix="See them all with: geoflow config show",
        code="unknown-setting",
        exit_code=ExitCode.USAGE,
    )


def project_file() -> str:
    """Write a settings file for a project that sets nothing: every setting that it may make is a comment."""
    lines = [
        "# Settings of geoflow for everyone who clones this repository. Take the # away from what you want to set.",
        "# A flag and a variable such as GEOFLOW_LLM__MODEL weigh more, your own file less.",
        "# See what holds, and what says so, with: geoflow config show",
    ]
    section = ""
    for setting in all_settings():
        if setting.is_users:
            continue
        this, _, key = setting.name.partition(".")
        lines += ["", f"# {this}:"] if this != section else []
        section = this
        lines.append(f"#   {key}: {setting.meaning.example}  # {setting.meaning.text}")
    return "\n".join(lines) + "\n"
