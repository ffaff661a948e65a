import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from geoflow.adapters.question_files import ATTRIBUTES, QuestionFiles, known_id
from geoflow.adapters.question_nodes import LARGEST
from geoflow.errors import GeoflowError
from geoflow.ports import BrokenFile, QuestionStore, StoredQuestions
from geoflow.questions.question import FOLDER, Mark, Question, Reply
from tests.builders import write_tree

ID, OTHER = "3fa2c0d1e2f3", "3fb200000000"
ASKED = Mark("Ada <ada@example.org>", "2026-11-27T02:13:00Z")
QUESTION = Question(ID, "How long are readings kept?", ASKED)
PATH = QUESTION.path
CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from geoflow.adapters.question_files import QuestionFiles
from geoflow.questions.question import Mark, Question, Reply
store = QuestionFiles(Path(sys.argv[1]), Path(sys.argv[1]) / "locks")
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    if sys.argv[4:] == ["create"]:
        print(store.create(Question(f"{number:012x}", f"asked by {sys.argv[2]}", Mark("", ""))).text, flush=True)
        continue
    reply = Reply(f"{sys.argv[2]}-{number}", "x" * 2000, "person", sys.argv[2], "2026")
    store.change("3fa2c0d1e2f3", lambda old: replace(old, replies=(*old.replies[-20:], reply)))
    print(number, flush=True)
