"""`geoflow monitor push` and `pull`: records and kept runs to and from a remote."""

from typing import TYPE_CHECKING

import typer

from geoflow.cli.options import JsonDocument

if TYPE_CHECKING:
    from geoflow.adapters.git_exchange import Exchanged
    from geoflow.workflow.share_runs import SharedRuns

_REMOTE = typer.Argument("", help="The remote; the branch's own or `origin` unless given.", show_default=False)


def push(
    remote: str = _REMOTE,
    as_json: JsonDocument = False,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say where records would go, but exchange nothing."),
) -> None:
    """Push the records and the runs of improve to a remote, after the records there were merged with them.

    Example: geoflow monitor push
    """
    _exchange(remote, sending=True, as_json=as_json, dry_run=dry_run)


def pull(
    remote: str = _REMOTE,
    as_json: JsonDocument = False,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say where records would come from, but exchange nothing."),
) -> None:
    """Fetch the records and the runs of a remote and merge them with those here; nothing is lost.

    Example: geoflow monitor pull
    """
    _exchange(remote, sending=False, as_json=as_json, dry_run=dry_run)


def _exchange(remote: str, *, sending: bool, as_json: bool, dry_run: bool) -> None:
    from geoflow.adapters.git_exchange import Exchanged
    from geoflow.cli.context import open_repository
    from geoflow.cli.monitor_parts import SCHEMA
    from geoflow.cli.render import print_json, printable

    repository = open_repository()
    repository.commits.resolve("HEAD")
    exchange = repository.exchange
    name = exchange.remote(remote)
    if dry_run:
        done = Exchanged(name, pulled=False, pushed=False)
    elif sending:
        done = exchange.push(name)
    else:
        done = Exchanged(name, exchange.pull(name), pushed=False)
    runs = None if dry_run else _exchange_runs(name, sending=sending)
    if as_json:
        document = {"remote": done.remote, "pulled": done.pulled, "pushed": done.pushed}
        shared = runs.document() if runs else {"runs": [], "refused": {}}
        print_json({"schema": SCHEMA, **document, "runs": shared["runs"], "refused": shared["refused"]})
        return
    if dry_run:
        print(f"Records would be {'pushed to' if sending else 'pulled from'} {printable(name)}.")
    else:
        _show(done, runs, sending=sending)


def _show(done: "Exchanged", runs: "SharedRuns | None", *, sending: bool) -> None:
    from geoflow.cli.render import one_line, printable

    shown = printable(done.remote)
    if done.pulled:
        print(f"Records of {shown} were merged with those here.")
    if done.pushed:
        print(f"The records here were pushed to {shown}.")
    if runs and runs.moved:
        count = len(runs.moved)
        print(f"{count} run{'' if count == 1 else 's'} of improve {'went to' if sending else 'came from'} {shown}.")
    for run, why in runs.refused.items() if runs else ():
        print(one_line(f"refused: {run}: {why}"))
    if not (done.pulled or done.pushed or (runs and (runs.moved or runs.refused))):
        print(f"There is nothing new {'for' if sending else 'at'} {shown}.")


def _exchange_runs(remote: str, *, sending: bool) -> "SharedRuns":
    """Exchange the kept runs of improve, so that outcomes can be told and learnt from on every machine."""
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.git_run_exchange import GitRunExchange
    from geoflow.cli.context import find_root_or_fail
    from geoflow.workflow.share_runs import pull_runs, push_runs

    exchange = GitRunExchange(GitProcess(find_root_or_fail()), remote)
    return push_runs(exchange) if sending else pull_runs(exchange)
