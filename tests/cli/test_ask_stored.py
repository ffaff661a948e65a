"""What people and agents do with stored questions: answer, confirm, refuse, take, withdraw, assign, name a place."""

from pathlib import Path

import pytest

from tests.builders import requirement, spec, write_tree
from tests.cli.asking import (
    ADA,
    COOLING,
    COOLING_LINE,
    FOLDER,
    INSPECTION,
    PATH,
    UNKNOWN,
    Servers,
    ask,
    asked,
    at_terminal,
    kiln,
    listed,
    opened,
    question_files,
    says,
)

QUOTE = "The kiln SHALL cool for 6 hours before the door unlocks."


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def test_an_answer_without_a_terminal_counts_as_an_agents_and_says_so(root: Path) -> None:
    key = opened(INSPECTION)

    said = ask("--answer", key, "Anybody.").stdout
    assert said == (
        f"Answered: {INSPECTION}\n  {FOLDER}/{key}.yaml\n"
        f"  counts as an agent's answer until a person confirms it: geoflow ask --confirm {key}\n"
    )
    document = asked(INSPECTION)
    assert (document["route"], document["by"], document["confirmed"]) == ("stored", ADA, False)
    assert "no person has confirmed it" in ask(INSPECTION).stdout


def test_only_a_person_confirms(root: Path) -> None:
    key = opened(INSPECTION)
    ask("--answer", key, "Anybody.")
    before = (root / FOLDER / f"{key}.yaml").read_bytes()

    refused = ask("--confirm", key, "--json")
    assert refused.exit_code == 2
    assert '"code": "needs-person"' in refused.stdout
    assert (root / FOLDER / f"{key}.yaml").read_bytes() == before

    terminal = at_terminal(root, "--confirm", key)
    assert (terminal.code, "  right: Anybody.\n" in terminal.shown) == (0, True), terminal.shown
    assert asked(INSPECTION)["confirmed"] is True


def test_an_agents_later_answer_is_confirmed_and_not_the_persons_before_it(root: Path) -> None:
    key = opened(INSPECTION)
    at_terminal(root, "--answer", key, "The fire officer.")
    ask("--answer", key, "The potter on duty.")

    assert asked(INSPECTION)["answer"] == "The fire officer."
    assert "  right: The potter on duty.\n" in at_terminal(root, "--confirm", key).shown


def test_an_answer_on_old_ground_is_not_confirmed_but_given_anew(root: Path) -> None:
    key = opened(INSPECTION)
    ask("--answer", key, "Anybody.")
    (root / PATH).write_text((root / PATH).read_text().replace("6 hours", "8 hours"))

    terminal = at_terminal(root, "--confirm", key)
    assert terminal.code == 2
    assert f"What the answer rests on has changed: {PATH}." in terminal.shown
    assert [one["state"] for one in listed()] == ["stale"]


@pytest.mark.parametrize("action", ["--confirm", "--accept", "--reject"])
def test_without_an_answer_there_is_nothing_to_judge(root: Path, action: str) -> None:
    key = opened(INSPECTION)
    arguments = {"--confirm": ["--confirm", key], "--accept": [key, "--accept"], "--reject": [key, "--reject", "no"]}
    terminal = at_terminal(root, *arguments[action])
    assert (terminal.code, "There is no answer to judge yet" in terminal.shown) == (2, True)


def test_an_answer_that_was_refused_is_not_given_again_and_its_step_says_who_and_why(root: Path) -> None:
    assert asked(COOLING)["answer"].split() == QUOTE.split()

    said = ask(COOLING, "--reject", "It is 8 hours since May.")
    assert (said.exit_code, f"  wrong: {QUOTE}\n" in said.stdout) == (0, True), said.stdout
    document = asked(COOLING)
    assert (document["state"], document["answer"], document["citations"]) == ("open", "", [])
    [step] = [step for step in document["steps"] if step["route"] == "documents"]
    assert (step["came"], step["why"]) == (QUOTE, f"refused by {ADA}: It is 8 hours since May.")
    assert f"({step['why']})" in ask(COOLING).stdout


