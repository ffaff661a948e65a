"""`geoflow trust`: what this repository would reach or change, and whether it may."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.adapters.trust_store import TrustedRepository, TrustItem, TrustStore

_STATES = {"trusted": "trusted", "changed": "changed since you trusted it", "new": "not trusted"}


def trust(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: trust what is shown.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="Show it, and what is trusted elsewhere.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Trust nothing here any more.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Show what this repository would reach or change on your machine, and let it, as long as it stays as it is.

    A model server on another machine, prompts of the project's own, and MCP servers and tools that it names count for
    nothing until you say so here. What you trust is kept in your own data folder, by its hash: whatever changes is
    inert again.

    Example: geoflow trust --list
    """
    from geoflow.adapters.folders import trust_folder
    from geoflow.adapters.trust_items import items_of
    from geoflow.adapters.trust_store import TrustStore
    from geoflow.cli.context import find_root_or_fail

    if list_only + revoke + yes > 1:
        raise GeoflowError(
            "--list, --revoke and --yes ask for different things.",
            fix="Name one of them.",
            code="bad-options",
            exit_code=ExitCode.USAGE,
        )
    root, store = find_root_or_fail(), TrustStore(trust_folder())
    if revoke:
        _revoke(root, store, as_json=as_json)
        return
    items, broken = items_of(root)
    states = {item.name: str(store.state(root, item)) for item in items}
    if not as_json:
        _show(root, items, states, broken)
    granted = not list_only and any(state != "trusted" for state in states.values())
    if granted:
        _confirm(yes=yes, silent=as_json)
        store.grant(root, items)
        states = dict.fromkeys(states, "trusted")
    elsewhere = [one for one in store.repositories() if one.root != root.resolve()] if list_only else []
    if as_json:
        document = _document(root, items, states) | {"granted": granted, "elsewhere": _elsewhere(elsewhere)}
        print_json(document | {"broken": [{"why": why, "fix": fix} for why, fix in broken.items()]})
    elif granted:
        print("Trusted, as long as it stays as it is. Take it back with: geoflow trust --revoke")
    for one in elsewhere if not as_json else ():
        print(f"elsewhere: {printable(str(one.root))}  {_count(len(one.digests))} since {printable(one.since)}")


def _revoke(root: Path, store: "TrustStore", *, as_json: bool) -> None:
    revoked = store.revoke(root)
    if as_json:
        print_json({"schema": "geoflow.trust/1", "repository": str(root.resolve()), "revoked": revoked})
    else:
        print("Nothing here is trusted any more." if revoked else "Nothing here was trusted.")


def _show(root: Path, items: "Sequence[TrustItem]", states: dict[str, str], broken: dict[str, str]) -> None:
    from geoflow.adapters.prompt_overrides import FOLDER, read_overrides

    if not items and not broken:
        print("This repository asks for nothing that needs your trust.")
    for item in items:
        print(f"{printable(item.path)}  {_STATES[states[item.name]]}")
        print(f"    {printable(item.effect)}")
    for why in broken:
        print(f"never used: {printable(_one_line(why))}")
    for name, why in read_overrides(root).unusable.items():
        print(f"{FOLDER}/{printable(_one_line(name))}  never used: {printable(why)}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _confirm(*, yes: bool, silent: bool) -> None:
    if yes:
        return
    if silent or not _on_a_terminal():
        raise GeoflowError(
            "Nobody is there to say that this repository is to be trusted.",
            fix="Look at it with `geoflow trust --list`, then type: geoflow trust --yes",
            code="trust-unconfirmed",
            exit_code=ExitCode.NO,
        )
    if not typer.confirm("Trust it with all of this?", default=False, err=True):
        raise GeoflowError(
            "Nothing was trusted.",
            fix="geoflow works without: its own prompts, and a model on this machine.",
            code="trust-declined",
            exit_code=ExitCode.NO,
        )


def _on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _document(root: Path, items: "Sequence[TrustItem]", states: dict[str, str]) -> dict[str, object]:
    from geoflow.adapters.prompt_overrides import FOLDER, read_overrides

    shown = [
        {
            "kind": item.kind,
            "name": item.name,
            "path": item.path,
            "effect": item.effect,
            "sha256": item.digest,
            "state": states[item.name],
        }
        for item in items
    ]
    unusable = [{"path": f"{FOLDER}/{name}", "why": why} for name, why in read_overrides(root).unusable.items()]
    return {"schema": "geoflow.trust/1", "repository": str(root.resolve()), "items": shown, "unusable": unusable}


def _elsewhere(repositories: "Sequence[TrustedRepository]") -> list[dict[str, object]]:
    return [{"repository": str(one.root), "since": one.since, "items": sorted(one.digests)} for one in repositories]


def _count(number: int) -> str:
    return f"{number} thing{'' if number == 1 else 's'} trusted"
