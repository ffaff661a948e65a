"""A change from its stored review to the archive: what every step leaves to the next one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, write_tree
from tests.cli.changes import at_terminal, change_of, said_at_terminal, standing
from tests.cli.test_review_dialogue import CHANGE, DELTA, EXPORT, FOLDER, TREE, delta, replies, security_objects
from tests.recorded.cycling import Cycling
from tests.servers import ModelServer, model_server

PRINT = "The depot SHALL print the parcel list within 5 seconds while the clerk waits."
FASTER = "Say 3 seconds instead of 5 seconds."
ANSWER = "It is for a clerk and nobody else."
BY_CLERK = EXPORT.replace("as a file", "as a file for a clerk")


def judge(role: str, text: str) -> str:
    return "" if "for a clerk" in text else security_objects(role, text)


def reply(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer as roles do, and where an edit is wanted with the one that the answer asks for."""
    properties = body["response_format"]["json_schema"]["schema"]["properties"]
    if "old_span" in properties:
        return {"old_span": "as a file", "new_span": "as a file for a clerk"}
    if "sentence" in properties:
        return {"sentence": "1" if "enum" in properties["sentence"] else BY_CLERK}
    return replies(judge)(body)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_repo(tmp_path / "depot", {**TREE, DELTA: delta(label=PRINT)})
    git(made, "config", "user.name", "Ada Example")
    monkeypatch.chdir(made)
    monkeypatch.delenv("CI", raising=False)
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    with model_server(always=reply) as running:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", running.base_url)
        yield running


def review(*options: str) -> dict[str, Any]:
    return typed("review", CHANGE, "--fail-on", "never", *options)


def typed(*words: str) -> dict[str, Any]:
    """Type a command at a terminal whose answer goes to a script; the npm CLI has to accept the change then."""
    found = Cycling(Path.cwd(), CHANGE).run(*words)
    assert isinstance(found, dict)
    return found


def revise() -> dict[str, Any]:
    found = json.loads(CliRunner().invoke(app, ["propose", "--revise", CHANGE, "--json"]).stdout)
    assert isinstance(found, dict)
    return found


def suggested() -> str:
    return at_terminal().splitlines()[-1]


def questions(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "openspec/questions").glob("*.yaml"))


@pytest.mark.timeout(120)
def test_each_step_leaves_to_the_next_what_it_needs(root: Path, server: ModelServer) -> None:
    [waiting] = review("--roles", "all")["questions"]
    assert standing(change_of(root, CHANGE))[:2] == ("waiting for answers", "person")
    assert suggested() == "next: geoflow ask --list"
    at_terminal("review", CHANGE, "--comment", FASTER)

    said = typed("propose", "--revise", CHANGE)
    came = {one["source"]: one for one in said["handled"]}
    assert (came["person"]["outcome"], came["model"]["outcome"]) == ("edited", "asked")
    assert came["model"]["question"] == waiting["path"]
    assert questions(root) == [waiting["path"].rpartition("/")[2]]
    assert standing(change_of(root, CHANGE))[:2] == ("waiting for answers", "person")

    at_terminal("ask", "--answer", waiting["id"], ANSWER)
    row = change_of(root, CHANGE)
    assert (row["state"], [one["answer"] for one in row["answers"]]) == ("to be revised", [ANSWER])
    assert suggested() == f"next: geoflow propose --revise {CHANGE}"

    said = typed("propose", "--revise", CHANGE)
    assert [(one["source"], one["outcome"]) for one in said["handled"]] == [("answer", "edited")]
    assert BY_CLERK in (root / DELTA).read_text()
    row = change_of(root, CHANGE)
    assert (row["state"], row["answers"], row["next"]["kind"]) == ("in review", [], "role")
    assert suggested() == f"next: geoflow review {CHANGE} --roles all"

    document = review("--roles", "all")
    assert [(one["role"], one["requirement"]) for one in document["resolved"]] == [("security", "Parcel export")]
    assert (document["still_open"], document["new"]) == ([], [])
    assert standing(change_of(root, CHANGE)) == ("in review", "person", "Ada Example")
    at_terminal("review", CHANGE, "--verdict", "approve")
    assert change_of(root, CHANGE)["state"] == "approved"
    at_terminal("archive", CHANGE, "--yes")
    assert change_of(root, CHANGE)["state"] == "archived"


def test_an_edit_in_a_persons_name_silences_no_role(root: Path, server: ModelServer) -> None:
    [waiting] = review("--roles", "security")["questions"]
    typed("propose", "--revise", CHANGE)
    document = review("--roles", "security")
    assert (document["withdrawn"], [one["id"] for one in document["questions"]]) == ([], [waiting["id"]])
    assert len(document["still_open"]) == 1


