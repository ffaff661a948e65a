"""The desk behind the tools of `geoflow mcp` that start long work and follow it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoflow.cli.mcp_rows import MOST_ROWS, cut
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.mcp_results import Run, Started
    from geoflow.adapters.run_state import RunState
    from geoflow.adapters.runs import Runs

REVIEW_BUDGET = "10m"
LONGEST_SECONDS = 3600
"""What a run may take at the most: nobody may be there to end it."""
_TEN_MINUTES = 600
_MOST_AT_A_TIME = {"improve": 1, "review": 2}


class Jobs:
    """The `RunDesk` of the MCP server on one root: the command line itself does the work, in a process of its own."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def improve(self, targets: tuple[str, ...], budget: str) -> "Started":
        """Start an improve run.

        Raises:
            GeoflowError: `budget-unreadable`, `budget-too-large`, `unknown-item`, `run-in-progress`.
        """
        return self._start("improve", ["--budget", _bounded_budget(budget)], targets)

    def review(self, target: str, roles: str) -> "Started":
        """Start a review with roles; GeoflowError `unknown-role`, `unknown-item`, `run-in-progress`."""
        # An agent's rounds come by `submit_review`, which not every server allows.
        options = ["--fail-on", "never", "--no-record", "--roles", _known_roles(roles), "--budget", REVIEW_BUDGET]
        return self._start("review", options, (target,) if target else ())

    def get_run(self, run: str) -> "Run":
        """Tell how far a run is; GeoflowError `unknown-run`."""
        return _shown(self._runs().look(run))

    def cancel_run(self, run: str, *, may_improve: bool) -> "Run":
        """End a run; GeoflowError `unknown-run`, `not-allowed`."""
        runs = self._runs()
        if runs.look(run).kind == "improve" and not may_improve:
            raise GeoflowError(
                "This server may not end improve runs.",
                fix="Have a person start it with: geoflow mcp --capability improve",
                code="not-allowed",
                exit_code=ExitCode.USAGE,
            )
        return _shown(runs.cancel(run))

    def _start(self, verb: str, options: list[str], targets: tuple[str, ...]) -> "Started":
        self._require_known(targets)
        # With -P no module of the folder it works in can pass for one of geoflow's, and nothing after -- is an option.
        command = [sys.executable, "-P", "-m", "geoflow", verb, "--json", *options, "--", *targets]
        started = self._runs().start(verb, command, self._root, _MOST_AT_A_TIME[verb])
        return {"run": started.run, "state": started.state}

    def _require_known(self, targets: tuple[str, ...]) -> None:
        from geoflow.openspec import read_tree
        from geoflow.openspec.disk import load
        from geoflow.workflow.named_items import path_prefixes

        if targets:
            tree = read_tree(load(str(self._root)))
            path_prefixes(tree, targets, fix="Take ids that `validate` or `search_specs` gives.")

    def _runs(self) -> "Runs":
        from geoflow.adapters.runs import Runs
        from geoflow.cli.context import private_folder

        return Runs(private_folder(self._root) / "mcp-runs")


def _bounded_budget(text: str) -> str:
    """Write a budget anew that has a limit of time; GeoflowError `budget-unreadable`, `budget-too-large`."""
    from geoflow.workflow.limits import read_limits

    limits = read_limits(text)
    seconds = _TEN_MINUTES if limits.seconds is None else limits.seconds
    if seconds > LONGEST_SECONDS:
        raise GeoflowError(
            f"A run may take {LONGEST_SECONDS // 60} minutes at the most.",
            fix="Give it less, as in 30m, and start another one later.",
            code="budget-too-large",
            exit_code=ExitCode.USAGE,
        )
    parts = [f"{seconds:f}s"]
    parts += [f"{limits.calls}calls"] if limits.calls is not None else []
    parts += [f"{limits.tokens}tokens"] if limits.tokens is not None else []
    return ",".join(parts)


def _known_roles(text: str) -> str:
    from geoflow.quality.roles import NAMES

    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in NAMES and name != "all"]
    if unknown or not names:
        raise GeoflowError(
            f"There is no role named {unknown[0]}." if unknown else "No role is named.",
            fix=f"Name some of: {', '.join(NAMES)}; or all.",
            code="unknown-role",
            exit_code=ExitCode.USAGE,
        )
    return "all" if "all" in names else ",".join(names)


def _shown(state: "RunState") -> "Run":
    return {
        "run": state.run,
        "state": state.state,
        "progress": state.progress,
        "result": _bounded(state.result) if state.result else {},
        "error": state.error or {},
    }


def _bounded(document: dict[str, Any]) -> dict[str, Any]:
    """Cut a result to what one reply holds; what its lists have no room for is counted."""
    lists = {name: value for name, value in document.items() if isinstance(value, list)}
    left_out = sum(max(0, len(value) - MOST_ROWS) for value in lists.values())
    bounded: dict[str, Any] = cut(document | {name: value[:MOST_ROWS] for name, value in lists.items()})
    return bounded | {"left_out": left_out}
