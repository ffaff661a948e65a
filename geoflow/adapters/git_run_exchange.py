"""Kept runs sent to a remote and fetched from it, by name; no ref is moved, replaced or deleted on either side."""

import os
from collections.abc import Mapping

from geoflow.adapters.git_process import GitProcess, failure
from geoflow.adapters.git_remote import choose_remote
from geoflow.errors import GeoflowError

RUNS = "refs/geoflow/runs/"


class GitRunExchange:
    """The `RunExchange` port on `git push` and `git fetch`.

    Args:
        git: Runs git in the repository.
        remote: The remote's name; empty for the one of the checked-out branch, else `origin`, else the only one.

    Raises:
        GeoflowError: `no-remote`.
    """

    def __init__(self, git: GitProcess, remote: str = "") -> None:
        self._git = git
        self._remote = choose_remote(git, remote)

    @property
    def remote(self) -> str:
        """Give the remote's name."""
        return self._remote

    def here(self) -> dict[str, str]:
        """List the runs that are kept here: {name: commit}."""
        output = self._git.run("for-each-ref", "--format=%(objectname)\t%(refname)", RUNS)
        return _listed(output)

    def there(self) -> dict[str, str]:
        """List the runs that the remote has: {name: commit}; GeoflowError `remote-unreachable`."""
        finished = self._git.attempt("ls-remote", "--refs", "--", self._remote, f"{RUNS}*")
        if finished.status:
            raise self._unreachable(finished.error)
        return _listed(finished.output)

    def fetch(self, names: Mapping[str, str]) -> None:
        """Fetch runs: {name there: name here}; GeoflowError `remote-unreachable`, and what git says of a ref."""
        refspecs = "".join(f"{RUNS}{there}:{RUNS}{here}\n" for there, here in names.items())
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc")
        finished = self._git.attempt(
            "fetch", *options, "--refmap=", "--stdin", "--", self._remote, stdin=os.fsencode(refspecs)
        )
        if finished.status:
            raise failure("fetch", finished)

    def push(self, names: Mapping[str, str]) -> dict[str, str]:
        """Push runs, {name here: name there}, none of which is there yet; why each of those is not, that is refused.

        Raises:
            GeoflowError: `remote-unreachable`.
        """
        refused: dict[str, str] = {}
        pairs = list(names.items())
        for start in range(0, len(pairs), _AT_ONCE):
            refspecs = [f"{RUNS}{here}:{RUNS}{there}" for here, there in pairs[start : start + _AT_ONCE]]
            options = ("--porcelain", "--no-verify", "--no-signed", "--recurse-submodules=no")
            finished = self._git.attempt("push", *options, "--", self._remote, *refspecs)
            rows = _rejected(finished.output)
            if finished.status and not rows:
                raise self._unreachable(finished.error)
            refused |= rows
        return refused

    def _unreachable(self, said: str) -> GeoflowError:
        return GeoflowError(
            f"The remote {self._remote} does not answer: {' '.join(said.split()) or 'no reason given'}",
            fix=f"Try: git ls-remote {self._remote}",
            code="remote-unreachable",
        )


_AT_ONCE = 500
"""Refs a push: a command line has an end."""


def _listed(output: bytes) -> dict[str, str]:
    lines = (line.partition("\t") for line in os.fsdecode(output).splitlines())
    return {ref.removeprefix(RUNS): commit for commit, _, ref in lines if ref.startswith(RUNS)}


def _rejected(output: bytes) -> dict[str, str]:
    # Of `git push --porcelain`: <flag> TAB <from>:<to> TAB <summary> (<reason>)
    rows = [line.split("\t") for line in output.decode("utf-8", "replace").splitlines() if line.startswith("!\t")]
    return {row[1].partition(":")[0].removeprefix(RUNS): row[2] for row in rows if len(row) == 3}
