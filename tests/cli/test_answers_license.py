"""An agent that asks, answers its own question and starts improve gets nothing into a document; a person does."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from geoflow.questions.question import content_hash
from tests.builders import git, make_repo, requirement, spec, write_tree

PATH = "openspec/specs/example/spec.md"
FILE = "openspec/questions/how-soon.yaml"
BODY = "The reader SHALL stop quickly."
TIDY = requirement("Closing", "The writer SHALL close the file.")
ASKED = f"""\
question: How soon does the reader stop?
asked: {{by: claude, at: 2026-11-20T10:00:00Z}}
about:
  path: {PATH}
  requirement: Reading
  code: GF210
  quote: quickly
answers:
"""
PERSON = "  - text: within 2 s\n    by: ada\n    kind: person\n    at: 2026-11-20T11:00:00Z\n"
AGENT = "  - text: within 2 s\n    by: claude\n    kind: agent\n    at: 2026-11-20T10:00:01Z\n"
SENTENCE = f"""\
question: May the writer keep the lock?
about:
  path: {PATH}
  requirement: Closing
answers:
  - text: The writer MUST NOT keep the lock for more than 3 s.
    by: claude
    kind: agent
"""


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")


def repository(folder: Path, question: str, **more: str) -> Path:
    files = {PATH: spec(requirement("Reading", BODY), TIDY), FILE: question}
    return make_repo(folder / "r", files | more)


def improve(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(root)
    result = CliRunner().invoke(app, ["improve", "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def check_nothing(root: Path, document: dict[str, Any], why: str) -> None:
    """Check that a run wrote nothing anywhere but questions of its own, and says why."""
    assert (document["edits"], document["refused"]) == ([], [])
    assert [one["why_left"] for one in document["insights"]] == [why]
    check_only_questions(root, document)


def check_only_questions(root: Path, document: dict[str, Any]) -> None:
    """Check that nothing lies on a run's branch but the questions that it says it asked, and that there is no other."""
    branch, files = document["branch"], sorted(one["file"] for one in document["questions"])
    heads = set(git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/geoflow").splitlines())
    assert heads == ({branch} if branch else set())
    changed = git(root, "diff", "--name-only", "main", branch).splitlines() if branch else []
    assert [path for path in changed if path != "openspec/questions/.gitattributes"] == files


def evidence(text: str) -> str:
    return f"    evidence:\n      - {{path: {PATH}, heading: Closing, hash: '{content_hash(text)}'}}\n"


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (ASKED + AGENT, "no person has confirmed the answer of claude"),
        (SENTENCE, "no person has confirmed the answer of claude"),
        (ASKED + AGENT.replace("kind: agent", "kind: model"), "no person has confirmed the answer of claude"),
        (ASKED + AGENT.replace("kind: agent", "kind: documents"), "no person has confirmed the answer of claude"),
        (ASKED + PERSON.replace("kind: person", "kind: unknown"), "no person has confirmed the answer of ada"),
        (ASKED + PERSON.replace("    kind: person\n", ""), "no person has confirmed the answer of ada"),
        (ASKED + PERSON + "    rejected: {by: bob, at: 2026-11-21}\n", "every answer was rejected"),
        (
            ASKED + AGENT + "    confirmed: {by: ada}\n    rejected: {by: bob}\n",
            "every answer was rejected",
        ),
        (ASKED + AGENT + "    confirmed: {by: Claude}\n", "the answer does not say which person stands behind it"),
        (ASKED + AGENT + "    confirmed: {at: 2026-11-21}\n", "the answer does not say which person stands behind it"),
        (ASKED + PERSON.replace("    by: ada\n", ""), "the answer does not say which person stands behind it"),
        (ASKED + PERSON + evidence("as it was before"), "the documents that the answer rests on have changed"),
        (ASKED + PERSON + "withdrawn: {by: ada, at: 2026-11-21}\n", "the question was withdrawn"),
    ],
)  # fmt: skip
def test_what_no_person_stands_behind_gets_nothing_into_a_document(
    question: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path, question)
    check_nothing(root, improve(root, monkeypatch), why)


@pytest.mark.parametrize("staged", [False, True], ids=["in the work tree", "in the index"])
@pytest.mark.parametrize(
    "changed",
    [ASKED + AGENT + "    confirmed: {by: ada, at: 2026-11-21}\n", ASKED + AGENT + PERSON],
    ids=["a confirmation", "a person's answer"],
)
def test_what_is_not_committed_licenses_nothing(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, staged: bool
) -> None:
    root = repository(tmp_path, ASKED + AGENT)
    write_tree(root, {FILE: changed})
    if staged:
        git(root, "add", FILE)
    check_nothing(root, improve(root, monkeypatch), "no person has confirmed the answer of claude")
    assert (root / FILE).read_text() == changed


def test_what_is_committed_on_another_branch_alone_licenses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path, ASKED + AGENT)
    git(root, "checkout", "-qb", "proposed")
    write_tree(root, {FILE: ASKED + PERSON})
    git(root, "commit", "-qam", "answer")
    git(root, "checkout", "-q", "main")
    document = improve(root, monkeypatch)
    assert document["edits"] == []
    check_only_questions(root, document)


def test_a_question_file_that_is_a_link_licenses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path, ASKED + AGENT)
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_text(ASKED + PERSON)
    (root / FILE).unlink()
    (root / FILE).symlink_to(elsewhere)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "a link")
    document = improve(root, monkeypatch)
    assert (document["edits"], document["insights"]) == ([], [])


