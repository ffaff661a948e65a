"""At most one edit of a requirement between two merges, and no text comes back: across runs, on real repositories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.event_files import EventFiles
from geoflow.adapters.git import open_repository
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.improvement.past_texts import MODEL_WROTE
from geoflow.ports import ChatModel
from geoflow.questions.feedback import Feedback, edit_id
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_history import past_texts
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.outcomes import Past
from geoflow.workflow.workshop import Workshop
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.fakes import QueueModel, SilentProgress

PATH = "openspec/specs/example/spec.md"
TWO = requirement("Reading", "The reader SHALL gracefully stop. The reader SHALL print the page, etc.")
VAGUE = requirement("Reading", "The reader SHALL gracefully stop within 10 s.")


def past(root: Path) -> Past:
    repository = open_repository(root)
    return Past(
        repository, repository.runs, WorkTreeDocuments(root), EventFiles(repository.state_folder), SystemClock()
    )


def run(root: Path, model: ChatModel | None, **options: Any) -> ImproveResult:
    workshop = Workshop(
        open_repository(root),
        model,
        JinjaTemplates(),
        SystemClock(),
        SilentProgress(),
        questions=QuestionFiles(root, root / ".git" / "locks"),
        runs=open_repository(root).runs,
        past=lambda files: past_texts(past(root), files),
    )
    return improve(workshop, ImproveOptions(**options))


def spans(old: str, new: str) -> Mapping[str, str]:
    return {"old_span": old, "new_span": new}


STOP = spans("gracefully stop", "stop")
OPEN = spans("page, etc.", "page.")


def say(root: Path, result: ImproveResult, verdict: str, kind: str = "person") -> None:
    """Write what somebody said of each edit, as a triage does."""
    files: dict[str, str] = {}
    for edit in result.edits:
        said = Feedback(edit_id(result.run, edit.finding.id), verdict, "Ada", kind, "2026-11-27T10:00:00Z", "no")  # type: ignore[arg-type]
        files |= EventFiles(root / ".git" / "geoflow").feedback_file(said)
    write_tree(root, files)


def whys(result: ImproveResult) -> list[str]:
    return [one.why for one in result.left]


def test_an_edit_that_waits_on_a_branch_keeps_its_requirement_from_another(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(TWO)})
    first = run(root, QueueModel(STOP, spans("nowhere", "x"), {"sentence": "The reader SHALL dance."}))
    assert len(first.edits) == 1
    second = run(root, QueueModel())
    assert second.edits == ()
    assert set(whys(second)) == {f"an edit of it waits on the branch {first.branch}: merge it, triage it or delete it"}


def test_a_branch_that_is_deleted_holds_nothing(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE)})
    git(root, "branch", "-D", run(root, QueueModel(STOP)).branch)
    assert len(run(root, QueueModel(STOP)).edits) == 1


def test_a_merged_text_of_a_model_is_not_edited_by_a_model(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(TWO)})
    first = run(root, QueueModel(STOP, spans("nowhere", "x"), {"sentence": "The reader SHALL dance."}))
    git(root, "merge", "-q", first.branch)
    assert whys(run(root, QueueModel())) == [MODEL_WROTE]


def test_a_squashed_edit_is_known_from_the_run_and_a_clone_knows_it_from_the_commits(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(TWO)})
    first = run(root, QueueModel(STOP, spans("nowhere", "x"), {"sentence": "The reader SHALL dance."}))
    git(root, "merge", "-q", "--squash", first.branch)
    git(root, "commit", "-q", "-m", "take it")
    git(root, "branch", "-D", first.branch)
    assert whys(run(root, QueueModel())) == [MODEL_WROTE]

    merged = make_repo(tmp_path / "m", {PATH: spec(TWO)})
    first = run(merged, QueueModel(STOP, spans("nowhere", "x"), {"sentence": "The reader SHALL dance."}))
    git(merged, "merge", "-q", "--no-ff", "-m", "take it", first.branch)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(merged), str(clone))
    assert git(clone, "for-each-ref", "refs/geoflow") == ""
    git(clone, "remote", "remove", "origin")
    assert whys(run(clone, QueueModel())) == [MODEL_WROTE]


def test_a_person_who_changes_the_text_sets_it_free(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(TWO)})
    first = run(root, QueueModel(STOP, spans("nowhere", "x"), {"sentence": "The reader SHALL dance."}))
    git(root, "merge", "-q", first.branch)
    text = (root / PATH).read_text()
    (root / PATH).write_text(text.replace("SHALL stop", "SHALL stop at once"))
    git(root, "commit", "-qam", "in my words")
    assert [edit.finding.code for edit in run(root, QueueModel(OPEN)).edits] == ["GF204"]


def test_what_code_alone_mends_is_no_edit_of_a_model(tmp_path: Path) -> None:
    lower = requirement("Reading", "The reader SHALL gracefully stop. A reader must wait.")
    root = make_repo(tmp_path / "r", {PATH: spec(lower)})
    first = run(root, None)
    assert [edit.strategy for edit in first.edits] == ["template:capitals"]
    git(root, "merge", "-q", first.branch)
    assert [edit.finding.code for edit in run(root, QueueModel(STOP)).edits] == ["GF201"]


def test_a_persons_answer_goes_into_a_text_that_a_model_wrote(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(requirement("Reading", "The reader SHALL gracefully stop soon."))})
    git(root, "merge", "-q", run(root, QueueModel(STOP)).branch)
    answer = (
        f"question: How soon?\nabout:\n  path: {PATH}\n  requirement: Reading\n  code: GF210\n  quote: soon\n"
        "answers:\n  - text: |\n      within 2 s\n    by: Ada\n    kind: person\n    at: 2026-11-20\n"
    )
    write_tree(root, {"openspec/questions/q.yaml": answer})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "answered")
    assert [edit.strategy for edit in run(root, None).edits] == ["answer"]


def test_a_text_that_a_person_rejected_is_not_proposed_again(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE)})
    say(root, run(root, QueueModel(STOP)), "reject")
    again = run(root, QueueModel(STOP, {"sentence": "The reader SHALL stop within 10 s."}))
    assert [refusal.check for refusal in again.refused] == ["text-not-seen", "text-not-seen"]


def test_a_text_that_an_agent_rejected_may_come_back(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE)})
    say(root, run(root, QueueModel(STOP)), "reject", "agent")
    assert len(run(root, QueueModel(STOP)).edits) == 1


def test_a_text_that_stood_there_before_a_merged_edit_does_not_come_back(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE)})
    first = run(root, QueueModel(STOP))
    git(root, "merge", "-q", first.branch)
    told = past_texts(past(root), {PATH: (root / PATH).read_text()})
    (seen,) = told.seen.values()
    assert any("gracefully stop within 10 s." in text for text in seen)
    assert told.by_model == {(PATH, "Reading")}


def test_a_record_that_somebody_forged_frees_nothing(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(VAGUE)})
    run(root, QueueModel(STOP))
    commit = git(root, "rev-parse", "HEAD")
    git(root, "update-ref", "refs/geoflow/runs/99991231-000000-000dead", commit)
    assert run(root, QueueModel()).edits == ()
