"""One question from "not specified" to an answer that holds, and what becomes of it when the specs change."""

from pathlib import Path

import pytest

from tests.builders import git
from tests.cli.asking import (
    ADA,
    FOLDER,
    INSPECTION,
    OTHER_WORDS,
    PATH,
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


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def answer_at_terminal(root: Path, key: str, text: str) -> None:
    terminal = at_terminal(root, "--answer", key, text)
    assert (terminal.code, f"Answered: {INSPECTION}" in terminal.shown) == (0, True), terminal.shown


def cool_longer(root: Path, hours: int) -> None:
    file = root / PATH
    file.write_text(file.read_text().replace(f"cool for {hours - 2} hours", f"cool for {hours} hours"))


def test_a_question_goes_from_nobody_knows_to_an_answer_that_holds_until_the_spec_changes(root: Path) -> None:
    before = state_of(root)
    unsaid = asked(INSPECTION)
    assert (unsaid["state"], unsaid["file"]) == ("not-specified", "")
    assert state_of(root) == before

    document = asked(INSPECTION, "--open")
    key, path = document["id"], f"{FOLDER}/{document['id']}.yaml"
    assert (document["state"], document["file"]) == ("open", path)
    assert document["steps"][-1]["route"] == "person"
    assert git(root, "status", "--porcelain") == f"?? {FOLDER}/"
    assert sorted(file.name for file in (root / FOLDER).iterdir()) == [".gitattributes", f"{key}.yaml"]

    text = (root / path).read_bytes()
    assert [asked(INSPECTION, "--open")["state"], asked(INSPECTION)["state"]] == ["open", "open"]
    assert (question_files(root), (root / path).read_bytes()) == ([f"{key}.yaml"], text)

    answer_at_terminal(root, key, "The fire officer alone.")
    document = asked(INSPECTION)
    assert (document["state"], document["route"], document["answer"]) == (
        "answered",
        "stored",
        "The fire officer alone.",
    )
    assert (document["by"], document["confirmed"], document["file"]) == (ADA, True, path)
    [cited] = document["citations"]
    assert (cited["path"], cited["quote"]) == (path, "The fire officer alone.")
    assert "The fire officer alone." in (root / path).read_text().splitlines()[cited["line"] - 1]

    cool_longer(root, 8)
    document = asked(INSPECTION, "--open")
    assert (document["state"], document["answer"]) == ("open", "")
    [stale] = [step for step in document["steps"] if step["route"] == "stored"]
    assert (stale["who"], stale["came"]) == (ADA, "The fire officer alone.")
    assert stale["why"] == f"what it rests on has changed: {PATH}"
    assert [(one["id"], one["state"]) for one in listed()] == [(key, "stale")]
    assert f"{key}  stale  {INSPECTION}" in ask("--list").stdout

    answer_at_terminal(root, key, "Two officers together.")
    assert asked(INSPECTION)["answer"] == "Two officers together."
    assert listed() == []
    assert [(one["state"], one["answer"]["text"]) for one in listed("--all")] == [
        ("answered", "Two officers together.")
    ]
    assert question_files(root) == [f"{key}.yaml"]


def test_in_other_words_the_stored_answer_is_given_and_judged(root: Path) -> None:
    key = opened(INSPECTION)
    answer_at_terminal(root, key, "The fire officer alone.")

    document = asked(OTHER_WORDS)
    assert (document["id"], document["question"], document["route"]) == (key, OTHER_WORDS, "stored")
    assert at_terminal(root, OTHER_WORDS, "--accept").code == 0
    assert ask(OTHER_WORDS, "--reject", "She has left.").exit_code == 0
    assert question_files(root) == [f"{key}.yaml"]
    assert asked(INSPECTION)["state"] == "open"


def test_asked_in_other_words_an_open_question_names_the_file_that_is_there(root: Path) -> None:
    key = opened(INSPECTION)

    document = asked(OTHER_WORDS, "--open")
    assert (document["id"], document["state"]) == (key, "open")
    assert f'geoflow ask --answer {key} "TEXT"' in ask(OTHER_WORDS).stdout
    assert question_files(root) == [f"{key}.yaml"]


def test_a_question_that_means_something_else_is_another_one(root: Path) -> None:
    key = opened(INSPECTION)
    answer_at_terminal(root, key, "The fire officer alone.")

    for other in (
        "Who may not unlock the kiln door during an inspection?",
        "When may the kiln door unlock during an inspection?",
    ):
        assert asked(other)["state"] == "not-specified", other


def test_its_id_stands_for_its_words(root: Path) -> None:
    key = opened(INSPECTION)
    answer_at_terminal(root, key, "The fire officer alone.")

    document = asked(key)
    assert (document["question"], document["answer"]) == (INSPECTION, "The fire officer alone.")


def test_white_space_and_places_in_the_spec_make_no_answer_stale(root: Path) -> None:
    answer_at_terminal(root, opened(INSPECTION), "The fire officer alone.")

    file = root / PATH
    file.write_text(
        file.read_text().replace("6 hours\nbefore", "6 hours before").replace("# Example", "# A\n\n# Example")
    )
    assert asked(INSPECTION)["route"] == "stored"


def test_a_change_elsewhere_makes_no_answer_stale(root: Path) -> None:
    answer_at_terminal(root, opened(INSPECTION), "The fire officer alone.")

    file = root / PATH
    file.write_text(file.read_text().replace("smoke is detected", "heat is detected"))
    assert asked(INSPECTION)["route"] == "stored"


def test_at_a_terminal_a_question_is_written_down_where_the_user_wants_it(root: Path) -> None:
    terminal = at_terminal(root, INSPECTION, typed=[("Write it down as a question for someone? [y/N]:", "y")])

    assert terminal.code == 1
    [name] = question_files(root)
    assert f"{FOLDER}/{name}" in terminal.shown
    assert terminal.shown.count("what comes near") == 1


def test_at_a_terminal_nothing_is_written_where_the_user_does_not_want_it(root: Path) -> None:
    before = state_of(root)
    terminal = at_terminal(root, INSPECTION, typed=[("[y/N]:", "n")])

    assert (terminal.code, state_of(root)) == (1, before)
    assert terminal.shown.count("Not specified") == 1


def test_a_terminal_that_is_closed_at_the_offer_writes_nothing(root: Path) -> None:
    before = state_of(root)
    terminal = Terminal(root, INSPECTION)
    terminal.until("[y/N]:")
    terminal.interrupt()

    assert terminal.end() == 130
    assert state_of(root) == before
