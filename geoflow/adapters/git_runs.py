"""Runs of improve as refs of their own, so that they outlive their branches and travel with a push."""

import os
from collections.abc import Collection, Mapping

from geoflow.adapters.git_objects import blob_ids, read_blobs, write_blob
from geoflow.adapters.git_process import GitProcess, failure
from geoflow.errors import ExitCode, GeoflowError

_RUNS = "refs/geoflow/runs/"
_RECORD = "run.json"
_IDENTITY = ("-c", "user.name=geoflow", "-c", "user.email=geoflow@localhost", "-c", "i18n.commitEncoding=UTF-8")
LARGEST_RECORD = 50_000_000
"""Bytes; a larger record is not read, since whoever pushes refs may have written it."""


class GitRuns:
    """The `Runs` port on refs: each run is a commit that holds its record, on top of what it delivered."""

    def __init__(self, git: GitProcess) -> None:
        self._git = git

    def publish(self, run: str, branch: str, tip: str, record: bytes) -> None:
        """Publish a run's branch, and then the run; without a branch's name the run alone, on top of `tip`.

        Raises:
            GeoflowError: `branch-exists`, `bad-branch-name`.
        """
        if branch:
            check_branch_name(self._git, branch)
        kept = {f"{_RUNS}{run}": self._record_commit(tip, run, record)}
        create_refs(self._git, ({f"refs/heads/{branch}": tip} if branch else {}) | kept)

    def records(self, most: int = 0) -> dict[str, bytes]:
        """Read the records of the runs that are kept, the newest first: {run: JSON}; what is no run is left out.

        At most so many, all where it is 0.
        """
        output = os.fsdecode(
            self._git.run(
                "for-each-ref", "--sort=-refname", f"--count={most}", "--format=%(refname) %(objectname)", _RUNS
            )
        )
        commits = {
            ref.removeprefix(_RUNS): commit for ref, _, commit in (s.rpartition(" ") for s in output.splitlines())
        }
        # Whatever somebody else has put there is no run.
        found = blob_ids(self._git, (f"{commit}:{_RECORD}" for commit in commits.values()))
        blobs = {run: blob for run, blob in zip(commits, found, strict=True) if blob}
        contents = read_blobs(self._git, blobs.values())
        return {run: contents[blob] for run, blob in blobs.items() if len(contents[blob]) <= LARGEST_RECORD}

    def branches_there(self, names: Collection[str]) -> set[str]:
        """Tell which of these branches exist, here or at a remote."""
        there = os.fsdecode(self._git.run("for-each-ref", "--format=%(refname)", "refs/heads/", "refs/remotes/"))
        ends = {ref[place + 1 :] for ref in there.splitlines() for place, sign in enumerate(ref) if sign == "/"}
        return ends & set(names)

    def tip(self, branch: str) -> str:
        """Give the commit of a branch; empty where there is none."""
        finished = self._git.attempt("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
        return "" if finished.status else os.fsdecode(finished.output).strip()

    def is_in(self, commit: str, tip: str) -> bool:
        """Tell whether a commit is among those that another one stands on; false for what is no commit here."""
        known = commit.isalnum() and tip.isalnum()  # a record that somebody pushed may name anything
        return known and not self._git.attempt("merge-base", "--is-ancestor", commit, tip).status

    def is_kept(self, run: str) -> bool:
        """Tell whether a run of this name is kept."""
        return not self._git.attempt("show-ref", "--verify", "--quiet", f"{_RUNS}{run}").status

    def _record_commit(self, parent: str, name: str, record: bytes) -> str:
        # It is nobody's work, so it has geoflow's own name and no signature.
        blob = write_blob(self._git, record)
        tree = self._git.line("mktree", "-z", stdin=f"100644 blob {blob}\t{_RECORD}\0".encode())
        message = f"geoflow: run {name}\n".encode()
        return self._git.line(*_IDENTITY, "commit-tree", "--no-gpg-sign", tree, "-p", parent, "-F", "-", stdin=message)


def check_branch_name(git: GitProcess, branch: str) -> None:
    """Raise GeoflowError `bad-branch-name` where git takes no branch of this name."""
    if branch.startswith("-") or git.attempt("check-ref-format", f"refs/heads/{branch}").status:
        raise GeoflowError(
            f"{branch!r} is no name for a branch.",
            fix="Take letters, digits, `-` and `/`.",
            code="bad-branch-name",
            exit_code=ExitCode.USAGE,
        )


def create_refs(git: GitProcess, refs: Mapping[str, str]) -> None:
    """Publish new refs one after the other with one process; GeoflowError `branch-exists`, and then none after it.

    A process that is killed has published the first of them or the first ones, and each whole.
    """
    # Several in one transaction are not one step: git moves its lock files one by one, in an order of its own.
    lines = [f"start\0create {ref}\0{commit}\0commit\0" for ref, commit in refs.items()]
    finished = git.attempt("update-ref", "-m", "geoflow: branch", "--stdin", "-z", stdin=os.fsencode("".join(lines)))
    if not finished.status:
        return
    taken = [ref for ref in refs if not git.attempt("show-ref", "--verify", "--quiet", ref).status]
    if taken or "exists; cannot create" in finished.error:
        name = (taken[0] if taken else next(iter(refs))).removeprefix("refs/heads/")
        raise GeoflowError(
            f"The branch {name} exists already, or another branch's name is in its way.",
            fix=f"Delete it (`git branch -D {name}`) or take another name.",
            code="branch-exists",
        )
    raise failure("update-ref", finished)
