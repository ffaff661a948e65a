"""Merges of real history and archives of the npm CLI's own tests, as it did them, where they lie beside the project."""

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.planning_tree import WorkTree
from geoflow.errors import GeoflowError
from geoflow.openspec import Refusal, merge
from geoflow.openspec.archiving import Archive, Options
from geoflow.openspec.writer import match_ending
from geoflow.workflow.archive import archive_change
from tests.conformance.agreement import Tally
from tests.conformance.recorded import FOLDER, cases
from tests.conformance.refusals import refusal_code, refusal_of

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded cases are not beside the project")
Recorded = dict[str, Any]


def outcome(spec: str | None, answer: Recorded) -> tuple[Any, ...]:
    """Tell what a recorded merge would have written: `rebuilt` is the text before line endings are put back."""
    if "throws" in answer:
        return (refusal_of(answer["throws"]),)
    changed = spec is None or any(answer["counts"].values())
    text = match_ending(answer["rebuilt"], spec) if changed else spec
    return text, answer["counts"], len(answer["warnings"])


def our_outcome(delta: str, spec: str | None, capability: str, change: str) -> tuple[Any, ...]:
    found = merge(delta, spec, capability=capability, change=change)
    if isinstance(found, Refusal):
        return (refusal_code(found.code),)
    return found.text, found.counts._asdict(), len(found.warnings)


def test_merges_of_real_history_end_alike(tally: Tally) -> None:
    differing = []
    records = cases("merge")
    for case in records:
        theirs = outcome(case["target"], case["oracle"])
        mine = our_outcome(case["delta"], case["target"], case["cap"], case["change"])
        tally.add("recorded", "merge", agreed=mine == theirs)
        if mine != theirs:
            differing.append((case["repo"], case["commit"], case["change"], case["cap"], mine, theirs))
    assert differing == []
    assert records


# A main spec that is a folder (twice), and too many open files: no text makes a merge of texts meet them.
NO_TEXTS = {"2cb3a00a7c03", "60237885df65", "801c8798e3fd"}


def test_merges_of_the_npm_clis_tests_end_alike(tally: Tally) -> None:
    differing = []
    for case in cases("buildUpdatedSpec"):
        if case["id"] in NO_TEXTS:
            continue
        given, answer = case["input"], case["output"]
        theirs = outcome(given["target"], answer)
        mine = our_outcome(given["delta"], given["target"], given["id"], given["changeName"])
        found = merge(given["delta"], given["target"], capability=given["id"], change=given["changeName"])
        if not isinstance(found, Refusal) and "throws" not in answer:
            left = answer["unaccountedContent"] if answer["noRequirementBlocks"] else []
            mine, theirs = (*mine, found.bare, list(found.unaccounted)), (*theirs, answer["noRequirementBlocks"], left)
        tally.add("recorded", "merge", agreed=mine == theirs)
        if mine != theirs:
            differing.append((case["id"], case["test"], mine, theirs))
    assert differing == []


# What the recorded archives do that a tree, a name and options do not tell, or that geoflow does otherwise on purpose.
RACES = "another process changes files while the archive runs: tests of its own do that to geoflow"
FAULTS = "the recording made a system call of Node fail"
EXCEPTIONS = {
    "e7a7b3188484": RACES,
    "309923a3722f": RACES,
    "6520e0aa02cd": RACES,
    "d7b7d4672da2": RACES,
    "beb52aae0ee9": RACES,
    "e855d072df0b": RACES,
    "2a6765c4385b": RACES,
    "186f5880227b": RACES,
    "5d035c75dd87": FAULTS,
    "7d2cb2499a0d": FAULTS,
    "d895785a99c4": FAULTS,
    "226c36b39cfe": "the recording made the check of the merged spec fail",
    "a4107add001b": "a second hard link to a spec sees the npm CLI's write; geoflow swaps the file, or it could be half written",
    "f12f03f0061b": "the change is chosen from a list on the terminal; geoflow wants a name",
    "6a09e0f60ef0": "a person declines a spec update that cannot be merged anyway; geoflow refuses before it asks, --skip-specs goes on",
}  # fmt: skip
# What people answered on the terminal: (archive with open tasks, update the specs); None where nobody was there.
ANSWERS = {
    "7955356e022f": (True, False),
    "b0a913400e64": (True, False),
    "637661f2bef4": (True, True),
}
CODES = {
    "archive_change_name_invalid": {"change-name-invalid"},
    "archive_change_name_required": {"change-name-invalid"},  # the name is asked for by the command line
    "archive_change_not_found": {"change-not-found"},
    "archive_target_exists": {"archive-exists"},
    "archive_tasks_incomplete": {"open-tasks"},
    "archive_confirmation_required": {"unchecked", "specs"},
}


