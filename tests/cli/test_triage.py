"""A run's edits taken one by one: the branch has what was taken, feedback says the rest, outcomes tell what came of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.asking import at_terminal
from tests.cli.improving import bring, improve
from tests.cli.improving import improved as document
from tests.cli.verbs import state_of

PATH = "openspec/specs/example/spec.md"
TWICE = requirement("Writing", "The writer will keep the file. A reader must wait.")
ONCE = requirement("Closing", "The writer will close the file.")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_repo(tmp_path / "r", {PATH: spec(TWICE, ONCE)})
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    assert CliRunner().invoke(app, ["improve"]).exit_code == 0
    return root


def edits() -> dict[tuple[str, str], str]:
    """Give the ids of the newest run's edits by requirement and rule."""
    return {(one["requirement"], one["code"]): one["id"] for one in document("--triage")["edits"]}


def outcomes() -> dict[tuple[str, str], str]:
    (run,) = document("--outcomes")["runs"]
    return {(one["requirement"], one["code"]): one["outcome"] for one in run["edits"]}


def on(root: Path, branch: str) -> str:
    return git(root, "show", f"{branch}:{PATH}")


def judgements(root: Path) -> list[str]:
    return sorted(path.read_text() for path in (root / "openspec/feedback").glob("*.yaml"))


def test_without_decisions_the_edits_are_listed_and_nothing_is_written(root: Path) -> None:
    before = state_of(root)
    shown = improve("--triage").stdout
    assert shown.count("; id ") == shown.count("  by ") == 3
    assert "[-will-]{+SHALL+}" in shown
    assert "Nothing was written." in shown
    assert state_of(root) == before


def test_the_branch_holds_what_was_accepted_and_feedback_says_all(root: Path) -> None:
    ids = edits()
    (first, second, closing) = ids.values()
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")
    found = document("--triage", "--accept", second[:6], "--accept", closing, "--reject", f"{first}:not here")
    text = on(root, found["branch"])
    assert found["branch"].endswith("-triaged")
    assert text.count("SHALL close the file") == 1
    assert {one["id"]: one["decision"] for one in found["edits"]} == {
        first: "reject",
        second: "accept",
        closing: "accept",
    }
    accepted = next(one for one in found["edits"] if one["id"] == second)
    rejected = next(one for one in found["edits"] if one["id"] == first)
    assert git(root, "diff", "--name-only", "HEAD", found["branch"]) == PATH
    assert git(root, "show", "-s", "--format=%(trailers:key=Geoflow-Finding)", accepted["commit"]).startswith(
        f"Geoflow-Finding: {second}"
    )
    assert not rejected["commit"]
    assert git(root, "rev-parse", "HEAD") == before[1]
    said = judgements(root)
    assert len(said) == 3
    assert sum("verdict: reject" in one and "reason: not here" in one for one in said) == 1
    assert all("kind: agent" in one for one in said)


def test_of_two_edits_in_one_requirement_one_is_taken(root: Path) -> None:
    ids = edits()
    both = [one for (name, _), one in ids.items() if name == "Writing"]
    assert len(both) == 2
    texts = {
        on(root, document("--triage", "--accept", taken)["branch"]).split("Requirement: Writing\n")[1].split("\n")[0]
        for taken in both
    }
    assert texts == {
        "The writer SHALL keep the file. A reader must wait.",
        "The writer will keep the file. A reader MUST wait.",
    }


