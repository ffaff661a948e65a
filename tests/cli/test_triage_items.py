"""Adopted items in a triage: the branch has what was accepted, and nothing of what was rejected."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geoflow.openspec import validate
from tests.builders import git, write_tree
from tests.cli.adopted_runs import FILES, GOOD, document, ids, improve, repository
from tests.cli.asking import at_terminal
from tests.cli.verbs import state_of
from tests.improvement.adopting import CHANGE, SPEC

PROMPT = "[a/e/r/v/s/q]"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(tmp_path / "r", monkeypatch)


def files_on(root: Path, branch: str) -> dict[str, str]:
    """Read the files below openspec/ of a branch, byte for byte."""
    names = git(root, "ls-tree", "-r", "--name-only", branch, "openspec").splitlines()
    return {name: blob(root, f"{branch}:{name}") for name in names}


def blob(root: Path, name: str) -> str:
    done = subprocess.run(["git", "cat-file", "blob", name], cwd=root, capture_output=True, check=True)
    return done.stdout.decode()


def judgements(root: Path) -> list[str]:
    return sorted(path.read_text() for path in (root / "openspec/feedback").glob("*.yaml"))


def test_without_decisions_items_are_listed_with_their_figures_and_nothing_is_written(root: Path) -> None:
    run = document()
    before = state_of(root)
    shown = improve("--triage").stdout
    for item in ids(run):
        assert f"{item}  put into OpenSpec form" in shown
    for expected in (
        "was: OS-S1 ",
        "now: valid; 3 scenarios, 1 with a WHEN from the source, 2 without; 1 question left",
        f"{CHANGE}tasks.md (-0 +0, was TASKS.md)",
        "see it: git show ",
        "Nothing was written.",
    ):
        assert expected in shown, shown
    assert state_of(root) == before


def test_an_accepted_item_an_edit_and_a_rejected_item(root: Path) -> None:
    run = document()
    key, edit = ids(run)["spec/kiln"], run["edits"][0]["finding"]["id"]
    head = git(root, "rev-parse", "HEAD")
    found = document("--triage", "--accept", "kiln", "--accept", edit, "--reject", "change/add-kiln:we write it anew")
    on, at_base = files_on(root, found["branch"]), files_on(root, head)
    whole = files_on(root, run["branch"])
    assert {path: text for path, text in on.items() if path.startswith(CHANGE)} == {
        path: text for path, text in at_base.items() if path.startswith(CHANGE)
    }
    assert (on[SPEC], on[GOOD]) == (whole[SPEC], whole[GOOD])
    asked = {path for path in on if path.startswith("openspec/questions/") and path.endswith(".yaml")}
    assert {path for path in asked if "spec/kiln" not in on[path]} == {path for path in asked if SPEC in on[path]}, (
        "questions of the rejected item are left out"
    )
    assert len(asked) == 1
    by_item = {one["item"]: one for one in found["adopted"]}
    assert by_item["spec/kiln"]["decision"] == "accept"
    assert by_item["change/add-kiln"]["reason"] == "we write it anew"
    assert not by_item["change/add-kiln"]["commit"]
    told = git(root, "log", "--format=%s", f"{head}..{found['branch']}").splitlines()
    assert told[:2] == ["ask(kiln): what its form leaves open", "improve(kiln): put into OpenSpec form"]
    trailers = git(root, "show", "-s", "--format=%(trailers)", by_item["spec/kiln"]["commit"]).splitlines()
    assert f"Geoflow-Run: {run['run']}" in trailers
    assert "Geoflow-Strategy: adopt" in trailers
    assert git(root, "rev-parse", "HEAD") == head
    assert sum(f"target: {run['run']}/{key}" in one and "verdict: accept" in one for one in judgements(root)) == 1
    assert len(judgements(root)) == 3


def test_a_run_is_explained_with_what_it_adopted_and_left(root: Path) -> None:
    write_tree(root, {"openspec/changes/add-lid/notes.md": "# Notes\n\nNothing yet.\n"})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "notes")
    run = document()["run"]
    by_item = {one["item"]: one for one in document("--explain", run)["adopted"]}
    assert {item for item, one in by_item.items() if one["kept"]} == {"spec/kiln", "change/add-kiln"}
    assert "words-kept" in by_item["spec/kiln"]["passed"]
    shown = improve("--explain", run).stdout
    assert f"{run}, 1 candidates, 3 hand-written items" in shown
    assert "left  change/add-lid\n  only the author can say" in shown
    assert "adopted  spec/kiln\n  valid; 3 scenarios, 1 with a WHEN" in shown


def test_all_items_accepted_are_the_runs_own_branch(root: Path) -> None:
    run = document()
    found = document("--triage", "--accept", "all")
    assert git(root, "diff", run["branch"], found["branch"]) == ""
    reports = validate(files_on(root, found["branch"]))
    assert all(report.valid(strict=True) for report in reports)
    assert len(judgements(root)) == 3


def test_rejecting_every_item_makes_no_branch(root: Path) -> None:
    run = document("kiln", "add-kiln")
    refs = git(root, "for-each-ref")
    words = [word for key in ids(run).values() for word in ("--reject", f"{key[:6]}:not now")]
    assert document("--triage", *words)["branch"] == ""
    assert git(root, "for-each-ref") == refs


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--accept", "spec/oven"), "unknown-edit"),
        (("--reject", "kiln"), "reason-missing"),
        (("--accept", "kiln", "--reject", "spec/kiln:no"), "decided-twice"),
    ],
)
def test_what_cannot_be_decided_of_an_item_writes_nothing(root: Path, words: tuple[str, ...], code: str) -> None:
    document()
    before = state_of(root)
    result = improve("--triage", *words, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, code)
    assert state_of(root) == before


def _editor(root: Path, *changes: tuple[str, str]) -> None:
    """Let the editor replace words in all files that it is given."""
    file = root.parent / "editor.py"
    lines = ["import sys, pathlib", "for name in sys.argv[1:]:", "    file = pathlib.Path(name)"]
    lines += [f"    file.write_text(file.read_text().replace({old!r}, {new!r}))" for old, new in changes]
    file.write_text("\n".join(lines))
    git(root, "config", "core.editor", f"{sys.executable} {file}")


def test_a_person_walks_through_items_at_a_terminal(root: Path) -> None:
    """An edit is skipped, the change rejected, the whole diff of the spec looked at, and its text edited."""
    git(root, "config", "core.pager", "cat")
    _editor(root, ("Heater", "Oven"))
    document()
    typed = [
        ("[a/e/r/s/q]", "s"),
        (PROMPT, "r"),
        ("Why", "we write it anew"),
        (PROMPT, "v"),
        (PROMPT, "e"),
    ]
    terminal = at_terminal(root, "--triage", typed=typed, verb="improve", LINES="24", COLUMNS="80")
    assert terminal.code == 0, terminal.shown
    assert "more lines; v shows all" in terminal.shown
    assert "1 edited, 1 rejected; 1 undecided." in terminal.shown
    (branch,) = [one for one in git(root, "branch", "--format=%(refname:short)").splitlines() if "triaged" in one]
    on = files_on(root, branch)
    assert "### Requirement: KLN-001: Oven" in on[SPEC]
    assert {path for path in on if path.startswith(CHANGE)} == {path for path in FILES if path.startswith(CHANGE)}
    assert "Geoflow-Edited-By: Ada Example <ada@example.org>" in git(root, "log", "--format=%B", f"main..{branch}")
    assert all("kind: person" in one for one in judgements(root))


def test_what_a_person_makes_of_an_item_has_to_be_valid(root: Path) -> None:
    _editor(root, ("SHALL", "will"))
    document("kiln")
    typed = [(PROMPT, "e"), ("not valid so, edit on", ""), (PROMPT, "q")]
    terminal = at_terminal(root, "--triage", typed=typed, verb="improve")
    assert terminal.code == 0, terminal.shown
    assert "Nothing was written." in terminal.shown
    assert not (root / "openspec/feedback").exists()


def test_nothing_is_wider_than_a_narrow_terminal(root: Path) -> None:
    git(root, "config", "core.pager", "cat")
    document("kiln")
    terminal = at_terminal(
        root, "--triage", typed=[(PROMPT, "v"), (PROMPT, "q")], verb="improve", LINES="24", COLUMNS="40"
    )
    walk = terminal.shown.partition("Nothing was written.")[0].splitlines()
    own = [line for line in walk if not line.startswith(("1 of 1", "accept, edit"))]
    assert max(map(len, own)) <= 40, own


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("openspec/../../outside.md", "x"),
        ("openspec/changes/archive/x/spec.md", "x"),
        (GOOD, "x"),
        (".git/config", "x"),
    ],
)
def test_a_record_that_somebody_pushed_writes_only_below_its_item(root: Path, path: str, text: str) -> None:
    run = document()
    _forge(root, run["run"], lambda item: item["after"].update({path: text}))
    _unreadable(root)


def test_a_record_that_does_not_fit_its_base_is_not_taken(root: Path) -> None:
    run = document()
    _forge(root, run["run"], lambda item: item.update(source="0" * 64))
    _unreadable(root)


@pytest.mark.parametrize("commit", ["--output=x", "HEAD", "$(reboot)", "a b"])
def test_a_record_whose_commit_is_no_id_is_none(root: Path, commit: str) -> None:
    """It would be shown as a command to type."""
    run = document("kiln")
    _forge(root, run["run"], lambda item: item.update(commit=commit))
    found = document("--triage")
    assert found.get("code") == "no-run" or commit.isalnum()


def test_marks_and_controls_in_an_item_reach_no_terminal(root: Path) -> None:
    run = document("kiln")
    _forge(root, run["run"], lambda item: item.update(questions=["\x1b[2J[bold]what?[/bold]"]))
    shown = improve("--triage").stdout
    assert "\x1b" not in shown
    assert "\\x1b[2J[bold]what?[/bold]" in shown


def _unreadable(root: Path) -> None:
    before = git(root, "for-each-ref")
    assert json.loads(improve("--triage", "--accept", "kiln", "--json").stdout)["code"] == "run-unreadable"
    assert git(root, "for-each-ref") == before
    assert not (root.parent / "outside.md").exists()


def _forge(root: Path, run: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a kept run says of `spec/kiln`."""
    ref = f"refs/geoflow/runs/{run}"
    record = json.loads(git(root, "show", f"{ref}:run.json"))
    change(next(one for one in record["adopted"] if one["item"] == "spec/kiln"))
    done = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=root,
        input=json.dumps(record),
        capture_output=True,
        text=True,
        check=True,
    )
    listing = f"100644 blob {done.stdout.strip()}\trun.json\n"
    tree = subprocess.run(["git", "mktree"], cwd=root, input=listing, capture_output=True, text=True, check=True)
    git(root, "update-ref", ref, git(root, "commit-tree", tree.stdout.strip(), "-p", f"{ref}^", "-m", "forged"))


def test_a_run_of_an_earlier_version_has_no_item_to_take(root: Path) -> None:
    """Such a run kept no texts; its items wait all the same, and are left to git."""
    run = document("kiln")
    _forge(root, run["run"], lambda item: [item.pop(name) for name in ("after", "before", "source", "id")])
    assert document("--triage")["code"] == "no-run"
    assert document("--outcomes")["runs"][0]["adopted"] == []
    waits = {one["item"]: one["why_not"] for one in document("kiln")["adopted"]}
    assert waits["spec/kiln"].startswith(f"it waits on the branch {run['branch']}")
