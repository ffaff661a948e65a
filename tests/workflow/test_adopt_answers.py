"""A whole round: a tree is adopted and merged, people answer its questions, and the next run does what they said."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.question_files import QuestionFiles
from geoflow.adapters.templates import JinjaTemplates
from geoflow.improvement import adopt_codes as codes
from geoflow.openspec import validate
from geoflow.questions.question import Mark, Question, Reply
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.workshop import Workshop
from tests.builders import git, make_repo
from tests.conftest import NPM_OPENSPEC
from tests.fakes import SilentProgress

FOLDER = "openspec/changes/add-kiln/"
OVEN = "openspec/changes/heat-oven/"
OLD = "openspec/changes/old-idea/"
SPEC = "openspec/specs/kiln/spec.md"
PURPOSE = "## Overview\n\nThis specification says what the kiln owes to the potters who fire their pots in it.\n\n"
GLOW = "#### Scenario: Glow\n- **WHEN** the door opens\n- **THEN** the lamp glows\n\n"
ROUND = (
    "### Scenario: A round\n- **GIVEN** a full kiln\n- **WHEN** the door closes\n- **THEN** it heats\n"
    "- **WHEN** the timer ends\n- **THEN** it cools\n\n"
)
KILN = (
    f"# Kiln Specification\n\n{PURPOSE}## 1. Requirement: Heat\nThe kiln SHALL heat.\n\n{ROUND}"
    f"## 2. Requirement: Lamp\nThe kiln SHALL glow.\n\n{GLOW.replace('####', '###')}"
    "## 3. Scenario: Quiet\n- **WHEN** it is night\n- **THEN** nothing is heard\n"
)
QUIET = "#### Scenario: Quiet\n- **WHEN** it is night\n- **THEN** nothing is heard\n\n"
COPY = (
    "# Kiln Delta\n\n## Functional Requirements\n\n"
    f"### Requirement: Lamp\nThe kiln SHALL glow brightly.\n\n{GLOW}{QUIET}"
    f"### Requirement: Lid\nThe kiln SHALL shut.\n\n{GLOW}"
)
PROPOSAL = (
    "# Oven\n\nAffected specs: `kiln`, `oven`\n\n## Why\n\nIt is cold.\n\n## What Changes\n\n"
    "- **MODIFIED** Tray for the load\n- **ADDED** AirPump for the air\n\n"
    "## Success Criteria\n\n- [ ] The oven heats when the door closes\n- [ ] It is quick\n"
    "- [ ] The Tray holds 40 kg\n- [ ] The AirPump stops when the door opens\n"
)
FILES = {
    SPEC: KILN,
    f"{FOLDER}proposal.md": "# Kiln\n\n## Why\n\nThe kiln is dark.\n\n## What Changes\n\n- It glows.\n",
    f"{FOLDER}specs/kiln/spec.md": COPY,
    f"{OVEN}proposal.md": PROPOSAL,
    f"{OVEN}TASKS.md": "# Tasks\n\n### Task 1.1: Cut\n\nIt.\n\n### Task 1.2: ~~AirPump~~\n\nNo.\n",
    f"{OLD}notes.md": "# Notes\n\nNothing yet.\n",
    f"{OLD}sketch.svg": "<svg/>\n",
}
CHOSEN = {
    codes.WHENS: "2",
    codes.COPY: "It changes them: MODIFIED",
    codes.MODIFIED: "No requirement at all",
    codes.STRUCK: "It is not, remove it",
    codes.TASKS: "All are done",
    codes.ATTACHED: "Heat",
    codes.CAPABILITY: "kiln",
    codes.UNSAID: "It is out of date, delete it",
    codes.TRIGGERS: "They hold at all times",
}


def run(root: Path, **options: Any) -> ImproveResult:
    workshop = Workshop(
        open_repository(root), None, JinjaTemplates(), SystemClock(), SilentProgress(), questions=store_of(root)
    )
    return improve(workshop, ImproveOptions(**options))


def store_of(root: Path) -> QuestionFiles:
    return QuestionFiles(root, root / ".git" / "locks")


def answer(root: Path, texts: dict[str, str], kind: Any = "person", confirmed: Mark | None = None) -> list[Question]:
    """Answer the questions of these codes and commit that."""
    store = store_of(root)
    asked = [one for one in store.read().questions.values() if one.about and one.about.code in texts]
    for one in asked:
        assert one.about
        reply = Reply("r1", texts[one.about.code], kind, "Ada", "2026-11-27T10:00:00Z", confirmed=confirmed)
        store.change(one.id, lambda old, reply=reply: replace(old, replies=(reply,)))  # type: ignore[misc]
    git(root, "add", "-A")
    git(root, "commit", "-m", "answers")
    return asked


def adopted(root: Path, *paths: str) -> Path:
    """Make a repository of a tree that was adopted, of these of its files or all."""
    return make_repo(root, _adopted_files(paths))


@cache
def _adopted_files(paths: tuple[str, ...]) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        root = make_repo(Path(folder), {path: text for path, text in FILES.items() if path in (paths or FILES)})
        git(root, "merge", "-q", run(root).branch)
        return {path: f"{text}\n" for path, text in tree(root, "main").items()}


def tree(root: Path, at: str) -> dict[str, str]:
    names = git(root, "ls-tree", "-r", "--name-only", at, "openspec").splitlines()
    return {name: git(root, "show", f"{at}:{name}") for name in names}


def test_a_whole_round_from_hand_written_to_what_people_answered(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    asked = answer(root, CHOSEN)
    assert {one.about.code for one in asked if one.about} == set(CHOSEN), "the tree raises a question of each kind"
    before = tree(root, "main")
    result = run(root)
    done = {one.insight.code: one for one in result.carried}
    assert set(done) == set(CHOSEN) - {codes.TRIGGERS}
    after = tree(root, result.branch)

    assert "#### Scenario: A round: the timer ends\n- **GIVEN** a full kiln\n- **WHEN** the timer ends" in after[SPEC]
    heat, lamp = after[SPEC].split("### Requirement: Lamp")
    assert "Scenario: Quiet" in heat
    assert "Scenario: Quiet" not in lamp
    copy = after[f"{FOLDER}specs/kiln/spec.md"]
    assert "Requirement: Lamp" in copy.split("## MODIFIED Requirements")[1].split("## ADDED Requirements")[0]
    assert f"{OVEN}specs/heat-oven/spec.md" not in after
    moved = after[f"{OVEN}specs/kiln/spec.md"]
    assert re.findall("### Requirement: (.*)", moved) == ["Oven"]
    assert re.findall(r"\[.\] .*", after[f"{OVEN}tasks.md"]) == ["[x] 1.1 Cut", "[x] 1.2 AirPump"]
    assert not any(
        path.startswith(OLD) for path in git(root, "ls-tree", "-r", "--name-only", result.branch).splitlines()
    )
    changed = {path for path in before if before[path] != after.get(path)}
    assert changed == {path for one in result.carried for path in one.changes if path in before}

    git(root, "merge", "-q", result.branch)
    reports = validate({path: f"{text}\n" for path, text in tree(root, "main").items()})
    assert all(report.valid(strict=True) for report in reports)
    again = run(root)
    assert (again.carried, again.branch) == ((), "")
    whys = {one.document()["code"]: one.document()["why_left"] for one in again.insights}
    assert whys == dict.fromkeys(done, "what the answer says is done already") | {codes.TRIGGERS: codes.STANDS}


def test_each_answer_is_one_commit_whose_trailers_name_the_question(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    answer(root, CHOSEN)
    result = run(root)
    commits = git(root, "log", "--format=%H", f"main..{result.branch}").split()
    assert sorted(one.commit for one in result.carried) == sorted(commits)
    for one in result.carried:
        trailers = git(root, "show", "-s", "--format=%(trailers)", one.commit).splitlines()
        assert trailers == [
            f"Geoflow-Finding: {one.insight.question} {one.insight.code}",
            "Geoflow-Strategy: adopt-answer",
            f"Geoflow-Licence: answer {one.insight.path}:{one.insight.line}",
        ]
        shown = git(root, "show", "--format=", "--name-only", "--no-renames", one.commit).splitlines()
        assert sorted(shown) == sorted(one.changes)


@pytest.mark.npm
def test_the_npm_cli_accepts_what_answers_made(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    answer(root, CHOSEN)
    git(root, "merge", "-q", run(root).branch)
    command = [str(NPM_OPENSPEC), "validate", "--all", "--strict", "--no-interactive"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("kind", "confirmed", "carried"),
    [
        ("model", None, 0),
        ("agent", None, 0),
        ("unknown", None, 0),
        ("agent", Mark("Ada", "2026-11-27T11:00:00Z"), 0),
        ("agent", Mark("Ben", "2026-11-27T11:00:00Z"), 1),
        ("person", None, 1),
    ],
)
def test_only_what_a_person_stands_behind_is_carried_out(
    tmp_path: Path, kind: str, confirmed: Mark | None, carried: int
) -> None:
    root = adopted(tmp_path / "r", SPEC)
    answer(root, {codes.WHENS: "2"}, kind, confirmed)
    assert len(run(root).carried) == carried


def test_an_answer_counts_once_it_is_committed(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r", SPEC)
    answer(root, {codes.WHENS: "2"})
    git(root, "reset", "-q", "--soft", "HEAD~1")
    assert not run(root).carried


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r", SPEC)
    answer(root, {codes.WHENS: "2"})
    branches = git(root, "branch", "--list")
    result = run(root, dry_run=True)
    assert [one.order.deed for one in result.carried] == ["split"]
    assert (result.branch, git(root, "branch", "--list")) == ("", branches)


def test_other_items_are_left_where_one_is_named(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    answer(root, CHOSEN)
    assert {one.order.deed for one in run(root, targets=("kiln",)).carried} == {"split", "move"}


def test_a_requirement_that_an_active_change_modifies_waits_for_that_change(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r", SPEC)
    main = (root / SPEC).read_text()
    block = main[main.index("### Requirement: Heat") : main.index("### Requirement: Lamp")]
    delta = root / FOLDER / "specs/kiln/spec.md"
    delta.parent.mkdir(parents=True)
    delta.write_text(f"## MODIFIED Requirements\n\n{block}")
    answer(root, {codes.WHENS: "2"})
    result = run(root)
    assert not result.carried
    (why,) = [one.document()["why_left"] for one in result.insights if one.document()["code"] == codes.WHENS]
    assert "add-kiln" in why


def test_a_document_that_people_changed_since_is_edited_as_it_is_now(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r", SPEC)
    text = (
        (root / SPEC)
        .read_text()
        .replace("it cools", "it cools down")
        .replace("### Requirement: Heat", "### Requirement: Warmth")
    )
    (root / SPEC).write_text(text)
    answer(root, {codes.WHENS: "2"})
    result = run(root)
    assert "- **WHEN** the timer ends\n- **THEN** it cools down" in git(root, "show", f"{result.branch}:{SPEC}")


def test_a_place_that_is_gone_is_told_and_nothing_else_happens(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r", SPEC)
    (root / SPEC).write_text((root / SPEC).read_text().replace("Scenario: A round", "Scenario: Another round"))
    answer(root, {codes.WHENS: "2"})
    result = run(root)
    assert not result.carried
    whys = [one.document().get("why_left") for one in result.insights if one.document()["code"] == codes.WHENS]
    assert whys == ["the scenario “A round” is not there any more"]


HOSTILE = [
    "../../../etc/passwd",
    SPEC,
    "# Heading",
    "$(rm -rf x)",
    "x" * 50_000,
    "Kiln\u202e",
    "\x1b[31mkiln",
    "- a\n- b",
]


def test_a_hostile_answer_writes_nothing(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    for shift in (0, 4):
        texts = {code: HOSTILE[(at + shift) % len(HOSTILE)] for at, code in enumerate(CHOSEN)}
        answer(root, texts)
        result = run(root)
        assert not result.carried
        assert all(one.document()["why_left"] for one in result.insights)


def test_a_hostile_question_file_reaches_no_other_file(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    for one in store_of(root).read().questions.values():
        assert one.about
        file = root / one.path
        file.write_text(file.read_text().replace("path: openspec/", "path: openspec/../openspec/", 1))
    assert answer(root, CHOSEN)
    assert not run(root).carried


def as_process(root: Path, *arguments: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"GEOFLOW_LLM__BASE_URL": "none", "COLUMNS": str(columns)}
    command = [sys.executable, "-m", "geoflow", "improve", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_a_person_reads_what_their_answers_led_to_and_scripts_get_it(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r")
    answer(root, CHOSEN)
    shown = as_process(root, "--dry-run", columns=50)
    assert shown.returncode == 0, shown.stderr
    text = " ".join(shown.stdout.split())
    for expected in (
        "answered specs/kiln",
        "Ada: 2",
        f"removes {OLD}notes.md",
        "Each passed all 4 checks of an answer: a-person-said-so,",
        "8 answers carried out, 0 kept",
        "settled",
        codes.STANDS,
    ):
        assert expected in text, shown.stdout
    document = json.loads(as_process(root, "--json").stdout)
    by_code = {one["code"]: one for one in document["carried"]}
    assert by_code[codes.CAPABILITY]["removed"] == [f"{OVEN}specs/heat-oven/spec.md"]
    assert by_code[codes.CAPABILITY]["files"] == [f"{OVEN}specs/kiln/spec.md"]
    assert all(one["commit"] and one["by"] == "Ada" for one in document["carried"])


def test_while_the_branch_waits_no_answer_about_the_item_is_carried_out(tmp_path: Path) -> None:
    root = adopted(tmp_path / "r", SPEC)
    answer(root, {codes.WHENS: "2"})
    first = json.loads(as_process(root, "--json").stdout)
    answer(root, {codes.ATTACHED: "Heat"})
    second = json.loads(as_process(root, "--json").stdout)
    assert (second["carried"], second["branch"]) == ([], "")
    whys = {one["why_left"] for one in second["insights"] if one["code"] in (codes.WHENS, codes.ATTACHED)}
    assert whys == {f"an answer about its item waits on the branch {first['branch']}: merge it or delete it"}
    git(root, "merge", "-q", first["branch"])
    third = json.loads(as_process(root, "--json").stdout)
    assert [one["deed"] for one in third["carried"]] == ["move"]
