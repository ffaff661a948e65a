"""`geoflow bench review`: specs made wrong in memory, what the reviewer sees of it, and the page."""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from geoflow.quality.mutation.phrasings import FIRST
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.cli.verbs import state_of
from tests.quality.mutation_trees import FILES, GATE, LIMIT, LOG, PATH
from tests.servers import broken_after, model_server

HOSTILE = "<script>alert(1)</script> </style> {{ seed }} \x1b[31m \u202e"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "repo", FILES)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return folder


def bench(*options: str) -> Result:
    result = CliRunner().invoke(app, ["bench", "review", "--per-operator", "3", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def figures(*options: str) -> dict[str, Any]:
    document = json.loads(bench(*options, "--json").stdout)
    assert isinstance(document, dict)
    return document


def row(document: dict[str, Any], name: str, half: str = "first") -> dict[str, Any]:
    (found,) = [one for one in document["operators"] if (one["id"], one["half"]) == (name, half)]
    return dict(found)


def objecting(body: dict[str, Any]) -> dict[str, Any]:
    """Object to what asks for a second thing in a phrasing of the first half, with a quote of the first."""
    asked = body["messages"][-1]["content"]
    match = re.search(r"(?:SHALL|MUST) \w+", asked)
    bad = any(phrasing.text in asked for phrasing in FIRST["joined"])
    return {"quote": match.group() if match else "", "objection": bad, "why": "It asks for two things."}


def test_what_is_seen_and_what_is_missed_is_told_by_operator(root: Path) -> None:
    document = figures("--rules-only")
    assert (document["schema"], document["seed"], document["model"]) == ("geoflow.bench-review/1", 1, "")
    assert row(document, "S1")["recall"] == 1.0
    assert "OS-S4" in row(document, "S1")["codes"]
    assert row(document, "S2")["codes"] == ["GF320"]
    assert row(document, "K3")["codes"] == ["GF314"]
    assert {one["operator"] for one in document["missed"]} >= {"T1"}
    assert document["unmutated"] | {"by_code": {}} == {
        "requirements": 4,
        "findings": 0,
        "per_100": 0.0,
        "by_code": {},
        "asked": 0,
        "objections": 0,
        "objections_per_100": None,
    }
    assert document["equivalent"]["mutants"] > 10
    assert document["stability"] == {"rules": 1.0, "model": None}
    assert document["cost"]["calls"] == 0


def test_the_table_has_a_row_an_operator_and_a_column_for_held_out_phrasings(root: Path) -> None:
    lines = bench("--rules-only").stdout.splitlines()
    assert lines[0] == "4 requirements, seed 1"
    assert lines[2].split() == ["recall", "of", "what", "was", "made", "wrong", "rules", "held", "out"]
    (vague,) = [line for line in lines if line.startswith("A1 ")]
    assert re.fullmatch(r"A1  a manner that judges +\d+% of 3 +\d+% of 3", vague)
    assert max(map(len, lines)) <= 64


def test_findings_on_what_people_wrote_are_counted(root: Path) -> None:
    vague = requirement("Vague", "The gate SHALL gracefully and gracefully open.")
    write_tree(root, {PATH: spec(GATE, LOG, LIMIT, vague)})
    clean = figures("--rules-only")["unmutated"]
    assert (clean["requirements"], clean["findings"], clean["per_100"]) == (5, 2, 40.0)
    assert clean["by_code"] == {"GF201": 2}


def test_one_seed_gives_the_same_figures_and_another_one_others(root: Path) -> None:
    one, again, other = (figures("--rules-only", "--seed", seed) for seed in ("4", "4", "5"))
    assert {**one, "cost": 0} == {**again, "cost": 0}
    assert one["missed"] != other["missed"]


def test_a_rule_that_is_switched_off_finds_nothing(root: Path) -> None:
    write_tree(root, {"openspec/geoflow.yaml": "rules:\n  off: [GF320]\n"})
    assert row(figures("--rules-only"), "S2")["recall"] == 0.0


def test_nothing_is_written(root: Path) -> None:
    before = state_of(root)
    bench("--rules-only")
    assert state_of(root) == before


def test_a_tree_without_a_requirement_is_told_with_a_fix(root: Path) -> None:
    for path in FILES:
        (root / path).write_text("# Gate\n\n## Purpose\nIt is a gate.\n")
    result = bench("--rules-only", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["code"]) == (3, "nothing-to-mutate")
    assert document["fix"]


def test_requirements_of_an_active_change_are_mutated_where_there_is_no_main_spec(root: Path) -> None:
    git(root, "rm", "-rq", "openspec/specs")
    write_tree(root, {"openspec/changes/one/specs/gate/spec.md": f"## ADDED Requirements\n\n{GATE}\n{LOG}"})
    document = figures("--rules-only")
    assert document["requirements"] == 2
    assert row(document, "S1")["codes"] == ["OS-D7"]
    assert row(document, "O1")["mutants"] == 0
    assert row(document, "O1")["recall"] is None


def test_the_model_is_asked_what_only_a_reader_can_see(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=objecting) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--roles", "requirements", "--budget", "1000calls")
        table = bench("--roles", "requirements", "--budget", "1000calls").stdout
    joined = row(document, "M2")
    assert joined["asked"] == joined["mutants"] > 0
    assert joined["found"] < joined["mutants"]
    assert joined["found_by_model"] == joined["asked"]
    assert joined["recall"] < joined["recall_with_model"] == 1.0
    assert row(document, "M2", "held-out")["recall_with_model"] == 0.0
    assert row(document, "A1")["asked"] == 0  # no business of this role
    assert document["unmutated"]["asked"] == 3
    assert document["unmutated"]["objections"] == 0
    assert document["stability"]["model"] == 1.0
    assert document["cost"]["calls"] == len(server.requests) / 2
    assert "with the model" in table
    assert document["notes"] == []


def test_an_objection_to_everything_finds_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def grumpy(body: dict[str, Any]) -> dict[str, Any]:
        return {**objecting(body), "objection": True}

    with model_server(always=grumpy) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--roles", "requirements", "--budget", "2000calls")
    assert row(document, "M2")["asked"] > 0
    assert row(document, "M2")["found_by_model"] == 0
    assert document["unmutated"]["objections_per_100"] == 100.0


def test_what_a_typo_hides_from_the_model_does_not_count_for_other_mutants(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def literal(body: dict[str, Any]) -> dict[str, Any]:
        match = re.search(r"gate controller (?:SHALL|MUST) \w+", body["messages"][-1]["content"])
        return {"quote": match.group() if match else "none", "objection": True, "why": "So it is."}

    with model_server(always=literal) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--roles", "requirements", "--budget", "2000calls")
    assert [row(document, name, half)["found_by_model"] for name in ("M1", "M2") for half in ("first", "held-out")] == [
        0,
        0,
        0,
        0,
    ]


def test_a_budget_that_ends_leaves_the_rules_figures_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=objecting) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures("--budget", "5calls")
    assert row(document, "S1")["recall"] == 1.0
    assert document["cost"]["calls"] == 5
    (note,) = document["notes"]
    assert re.match(r"the model looked at [0-5] of \d+ texts: The budget is spent", note)


def test_a_server_that_breaks_down_half_way_ends_the_models_part(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=broken_after(6, objecting)) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        document = figures()
    assert "broken" in document["notes"][0]
    assert row(document, "S1")["recall"] == 1.0


@pytest.mark.parametrize(
    "arguments", [("--seed", "-1"), ("--per-operator", "0"), ("--budget", "much"), ("--roles", "cook")]
)
def test_an_option_that_cannot_be_meant_is_a_usage_error(root: Path, arguments: tuple[str, str]) -> None:
    assert bench("--rules-only", *arguments).exit_code == 2


class Page(HTMLParser):
    """What a page is made of, as a browser reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in {"src", "href", "action", "data", "style"}]
        self.addresses += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_has_a_bar_an_operator_the_table_and_what_was_missed(root: Path) -> None:
    result = bench("--rules-only", "--html", "bench.html")
    page = Page((root / "bench.html").read_text("utf-8"))
    assert result.stdout.splitlines()[-1] == "page: bench.html"
    assert page.tags.count("svg") == len({one["id"] for one in figures("--rules-only")["operators"]})
    assert page.tags.count("table") >= 2
    assert "What was missed" in page.words
    assert "ins" in page.tags
    assert oct((root / "bench.html").stat().st_mode & 0o777) == "0o644"


def test_the_page_loads_and_runs_nothing_and_shows_hostile_text_as_text(root: Path) -> None:
    hostile = requirement(HOSTILE.replace("\x1b", ""), f"The gate SHALL open {HOSTILE} for the user.")
    write_tree(root, {PATH: spec(GATE, hostile)})
    bench("--rules-only", "--html", "bench.html", "--per-operator", "9")
    text = (root / "bench.html").read_text("utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags)
    assert page.addresses == []
    assert "url(" not in text
    assert "@import" not in text
    assert "<script>alert(1)</script>" in "".join(page.words)
    assert "{{ seed }}" in "".join(page.words)
    assert not {"\x1b", "\u202e"} & set(text)


def test_a_page_is_replaced_and_anything_else_is_not_unless_forced(root: Path) -> None:
    page, notes = root / "bench.html", root / "notes.txt"
    bench("--rules-only", "--html", "bench.html")
    first = page.read_bytes()
    assert bench("--rules-only", "--seed", "2", "--html", "bench.html").exit_code == 0
    assert page.read_bytes() != first

    notes.write_text("mine")
    refused = bench("--rules-only", "--html", "notes.txt", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["code"]) == (2, "file-exists")
    assert notes.read_text() == "mine"
    assert bench("--rules-only", "--html", "notes.txt", "--force").exit_code == 0
    assert b"geoflow bench review" in notes.read_bytes()
    assert [one.name for one in root.iterdir() if one.name.endswith(".new")] == []


def test_a_link_is_not_written_through(root: Path) -> None:
    bench("--rules-only", "--html", "bench.html")
    (root / "link.html").symlink_to("bench.html")
    (root / "dead.html").symlink_to("nowhere.html")
    for name in ("link.html", "dead.html"):
        assert bench("--rules-only", "--html", name).exit_code == 2
        assert (root / name).is_symlink()


@pytest.mark.parametrize(("name", "code"), [("no/such/bench.html", "no-folder"), ("openspec", "not-a-file")])
def test_a_place_where_no_page_can_be_is_told_before_the_work(root: Path, name: str, code: str) -> None:
    result = bench("--rules-only", "--html", name, "--force", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["code"]) == (2, code)
    assert document["fix"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told(root: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    result = bench("--rules-only", "--html", str(tmp_path / "locked/bench.html"), "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "cannot-write")
