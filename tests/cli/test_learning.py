"""What people did with past runs changes the next one, and `--explain` says how."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.asking import at_terminal
from tests.cli.improving import improved as improve
from tests.cli.verbs import state_of

PATH = "openspec/specs/example/spec.md"
NAMES = ("Reading", "Writing", "Closing", "Opening")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    texts = [requirement(name, f"The {name.lower()} part SHALL work. A reader must wait.") for name in NAMES]
    root = make_repo(tmp_path / "r", {PATH: spec(*texts)})
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return root


def reject_three(root: Path) -> None:
    """A person rejects the first three edits of the newest run."""
    typed = [("[a/e/r/s/q]", "r"), ("Why", "must is fine here")] * 3
    assert at_terminal(root, "--triage", typed=[*typed, ("[a/e/r/s/q]", "q")], verb="improve").code == 0


def test_what_a_person_rejected_three_times_is_left_with_their_reason(root: Path) -> None:
    assert len(improve()["edits"]) == 4
    reject_three(root)
    after = improve("--dry-run")
    left = [one["why"] for one in after["left"]]
    alone = left.count("people rejected 3 edits like it, the last time because: must is fine here")
    # One in twenty is tried all the same: its text was seen, it waits on the branch, or it is edited.
    waiting = sum("waits on the branch" in why for why in left)
    assert alone + waiting + len(after["refused"]) + len(after["edits"]) == 4
    assert alone >= 2


def test_an_agents_rejections_teach_nothing(root: Path) -> None:
    edits = improve()["edits"]
    words = [word for one in edits[:3] for word in ("--reject", f"{one['finding']['id']}:no")]
    improve("--triage", *words)
    after = improve("--dry-run")
    assert {one["finding"]["id"] for one in after["edits"]} == {one["finding"]["id"] for one in edits[:3]}
    (left,) = after["left"]
    assert "waits on the branch" in left["why"]


def test_switched_off_it_is_as_in_a_first_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    improve()
    reject_three(root)
    monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", "none")
    assert [one["check"] for one in improve("--dry-run")["refused"]] == ["text-not-seen"] * 3
    assert improve("--explain")["filter"] == {"on": False, "left": [], "adoptions": []}
    monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", "policy")
    assert [one["check"] for one in improve("--dry-run")["refused"]] == ["text-not-seen"] * 3
    monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", "filtre")
    assert improve("--explain")["code"] == "settings-invalid"


def test_the_word_that_a_person_merged_in_place_of_shall_is_written_from_then_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = [requirement(f"Part {n}", f"The part {n} SHALL stop within {n} s.") for n in range(2, 12)]
    weak = [requirement(name, f"The {name.lower()} part will work.") for name in NAMES]
    write_tree(root, {PATH: spec(*firm, *weak[:3])})
    git(root, "commit", "-qam", "weak words")
    made = improve()
    assert all(" SHALL work." in edit["new"] for edit in made["edits"])
    git(root, "merge", "-q", made["branch"])
    text = (root / PATH).read_text("utf-8").replace("SHALL work", "MUST work")
    write_tree(root, {PATH: text + "\n" + weak[3]})
    git(root, "commit", "-qam", "our word")

    assert [" MUST work." in edit["new"] for edit in improve("--dry-run")["edits"]] == [True]
    assert improve("--explain")["policy"]["obligation"] == "MUST"
    assert "an obligation is written MUST" in CliRunner().invoke(app, ["improve", "--explain"]).stdout
    monkeypatch.setenv("GEOFLOW_IMPROVE__LEARN", "none")
    assert [" SHALL work." in edit["new"] for edit in improve("--dry-run")["edits"]] == [True]


def test_it_is_explained(root: Path) -> None:
    shown = CliRunner().invoke(app, ["improve", "--explain"]).stdout
    assert "nothing: no kind of finding was rejected often enough" in shown
    improve()
    reject_three(root)
    before = state_of(root)
    learned = improve("--explain")
    assert learned["schema"] == "geoflow.learning/1"
    (group,) = learned["filter"]["left"]
    assert (group["code"], group["quote"], len(group["rejections"])) == ("GF101", "must", 3)
    assert {one["reason"] for one in group["rejections"]} == {"must is fine here"}
    shown = CliRunner().invoke(app, ["improve", "--explain"]).stdout
    assert "GF101 “must” is left, since people rejected it:" in shown
    assert "GF101 template:capitals: 3 edits, expected reward" in shown
    assert state_of(root) == before