def test_a_question_whose_answer_was_refused_is_about_its_place_and_for_the_owners_of_it(root: Path) -> None:
    write_tree(root, {"CODEOWNERS": "/openspec/specs/kiln/ @potters\n"})
    ask(COOLING, "--reject", "Not so.")

    [one] = listed("--all")
    assert (one["state"], one["for"]) == ("open", ["@potters"])
    assert one["about"] == {"path": PATH, "requirement": "Cooling"}
    at_terminal(root, "--answer", one["id"], "8 hours.")
    (root / PATH).write_text((root / PATH).read_text().replace("6 hours", "8 hours"))
    assert [one["state"] for one in listed("--all")] == ["stale"]


def test_what_is_refused_often_on_a_topic_is_asked_later_there_and_nowhere_else(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(root, {"openspec/specs/oven/spec.md": spec(requirement("Light", "The oven lamp SHALL glow for 9 s."))})
    for question in (COOLING, "When does the siren sound?"):
        assert ask(question, "--reject", "Not so.").exit_code == 0
    servers = Servers(tmp_path, monkeypatch, {"sage": says("The lock.")})

    document = asked("What unlocks after the kiln cools?")
    assert (document["route"], document["by"]) == ("agent", "sage")
    assert asked("How long does the oven lamp glow?")["route"] == "documents"
    assert servers.asked("sage") == ["What unlocks after the kiln cools?"]


def test_a_person_takes_an_answer_of_the_documents_and_it_is_stored(root: Path) -> None:
    assert ask(COOLING, "--accept").exit_code == 2
    assert question_files(root) == []

    assert f"  right: {QUOTE}\n" in at_terminal(root, COOLING, "--accept").shown
    document = asked(COOLING)
    assert (document["route"], document["by"], document["confirmed"]) == ("stored", "documents", True)
    (root / PATH).write_text((root / PATH).read_text().replace("6 hours", "8 hours"))
    assert "8 hours" in asked(COOLING)["answer"]


def test_a_refusal_needs_a_reason(root: Path) -> None:
    result = ask(COOLING, "--reject", "  ")
    assert (result.exit_code, "Without a reason" in result.stderr) == (2, True)
    assert question_files(root) == []


def test_what_is_withdrawn_is_neither_given_nor_asked_nor_listed(root: Path) -> None:
    key = opened(INSPECTION)
    ask("--answer", key, "Anybody.")
    assert ask("--withdraw", key, "The lock was removed.").exit_code == 0
    before = (root / FOLDER / f"{key}.yaml").read_bytes()

    document = asked(INSPECTION, "--open")
    assert (document["state"], document["answer"], document["file"]) == (
        "not-specified",
        "",
        f"{FOLDER}/{key}.yaml",
    )
    assert document["steps"][0]["why"] == f"withdrawn by {ADA}: The lock was removed."
    assert (listed(), [one["state"] for one in listed("--all")]) == ([], ["withdrawn"])
    assert "No open question is for you." in ask("--list").stdout
    assert asked("--answer", key, "Nobody.")["code"] == "question-withdrawn"
    assert "[y/N]" not in at_terminal(root, INSPECTION).shown
    assert (root / FOLDER / f"{key}.yaml").read_bytes() == before


def test_a_question_is_handed_to_someone_else(root: Path) -> None:
    key = opened(INSPECTION)
    assert "  for @ben, @org/fire\n" in ask("--assign", key, "--for", "@ben", "--for", "@org/fire").stdout
    assert listed() == []
    assert [one["for"] for one in listed("--for", "@BEN")] == [["@ben", "@org/fire"]]
    assert "  for anybody\n" in ask("--assign", key).stdout
    assert [one["id"] for one in listed()] == [key]


def test_codeowners_say_for_whom_a_question_is_and_the_settings_where_they_are_silent(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(root, {"CODEOWNERS": "/openspec/specs/kiln/ @potters\n"})
    monkeypatch.setenv("GEOFLOW_QUESTIONS__PEOPLE", "@office")
    keys = [opened(INSPECTION), opened(UNKNOWN), opened("Whose cat sleeps here?", "--for", "ada@example.org")]

    assert {one["id"]: one["for"] for one in listed("--all")} == dict(
        zip(keys, [["@potters"], ["@office"], ["ada@example.org"]], strict=True)
    )
    assert [one["id"] for one in listed()] == keys[2:]
    monkeypatch.setenv("GEOFLOW_QUESTIONS__ME", "@potters")
    assert {one["id"] for one in listed()} == {keys[0], keys[2]}


def test_a_place_names_the_requirement_and_the_finding_there(root: Path) -> None:
    path = "openspec/specs/siren/spec.md"
    write_tree(root, {path: spec(requirement("Quiet", "The siren SHALL rest between TBD and 06:00."))})
    line = (root / path).read_text().splitlines().index("The siren SHALL rest between TBD and 06:00.") + 1

    opened(UNKNOWN, "--about", f"{path}:{line}")
    opened(INSPECTION, "--about", f"{PATH}:{COOLING_LINE}")
    opened("Whose cat sleeps here?", "--about", path)
    places = [one["about"] for one in listed()]
    assert sorted((one["path"], one["requirement"]) for one in places) == [
        (PATH, "Cooling"),
        (path, ""),
        (path, "Quiet"),
    ]
    texts = [file.read_text() for file in (root / FOLDER).glob("*.yaml")]
    assert sum("code: GF211\n" in text and "quote: TBD\n" in text for text in texts) == 1


@pytest.mark.parametrize(
    "place", [f"{PATH}:1", f"{PATH}:9999", f"{PATH}:0001", "openspec/specs/none/spec.md", "README.md:1", ":8", "8"]
)
def test_a_place_where_no_requirement_stands_is_told(root: Path, place: str) -> None:
    result = ask(INSPECTION, "--open", "--about", place)
    assert (result.exit_code, f"{place} is no requirement" in result.stderr) == (2, True)
    assert question_files(root) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--answer", "abcd", "--withdraw", "abcd"],
        ["--list", "--accept"],
        ["--accept", "--reject", "no"],
        ["--assign", "abcd", "--confirm", ""],
    ],
)
def test_one_thing_at_a_time(root: Path, arguments: list[str]) -> None:
    document = asked(INSPECTION, *arguments)
    assert (document["schema"], document["code"]) == ("geoflow.error/1", "usage")
    assert question_files(root) == []


