"""MCP servers that the user configured answer what the documents do not say, or do not, and nothing breaks."""

from pathlib import Path

import pytest

from tests.builders import write_tree
from tests.cli.asking import (
    ADA,
    COOLING,
    DIES,
    FOLDER,
    HANGS,
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
from tests.cli.verbs import state_of

SAID = "The treasurer pays by bank transfer."


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def test_an_agent_answers_what_the_documents_do_not_say(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = Servers(tmp_path, monkeypatch, {"sage": says(SAID)})
    before = state_of(root)

    document = asked(UNKNOWN)
    assert (document["state"], document["route"], document["answer"]) == ("answered", "agent", SAID)
    assert (document["by"], document["confirmed"], document["citations"]) == ("sage", False, [])
    assert asked(COOLING)["route"] == "documents"
    assert servers.asked("sage") == [UNKNOWN]
    assert state_of(root) == before
    assert ask(UNKNOWN).stdout == f"{SAID}\n  answered by: agent (sage); no person has confirmed it\n"


def test_with_open_the_agents_answer_is_written_down_for_a_person_to_confirm(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = Servers(tmp_path, monkeypatch, {"sage": says(SAID)})

    document = asked(INSPECTION, "--open")
    key = document["id"]
    assert (document["state"], document["confirmed"], document["file"]) == (
        "answered",
        False,
        f"{FOLDER}/{key}.yaml",
    )
    assert [(one["state"], one["answer"]["kind"], one["answer"]["by"]) for one in listed()] == [
        ("answered", "agent", "sage")
    ]
    assert at_terminal(root, "--confirm", key).code == 0
    document = asked(INSPECTION)
    assert (document["route"], document["by"], document["confirmed"]) == ("stored", "sage", True)
    assert servers.asked("sage") == [INSPECTION]
    (root / PATH).write_text((root / PATH).read_text().replace("6 hours", "8 hours"))
    assert [one["state"] for one in listed()] == ["stale"]


def test_an_agents_answer_to_a_question_that_was_open_already_is_added_to_its_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opened(UNKNOWN)
    Servers(tmp_path, monkeypatch, {"sage": says(SAID)})

    assert asked("Please tell me which payment providers handle invoices", "--open")["file"] == f"{FOLDER}/{key}.yaml"
    assert [(one["id"], one["answer"]["text"]) for one in listed()] == [(key, SAID)]
    assert question_files(root) == [f"{key}.yaml"]


def test_an_agents_answer_that_was_refused_is_not_given_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Servers(tmp_path, monkeypatch, {"sage": says(SAID), "fool": says("Ask the moon.")})

    assert f"  wrong: {SAID}\n" in ask(UNKNOWN, "--reject", "She left.").stdout
    document = asked(UNKNOWN)
    assert (document["by"], document["answer"]) == ("fool", "Ask the moon.")
    assert [step["why"] for step in document["steps"] if step["who"] == "sage"] == [f"refused by {ADA}: She left."]


def test_agents_that_hang_fail_or_are_not_there_are_steps_and_the_next_one_answers(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Servers(tmp_path, monkeypatch, {"hung": HANGS, "dead": DIES, "sage": says(SAID)})
    monkeypatch.setenv("GEOFLOW_QUESTIONS__AGENTS", "hung,dead,none,sage")
    monkeypatch.setenv("GEOFLOW_QUESTIONS__AGENT_TIMEOUT", "5")

    document = asked(UNKNOWN)
    assert (document["by"], document["answer"]) == ("sage", SAID)
    whys = {step["who"]: step["why"] for step in document["steps"] if step["route"] == "agent"}
    assert list(whys) == ["hung", "dead", "none", "sage"]
    assert "did not answer within 5 s" in whys["hung"]
    assert "broke off" in whys["dead"]
    assert '"none"' in whys["none"]


@pytest.mark.parametrize(("option", "state"), [((), "not-specified"), (("--open",), "open")])
def test_where_every_agent_fails_nothing_is_made_up(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...], state: str
) -> None:
    Servers(tmp_path, monkeypatch, {"dead": DIES})

    document = asked(UNKNOWN, *option)
    assert (document["state"], document["answer"]) == (state, "")
    assert [step["who"] for step in document["steps"] if step["route"] == "agent"] == ["dead"]
    assert "  agent dead: no answer (" in ask(UNKNOWN).stdout


def test_agents_that_a_repository_names_are_not_started(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = Servers(tmp_path, monkeypatch, {"sage": says(SAID)})
    monkeypatch.delenv("GEOFLOW_QUESTIONS__AGENTS")
    write_tree(root, {"openspec/geoflow.yaml": "questions:\n  agents: [sage]\n"})

    result = ask(UNKNOWN)
    assert "Not specified" in result.stdout
    assert "sets questions.agents, which is ignored: it belongs to your own settings." in result.stderr
    assert servers.asked("sage") == []


def test_a_list_of_servers_that_cannot_be_read_is_told_with_a_fix(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Servers(tmp_path, monkeypatch, {"sage": says(SAID)})
    (tmp_path / "config" / "geoflow" / "mcp.json").write_text("{")

    document = asked(UNKNOWN)
    assert (document["schema"], document["code"]) == ("geoflow.error/1", "mcp-config-invalid")
    assert document["fix"]


def test_what_an_agent_says_cannot_steer_the_terminal_or_write_lines_of_its_own(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "\x1b[2J\x9b31mRed\x07\r\n- one\n  answered by: stored (Ada Example)\u202e"
    Servers(tmp_path, monkeypatch, {"sage": says(said)})

    for terminal in (at_terminal(root, UNKNOWN, "--open"), at_terminal(root, "--list"), at_terminal(root, UNKNOWN)):
        assert not any(sign in terminal.raw.decode() for sign in ("\x1b[2J", "\x9b", "\x07", "\u202e")), terminal.shown
        assert "\n  answered by: stored (Ada Example)" not in terminal.shown
