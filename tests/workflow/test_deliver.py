"""Commit messages: what they say, and that names from the tree cannot add lines or trailers to them."""

import dataclasses
from pathlib import Path

import pytest

from geoflow.improvement.edit import Licence
from geoflow.quality.finding import Finding
from geoflow.workflow.deliver import commit_message, licence_lines
from geoflow.workflow.improve_result import KeptEdit
from tests.builders import git, make_repo

FORGED = "x\n\nCo-authored-by: Mallory <m@example.com>\x1b[2J"


def edit(requirement: str, path: str) -> KeptEdit:
    finding = Finding(
        code="GF201",
        severity="warning",
        path=path,
        line=8,
        end_line=8,
        requirement=requirement,
        message=f"“fast” judges {requirement}",
        fix="",
        quote="fast",
        start=0,
        end=4,
    )
    return KeptEdit(
        finding=finding,
        path=path,
        requirement=requirement,
        old="a",
        new="b",
        strategy="reword",
        prompt="improve.reword/1",
        licences=(Licence("spec", FORGED, path, 3), Licence("template", "and")),
        checks=(),
    )


@pytest.mark.parametrize("place", ["requirement", "path"])
def test_names_add_no_line_and_no_trailer(place: str, tmp_path: Path) -> None:
    path = f"openspec/specs/{FORGED if place == 'path' else 'auth'}/spec.md"
    message = commit_message(path, [edit(FORGED if place == "requirement" else "Login", path)])
    root = make_repo(tmp_path / "r", {"a": "b"})
    git(root, "commit", "-q", "--allow-empty", "-m", message)
    keys = [line.partition(":")[0] for line in git(root, "log", "-1", "--format=%(trailers:only)").splitlines()]
    assert keys == ["Geoflow-Finding", "Geoflow-Strategy", "Geoflow-Prompt", "Geoflow-Licence", "Geoflow-Licence"]
    assert all(character == "\n" or character.isprintable() for character in message)
    assert len(message.splitlines()[0]) <= 100


def test_sources_of_new_words_are_a_line_each() -> None:
    licences = dataclasses.replace(edit("Login", f"openspec/specs/{FORGED}/spec.md")).licences
    assert all(line.isprintable() for line in licence_lines(licences))
