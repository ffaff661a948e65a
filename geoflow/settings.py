"""The settings: plain values with their defaults. Reading them from files and environment is an adapter's work."""

from dataclasses import dataclass, field
from typing import Literal

Kept = Literal["full", "replies", "calls", "off"]
Profile = Literal["bench", "small", "large"]
Embeddings = Literal["auto", "off"]


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Section `llm`. Times are seconds.

    `base_url` empty means: find a server; `none` means: no model at all; several addresses are separated by commas and
    asked in this order. `context_tokens` 0 means: ask the server. `embedded_idle` is how long the embedded server stays
    without work. `parallel` is the number of calls at a time, over all servers together. `transcript` is what is kept
    of a call: its figures and the reply, and the prompt as well (`full`), or the figures alone (`calls`), or nothing.
    `profile` says whether the model is used as a small or a large one, or as its last bench found it.
    `executor` is where the calls of a run are made: `threads` of this machine, or the workers of a Dask scheduler at
    `dask://HOST:PORT` or `tls://HOST:PORT`.
    """

    base_url: str = ""
    model: str = ""
    api_key: str = field(default="", repr=False)
    context_tokens: int = 0
    first_token_timeout: float = 300.0
    timeout: float = 600.0
    embedded_idle: float = 1800.0
    parallel: int = 1
    transcript: Kept = "replies"
    profile: Profile = "bench"
    executor: str = "threads"


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Section `rules`. `off` are the codes of rules that nobody wants to hear of, such as `GF301`."""

    off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSettings:
    """Section `questions`.

    `people` may answer where CODEOWNERS names nobody; `me` are the names under which this user is asked (`@ada`,
    `@org/team`). `agents` are asked before people, each as `server` or `server:tool` of the user's `mcp.json`.
    `embeddings` says whether questions are also looked up by meaning, `embedding_model` by which model of the server.
    """

    people: tuple[str, ...] = ()
    me: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    agent_timeout: float = 60.0
    embeddings: Embeddings = "auto"
    embedding_model: str = ""


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """Section `tools`: what a model may call.

    `allow` names tools of the servers of `mcp.json`: `memory:search_nodes`, or `git:*` for those of `git` that say
    they only read. `timeout` is in seconds, for the start of a server and for a call; `calls` are those of one run,
    `result` the characters of a result that are read.
    """

    allow: tuple[str, ...] = ()
    timeout: float = 20.0
    calls: int = 20
    result: int = 4000


@dataclass(frozen=True, slots=True)
class Allowed:
    """Findings of a rule that are let stand, and why.

    `item` is the id of a spec or change, or a glob over paths such as `openspec/specs/billing/*`; `requirement` a name.
    Each may be empty: then it is let stand everywhere.
    """

    code: str
    item: str = ""
    requirement: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """Section `review`.

    `seats` are roles that an agent takes, each as `security=SERVER` or `security=SERVER:TOOL`; `allow` are findings
    that are let stand.
    """

    seats: tuple[str, ...] = ()
    allow: tuple[Allowed, ...] = ()


LEARNERS = ("filter", "policy", "induction", "lessons", "prompts")


@dataclass(frozen=True, slots=True)
class ImproveSettings:
    """Section `improve`.

    `learn` names the learners that are on; `none` switches all off. `veto` lets the model read each
    edit of words a second time and speak against it.
    """

    learn: tuple[str, ...] = LEARNERS
    veto: bool = False


Level = Literal["warn", "fail"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a measure must be: at least `min`, at most `max`, and against the baseline not more up or down than said."""

    measure: str
    min: float | None = None
    max: float | None = None
    max_decrease: float | None = None
    max_increase: float | None = None
    level: Level = "fail"

    def rules(self) -> dict[str, float]:
        """Give the rules that are set, {name: limit}."""
        named = {name: getattr(self, name) for name in ("min", "max", "max_decrease", "max_increase")}
        return {name: limit for name, limit in named.items() if limit is not None}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A regression that people let be: the measure, and why. It counts on the branch that adds it."""

    measure: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MonitorSettings:
    """Section `monitor`: what `geoflow monitor check` goes by."""

    check: tuple[Threshold, ...] = ()
    accept: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a project."""

    llm: ModelSettings = field(default_factory=ModelSettings)
    rules: RuleSettings = field(default_factory=RuleSettings)
    questions: QuestionSettings = field(default_factory=QuestionSettings)
    tools: ToolSettings = field(default_factory=ToolSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    improve: ImproveSettings = field(default_factory=ImproveSettings)
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