def test_a_person_reads_on_few_lines_what_was_stored_and_who_declined(root: Path, server: ModelServer) -> None:
    shown = at_terminal("review", CHANGE, "--roles", "security,testing", "--fail-on", "never")
    assert f"stored in {FOLDER}/reviews: blocked: security; approve: rules, testing\n" in shown
    [found] = change_of(root, CHANGE)["findings"]
    shown = at_terminal("review", CHANGE, "--decline", found["id"], "--comment", "It holds no secret.")
    [question] = change_of(root, CHANGE)["questions"]
    assert f"geoflow ask --withdraw {question['id']}" in shown
    at_terminal("ask", "--withdraw", question["id"])
    shown = at_terminal("review", CHANGE, "--roles", "security", "--fail-on", "never")
    assert f"withdrawn {found['code']} “{found['quote']}”: declined by Ada Example" in shown
    assert "It holds no secret." in shown
    assert "since the last review: 1 resolved, 0 still open, 0 new" in shown
    assert shown.endswith("in review; next: person\n")


def test_an_objection_to_the_edited_requirement_is_still_open(root: Path, server: ModelServer) -> None:
    review("--roles", "security")
    write_tree(root, {DELTA: delta(EXPORT.replace("The depot", "Each depot"), PRINT)})
    first = [one["id"] for one in change_of(root, CHANGE)["findings"]]

    def longer(body: Mapping[str, Any]) -> dict[str, Any]:
        said = reply(body)
        return said | {"quote": "Each depot SHALL export the parcel list"} if said.get("objection") else said

    with model_server(always=longer) as other:
        document = json.loads(
            CliRunner(env={"GEOFLOW_LLM__BASE_URL": other.base_url})
            .invoke(app, ["review", CHANGE, "--roles", "security", "--fail-on", "never", "--json"])
            .stdout
        )
    [still] = document["still_open"]
    assert still["id"] not in first
    assert (document["resolved"], document["new"]) == ([], [])


@pytest.fixture
def finding(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    at_terminal("review", CHANGE, "--comment", "It says nothing of a printer.")
    [found] = change_of(root, CHANGE)["findings"]
    return str(found["id"])


def test_a_person_declines_a_finding_with_a_reason(root: Path, finding: str) -> None:
    said = said_at_terminal("review", CHANGE, "--decline", finding, "--comment", "There is but one printer.")
    assert (said["schema"], said["state"], said["open_findings"]) == ("geoflow.review-response/1", "in review", 0)
    assert change_of(root, CHANGE)["rounds"][-1]["declined"] == {finding: "There is but one printer."}


def test_a_script_declines_nothing_but_its_reason_is_shown(root: Path, finding: str) -> None:
    result = CliRunner().invoke(app, ["review", CHANGE, "--decline", finding, "--comment", "One printer."])
    assert (result.exit_code, "stays open until a person declines it" in result.stdout) == (0, True)
    [row] = change_of(root, CHANGE)["findings"]
    assert (row["id"], row["why_open"], change_of(root, CHANGE)["state"]) == (finding, "One printer.", "to be revised")
    shown = CliRunner().invoke(app, ["show", CHANGE]).stderr
    assert f"open {finding}: It says nothing of a printer." in shown
    assert "    One printer." in shown
    assert f"geoflow review {CHANGE} --decline ID" in shown
    assert suggested() == f"next: geoflow show {CHANGE}"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--decline", "{id}"], "comment-missing"),
        (["--decline", "nothing", "--comment", "No."], "unknown-finding"),
        (["--decline", "{id}", "--comment", "No.", "--verdict", "approve"], "usage"),
    ],
)
def test_what_cannot_be_declined_says_so_and_writes_nothing(
    root: Path, finding: str, options: list[str], code: str
) -> None:
    before = sorted((root / FOLDER / "reviews").iterdir())
    words = [one.format(id=finding) for one in options]
    result = CliRunner().invoke(app, ["review", CHANGE, *words, "--json"])
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, code)
    assert sorted((root / FOLDER / "reviews").iterdir()) == before


@pytest.mark.parametrize("rule", ["word", "waiver"])
def test_a_revision_finds_what_a_review_finds(root: Path, monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    lexicon = {"openspec/workflow/lexicon.yaml": "judging:\n  - parcel list\n"}
    waiver = {DELTA: delta(f"{EXPORT}\n\n<!-- geoflow: allow GF201 it was vague once -->", PRINT)}
    write_tree(root, lexicon if rule == "word" else waiver)
    found = review("--rules-only", "--record")["findings"]
    wanted = {(one["code"], one["requirement"]) for one in found if one["severity"] != "info"}
    came = [one for one in revise()["handled"] if one["source"] == "rule"]
    assert {(one["by"], one["requirement"]) for one in came} >= wanted
    assert [one for one in came if one["outcome"] == "settled"] == []
    assert bool(wanted) == (rule == "word")


def test_what_the_project_allows_is_nothing_to_revise(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    write_tree(root, {DELTA: delta("The depot SHALL gracefully export the parcel list.", PRINT)})
    assert [one["by"] for one in revise()["handled"]] == ["GF201"]
    allowed = "review:\n  allow:\n    - {code: GF201, reason: the name of a mode}\n"
    write_tree(root, {"openspec/geoflow.yaml": allowed})
    assert revise()["handled"] == []
