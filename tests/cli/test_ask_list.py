"""The open questions as `ask --list` shows them, and the walk through them at a terminal."""

from pathlib import Path

import pytest

from tests.builders import write_tree
from tests.cli.asking import (
    ADA,
    FOLDER,
    INSPECTION,
    UNKNOWN,
    Terminal,
    ask,
    asked,
    at_terminal,
    kiln,
    listed,
    opened,
)

CATS = [f"Whose {colour} cat sleeps here?" for colour in ("black", "white", "grey", "red", "striped", "spotted")]
PROMPT = "Your answer"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def write_questions(root: Path, *questions: str, **fields: str) -> None:
    """Write question files by hand: the first is `q0` and the oldest."""
    rest = "".join(f"{name}: {value}\n" for name, value in fields.items())
    for number, question in enumerate(questions):
        asked = f"asked:\n  by: Ben\n  at: 2026-01-0{number + 1}T08:00:00Z\n"
        write_tree(root, {f"{FOLDER}/q{number}00.yaml": f"question: {question}\n{asked}{rest}"})


def states(*arguments: str) -> dict[str, str]:
    return {one["question"]: "waits" if one["waits"] else one["state"] for one in listed(*arguments)}


def test_a_list_names_state_place_people_and_who_asked(root: Path) -> None:
    key = opened(INSPECTION, "--for", "ada@example.org", "--for", "@ben")
    [one] = listed()
    at = one["asked"]["at"]

    assert one == {
        "id": key,
        "path": f"{FOLDER}/{key}.yaml",
        "question": INSPECTION,
        "state": "open",
        "waits": False,
        "asked": {"by": ADA, "at": at},
        "for": ["ada@example.org", "@ben"],
        "about": {"path": "openspec/specs/kiln/spec.md", "requirement": "Cooling"},
        "options": [],
        "answer": None,
    }
    assert ask("--list").stdout == (
        f"{key}  open  {INSPECTION}\n"
        "  for ada@example.org, @ben\n"
        "  about openspec/specs/kiln/spec.md “Cooling”\n"
        f"  asked {at[:10]} by {ADA}\n"
    )


def test_without_questions_the_list_is_empty_and_says_so(root: Path) -> None:
    assert asked("--list") == {"schema": "geoflow.questions/1", "questions": [], "unreadable": []}
    assert ask("--list").stdout == "No open question is for you.\n"
    assert ask("--list", "--all").stdout == "No question was written down.\n"
    assert "No open question is for you. Ask one:" in at_terminal(root).shown


def test_the_list_holds_what_waits_for_the_user_and_with_all_everything(root: Path) -> None:
    open_, agents, persons, withdrawn, others = (opened(question) for question in CATS[:5])
    ask("--answer", agents, "Mine.")
    at_terminal(root, "--answer", persons, "Mine.")
    ask("--withdraw", withdrawn)
    ask("--assign", others, "--for", "@ben")

    assert {one["id"]: one["state"] for one in listed()} == {open_: "open", agents: "answered"}
    assert "Mine. (no person has confirmed it)" in ask("--list").stdout
    everything = {one["id"]: one["state"] for one in listed("--all")}
    assert everything == {
        open_: "open",
        agents: "answered",
        persons: "answered",
        withdrawn: "withdrawn",
        others: "open",
    }


def test_the_sixth_open_question_of_a_person_waits_until_another_is_answered(root: Path) -> None:
    write_questions(root, *CATS, **{"for": "[ada@example.org]"})
    opened(UNKNOWN)

    assert states() == {**dict.fromkeys(CATS[:5], "open"), CATS[5]: "waits", UNKNOWN: "open"}
    assert f"q500  waits  {CATS[5]}" in ask("--list").stdout
    ask("--answer", "q200", "Mine.")
    assert states()[CATS[5]] == "open"


def test_what_several_may_answer_waits_only_where_all_of_them_have_enough(root: Path) -> None:
    write_questions(root, *CATS[:5], **{"for": "['@ben']"})
    write_tree(
        root, {f"{FOLDER}/both.yaml": f"question: {UNKNOWN}\nfor: ['@ben', '@eve']\nasked: {{at: 2026-02-01}}\n"}
    )

    assert set(states("--all").values()) == {"open"}


def test_the_walk_takes_a_number_words_nothing_and_w_and_ends_with_q(root: Path) -> None:
    write_questions(root, *CATS[:5], options="[Ada's, Ben's]")
    answers = ["2", "Nobody's.", "", "w", "q"]
    terminal = at_terminal(root, typed=[(PROMPT, answer) for answer in answers])

    assert terminal.code == 0, terminal.shown
    assert f"1 of 5\nq000  open  {CATS[0]}\n  asked 2026-01-01 by Ben\n  1. Ada's\n  2. Ben's\n" in terminal.shown
    assert states("--all") == dict(zip(CATS, ["answered", "answered", "open", "withdrawn", "open"], strict=False))
    replies = [one["answer"] for one in listed("--all") if one["answer"]]
    assert [(one["text"], one["by"], one["confirmed"]) for one in replies] == [
        ("Ben's", ADA, True),
        ("Nobody's.", ADA, True),
    ]


def test_a_number_that_is_no_option_is_an_answer_in_words(root: Path) -> None:
    write_questions(root, CATS[0], options="[1, 2]")
    at_terminal(root, typed=[(PROMPT, "3")])

    assert asked(CATS[0])["answer"] == "3"


def test_in_the_walk_a_person_confirms_or_corrects_what_an_agent_said(root: Path) -> None:
    write_questions(root, *CATS[:2])
    for key in ("q000", "q100"):
        ask("--answer", key, "Mine.")
    terminal = at_terminal(root, typed=[("y it is right", "y"), ("y it is right", "Ben's.")])

    assert terminal.code == 0, terminal.shown
    answers = [asked(question) for question in CATS[:2]]
    assert [(one["answer"], one["confirmed"]) for one in answers] == [("Mine.", True), ("Ben's.", True)]
    assert listed() == []


def test_what_waits_and_what_is_for_others_is_not_walked_through(root: Path) -> None:
    write_questions(root, *CATS)
    opened(UNKNOWN, "--for", "@ben")
    terminal = at_terminal(root, typed=[("1 of 5", ""), *[(PROMPT, "")] * 4])

    assert terminal.code == 0
    assert CATS[5] not in terminal.shown
    assert UNKNOWN not in terminal.shown


def test_a_walk_that_is_stopped_keeps_the_answers_before_it(root: Path) -> None:
    write_questions(root, *CATS[:2])
    terminal = Terminal(root)
    terminal.until(PROMPT)
    terminal.type("Mine.")
    terminal.until(PROMPT)
    terminal.interrupt()

    assert terminal.end() == 130
    assert states() == {CATS[1]: "open"}


def test_without_a_terminal_nobody_is_walked_through_anything(root: Path) -> None:
    write_questions(root, CATS[0])
    assert ask().exit_code == 2
    assert asked()["code"] == "question-empty"
    assert at_terminal(root, "--json").code == 2
