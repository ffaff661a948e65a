"""Answers that were given on two branches, merged by the real git."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from geoflow.adapters.question_files import ATTRIBUTES, QuestionFiles
from geoflow.questions.question import About, AuthorKind, Evidence, Mark, Question, Reply, Step
from tests.builders import git, make_repo, write_tree

AT = "2026-11-28T10:00:00Z"
EVIDENCE = tuple(Evidence(f"openspec/specs/{name}/spec.md", name, "0123456789012345") for name in "abcdef")
QUESTION = Question("3fa2c0d1e2f3", "How long are readings kept?", Mark("Ada", AT))
OLD = Reply("00000001", "30 days", "agent", "helper", AT)
Edit = Callable[[Question], Question]


def reply(number: int, text: str = "90 days", name: str = "Ada", kind: AuthorKind = "person", at: str = AT) -> Reply:
    return Reply(f"{number:08x}", text, kind, name, at)


def adding(*replies: Reply) -> Edit:
    return lambda question: replace(question, replies=(*question.replies, *replies))


def confirming(name: str) -> Edit:
    def confirm(question: Question) -> Question:
        first, *others = question.replies
        return replace(question, replies=(replace(first, confirmed=Mark(name, AT)), *others))

    return confirm


def withdrawing(name: str) -> Edit:
    return lambda question: replace(question, withdrawn=Mark(name, AT))


def store(root: Path) -> QuestionFiles:
    return QuestionFiles(root, root / ".git" / "geoflow")


def merged(root: Path, *edits: Edit) -> Question:
    """Make each change on a branch of its own, and merge them all into the first one."""
    branches = [f"branch-{number}" for number in range(len(edits))]
    for branch, edit in zip(branches, edits, strict=True):
        git(root, "checkout", "-q", "-b", branch, "main")
        store(root).change(QUESTION.id, edit)
        git(root, "commit", "-q", "-a", "-m", branch)
    git(root, "checkout", "-q", branches[0])
    for branch in branches[1:]:
        git(root, "merge", "-q", "-m", "merge", branch)
    found = store(root).read()
    assert not found.broken
    return found.questions[QUESTION.id]


def repository(root: Path, question: Question) -> Path:
    make_repo(root, {"README.md": "x"}, commit=False)
    store(root).create(question)
    return make_repo(root, {})


@pytest.mark.parametrize("before", [(), (OLD,)])
@pytest.mark.parametrize(
    ("one", "two"),
    [
        (reply(2), reply(3, "30 days", "Bob", at="2026-11-29T11:00:00Z")),
        (reply(2), reply(3, "30 days")),
        (reply(2), reply(3, name="Bob")),
        (reply(2), reply(3, kind="model")),
        (reply(2), reply(3, at="2026-11-29T11:00:00Z")),
        (reply(2, "a\nb\nc\nd\ne\nf"), reply(3, "a\nb\nc\nd\ne\nf\ng")),
        (replace(reply(2), evidence=EVIDENCE), replace(reply(3, at="2027"), evidence=EVIDENCE)),
        (replace(reply(2), evidence=EVIDENCE), replace(reply(3, "30 days", "Bob"), evidence=EVIDENCE)),
        (replace(reply(2), evidence=EVIDENCE), reply(3)),
    ],
)
def test_answers_of_two_branches_are_both_kept_however_alike(
    tmp_path: Path, before: tuple[Reply, ...], one: Reply, two: Reply
) -> None:
    root = repository(tmp_path / "repo", replace(QUESTION, replies=before))
    assert merged(root, adding(one), adding(two)).replies == (*before, one, two)


def test_answers_of_several_branches_are_all_kept(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", QUESTION)
    replies = [reply(number, f"{number} days") for number in range(5)]
    found = merged(root, adding(replies[0]), adding(*replies[1:3]), adding(replies[3]), adding(replies[4]))
    assert sorted(found.replies, key=lambda one: one.id) == replies


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("text", ["", "answers:\n  - text: 30 days\n", "answers:\n- text: 30 days\n  by: x\n"])
def test_a_confirmation_never_goes_to_the_answer_that_another_branch_added(
    tmp_path: Path, text: str, *, turned: bool
) -> None:
    root = repository(tmp_path / "repo", replace(QUESTION, replies=() if text else (OLD,)))
    if text:
        write_tree(root, {QUESTION.path: f"question: a\n{text}"})
        git(root, "commit", "-q", "-a", "-m", "by hand")
    edits = [confirming("Ada"), adding(reply(2, kind="agent"))]
    try:
        found = merged(root, *(reversed(edits) if turned else edits))
    except AssertionError:  # told as broken, so that somebody looks at it
        assert "two answers have the id" in store(root).read().broken[0].reason
        return
    assert [one.is_persons for one in found.replies] == [True, False]


def test_two_who_confirm_the_same_answer_or_withdraw_the_same_question_break_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", replace(QUESTION, replies=(OLD,)))
    found = merged(root, confirming("Ada"), confirming("Bob"), withdrawing("Ada"), withdrawing("Bob"))
    assert (found.replies[0].confirmed, found.withdrawn) == (Mark("Ada", AT), Mark("Ada", AT))
    changed = store(root).change(QUESTION.id, adding(reply(2)))
    assert [one.id for one in changed.replies] == ["00000001", "00000002"]


def test_a_withdrawal_and_a_first_answer_are_both_kept(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", QUESTION)
    found = merged(root, adding(reply(2)), withdrawing("Bob"))
    assert (found.replies, found.withdrawn) == ((reply(2),), Mark("Bob", AT))


def test_a_question_that_two_branches_asked_is_one_with_the_answers_of_both(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "repo", {"README.md": "x"})
    about = About("openspec/specs/x/spec.md", "Retention", "GF210", "for a while")
    for name in ("Ada", "Bob"):
        git(root, "checkout", "-q", "-b", name, "main")
        asked = Mark(f"{name} <{name}@example.org>", f"2026-11-2{len(name)}T0{ord(name[0]) % 9}:00:00Z")
        route = (Step("documents", "openspec", "nothing"), Step("model", "small", f"{name} heard this"))
        store(root).create(replace(QUESTION, asked=asked, about=about, route=route))
        store(root).change(QUESTION.id, adding(reply(ord(name[0]), name=name)))
        git(root, "add", ATTRIBUTES, QUESTION.path)
        git(root, "commit", "-q", "-m", name)
    git(root, "merge", "-q", "-m", "merge", "Ada")
    found = store(root).read()
    assert not found.broken
    assert [one.name for one in found.questions[QUESTION.id].replies] == ["Bob", "Ada"]


def test_hand_made_answers_are_kept_beside_those_of_geoflow(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", QUESTION)
    git(root, "checkout", "-q", "-b", "by-hand")
    write_tree(root, {QUESTION.path: f"{(root / QUESTION.path).read_text()}answers:\n  - text: one year\n"})
    git(root, "commit", "-q", "-a", "-m", "by hand")
    git(root, "checkout", "-q", "main")
    store(root).change(QUESTION.id, adding(reply(2)))
    git(root, "commit", "-q", "-a", "-m", "answer")
    git(root, "merge", "-q", "-m", "merge", "by-hand")
    assert [one.text for one in store(root).read().questions[QUESTION.id].replies] == ["90 days", "one year"]
