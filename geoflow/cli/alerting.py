"""Joins what tells of measures that got worse, and keeps the line that the next command says."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.adapters.git import GitRepository
    from geoflow.metrics.alert import Alert
    from geoflow.workflow.alerts import Alerting, GotWorse

_TRUNKS = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_MOST_TOLD = 3


def baseline_of(repository: "GitRepository", against: str = "") -> str:
    """Give the commit where HEAD and a branch part, or HEAD's first parent where HEAD is on it; HEAD if it is alone.

    Args:
        repository: The repository.
        against: The branch; the remote's or the local main branch unless given.
    """
    head = repository.commits.resolve("HEAD")
    name = against or next((one for one in _TRUNKS if repository.commits.is_there(one)), "HEAD")
    base = repository.merge_base(name)
    return base if base != head else repository.commits.first_parent(head) or head


def open_alerting(repository: "GitRepository") -> "Alerting":
    """Join what alerts are told from."""
    from geoflow.adapters.setting_values import PROJECT_FILE
    from geoflow.adapters.settings_file import project_monitor
    from geoflow.workflow.alerts import Alerting

    return Alerting(repository, repository.commits, lambda: baseline_of(repository), PROJECT_FILE, project_monitor)


def keep_alerts(root: Path, repository: "GitRepository", commit: str) -> None:
    """Have the next command tell which measures a commit made worse; whatever goes wrong stops nothing."""
    from geoflow.adapters.alert_file import keep_alert
    from geoflow.workflow.alerts import got_worse

    with suppress(GeoflowError, OSError):
        found = got_worse(open_alerting(repository), commit)
        if found.alerts:
            about = " ".join([commit, *(one.measure for one in found.alerts)])
            keep_alert(str(root), about, alert_line(found))


def worse_at(repository: "GitRepository", commit: str) -> "Sequence[Alert]":
    """Tell which measures got worse at a commit; none where that cannot be told."""
    from geoflow.workflow.alerts import got_worse

    with suppress(GeoflowError, OSError):
        if not repository.notes([commit]):
            return ()  # without a record there is nothing to tell, and no need to look for what to compare it with
        return got_worse(open_alerting(repository), commit).alerts
    return ()


def alert_line(found: "GotWorse") -> str:
    """Say in one line which measures got worse, and where to see all of it."""
    told = ", ".join(one.told for one in found.alerts[:_MOST_TOLD])
    more = f" and {len(found.alerts) - _MOST_TOLD} more" if len(found.alerts) > _MOST_TOLD else ""
    what = f"geoflow monitor compare {found.baseline[:10]} {found.commit[:10]}"
    return f"commit {found.commit[:10]} made it worse: {told}{more}; see: {what}"