"""


def store(root: Path, *, cache: Path | None = None, lock_seconds: float = 10.0) -> QuestionFiles:
    return QuestionFiles(root, root / "locks", cache, lock_seconds=lock_seconds)


def answered(number: int, text: str = "90 days", name: str = "Ada") -> Callable[[Question], Question]:
    reply = Reply(f"{number:08x}", text, "person", name, "2026-11-28T10:00:00Z")
    return lambda question: replace(question, replies=(*question.replies, reply))


def child(root: Path, name: str, times: int, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(root), name, str(times), *arguments]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout
    assert started.stdout.readline() == "ready\n"
    return started


def start_all(children: list[subprocess.Popen[str]]) -> list[str]:
    for one in children:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    return [one.communicate(timeout=120)[0] for one in children]


def test_it_is_the_port(tmp_path: Path) -> None:
    port: QuestionStore = store(tmp_path)
    assert port.read() == StoredQuestions()


def test_broken_files_are_told_and_the_others_are_read(tmp_path: Path) -> None:
    files = {"a.yaml": "question: one\n", "b.yaml": "question: a\nfro: []\n", "big.yaml": "#" * (LARGEST + 1),
             "notes.md": "x", ".c.yaml": "x", "sub/d.yaml": "question: no\n"}  # fmt: skip
    write_tree(tmp_path / FOLDER, files)
    write_tree(tmp_path, {"elsewhere.yaml": "question: no\n", "openspec/e.yaml": "question: no\n"})
    (tmp_path / FOLDER / "link.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    found = store(tmp_path).read()
    assert {one.id: one.text for one in found.questions.values()} == {"a": "one"}
    assert found.broken == (
        BrokenFile(f"{FOLDER}/b.yaml", 2, 'unknown field "fro"; did you mean `for`?'),
        BrokenFile(f"{FOLDER}/big.yaml", 0, f"it is larger than such a file can be ({LARGEST} bytes)"),
    )


def test_a_folder_that_is_a_link_holds_no_questions(tmp_path: Path) -> None:
    write_tree(tmp_path / "away", {"a.yaml": "question: one\n"})
    (tmp_path / "openspec").mkdir()
    (tmp_path / FOLDER).symlink_to(tmp_path / "away")
    assert store(tmp_path).read() == StoredQuestions()


def test_the_files_of_a_commit_are_read_like_those_of_the_work_tree(tmp_path: Path) -> None:
    files = {f"{FOLDER}/a.yaml": b"question: one\n", "openspec/specs/a.yaml": b"x", f"{FOLDER}/b/c.yaml": b"x"}
    assert list(store(tmp_path).read_from(files).questions) == ["a"]


def test_what_was_read_is_remembered_by_content_and_name(tmp_path: Path) -> None:
    cache = tmp_path / "state" / "questions.sqlite"
    write_tree(tmp_path / FOLDER, {"a.yaml": "question: one\nanswers: [{text: x}]\n", "b.yaml": "questio: one\n"})
    first = store(tmp_path, cache=cache).read()
    with sqlite3.connect(cache) as connection:
        connection.execute("update kept set value = replace(value, '\"one\"', '\"from the cache\"')")
    connection.close()
    again = store(tmp_path, cache=cache).read()
    assert again.questions["a"] == replace(first.questions["a"], text="from the cache")
    assert again.broken == first.broken
    write_tree(tmp_path / FOLDER, {"a.yaml": "question: two\n", "c.yaml": "question: one\nanswers: [{text: x}]\n"})
    assert {one.id: one.text for one in store(tmp_path, cache=cache).read().questions.values()} == {
        "a": "two",
        "c": "one",
    }


@pytest.mark.parametrize("harm", ["garbage", "folder", "other version", "odd values", "locked", "no such place"])
def test_a_cache_that_is_harmed_never_fails_a_read(tmp_path: Path, harm: str) -> None:
    cache = tmp_path / "state" / "questions.sqlite"
    write_tree(tmp_path / FOLDER, {"a.yaml": "question: one\nanswers: [{text: x}]\n", "b.yaml": "questio: one\n"})
    expected = store(tmp_path, cache=cache).read()
    connection = sqlite3.connect(cache, isolation_level=None)
    if harm == "garbage":
        cache.write_bytes(b"no database" * 1000)
    elif harm == "folder":
        cache.unlink()
        cache.mkdir()
    elif harm == "no such place":
        cache = write_tree(tmp_path, {"file": ""}) / "file" / "questions.sqlite"
    elif harm == "odd values":
        connection.execute("update kept set value = '{\"id\": []}' where number = 1")
        connection.execute("update kept set value = '[' where number = 2")
    else:
        connection.execute("pragma user_version = 99" if harm == "other version" else "begin exclusive")
    for _ in range(2):
        assert store(tmp_path, cache=cache).read() == expected
    connection.close()


def test_the_first_question_brings_how_git_merges_answers(tmp_path: Path) -> None:
    assert store(tmp_path).create(QUESTION) == QUESTION
    assert (tmp_path / ATTRIBUTES).read_text().splitlines()[1] == "*.yaml merge=union"
    assert store(tmp_path).read() == StoredQuestions({ID: QUESTION})
    assert sorted(entry.name for entry in (tmp_path / FOLDER).iterdir()) == [".gitattributes", f"{ID}.yaml"]


def test_a_question_of_an_id_that_is_there_is_given_as_it_is(tmp_path: Path) -> None:
    write_tree(tmp_path, {PATH: "question: mine\n", ATTRIBUTES: "# mine\n"})
    assert store(tmp_path).create(QUESTION).text == "mine"
    assert (tmp_path / PATH).read_text() == "question: mine\n"
    assert store(tmp_path).create(replace(QUESTION, id=OTHER)).id == OTHER
    assert (tmp_path / ATTRIBUTES).read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (replace(QUESTION, id="../x"), "bad-name"),
        (replace(QUESTION, id=".x"), "bad-name"),
        (replace(QUESTION, text=" "), "question-unreadable"),
        (replace(QUESTION, text="x" * LARGEST), "question-unreadable"),
        (replace(QUESTION, id="folder"), "exists"),
        (replace(QUESTION, id="broken"), "question-unreadable"),
    ],
)
def test_a_question_that_no_file_can_hold_is_not_written(tmp_path: Path, question: Question, code: str) -> None:
    before = {f"{FOLDER}/folder.yaml/x": "x", f"{FOLDER}/broken.yaml": "x", ATTRIBUTES: "# mine\n"}
    write_tree(tmp_path, before)
    with pytest.raises(GeoflowError) as caught:
        store(tmp_path).create(question)
    assert caught.value.code == code
    assert {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()} == set(before)


def test_processes_that_create_the_same_questions_agree_on_the_one_that_was_first(tmp_path: Path) -> None:
    said = start_all([child(tmp_path, name, 15, "create") for name in ("a", "b", "c")])
    found = store(tmp_path).read()
    assert not found.broken
    assert [output.splitlines() for output in said] == [[found.questions[f"{n:012x}"].text for n in range(15)]] * 3


def test_a_change_keeps_comments_and_the_mode_of_the_file(tmp_path: Path) -> None:
    write_tree(tmp_path, {PATH: "# mine\nquestion: one # why\n", f"{FOLDER}/.{ID}.yaml.0a1b2c3d.new": "left behind"})
    (tmp_path / PATH).chmod(0o664)
    changed = store(tmp_path).change(ID, answered(1))
    assert [reply.text for reply in changed.replies] == ["90 days"]
    assert store(tmp_path).read().questions == {ID: changed}
    assert (tmp_path / PATH).read_text().startswith('# mine\nquestion: one # why\nanswers:\n  - id: "00000001"\n')
    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o664
    assert [entry.name for entry in (tmp_path / FOLDER).iterdir()] == [f"{ID}.yaml"]


def test_a_change_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    write_tree(tmp_path, {PATH: "question:   one\n"})
    before = (tmp_path / PATH).stat()
    store(tmp_path).change(ID, lambda question: question)
    assert (tmp_path / PATH).stat().st_ino == before.st_ino


def test_a_broken_file_is_not_changed(tmp_path: Path) -> None:
    write_tree(tmp_path, {PATH: "question: one\nfro: []\n"})
    with pytest.raises(GeoflowError, match=f"{PATH}:2: unknown field"):
        store(tmp_path).change(ID, answered(1))


def test_an_answer_that_makes_the_file_too_large_is_refused(tmp_path: Path) -> None:
    store(tmp_path).create(QUESTION)
    with pytest.raises(GeoflowError, match="cannot be changed"):
        store(tmp_path).change(ID, answered(1, "x" * LARGEST))
    assert store(tmp_path).read().questions == {ID: QUESTION}


@pytest.mark.parametrize("place", [PATH, FOLDER, "openspec"])
def test_a_link_that_leads_out_is_not_written_through(tmp_path: Path, place: str) -> None:
    away = write_tree(tmp_path / "away", {PATH: "question: one\n"})
    root = tmp_path / "root"
    (root / place).parent.mkdir(parents=True)
    (root / place).symlink_to(away / place)
    with pytest.raises(GeoflowError) as caught:
        store(root).change(ID, answered(1))
    assert caught.value.code == "outside-openspec"
    assert (away / PATH).read_text() == "question: one\n"


def test_a_unique_beginning_of_an_id_is_enough(tmp_path: Path) -> None:
    store(tmp_path).create(QUESTION)
    store(tmp_path).create(replace(QUESTION, id=OTHER))
    assert store(tmp_path).change("3fa2", answered(1)).id == ID


@pytest.mark.parametrize(
    ("given", "hint"),
    [("3fa", f" Did you mean {ID}?"), ("3f", f" Did you mean {ID} or {OTHER}?"), (f"{ID}4", f" Did you mean {ID}?"),
     ("zzzz", ""), ("", ""), ("../3fa2c0d1e2f", f" Did you mean {ID}?")],
)  # fmt: skip
def test_an_id_that_no_question_has_is_refused_with_the_nearest(given: str, hint: str) -> None:
    with pytest.raises(GeoflowError) as caught:
        known_id(given, [ID, OTHER])
    assert (caught.value.message, caught.value.code) == (f'There is no question "{given}".{hint}', "unknown-question")
    assert caught.value.fix == "See them all: geoflow ask --list"


def test_a_change_waits_for_another_one_and_gives_up_in_the_end(tmp_path: Path) -> None:
    store(tmp_path).create(QUESTION)
    inside, done = threading.Event(), threading.Event()

    def slow(question: Question) -> Question:
        inside.set()
        done.wait(60)
        return answered(1)(question)

    slow_one = threading.Thread(target=store(tmp_path).change, args=(ID, slow))
    slow_one.start()
    inside.wait(60)
    with pytest.raises(GeoflowError) as caught:
        store(tmp_path, lock_seconds=0.05).change(ID, answered(2))
    assert caught.value.code == "questions-locked"
    done.set()
    slow_one.join()
    assert len(store(tmp_path).change(ID, answered(2)).replies) == 2


def test_processes_that_answer_at_once_lose_no_answer(tmp_path: Path) -> None:
    store(tmp_path).create(QUESTION)
    start_all([child(tmp_path, name, 6) for name in ("a", "b", "c")])
    found = store(tmp_path).read().questions[ID]
    assert {reply.id for reply in found.replies} == {f"{name}-{n}" for name in "abc" for n in range(6)}


def test_a_process_that_is_killed_leaves_the_file_as_before_or_after(tmp_path: Path) -> None:
    chance = random.Random(7)
    store(tmp_path).create(QUESTION)
    for run in range(20):
        one = child(tmp_path, str(run), 10_000)
        assert one.stdin
        assert one.stdout
        one.stdin.write("\n")
        one.stdin.flush()
        told = int(one.stdout.readline())
        time.sleep(chance.random() * 0.06)
        os.kill(one.pid, signal.SIGKILL)
        told = max([told, *map(int, one.communicate()[0].split())])
        found = store(tmp_path).read()
        assert not found.broken
        assert found.questions[ID].replies[-1].id in {f"{run}-{told}", f"{run}-{told + 1}"}
    store(tmp_path).change(ID, answered(1))
    assert sorted(entry.name for entry in (tmp_path / FOLDER).iterdir()) == [".gitattributes", f"{ID}.yaml"]
