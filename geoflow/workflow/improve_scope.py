"""What a run of improve looks at: the documents of a commit, and the findings of the items that were named."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from geoflow.metrics.alert import Alert
from geoflow.metrics.behind import is_behind
from geoflow.ports import Repository
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.workflow.named_items import path_prefixes
from geoflow.workflow.workbench import Workbench


class AllFiles(Mapping[str, bytes]):
    """All files of a commit, archived ones included, read when the first of them is asked for.

    In an old tree most files are archived, and few runs look at them.
    """

    def __init__(self, repository: Repository, commit: str) -> None:
        self._repository, self._commit = repository, commit

    def __getitem__(self, path: str) -> bytes:
        """Give the content of a file."""
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        """List the paths."""
        return iter(self._files)

    def __len__(self) -> int:
        """Count the files."""
        return len(self._files)

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return self._repository.read(self._commit)


def live_files(found: Mapping[str, bytes]) -> dict[str, str]:
    """Decode the documents that a run looks at."""
    # Archived changes are history: nothing there is improved, and in an old tree they are most of it.
    return {
        path: data.decode("utf-8", "surrogateescape")
        for path, data in found.items()
        if not path.startswith("openspec/changes/archive/")
    }


def chosen_findings(bench: Workbench, targets: tuple[str, ...]) -> list[Finding]:
    """Give the findings of the named items, or of all, the worst first; GeoflowError `unknown-item`."""
    prefixes = prefixes_of(bench, targets)
    findings = [finding for finding in bench.findings if finding.path.startswith(prefixes)]
    return sorted(findings, key=lambda finding: (SEVERITY_ORDER[finding.severity], finding.path, finding.start))


def worst_first(findings: Sequence[Finding], worse: Sequence[Alert]) -> list[Finding]:
    """Put the findings behind measures that got worse before the others, each in the order that they had."""
    return sorted(findings, key=lambda finding: not any(is_behind(one.measure, finding) for one in worse))


def prefixes_of(bench: Workbench, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Give how the paths of the named items begin, of all where none is named; GeoflowError `unknown-item`."""
    return path_prefixes(bench.tree, targets, " at this commit")
