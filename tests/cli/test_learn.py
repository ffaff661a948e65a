"""`geoflow improve --learn`: words that outcomes teach, on a branch of its own; offered once, nothing else touched."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.adapters.review_text import event_text
from geoflow.cli.app import app
from geoflow.questions.review_round import Round, RoundFinding, Signed
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.asking import at_terminal
from tests.cli.improving import improve
from tests.cli.improving import improved as document
from tests.cli.verbs import state_of

DOOR, GATE, LEXICON = "openspec/specs/door/spec.md", "openspec/specs/gate/spec.md", "openspec/workflow/lexicon.yaml"
NAMES = ("Reading", "Writing", "Closing")


def tree(text: str) -> dict[str, str | bytes]:
    return {DOOR: spec(*(requirement(name, text.format(name.lower())) for name in NAMES))}


def make(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes]) -> Path:
    root = make_repo(folder, files)
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return root


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make(tmp_path / "r", monkeypatch, tree("The {} part simply SHALL work. A reader must wait."))


def merge_without(root: Path, word: str) -> None:
    """A person merges the newest run, and drops a word from every requirement besides."""
    git(root, "merge", "-q", "--squash", document("--outcomes")["runs"][0]["branch"])
    text = (root / DOOR).read_text()
    (root / DOOR).write_text(text.replace(f" {word}", ""))
    git(root, "commit", "-qam", "merged in my words")


def dropped(root: Path) -> None:
    """Three merged texts have dropped “simply”."""
    improve()
    merge_without(root, "simply")


def test_words_that_people_dropped_are_delivered_with_their_evidence(root: Path) -> None:
    dropped(root)
    before = state_of(root)
    learnt = document("--learn")
    (offer,) = learnt["offered"]
    assert (offer["section"], offer["word"], len(offer["evidence"])) == ("judging", "simply", 3)
    after = state_of(root)
    assert (after.files, after.index, after.head) == (before.files, before.index, before.head)
    assert git(root, "diff", "--name-only", "main", learnt["branch"]) == LEXICON
    message = git(root, "log", "-1", "--format=%B", learnt["branch"])
    assert message.splitlines()[0] == "learn: rule out “simply”"
    assert all(f"- {one}" in message for one in offer["evidence"])
    git(root, "merge", "-q", learnt["branch"])
    write_tree(root, {GATE: spec(requirement("Open", "The gate SHALL simply open."))})
    found = json.loads(CliRunner().invoke(app, ["review", "--rules-only", "--json"]).stdout)["findings"]
    assert [(one["code"], one["quote"]) for one in found] == [("GF219", "simply")]


def test_what_was_offered_is_not_offered_again(root: Path) -> None:
    dropped(root)
    branch = document("--learn")["branch"]
    assert document("--learn")["offered"] == []  # it waits
    git(root, "merge", "-q", branch)
    git(root, "rm", "-q", LEXICON)
    git(root, "commit", "-qm", "not our word")
    assert document("--learn")["offered"] == []  # taken out after the merge
    git(root, "branch", "-D", branch)
    assert document("--learn")["offered"] == []  # and its branch is gone
    assert "Nothing new is due" in improve("--learn").stdout


def test_a_dry_run_writes_nothing_and_says_the_same(root: Path) -> None:
    dropped(root)
    before = state_of(root)
    assert document("--learn", "--dry-run")["offered"][0]["word"] == "simply"
    assert state_of(root) == before
    assert document("--learn")["offered"][0]["word"] == "simply"


def reject_all(root: Path, why: str) -> str:
    typed = [("[a/e/r/s/q]", "r"), ("Why", why)] * len(document("--triage")["edits"])
    terminal = at_terminal(root, "--triage", typed=typed, verb="improve")
    assert terminal.code == 0, terminal.shown
    return terminal.shown


def test_words_whose_findings_people_reject_are_allowed_where_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [requirement(name, f"The {name.lower()} part SHALL be able to work.") for name in NAMES]
    kept = "# ours\nterms:\n  user account: [login]   # not “log-in”\n"
    root = make(tmp_path / "r", monkeypatch, {DOOR: spec(*texts), LEXICON: kept})
    improve()
    shown = reject_all(root, "able is a state here")
    assert "1 word is due for the lexicon (“be able to”): geoflow improve --learn" in " ".join(shown.split())
    learnt = document("--learn")
    assert [(one["word"], one["in"], one["reason"]) for one in learnt["offered"]] == [
        ("be able to", "door", "able is a state here")
    ]
    text = git(root, "show", f"{learnt['branch']}:{LEXICON}")
    assert text.startswith(kept.rstrip("\n"))
    git(root, "merge", "-q", learnt["branch"])
    write_tree(root, {GATE: spec(requirement("Open", "The gate SHALL be able to open."))})
    found = json.loads(CliRunner().invoke(app, ["review", "--rules-only", "--json"]).stdout)["findings"]
    assert {(one["path"], one["code"]) for one in found} == {(GATE, "GF205")}


def test_it_is_explained_with_its_evidence(root: Path) -> None:
    assert "nothing: no word was dropped or rejected three times" in improve("--explain").stdout
    dropped(root)
    shown = improve("--explain").stdout
    assert "“simply” is due to be ruled out, with: geoflow improve --learn" in shown
    assert "GF101 template:capitals: 3 edits, expected reward" in shown
    assert document("--explain")["induction"]["due"][0]["evidence"]
    git(root, "merge", "-q", document("--learn")["branch"])
    words = document("--explain")["induction"]
    assert ([one["word"] for one in words["words"]], words["due"]) == (["simply"], [])


def test_each_learner_can_be_the_only_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped(root)
    for switch, on in (("induction", True), ("lessons", False)):
        monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", switch)
        assert bool(document("--learn", "--dry-run")["offered"]) is on
    for switch in ("none", "filter", "policy", "prompts"):
        monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", switch)
        refused = improve("--learn", "--json")
        assert (json.loads(refused.stdout)["code"], refused.exit_code) == ("learner-off", 2)


def test_on_a_branch_that_nobody_has_merged_nothing_is_learnt(root: Path) -> None:
    dropped(root)
    git(root, "checkout", "-q", document("--learn")["branch"])
    refused = improve("--learn", "--json")
    assert (json.loads(refused.stdout)["code"], refused.exit_code) == ("on-improve-branch", 3)


def test_it_is_done_by_itself(root: Path) -> None:
    for others in (["door"], ["--triage"], ["--evolve"]):
        refused = improve("--learn", *others, "--json")
        assert (json.loads(refused.stdout)["code"], refused.exit_code) == ("usage", 2)


def test_a_record_that_somebody_pushed_and_is_none_counts_for_nothing(root: Path) -> None:
    dropped(root)
    for name, text in (("learn-x", "{]"), ("learn-y", '{"schema": "geoflow.learn-run/1", "offered": 3}')):
        (root / "run.json").write_text(text)
        object_id = git(root, "hash-object", "-w", "run.json")
        (root / "run.json").unlink()
        listed = f"100644 blob {object_id}\trun.json\n"
        made = _mktree(root, listed)
        commit = git(root, "commit-tree", made, "-m", "x")
        git(root, "update-ref", f"refs/geoflow/runs/{name}", commit)
    assert document("--learn")["offered"][0]["word"] == "simply"
    assert len(document("--outcomes")["runs"]) == 1


def _mktree(root: Path, listed: str) -> str:
    done = subprocess.run(["git", "mktree"], cwd=root, input=listed, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def objection(number: int, quote: str, code: str = "GF502") -> str:
    finding = RoundFinding(f"f{number}", "warning", "nobody can test it", code=code, requirement="Speed", quote=quote)
    about = Signed("scripted", "model", f"2026-11-0{number}T10:00:00Z", "x")
    return event_text(Round(about, "revise", "testing", (finding,)))


def change_with(number: int, text: str, quote: str, code: str = "GF502") -> dict[str, str | bytes]:
    folder = f"openspec/changes/c{number}"
    delta = f"## ADDED Requirements\n\n{requirement('Speed', text)}"
    return {
        f"{folder}/proposal.md": "# P\n\n## Why\nIt is slow.\n\n## What Changes\n- Speed\n",
        f"{folder}/specs/door/spec.md": delta,
        f"{folder}/reviews/1.yaml": objection(number, quote, code),
    }


@pytest.mark.parametrize(
    ("code", "still", "learnt"), [("GF502", 0, ["good shape"]), ("GF502", 2, []), ("GF201", 0, [])], ids=str
)
def test_words_that_roles_objected_to_are_learnt_once_they_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, still: int, learnt: list[str]
) -> None:
    files: dict[str, str | bytes] = {}
    for number in range(1, 4):
        text = "The door SHALL be in good shape." if number <= still else "The door SHALL close within 2 s."
        files |= change_with(number, text, "in good shape", code)
    make(tmp_path / "r", monkeypatch, files)
    assert [one["word"] for one in document("--learn", "--dry-run")["offered"]] == learnt
