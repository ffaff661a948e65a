"""What validate, list and show take from the npm CLI: archived tasks, reports, stores, odd files, filters."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.__main__ import answer_quickly
from geoflow.cli.app import app
from tests.builders import requirement, spec, write_tree

GOOD = spec(requirement("A", "The system SHALL work."), requirement("B", "It MUST last."))
DELTA = "## MODIFIED Requirements\n" + requirement("A", "The system SHALL work well.")


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def document(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json")[1])
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


class TestArchived:
    def test_an_open_task_is_an_error_at_its_line(self, root: Path) -> None:
        write_tree(
            root, {"openspec/changes/archive/2026-01-01-a/tasks.md": "# T\n- [x] 1.1 a\n- [ ] 1.2 b\n- [ ] 1.3 c\n"}
        )

        code, out, _ = run("validate", "--archived")

        assert code == 1
        assert out.startswith("invalid  change/2026-01-01-a\n")
        assert "openspec/changes/archive/2026-01-01-a/tasks.md:3:1: error OS-A2: 2 of 3 tasks are open" in out
        assert out.endswith("0 of 1 valid.\n")

    def test_only_archived_changes_are_judged_whatever_else_was_asked(self, root: Path) -> None:
        write_tree(
            root,
            {
                "openspec/specs/broken/spec.md": "x",
                "openspec/changes/a/tasks.md": "- [ ] open",
                "openspec/changes/archive/2026-01-01-a/tasks.md": "- [x] done",
            },
        )

        found = document("validate", "--archived", "--all", "--strict", "broken")

        assert [item["id"] for item in found["items"]] == ["2026-01-01-a"]
        assert found["summary"]["byType"] == {"change": {"items": 1, "passed": 1, "failed": 0}}

    def test_a_task_file_that_is_a_folder_is_an_error(self, root: Path) -> None:
        (root / "openspec/changes/archive/2026-01-01-a/tasks.md").mkdir(parents=True)

        (issue,) = document("validate", "--archived")["items"][0]["issues"]

        assert (issue["rule"], issue["path"]) == ("OS-A1", "openspec/changes/archive/2026-01-01-a/tasks.md")


def test_a_findings_report_holds_the_items_with_issues_and_counts_all(root: Path) -> None:
    write_tree(root, {"openspec/specs/good/spec.md": GOOD, "openspec/specs/bad/spec.md": "x"})

    found = document("validate", "--all", "--report", "findings")

    assert list(found) == ["report", "itemFindings", "summary", "root", "schema"]
    assert found["report"] == {
        "kind": "validation-findings",
        "version": "1.0",
        "scope": "all",
        "returnedItems": 1,
        "totalItems": 2,
    }
    assert [item["id"] for item in found["itemFindings"]] == ["bad"]
    text = run("validate", "--all", "--report", "findings")[1]
    assert "spec/good" not in text
    assert text.endswith("1 of 2 valid.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["auth", "--report", "full"],
        ["--report", "findings"],
        ["--all", "--report", "other"],
        ["--all", "--archived", "--report", "full"],
    ],
)
def test_a_report_that_fits_nothing_is_refused(root: Path, arguments: list[str]) -> None:
    code, out, _ = run("validate", *arguments, "--json")

    assert (code, json.loads(out)["code"]) == (2, "bad-report")


class TestStores:
    CONFIG = "openspec/config.yaml"

    def test_a_folder_that_only_names_a_store_is_not_judged(self, root: Path) -> None:
        write_tree(root, {self.CONFIG: "schema: spec-driven\nstore: team\n"})

        for command in (["validate", "--all"], ["list"], ["show", "x"]):
            code, out, _ = run(*command, "--json")
            failure = json.loads(out)
            assert (code, failure["code"]) == (3, "store-not-supported")
            assert "team" in failure["message"]
            assert str(root / self.CONFIG) in failure["message"]

    def test_the_short_way_refuses_a_store_too(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write_tree(root, {self.CONFIG: "store: team\n"})

        assert answer_quickly(["validate", "--all"]) == 3
        assert "store team" in capsys.readouterr().err

    def test_the_folder_of_a_registered_store_is_named(self, root: Path, tmp_path: Path) -> None:
        registry = "version: 1\nstores:\n  team:\n    backend: {type: git, local_path: /srv/team}\n"
        write_tree(tmp_path / "home/.local/share/openspec/stores", {"registry.yaml": registry})
        write_tree(root, {self.CONFIG: "store: team\n"})

        assert "/srv/team" in document("list")["fix"]

    @pytest.mark.parametrize("config", ["store: [", "store: [a]\n", "store: 1\n"])
    def test_a_config_that_may_name_a_store_is_not_passed_over(self, root: Path, config: str) -> None:
        write_tree(root, {"openspec/config.yml": config})

        assert document("validate", "--all")["code"] == "unreadable-config"

    def test_beside_specs_a_store_is_not_used_and_that_is_said(self, root: Path) -> None:
        write_tree(root, {self.CONFIG: "store: team\n", "openspec/specs/auth/spec.md": GOOD})

        code, out, err = run("validate", "--all", "--json")

        assert code == 0
        assert len(json.loads(out)["items"]) == 1
        assert "the store team is not used" in err

    @pytest.mark.usefixtures("root")
    def test_a_default_store_of_the_user_is_told(self, tmp_path: Path) -> None:
        write_tree(tmp_path / "home/.config/openspec", {"config.json": '{"defaultStore": "team"}'})

        failure = document("list")

        assert failure["code"] == "store-not-supported"
        assert "config.json" in failure["message"]

    @pytest.mark.usefixtures("root")
    @pytest.mark.parametrize("text", ["{", "[]", '{"defaultStore": 1}'])
    def test_a_config_of_the_user_that_says_nothing_changes_nothing(self, tmp_path: Path, text: str) -> None:
        write_tree(tmp_path / "home/.config/openspec", {"config.json": text})

        assert document("list")["code"] == "no-openspec"

    def test_a_store_that_is_asked_for_is_refused_in_a_tree_too(self, root: Path) -> None:
        write_tree(root, {"openspec/specs/auth/spec.md": GOOD})

        for command in (["validate", "--all"], ["list"], ["show", "auth"]):
            assert document(*command, "--store", "team")["code"] == "store-not-supported"

    def test_a_store_in_the_place_of_specs_is_no_tree(self, root: Path) -> None:
        write_tree(root, {"openspec/specs/.openspec-store/store.yaml": "version: 1\nid: specs\n"})

        assert document("list")["code"] == "no-openspec"


@pytest.mark.parametrize(("config", "said"), [("schema: [x\n", "no YAML"), ("schema: 12\n", "not a name")])
def test_a_config_whose_schema_is_not_used_is_told(root: Path, config: str, said: str) -> None:
    write_tree(root, {"openspec/config.yaml": config, "openspec/specs/auth/spec.md": GOOD})

    code, _, err = run("validate", "--all")

    assert code == 0
    assert said in err


class TestOddFiles:
    def test_a_link_to_the_outside_is_an_issue_and_its_text_is_nowhere(self, root: Path) -> None:
        write_tree(
            root,
            {
                "secret.md": "## ADDED Requirements\n### Requirement: Secret\nx\n",
                "openspec/specs/auth/spec.md": GOOD,
                "openspec/changes/a/specs/auth/x.md": "x",
            },
        )
        (root / "openspec/changes/a/specs/auth/spec.md").symlink_to(root / "secret.md")

        code, out, _ = run("validate", "--all", "--json")

        change, auth = json.loads(out)["items"]
        assert code == 1
        assert [(issue["rule"], issue["path"]) for issue in change["issues"]] == [("OS-C0", "file")]
        assert auth["valid"]
        assert "Secret" not in out

    def test_a_main_spec_that_is_a_loop_is_an_issue_of_its_own(self, root: Path) -> None:
        write_tree(root, {"openspec/specs/auth/spec.md": GOOD, "openspec/specs/loop/x.md": "x"})
        (root / "openspec/specs/loop/spec.md").symlink_to("spec.md")

        found = document("validate", "--specs")

        assert [(item["id"], item["valid"]) for item in found["items"]] == [("auth", True), ("loop", False)]
        assert found["items"][1]["issues"][0]["rule"] == "OS-S0"
        assert document("list", "--specs")["specs"][1] == {"id": "loop", "requirementCount": 0}
        assert document("show", "loop")["code"] == "unreadable"

    def test_a_main_spec_that_is_a_folder_cannot_be_modified(self, root: Path) -> None:
        write_tree(root, {"openspec/specs/auth/spec.md/x.md": "x", "openspec/changes/a/specs/auth/spec.md": DELTA})

        (issue,) = document("validate", "a")["items"][0]["issues"]

        assert (issue["rule"], issue["level"], issue["path"]) == ("OS-D8", "ERROR", "auth/spec.md")

    def test_a_folder_whose_name_is_no_text_is_an_issue(self, root: Path) -> None:
        write_tree(root, {"openspec/specs/auth/spec.md": GOOD})
        (root / "openspec/specs/bad\udcff").mkdir()
        (root / "openspec/specs/bad\udcff/spec.md").write_text(GOOD, "utf-8")

        code, out, _ = run("validate", "--all", "--json")

        assert code == 1
        assert [(item["valid"], [one["rule"] for one in item["issues"]]) for item in json.loads(out)["items"]] == [
            (True, []),
            (False, ["OS-S0"]),
        ]

    def test_a_change_of_nothing_but_folders_is_a_change(self, root: Path) -> None:
        (root / "openspec/changes/a/specs/auth").mkdir(parents=True)

        assert [item["id"] for item in document("validate", "--all")["items"]] == ["a"]
        assert [row["name"] for row in document("list")["changes"]] == ["a"]


class TestShow:
    @pytest.fixture(autouse=True)
    def _tree(self, root: Path) -> None:
        write_tree(root, {"openspec/specs/auth/spec.md": GOOD})

    def test_one_requirement_is_shown_by_its_number(self) -> None:
        found = document("show", "auth", "--requirement", "2", "--no-scenarios")

        assert found["requirementCount"] == 1
        (only,) = found["requirements"]
        assert (only["name"], only["scenarios"]) == ("B", [])

    def test_a_number_that_there_is_not_is_refused(self) -> None:
        code, out, _ = run("show", "auth", "-r", "3", "--json")

        assert (code, json.loads(out)["code"]) == (2, "no-requirement")

    def test_requirements_and_one_requirement_do_not_go_together(self) -> None:
        assert document("show", "auth", "-r", "1", "--requirements")["code"] == "bad-options"


def test_an_unknown_order_is_refused(root: Path) -> None:
    write_tree(root, {"openspec/specs/auth/spec.md": GOOD})

    code, out, _ = run("list", "--sort", "size", "--json")

    assert (code, json.loads(out)["code"]) == (2, "unknown-order")


def test_changes_are_listed_by_name_and_nested_ones_with_a_warning(root: Path) -> None:
    write_tree(root, {"openspec/changes/b/tasks.md": "x", "openspec/changes/area/one/proposal.md": "x"})

    found = document("list", "--sort", "name")

    assert [row["name"] for row in found["changes"]] == ["area", "b"]
    assert [(one["code"], one["name"], one["nested"]) for one in found["warnings"]] == [
        ("nested_change_directory", "area", ["area/one"])
    ]


def test_options_for_the_npm_cli_change_nothing(root: Path) -> None:
    write_tree(root, {"openspec/specs/auth/spec.md": GOOD})

    assert run("validate", "--all", "--concurrency", "4", "--no-interactive") == run("validate", "--all")
    assert run("show", "auth", "--deltas-only", "--no-interactive") == run("show", "auth")