def test_an_id_may_be_cut_short_where_only_one_begins_so(root: Path) -> None:
    write_tree(root, {f"{FOLDER}/{name}.yaml": f"question: Is {name} done?\n" for name in ("abcd-1", "abcd-2", "kiln")})

    assert ask("--answer", "abcd-2", "Yes.").exit_code == 0
    assert ask("--answer", "kil", "Yes.").exit_code == 2
    assert ask("--answer", "kiln", "Yes.").exit_code == 0
    ambiguous = ask("--answer", "abcd", "Yes.")
    assert (ambiguous.exit_code, "abcd-1 or abcd-2" in ambiguous.stderr) == (2, True)


@pytest.mark.parametrize("key", ["", "unknown", "../../etc/passwd", "\x1b[31m", "-"])
@pytest.mark.parametrize("action", ["--answer", "--assign", "--withdraw"])
def test_an_unknown_id_is_told_and_no_question_is_made_of_the_words(root: Path, action: str, key: str) -> None:
    opened(INSPECTION)
    result = ask(action, key, "Words that are no question.")
    assert (result.exit_code, "There is no question" in result.stderr) == (2, True), result.output
    assert "\x1b" not in result.output
    assert len(question_files(root)) == 1


@pytest.mark.parametrize(
    ("text", "code"), [("", "answer-empty"), (" \n ", "answer-empty"), ("x" * 4001, "answer-too-long")]
)
def test_an_answer_has_words_but_not_too_many(root: Path, text: str, code: str) -> None:
    assert asked("--answer", opened(INSPECTION), text)["code"] == code