class Answers:
    """Consent as it was recorded."""

    def __init__(self, case: Recorded) -> None:
        self._answers = ANSWERS.get(case["id"])
        self._yes = bool(case["input"]["options"].get("yes"))

    def unchecked(self) -> bool:
        """Answer whether to go on without checks."""
        return self._answer("unchecked", 0)

    def open_tasks(self, archive: Archive) -> bool:  # noqa: ARG002
        """Answer whether to archive with open tasks."""
        return self._answer("open-tasks", 0)

    def specs(self, archive: Archive) -> bool:  # noqa: ARG002
        """Answer whether to update the specs."""
        return self._answer("specs", 1)

    def _answer(self, code: str, at: int) -> bool:
        if self._yes:
            return True
        if self._answers is None:
            raise GeoflowError("Nobody is there to answer.", fix="Add --yes.", code=code)
        return self._answers[at]


def put(folder: Path, tree: dict[str, Any]) -> None:
    """Make a recorded tree."""
    folder.mkdir()
    for name, content in tree.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            place.write_bytes(content.encode("utf-8", "surrogateescape"))
        elif "symlink" in content:
            place.symlink_to(content["symlink"])
        else:
            place.mkdir(exist_ok=True)


def taken(folder: Path) -> dict[str, Any]:
    """Read a tree as it is recorded."""
    found: dict[str, Any] = {}
    for place in folder.rglob("*"):
        name = str(place.relative_to(folder))
        if place.is_symlink():
            found[name] = {"symlink": str(place.readlink())}
        elif place.is_dir():
            found[f"{name}/"] = {"dir": True}
        else:
            found[name] = place.read_bytes().decode("utf-8", "surrogateescape")
    return found


def archived(case: Recorded) -> tuple[dict[str, Any], str]:
    """Archive a recorded change: the tree that it leaves, and the code of the refusal."""
    given = case["input"]
    name, options = given.get("changeName") or "", given["options"]
    new = re.search(rf"changes/archive/(\d{{4}}-\d\d-\d\d)-{re.escape(name)}/", " ".join(case["output"]["after"]))
    check = not options.get("noValidate") and options.get("validate") is not False
    day = new[1] if new else "2026-11-22"
    with tempfile.TemporaryDirectory(prefix="geoflow-archive-") as root:
        put(Path(root) / "openspec", given["before"])
        chosen = Options(day, skip_specs=bool(options.get("skipSpecs")), check=check)
        try:
            archive_change(WorkTree(Path(root)), name, chosen, Answers(case))
            code = ""
        except GeoflowError as error:
            code = error.code
        return taken(Path(root) / "openspec"), code


def test_archives_leave_the_same_tree_or_are_refused_alike(tally: Tally) -> None:
    differing = []
    records = [case for case in cases("archive") if case["id"] not in EXCEPTIONS]
    for case in records:
        theirs = case["output"]
        tree, code = archived(case)
        same = tree == theirs["after"] and ("code" not in theirs or code in CODES[theirs["code"]])
        tally.add("recorded", "archive", agreed=same)
        if not same:
            differing.append((case["id"], case["test"], code, theirs.get("code")))
    assert differing == []
    assert len(records) + len(EXCEPTIONS) == len(cases("archive"))


def test_each_exception_among_the_archives_is_one_still() -> None:
    for case in cases("archive"):
        if case["id"] in EXCEPTIONS:
            assert archived(case)[0] != case["output"]["after"], (case["id"], EXCEPTIONS[case["id"]])
