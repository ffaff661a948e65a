"""`geoflow trust` and what the verbs do with it: on real repositories, against a real server."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.servers import model_server

PATH = "openspec/specs/example/spec.md"
OWN = "openspec/workflow/prompts/improve-span-user.md"
FAR = "llm:\n  base_url: http://198.51.100.7:1234\n"
FILES = {PATH: spec(requirement("Reading", "The reader SHALL gracefully stop within 10 s."))}
GOOD_SPAN = {"old_span": "gracefully stop", "new_span": "stop"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_repo(tmp_path / "repo", FILES)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return root


def geoflow(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def document(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(geoflow(*arguments, "--json").stdout)
    return found


def test_a_repository_that_asks_for_nothing_needs_no_trust(root: Path, tmp_path: Path) -> None:
    done = geoflow("trust")
    assert (done.exit_code, done.stdout) == (0, "This repository asks for nothing that needs your trust.\n")
    assert not (tmp_path / "data").exists()


def test_each_thing_is_shown_with_its_effect_and_nothing_is_trusted_unasked(root: Path, tmp_path: Path) -> None:
    write_tree(root, {"openspec/geoflow.yaml": FAR, OWN: "{{ sentence }}"})
    done = geoflow("trust")
    assert done.exit_code == 1
    assert (
        "openspec/geoflow.yaml  not trusted\n    sends text of your specs to http://198.51.100.7:1234/v1\n"
        in done.stdout
    )
    assert f"{OWN}  not trusted\n    tells the model what to do in `geoflow improve`" in done.stdout
    assert "geoflow trust --yes" in done.stderr
    assert not (tmp_path / "data").exists()


def test_without_a_terminal_and_without_yes_json_fails_with_a_fix(root: Path) -> None:
    write_tree(root, {OWN: "{{ sentence }}"})
    found = document("trust")
    assert (found["schema"], found["code"]) == ("geoflow.error/1", "trust-unconfirmed")


def test_trust_lasts_until_the_content_changes_and_is_taken_back(root: Path) -> None:
    write_tree(root, {"openspec/geoflow.yaml": FAR, OWN: "{{ sentence }}"})

    def states() -> list[str]:
        return [item["state"] for item in document("trust", "--list")["items"]]

    assert states() == ["new", "new"]
    assert document("trust", "--yes")["granted"] is True
    assert states() == ["trusted", "trusted"]
    assert document("trust")["granted"] is False
    write_tree(root, {OWN: "{{ sentence }}!"})
    assert states() == ["trusted", "changed"]
    write_tree(root, {OWN: "{{ sentence }}", "openspec/geoflow.yaml": FAR.replace("1234", "1235")})
    assert states() == ["changed", "trusted"]
    assert document("trust", "--revoke")["revoked"] is True
    assert document("trust", "--revoke")["revoked"] is False
    assert states() == ["new", "new"]


def test_the_list_names_what_is_trusted_elsewhere(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(root, {OWN: "{{ sentence }}"})
    geoflow("trust", "--yes")
    monkeypatch.chdir(make_repo(tmp_path / "other", FILES))
    assert [one["repository"] for one in document("trust", "--list")["elsewhere"]] == [str(root)]
    assert f"elsewhere: {root}  1 thing trusted since" in geoflow("trust", "--list").stdout


def test_options_that_contradict_each_other_are_typed_wrong(root: Path) -> None:
    assert geoflow("trust", "--yes", "--revoke").exit_code == 2


def test_a_question_on_a_terminal_is_answered_by_a_person(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(root, {OWN: "{{ sentence }}"})
    monkeypatch.setattr("geoflow.cli.trust._on_a_terminal", lambda: True)
    refused = CliRunner().invoke(app, ["trust"], input="n\n")
    assert (refused.exit_code, "Nothing was trusted." in refused.stderr) == (1, True)
    assert document("trust", "--list")["items"][0]["state"] == "new"
    assert CliRunner().invoke(app, ["trust"], input="y\n").exit_code == 0
    assert document("trust", "--list")["items"][0]["state"] == "trusted"


def test_names_from_the_repository_reach_the_terminal_without_control_characters(root: Path) -> None:
    write_tree(root, {"openspec/workflow/prompts/a\x1b[2J\nopenspec/fake  trusted\u202e.md": "x"})
    shown = geoflow("trust").stdout
    assert not any(ord(character) < 32 and character != "\n" for character in shown)
    assert "\u202e" not in shown
    assert not re.search(r"^openspec/fake", shown, re.MULTILINE)


def test_a_clone_s_address_is_used_only_when_trusted_and_never_gets_the_key(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geoflow.cli.context import load_settings

    write_tree(root, {"openspec/geoflow.yaml": FAR})
    monkeypatch.setenv("GEOFLOW_LLM__API_KEY", "sk-secret")
    before = load_settings().llm
    assert (before.base_url, before.api_key) == ("", "sk-secret")
    geoflow("trust", "--yes")
    after = load_settings().llm
    assert (after.base_url, after.api_key) == ("http://198.51.100.7:1234", "")


def test_an_untrusted_address_is_told_once_with_the_fix(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(root, {"openspec/geoflow.yaml": FAR})
    with model_server() as server:
        monkeypatch.setattr("geoflow.adapters.backends.LM_STUDIO", server.base_url)
        told = geoflow("model", "list").stderr
    assert told.count("198.51.100.7") == 1
    assert told.rstrip().endswith("geoflow trust")


def test_an_address_that_the_user_s_own_overrules_is_not_talked_about(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(root, {"openspec/geoflow.yaml": FAR})
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    assert "198.51.100.7" not in geoflow("improve").stderr


def test_a_project_s_prompt_works_when_trusted_and_signs_its_commits(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "Own words. {{ instruction }}\n{{ sentence }}\n"
    write_tree(root, {OWN: own})
    with model_server(always=GOOD_SPAN) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        untrusted = geoflow("improve", "--json")
        assert f"{OWN} is not used" in untrusted.stderr
        assert not server.requests[-1]["messages"][1]["content"].startswith("Own words.")
        first = json.loads(untrusted.stdout)
        geoflow("trust", "--yes")
        git(root, "branch", "-qm", first["branch"], "looked-at")  # else the requirement waits with its edit
        second = geoflow("improve", "--json")
        assert "not used" not in second.stderr
        assert server.requests[-1]["messages"][1]["content"].startswith("Own words.")
    trailers = [
        git(root, "log", "-1", "--format=%(trailers:key=Geoflow-Prompt,valueonly)", branch)
        for branch in ("looked-at", json.loads(second.stdout)["branch"])
    ]
    assert trailers[0] == "improve.span/1"
    assert re.fullmatch(r"improve\.span/1\+[0-9a-f]{8}", trailers[1])
    lines = (root / ".git" / "geoflow" / "transcript.jsonl").read_text().splitlines()
    asked = [json.loads(line) for line in lines]
    spans = [one["gen_ai.prompt.version"] for one in asked if one["gen_ai.prompt.name"] == "improve.span"]
    assert spans == ["1", trailers[1].partition("/")[2]]


@pytest.mark.parametrize(
    ("verb", "file"),
    [
        (["improve"], "improve-reword-user.md"),
        (["review"], "review-testing-system.md"),
        (["ask", "When does the reader stop?"], "ask-user.md"),
        (["propose", "Let readers pause"], "propose-user.md"),
    ],
)
def test_a_trusted_prompt_with_a_mistake_stops_the_verb_before_a_model_is_asked(
    verb: list[str], file: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(root, {f"openspec/workflow/prompts/{file}": "one\n\n{{ sentense }}\n"})
    geoflow("trust", "--yes")
    with model_server() as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        done = geoflow(*verb, "--json")
        assert server.requests == []
    found = json.loads(done.stdout)
    assert (done.exit_code, found["code"]) == (2, "prompt-invalid")
    assert found["message"].startswith(f"openspec/workflow/prompts/{file}:3 ")
    assert git(root, "for-each-ref", "refs/heads/geoflow") == ""


def test_a_broken_file_hides_nothing_of_the_others(root: Path) -> None:
    write_tree(root, {"mcp.json": "{", "openspec/geoflow.yaml": "llm:\n  base_url: http://198.51.100.7/v1\n"})
    shown = geoflow("trust", "--list")
    assert shown.exit_code == 0
    assert "sends text of your specs to http://198.51.100.7/v1" in shown.stdout
    assert "never used: " in shown.stdout
    assert "is not JSON" in shown.stdout
    found = json.loads(geoflow("trust", "--list", "--json").stdout)
    assert [one["kind"] for one in found["items"]] == ["address"]
    assert "is not JSON" in found["broken"][0]["why"]


def test_with_nothing_but_a_broken_file_it_is_not_said_that_nothing_is_asked_for(root: Path) -> None:
    write_tree(root, {"mcp.json": "{"})
    shown = geoflow("trust", "--list").stdout
    assert "asks for nothing" not in shown
    assert "never used: " in shown
