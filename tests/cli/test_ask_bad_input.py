"""Whatever is typed, lies in the files or stands in the way: `ask` answers or says why not, and harms nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import write_tree
from tests.cli.asking import (
    COOLING,
    FOLDER,
    INSPECTION,
    OTHER_WORDS,
    PATH,
    TREE,
    UNKNOWN,
    Terminal,
    ask,
    asked,
    at_terminal,
    kiln,
    listed,
    opened,
    question_files,
)
from tests.cli.verbs import state_of

HOSTILE = "Who \x1b[2Jfired\x07 the \x9b31mkiln\u202e of\u2028 Ben\x00?\r"
FORBIDDEN = ("\x1b[2J", "\x07", "\x9b", "\u202e", "\x00")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def is_clean(shown: str) -> bool:
    return not any(sign in shown for sign in FORBIDDEN)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["", "--open"], "question-empty"),
        ([" \t\n", "--open"], "question-empty"),
        (["x " * 50_000, "--open"], "question-too-long"),
        (["x " * 50_000, "--accept"], "question-too-long"),
        (["x " * 50_000, "--reject", "no"], "question-too-long"),
        (["--answer", "x" * 100_000, "Yes."], "unknown-question"),
        ([INSPECTION, "--open", "--about", "x" * 100_000], "unknown-place"),
        ([INSPECTION, "--open", "--option", "x" * 1_100_000], "question-unreadable"),
        ([INSPECTION, "--budget", "\x1b[2J"], "budget-unreadable"),
    ],
)
def test_too_little_and_too_much_is_told_and_nothing_is_written(root: Path, arguments: list[str], code: str) -> None:
    before = state_of(root)
    document = asked(*arguments)
    assert (document["schema"], document["code"]) == ("geoflow.error/1", code)
    assert document["fix"]
    assert state_of(root) == before
    assert is_clean(ask(*arguments).output)


def test_bytes_that_are_no_text_become_a_question_that_can_be_read_again(root: Path) -> None:
    question = b"Who fired \xff\xfe the \xc3 kiln \xed\xa0\x80?"
    command: list[str | bytes] = [sys.executable, "-m", "geoflow", "ask", question, "--open", "--json"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)

    document = json.loads(done.stdout)
    assert (done.returncode, document["state"]) == (1, "open"), done.stderr
    assert [(one["id"], one["state"]) for one in listed()] == [(document["id"], "open")]
    assert ask("--answer", document["id"], "Ben.").exit_code == 0


def test_stdin_that_is_no_text_is_asked_line_by_line(root: Path) -> None:
    given = b"\xff\x00\xfe\nWho fired \x80 it?\r\n\x1b[2J\n"
    document = asked("-", "--open", given=given)
    assert [one["state"] for one in document["answers"]] == ["open"] * 3
    assert is_clean(ask("-", given=given).output)


def test_control_characters_of_question_answer_options_and_people_never_reach_a_terminal(root: Path) -> None:
    shown = [at_terminal(root, HOSTILE.replace("\x00", ""), "--open", "--option", HOSTILE[:-3], "--for", "@a\x1b[2J")]
    key = question_files(root)[0].removesuffix(".yaml")
    shown += [
        at_terminal(root, "--assign", key, "--for", "ada@example.org", "--for", "\x07"),
        at_terminal(root, typed=[("1 of 1", "")]),
        at_terminal(root, "--answer", key, HOSTILE[:-3]),
        at_terminal(root, "--list", "--all"),
        at_terminal(root, HOSTILE.replace("\x00", "")),
        at_terminal(root, key, "--reject", "\x1b[2J no"),
        at_terminal(root, key),
        at_terminal(root, "--withdraw", key, "\x9b2J gone"),
        at_terminal(root, key),
    ]
    assert [terminal.shown for terminal in shown if not is_clean(terminal.raw.decode())] == []
    assert [terminal.code for terminal in shown] == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1]


def test_names_of_question_files_never_reach_a_terminal_raw(root: Path) -> None:
    write_tree(root, {f"{FOLDER}/\x1b[2J\x07.yaml": f"question: {UNKNOWN}\n", f"{FOLDER}/a\nb.yaml": "question: x\n"})

    for terminal in (at_terminal(root, "--list"), at_terminal(root, COOLING)):
        assert (terminal.code, is_clean(terminal.raw.decode())) == (0, True)
        assert "its name has other signs than letters" in terminal.shown
    assert len(asked("--list")["unreadable"]) == 2


@pytest.mark.parametrize("place", ["../../etc/passwd:1", "/etc/passwd:1", "openspec/../../secret.md:1", "../secret.md"])
def test_a_place_outside_the_tree_is_neither_read_nor_written(root: Path, place: str) -> None:
    secret = root.parent / "secret.md"
    secret.write_text(TREE[PATH].replace("6 hours", "their own word"))
    document = asked(INSPECTION, "--open", "--about", place)

    assert document["code"] == "unknown-place"
    assert "their own word" not in json.dumps(document)
    assert not (root / FOLDER).exists()


def test_a_question_that_names_files_outside_is_but_words(root: Path) -> None:
    outside = sorted(root.parent.iterdir())
    for words in ("../../etc/passwd", "../../../../tmp/x.yaml", "file:///etc/passwd"):
        document = asked(words, "--open", "--option", "../../etc/passwd", "--for", "/etc/passwd")
        assert document["file"].startswith(f"{FOLDER}/")
        assert "root:" not in json.dumps(document)
    assert (sorted(root.parent.iterdir()), len(question_files(root))) == (outside, 3)


def test_a_question_file_that_names_documents_outside_reads_none_of_them(root: Path) -> None:
    text = f"question: {UNKNOWN}\nabout: {{path: ../../etc/passwd, requirement: root}}\n"
    write_tree(root, {f"{FOLDER}/out.yaml": text})

    assert ask("--answer", "out", "Ours.").exit_code == 0
    assert "evidence" not in (root / FOLDER / "out.yaml").read_text()
    assert asked(UNKNOWN)["answer"] == "Ours."


BROKEN = {
    "colon.yaml": ("question: Who: me\n", 1),
    "field.yaml": ("question: Who?\nasnwers: []\n", 2),
    "twice.yaml": ("question: Who?\nquestion: Me?\n", 2),
    "kind.yaml": ("question: Who?\nanswers:\n  - text: Me.\n    kind: persn\n", 4),
    "list.yaml": ("- question: Who?\n", 1),
    "bytes.yaml": ("question: Who?\nfor: [\udcff]\n", 2),
    "empty.yaml": ("", 0),
}


def test_question_files_with_errors_are_named_with_their_lines_and_the_others_work(root: Path) -> None:
    write_tree(
        root, {f"{FOLDER}/{name}": text.encode("utf-8", "surrogateescape") for name, (text, _) in BROKEN.items()}
    )
    key = opened(UNKNOWN)
    ask("--answer", key, "Ours.")

    document = asked("--list")
    assert [one["id"] for one in document["questions"]] == [key]
    assert {one["path"]: one["line"] for one in document["unreadable"]} == {
        f"{FOLDER}/{name}": line for name, (_, line) in BROKEN.items()
    }
    said, listing = ask(UNKNOWN), ask("--list")
    assert said.stdout.startswith("Ours.\n")
    for name, (_, line) in BROKEN.items():
        place = f"{FOLDER}/{name}:{line}" if line else f"{FOLDER}/{name}"
        assert f"note: {place}: " in said.stderr
        assert f"note: {place}: " in listing.stderr
    assert asked("--answer", "kind", "Ours.")["code"] == "question-unreadable"


def test_a_broken_file_in_the_place_of_the_question_is_told_and_not_overwritten(root: Path) -> None:
    key = opened(INSPECTION)
    file = root / FOLDER / f"{key}.yaml"
    file.write_text("question: [\n")

    document = asked(INSPECTION, "--open")
    assert (document["code"], f"{FOLDER}/{key}.yaml:" in document["message"]) == ("question-unreadable", True)
    assert file.read_text() == "question: [\n"


def test_a_linked_folder_of_questions_is_neither_read_nor_written(root: Path) -> None:
    outside = root.parent / "outside"
    write_tree(outside, {"abcd.yaml": f"question: {INSPECTION}\nanswers: [{{text: Theirs., kind: person, by: Eve}}]\n"})
    before = sorted((file.name, file.read_bytes()) for file in outside.iterdir())
    (root / FOLDER).symlink_to(outside)

    assert asked(INSPECTION)["state"] == "not-specified"
    assert asked(INSPECTION, "--open")["code"] == "outside-openspec"
    assert asked("--answer", "abcd", "Mine.")["code"] == "outside-openspec"
    assert asked("--list", "--all")["questions"] == []
    assert sorted((file.name, file.read_bytes()) for file in outside.iterdir()) == before


def test_a_linked_question_file_is_neither_read_nor_written(root: Path) -> None:
    key = opened(INSPECTION)
    outside, file = root.parent / "outside.yaml", root / FOLDER / f"{key}.yaml"
    outside.write_text(f"question: {INSPECTION}\nanswers: [{{text: Theirs., kind: person, by: Eve}}]\n")
    before = outside.read_bytes()
    file.unlink()
    file.symlink_to(outside)

    assert asked(INSPECTION)["state"] == "not-specified"
    assert asked(INSPECTION, "--open")["code"] in {"exists", "outside-openspec"}
    for action in (["--answer", key, "Mine."], ["--withdraw", key], ["--assign", key]):
        assert asked(*action)["code"] == "outside-openspec"
    assert outside.read_bytes() == before


def test_two_people_who_answer_at_once_are_both_heard(root: Path) -> None:
    key = opened(INSPECTION)
    terminals = [Terminal(root, "--answer", key, f"Officer {number}.") for number in range(4)]
    assert [terminal.end() for terminal in terminals] == [0] * 4

    text = (root / FOLDER / f"{key}.yaml").read_text()
    assert [text.count(f"text: Officer {number}.") for number in range(4)] == [1] * 4
    assert (asked("--list")["unreadable"], asked(INSPECTION)["confirmed"]) == ([], True)


def test_two_who_ask_the_same_at_once_write_one_file(root: Path) -> None:
    command = [sys.executable, "-m", "geoflow", "ask", "--open", "--json", INSPECTION]
    running = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    documents = [json.loads(process.communicate()[0]) for process in running]

    assert [one["state"] for one in documents] == ["open"] * 3
    assert question_files(root) == [f"{documents[0]['id']}.yaml"]
    assert asked(OTHER_WORDS)["id"] == documents[0]["id"]


def test_outside_a_repository_questions_are_opened_answered_and_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = write_tree(tmp_path / "plain", TREE)
    monkeypatch.chdir(plain)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    key = opened(INSPECTION)

    assert ask("--answer", key, "Anybody.").exit_code == 0
    assert at_terminal(plain, "--confirm", key).code == 0
    document = asked(INSPECTION)
    assert (document["answer"], document["confirmed"]) == ("Anybody.", True)
    assert [file.name for file in plain.iterdir()] == ["openspec"]
