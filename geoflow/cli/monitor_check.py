"""`geoflow monitor check`."""

from typing import TYPE_CHECKING

import typer

from geoflow.cli.looks import hint
from geoflow.cli.options import JsonDocument

if TYPE_CHECKING:
    from geoflow.workflow.check_measures import CheckResult

_MARKS = {"pass": "ok  ", "warn": "warn", "fail": "FAIL", "skipped": "skip"}


def check(
    against: str = typer.Option(
        "", "--against", help="A branch or commit; the remote's or the local main branch unless given."
    ),
    as_json: JsonDocument = False,
) -> None:
    """Check the measures of HEAD against thresholds in openspec/geoflow.yaml; exit 1 where one fails.

    The baseline is where HEAD and the branch part, or the commit before HEAD where they do not.

    Example: geoflow monitor check --against main
    """
    from geoflow.adapters.setting_values import PROJECT_FILE
    from geoflow.adapters.settings_file import project_monitor
    from geoflow.cli.alerting import baseline_of
    from geoflow.cli.monitor_parts import SCHEMA, open_recorder
    from geoflow.cli.progress import progress_bar
    from geoflow.cli.render import print_json
    from geoflow.errors import ExitCode
    from geoflow.workflow.check_measures import check_measures

    repository, recorder = open_recorder()
    baseline = baseline_of(repository, against)
    with progress_bar() as progress:
        result = check_measures(recorder, baseline, PROJECT_FILE, project_monitor, progress)
    if as_json:
        checks = [one.document() for one in result.checks]
        sides = {"before": result.before, "after": result.after, "failed": result.fails}
        print_json({"schema": SCHEMA, **sides, "checks": checks})
    else:
        _print(result)
    if result.fails:
        raise typer.Exit(int(ExitCode.NO))


def _print(result: "CheckResult") -> None:
    from geoflow.cli.render import one_line

    for one in result.checks:
        accepted = f"; accepted: {one.accepted}" if one.accepted else ""
        print(f"{_MARKS[one.verdict]}  {one.measure}: {one_line(one.why + accepted)}")
    counts = {verdict: sum(one.verdict == verdict for one in result.checks) for verdict in _MARKS}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    print(f"{told or 'nothing checked'} (against {result.before[:10]})")
    if not result.own:
        hint("These are geoflow's own thresholds; set yours as monitor.check in openspec/geoflow.yaml.")
