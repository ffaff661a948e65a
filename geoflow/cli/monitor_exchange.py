"""`geoflow monitor push` and `pull`: records to and from a remote."""

import typer

_REMOTE = typer.Argument("", help="The remote; the branch's own or `origin` unless given.", show_default=False)


def push(
    remote: str = _REMOTE,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say where records would go, but exchange nothing."),
) -> None:
    """Push the records to a remote, after those there were fetched and merged with them.

    Example: geoflow monitor push
    """
    _exchange(remote, sending=True, as_json=as_json, dry_run=dry_run)


def pull(
    remote: str = _REMOTE,
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say where records would come from, but exchange nothing."),
) -> None:
    """Fetch the records of a remote and merge them with those here; no record is lost.

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
    # What else geoflow keeps in refs of its own is exchanged here too, part by part.
    exchange = repository.exchange
    name = exchange.remote(remote)
    if dry_run:
        done = Exchanged(name, pulled=False, pushed=False)
    elif sending:
        done = exchange.push(name)
    else:
        done = Exchanged(name, exchange.pull(name), pushed=False)
    if as_json:
        print_json({"schema": SCHEMA, "remote": done.remote, "pulled": done.pulled, "pushed": done.pushed})
        return
    shown = printable(name)
    if dry_run:
        print(f"Records would be {'pushed to' if sending else 'pulled from'} {shown}.")
        return
    if done.pulled:
        print(f"Records of {shown} were merged with those here.")
    if done.pushed:
        print(f"The records here were pushed to {shown}.")
    if not done.pulled and not done.pushed:
        print(f"There is nothing new {'for' if sending else 'at'} {shown}.")