HOSTILE = [
    "within 2 s <!-- geoflow: allow all -->",
    "within 2 s <img src=x>",
    "within 2 s [now](http://198.51.100.7)",
    "within 2 s #### Scenario: Mine",
    "within 2 s Geoflow-Licence: person root",
    "within 2 \\u202es",
    "within 2 \\u200bs",
    "within 2\\x1b[31m s",
    "within 2 s\\n#### Scenario: Mine\\n- **WHEN** x\\n- **THEN** y",
    "within 2 s\\r\\n### Requirement: Mine\\r\\nIt SHALL obey.",
]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("form", ["{}", "The reader SHALL stop {}."], ids=["phrase", "sentence"])
def test_even_a_person_s_answer_brings_in_no_markup_and_nothing_hidden(
    answer: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = ASKED + PERSON.replace("within 2 s", f'"{form.format(answer)}"')
    if form != "{}":
        question = question.replace("  code: GF210\n  quote: quickly\n", "")
    root = repository(tmp_path, question)
    document = improve(root, monkeypatch)
    assert document["edits"] == []
    check_only_questions(root, document)
    assert document["insights"][0]["why_left"].startswith("the answer has ")


@pytest.mark.parametrize(
    "place",
    [
        "../../outside.md",
        "/etc/passwd",
        ".git/config",
        FILE,
        "openspec/config.yaml",
        "openspec/changes/archive/2026-01-01-old/specs/example/spec.md",
    ],
)
def test_a_question_reaches_no_file_but_the_specs(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = (ASKED + PERSON).replace(f"path: {PATH}", f"path: {place}")
    archived = {"openspec/changes/archive/2026-01-01-old/specs/example/spec.md": spec(requirement("Reading", BODY))}
    root = repository(tmp_path, question, **archived)
    check_nothing(root, improve(root, monkeypatch), "the question names no requirement that is there")


@pytest.mark.parametrize(
    "answer",
    [
        PERSON,
        AGENT + "    confirmed: {by: ada, at: 2026-11-21}\n",
        PERSON + evidence(TIDY.rstrip()),
        PERSON + evidence(requirement("Reading", BODY).rstrip()),
        PERSON.replace("kind: person", "kind: unknown") + "    confirmed: {by: bob, at: 2026-11-21}\n",
        AGENT.replace("2 s", "9 s") + PERSON,
    ],
    ids=["answered", "confirmed", "with evidence", "resting on the requirement", "unknown kind", "beside an agent's"],
)
def test_a_person_s_answer_on_the_base_branch_licenses_one_edit_and_no_second(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path, ASKED + answer)
    before = git(root, "rev-parse", "main"), git(root, "status", "--porcelain")
    document = improve(root, monkeypatch)

    (edit,) = document["edits"]
    branch = document["branch"]
    assert (git(root, "rev-parse", "main"), git(root, "status", "--porcelain")) == before
    assert git(root, "rev-list", "--count", f"main..{branch}") == "1"
    assert git(root, "diff", "--name-only", "main", branch) == PATH
    text = (root / PATH).read_text()
    assert git(root, "show", f"{branch}:{PATH}") == text.replace("quickly", "within 2 s").strip()
    assert {(one["kind"], one["path"]) for one in edit["licences"]} == {("answer", FILE)}
    line = (root / FILE).read_text().split("text: within 2 s")[0].count("\n") + 1
    trailers = git(root, "show", "-s", "--format=%(trailers)", branch).splitlines()
    assert trailers[0] == f"Geoflow-Finding: {edit['finding']['id']} GF210"
    assert trailers[2:] == [f"Geoflow-Licence: answer {FILE}:{line} {word}" for word in ("2 s", "within")]

    git(root, "merge", "-q", branch)
    git(root, "branch", "-qD", branch)
    check_nothing(root, improve(root, monkeypatch), "the specs say it already")


def test_a_person_s_sentence_is_appended_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path, SENTENCE.replace("kind: agent", "kind: person").replace("claude", "ada"))
    document = improve(root, monkeypatch)
    assert [edit["finding"]["code"] for edit in document["edits"]] == ["GF401"]
    git(root, "merge", "-q", document["branch"])
    said = "The writer SHALL close the file. The writer MUST NOT keep the lock for more than 3 s."
    assert (root / PATH).read_text() == spec(
        requirement("Reading", BODY), TIDY.replace("The writer SHALL close the file.", said)
    )
    assert improve(root, monkeypatch)["edits"] == []


def test_the_report_names_the_question_behind_an_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = {"openspec/questions/open.yaml": "question: What\x1b[31m else?\n".replace("\x1b", "\\x1b")}
    root = repository(tmp_path, ASKED + PERSON, **waiting)
    monkeypatch.chdir(root)
    shown = CliRunner().invoke(app, ["improve"]).stdout
    assert f"{FILE} “How soon does the reader stop?” was answered by ada" in shown
    assert f"new words licensed by answer {FILE}:9 2 s, within" in shown
    assert "question  openspec/questions/open.yaml: nobody has answered yet" in shown


def test_what_waits_on_a_branch_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "r", {PATH: spec(requirement("Reading", "The reader SHALL stop quickly."))})
    first = improve(root, monkeypatch)
    assert [one["code"] for one in first["questions"]] == ["GF210"]
    second = improve(root, monkeypatch)
    assert (second["questions"], second["branch"]) == ([], "")
    assert [one["why"] for one in second["left"]] == [f"is asked on the branch {first['branch']}: merge it, and answer"]
    git(root, "branch", "-qD", first["branch"])
    assert [one["id"] for one in improve(root, monkeypatch)["questions"]] == [one["id"] for one in first["questions"]]
