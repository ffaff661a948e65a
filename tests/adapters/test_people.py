import os
from pathlib import Path

import pytest

from geoflow.adapters.codeowners import LARGEST
from geoflow.adapters.git_process import GitProcess
from geoflow.adapters.people import audience_for, is_for, me, signature
from tests.builders import git, make_repo, write_tree

SPEC = "openspec/specs/meter/spec.md"


def owners(folder: Path, text: str | bytes, path: str = SPEC, place: str = "CODEOWNERS") -> tuple[str, ...]:
    make_repo(folder, {place: text}, commit=False)
    return audience_for(folder, path, ["@fallback"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* @all\n", ("@all",)),
        ("* @all\nopenspec/ @specs ada@example.org\n", ("@specs", "ada@example.org")),
        ("openspec/ @specs\n* @all\n", ("@all",)),
        ("* @all\nopenspec/specs/meter/\n", ("@fallback",)),
        ("/openspec/specs/meter/spec.md @exact\n", ("@exact",)),
        ("spec.md @anywhere\n", ("@anywhere",)),
        ("*.md @org/docs\n", ("@org/docs",)),
        ("openspec/**/spec.md @deep\n", ("@deep",)),
        ("/specs/ @elsewhere\n", ("@fallback",)),
        ("openspec/* @direct-files-only\n", ("@fallback",)),
        ("OPENSPEC/ @other-case\n", ("@fallback",)),
        ("# * @comment\n\n   \n* @all # the rest @nobody\n", ("@all",)),
        ("* @all @all\n", ("@all",)),
        ("* no-owner @ @all <x@y>\n", ("@all",)),
        ("* @all\r\nopenspec/ @specs\r\n", ("@specs",)),
        ("\ufeff* @all\n", ("@all",)),
        ("[Docs][2] @default\nopenspec/\n", ("@default",)),
        ("^[Docs] @default\nopenspec/ @own\n", ("@own",)),
        ("[Docs] @default\n[Other]\nopenspec/\n", ("@fallback",)),
        ("* @all\n[z-a] @bad-range\nspec.md\\ @x\n!openspec/ @not\n", ("@all",)),
        ("* @all\n*o*p*e*n*s*p*e*c* @too-many-wildcards\n", ("@all",)),
        ("", ("@fallback",)),
    ],
)
def test_the_last_rule_of_codeowners_that_matches_names_who_may_answer(
    tmp_path: Path, text: str, expected: tuple[str, ...]
) -> None:
    assert owners(tmp_path / "repo", text) == expected


def test_a_space_in_a_path_is_escaped(tmp_path: Path) -> None:
    path = "openspec/specs/my meter/spec.md"
    assert owners(tmp_path / "repo", "* @all\n/openspec/specs/my\\ meter/ @meter\n", path) == ("@meter",)


def test_paths_of_codeowners_start_at_the_top_of_the_repository_not_at_the_root(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "repo", {"CODEOWNERS": "/openspec/ @top\n/products/meter/openspec/ @meter\n"})
    root = write_tree(top / "products" / "meter", {SPEC: "x"})
    assert audience_for(root, SPEC, []) == ("@meter",)


def test_the_top_of_a_linked_work_tree_is_its_own(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "repo", {"CODEOWNERS": "* @all\n"})
    git(top, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert audience_for(tmp_path / "linked", SPEC, []) == ("@all",)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_first_place_that_has_a_codeowners_file_counts(tmp_path: Path, count: int) -> None:
    places = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")[-count:]
    top = make_repo(tmp_path / "repo", {place: f"* @of-{place}\n" for place in places})
    assert audience_for(top, SPEC, []) == (f"@of-{places[0]}",)


def test_without_codeowners_or_without_a_repository_the_people_of_the_settings_may_answer(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "repo", {"README.md": "x"})
    assert audience_for(top, SPEC, ["@ada", "@bob"]) == ("@ada", "@bob")
    alone = write_tree(tmp_path / "alone", {"CODEOWNERS": "* @all\n"})
    assert audience_for(alone, SPEC, ["@ada"]) == ("@ada",)


def test_a_codeowners_file_that_leads_out_is_huge_or_is_no_file_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    outside = write_tree(tmp_path, {"outside": "* @outside\n"}) / "outside"
    top = make_repo(tmp_path / "repo", {"docs/CODEOWNERS": "* @all\n", ".gitlab/CODEOWNERS/file": "x"})
    (top / "CODEOWNERS").symlink_to(outside)
    write_tree(top, {".github/CODEOWNERS": "* @huge\n" + "#" * LARGEST})
    assert audience_for(top, SPEC, []) == ("@all",)
    (top / "docs" / "CODEOWNERS").unlink()
    (top / "docs" / "CODEOWNERS").symlink_to("CODEOWNERS")
    assert audience_for(top, SPEC, ["@people"]) == ("@people",)


def test_a_link_that_stays_in_the_repository_and_odd_bytes_are_read(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "repo", {"teams/owners": b"\xff\xfe @bytes\n* @all\n"})
    (top / "CODEOWNERS").symlink_to("teams/owners")
    assert audience_for(top, SPEC, []) == ("@all",)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../../x", "a\0b", "\udc80"])
def test_a_path_that_is_none_has_the_owners_of_everything_or_none(tmp_path: Path, path: str) -> None:
    assert owners(tmp_path / "repo", "/nowhere/ @x\n", path) == ("@fallback",)


def test_my_names_are_those_of_the_settings_and_of_git(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "repo", {"a": "x"})
    process = GitProcess(top)
    assert me(process, ["@ada"]) == ("@ada",)
    git(top, "config", "user.name", "Ada Example")
    git(top, "config", "user.email", "ada@example.org")
    assert me(process, ["@ada", "ada@example.org"]) == ("@ada", "ada@example.org", "Ada Example")


def test_a_signature_is_the_name_of_git_and_the_account_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = make_repo(tmp_path / "repo", {"a": "x"})
    process = GitProcess(top)
    monkeypatch.setenv("LOGNAME", "ada-account")
    assert signature(process) == "ada-account"
    git(top, "config", "user.email", "ada@example.org")
    assert signature(process) == "<ada@example.org>"
    git(top, "config", "user.name", "Ada <root>\nExample")
    assert signature(process) == "Ada root Example <ada@example.org>"
    assert is_for(["ADA@example.org"], [signature(process)])


@pytest.mark.parametrize(
    ("audience", "names", "expected"),
    [
        ([], [], True),
        ([], ["@ada"], True),
        (["@ada"], [], False),
        (["@Org/Data", "@bob"], ["@org/data"], True),
        (["Ada <ADA@example.org>"], ["ada@example.org"], True),
        (["ada@example.org"], ["Ada <ada@example.org> "], True),
        (["Ada <ada@example.org>"], ["Ada"], False),
        (["@ada"], ["@adam"], False),
        (["", " "], ["", " "], False),
        (["Ada <>"], ["Bob <>"], False),
    ],
)
def test_a_question_is_for_those_whose_name_or_address_is_among_its_audience(
    audience: list[str], names: list[str], *, expected: bool
) -> None:
    assert is_for(audience, names) is expected


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_codeowners_file_that_may_not_be_read_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    top = make_repo(tmp_path / "repo", {"CODEOWNERS": "* @secret\n", "docs/CODEOWNERS": "* @all\n"})
    (top / "CODEOWNERS").chmod(0)
    assert audience_for(top, SPEC, []) == ("@all",)