def test_rejecting_everything_makes_no_branch(root: Path) -> None:
    before = git(root, "for-each-ref")
    words = [word for one in edits().values() for word in ("--reject", f"{one}:no")]
    assert document("--triage", *words)["branch"] == ""
    assert git(root, "for-each-ref") == before
    assert len(judgements(root)) == 3
    assert set(outcomes().values()) == {"rejected"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--accept", "zzz"), "unknown-edit"),
        (("--accept", ""), "unknown-edit"),
        (("--reject", "ID"), "reason-missing"),
        (("--reject", "ID: "), "reason-missing"),
        (("--accept", "ID", "--reject", "ID:no"), "decided-twice"),
        (("nosuchrun", "--accept", "ID"), "unknown-run"),
        (("a", "b", "--accept", "ID"), "usage"),
    ],
)
def test_what_cannot_be_decided_writes_nothing(root: Path, words: tuple[str, ...], code: str) -> None:
    first = next(iter(edits().values()))
    before = state_of(root)
    result = improve("--triage", *(word.replace("ID", first) for word in words), "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, code)
    assert state_of(root) == before


def test_a_run_that_was_pushed_by_somebody_names_no_file(root: Path) -> None:
    """Whoever may push refs writes the record; it is data, and has to fit the base commit."""
    (ref,) = git(root, "for-each-ref", "--format=%(refname)", "refs/geoflow/runs").splitlines()
    record = json.loads(git(root, "show", f"{ref}:run.json"))
    record["edits"][0]["path"] = "openspec/../../outside.md"
    blob = root / ".git" / "forged.json"
    for forged in (json.dumps(record), "{}", "[]", "\x00", json.dumps(record | {"edits": [{}]})):
        blob.write_text(forged)
        name = git(root, "hash-object", "-w", str(blob))
        (root / ".git" / "tree").write_text(f"100644 blob {name}\trun.json\n")
        with (root / ".git" / "tree").open() as listing:
            tree = subprocess.run(
                ["git", "mktree"], cwd=root, stdin=listing, capture_output=True, text=True, check=True
            )
        commit = git(root, "commit-tree", tree.stdout.strip(), "-m", "forged")
        git(root, "update-ref", ref, commit)
        result = improve("--triage", "--accept", "all", "--json")
        assert json.loads(result.stdout)["code"] in {"run-unreadable", "no-run"}
        assert not (root.parent / "outside.md").exists()
        assert improve("--outcomes", "--json").exit_code == 0


def test_a_person_walks_through_at_a_terminal(root: Path) -> None:
    editor = root.parent / "editor.py"
    editor.write_text(
        "import sys, pathlib\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text().replace('the file', 'the ledger'))\n"
    )
    git(root, "config", "core.editor", f"{sys.executable} {editor}")
    typed = [("[a/e/r/s/q]", "a"), ("[a/e/r/s/q]", "r"), ("Why", "MUST is not our word"), ("[a/e/r/s/q]", "e")]
    terminal = at_terminal(root, "--triage", typed=typed, verb="improve")
    assert terminal.code == 0
    assert "1 accepted, 1 edited, 1 rejected." in terminal.shown
    (branch,) = [one for one in git(root, "branch", "--format=%(refname:short)").splitlines() if "triaged" in one]
    assert "SHALL close the ledger" in on(root, branch)
    assert "A reader must wait" in on(root, branch)
    assert "Geoflow-Edited-By: Ada Example <ada@example.org>" in git(root, "log", "--format=%B", f"main..{branch}")
    assert all("kind: person" in one for one in judgements(root))


@pytest.mark.parametrize("way", ["merge", "squash", "rebase", "cherry-pick"])
def test_an_edit_is_merged_however_it_came_to_the_base_branch(root: Path, way: str) -> None:
    (run,) = document("--outcomes")["runs"]
    assert set(outcomes().values()) == {"pending"}
    bring(root, run, way)
    git(root, "branch", "-D", run["branch"])
    assert set(outcomes().values()) == {"merged"}


def test_what_is_not_merged_when_its_branch_is_deleted_was_rejected(root: Path) -> None:
    (run,) = document("--outcomes")["runs"]
    text = (root / PATH).read_text()
    write_tree(root, {PATH: text.replace("will close the file", "SHALL close the file at once")})
    git(root, "commit", "-qam", "by hand")
    git(root, "branch", "-D", run["branch"])
    found = outcomes()
    assert {outcome for (name, _), outcome in found.items() if name == "Writing"} == {"rejected"}
    assert {outcome for (name, _), outcome in found.items() if name == "Closing"} == {"merged"}


def test_no_run_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "empty", {PATH: spec(ONCE.replace("will", "SHALL"))})
    monkeypatch.chdir(root)
    assert "No run of improve is kept here yet" in improve("--outcomes").stdout
    result = improve("--triage", "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (1, "no-run")


def test_a_dry_run_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "dry", {PATH: spec(ONCE)})
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    before = git(root, "for-each-ref")
    improve("--dry-run")
    assert git(root, "for-each-ref") == before
    assert [one.name for one in (root / "openspec").iterdir()] == ["specs"]
