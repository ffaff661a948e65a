"""`geoflow monitor record --hook`: what a git hook runs after each commit. Light: most commits change no spec."""

import os
import sys

from geoflow.adapters.git_quick import is_openspec_unchanged
from geoflow.openspec.disk import find_root

_PATIENCE = 5.0  # seconds that a commit may have to wait for others that write records
_NOTHING = ("nothing-to-measure", "no-openspec")


def record_for_hook(*, dry_run: bool = False) -> int:
    """Record the commit that is checked out unless it changed nothing below `openspec/`; always 0.

    A commit must never fail for its figures: what goes wrong is one line on stderr, and `backfill` mends it.
    """
    try:
        root = find_root(os.getcwd())  # noqa: PTH109 (pathlib costs more than the whole command)
        if root is not None and not is_openspec_unchanged(root):
            _record(root, dry_run=dry_run)
    except Exception as error:  # noqa: BLE001 (a hook reports even a defect of geoflow in one line)
        if getattr(error, "code", "") not in _NOTHING:
            _say(error)
    except KeyboardInterrupt:
        _say("it was stopped")
    return 0


def _record(root: str, *, dry_run: bool) -> None:
    from pathlib import Path

    from geoflow.adapters.kept_file import KeptFile
    from geoflow.cli.monitor_parts import open_recorder
    from geoflow.workflow.record_snapshot import record_snapshot

    file = KeptFile(root, "figures")
    figures = file.read()
    repository, recorder = open_recorder(Path(root), patience=_PATIENCE, figures=figures)
    recorded = record_snapshot(recorder, complete=False, dry_run=dry_run)
    if not dry_run:
        file.write(figures)
    if recorded.written:
        from geoflow.cli.alerting import keep_alerts

        keep_alerts(Path(root), repository, recorded.snapshot.commit)


def _say(reason: object) -> None:
    from geoflow.cli.render import printable

    said = " ".join(printable(str(reason)).split()).rstrip(".")
    sys.stderr.write(f"geoflow: the commit's measures were not recorded: {said}; later: geoflow monitor backfill\n")
