"""Kept runs exchanged with a remote: afterwards both sides have them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geoflow.ports import RunExchange

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class SharedRuns:
    """What was exchanged: {name on the sending side: name on the other one}, and why runs were refused, by name."""

    remote: str
    moved: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {"remote": self.remote, "runs": sorted(self.moved.values()), "refused": dict(self.refused)}


def push_runs(exchange: RunExchange) -> SharedRuns:
    """Push the runs that the remote does not have.

    Raises:
        GeoflowError: `remote-unreachable`.
    """
    missing = names_for(exchange.here(), exchange.there())
    refused = exchange.push(missing) if missing else {}
    moved = {here: there for here, there in missing.items() if here not in refused}
    return SharedRuns(exchange.remote, moved, refused)


def pull_runs(exchange: RunExchange) -> SharedRuns:
    """Fetch the runs that are not here.

    Raises:
        GeoflowError: `remote-unreachable`; what git says of a ref that cannot be written.
    """
    missing = names_for(exchange.there(), exchange.here())
    if missing:
        exchange.fetch(missing)
    return SharedRuns(exchange.remote, missing)


def names_for(source: Mapping[str, str], target: Mapping[str, str]) -> dict[str, str]:
    """Name the runs of one side ({name: commit}) that the other one has under no name: {its name: the name there}.

    A run whose name another one has there gets its commit behind it, so that neither is lost.
    """
    known = set(target.values())
    names: dict[str, str] = {}
    for name, commit in sorted(source.items()):
        if commit in known:
            continue
        names[name] = name if name not in target else f"{name.partition('+')[0]}+{commit[:_SHOWN]}"
        known.add(commit)
    return {name: there for name, there in names.items() if there not in target}
